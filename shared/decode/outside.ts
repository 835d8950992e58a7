import {
  type ArraySpec,
  type Block,
  type DecodingSpec,
  type FixedDimension,
  itemBytes,
} from "../dataset/descriptor.ts";
import { storedRange } from "../dataset/validRange.ts";
import { arrayTypes } from "../dataset/values.ts";
import { divisorOf, missingOf, patternsOf, readers, unpacked } from "./fieldValues.ts";
import { remembered } from "./remembered.ts";
import { type Run, runsOf } from "./runs.ts";

/** A value of an array outside its valid range, as the array would store it, and its place in the grid. */
export interface Outside {
  readonly cell: number;
  readonly stored: number;
}

/** Values are looked at by four words at once. */
const groupBytes = 16;

/**
 * The first value of `array` outside its valid range that the bytes of `block` hold, one for each place of the dimensions; rules
 * and packing are undone before. What is missing, NaN among it, is in no range and never outside; an infinity always is.
 */
export function firstOutside(
  bytes: Uint8Array,
  byteOrder: DecodingSpec["byteOrder"],
  block: Block,
  dimensions: readonly FixedDimension[],
  array: ArraySpec,
): Outside | undefined {
  const isAligned = bytes.byteOffset % Int32Array.BYTES_PER_ELEMENT === 0;
  const field = isAligned ? bytes : new Uint8Array(bytes);
  const placeIn = itemBytes[block.type] > 2 ? placeInWide : placeInNarrow;
  for (const run of runsOf(dimensions, block)) {
    const cell = placeIn(field, byteOrder, block, array, run);
    if (cell === undefined) continue;
    const view = new DataView(field.buffer, field.byteOffset, field.byteLength);
    const stored = readers[block.type](view, cell * itemBytes[block.type], byteOrder === "little");
    return { cell, stored: unpacked(stored, run.negated, divisorOf(block, array)) };
  }
  return undefined;
}

/** Whether a block's stored value is outside, exactly. */
function judgeOf(block: Block, array: ArraySpec): (stored: number, negated: boolean) => boolean {
  const [lowest, highest] = storedRange(array) as readonly [number, number];
  const [missing, divisor] = [missingOf(block), divisorOf(block, array)];
  const round = array.dtype === "float32" ? Math.fround : (value: number) => value;
  return (stored, negated) => {
    if (stored === missing || Number.isNaN(stored)) return false;
    const value = round(unpacked(stored, negated, divisor));
    return !(value >= lowest && value <= highest);
  };
}

/** In blocks of four or eight bytes a value; only what is near or past a bound is judged exactly. */
function placeInWide(
  bytes: Uint8Array,
  byteOrder: DecodingSpec["byteOrder"],
  block: Block,
  array: ArraySpec,
  { start, end, negated }: Run,
): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [read, valueBytes, isLittle] = [readers[block.type], itemBytes[block.type], byteOrder === "little"];
  const isOutside = judgeOf(block, array);
  const [lowest, highest] = surelyInside(block, array, negated);
  for (let i = start; i < end; i++) {
    const stored = read(view, i * valueBytes, isLittle);
    if (!(stored >= lowest && stored <= highest) && isOutside(stored, negated)) return i;
  }
  return undefined;
}

/** Bounds of stored values between which all are in the range, however a division is rounded. */
function surelyInside(block: Block, array: ArraySpec, negated: boolean): readonly [number, number] {
  const divisor = divisorOf(block, array);
  const margin = divisor === 1 ? 0 : 1e-6;
  const [lowest, highest] = (storedRange(array) as readonly [number, number]).map(
    (bound, i) => bound * divisor + (i === 0 ? margin : -margin) * Math.abs(bound * divisor),
  ) as [number, number];
  return [negated ? Math.max(0, lowest) : lowest, highest];
}

/** What is known of the bit patterns of a one- or two-byte block, as they are read from the file. */
interface PatternTest {
  /** 1 for each pattern that is outside. */
  readonly outside: Uint8Array;
  /** A word whose bits under `mask` are these holds no value that is outside; `undefined` where there are no such bits. */
  readonly inside: { readonly mask: number; readonly bits: number } | undefined;
}

/** In blocks of one or two bytes a value, which begin at a whole word. */
function placeInNarrow(
  bytes: Uint8Array,
  byteOrder: DecodingSpec["byteOrder"],
  block: Block,
  array: ArraySpec,
  { start, end, negated }: Run,
): number | undefined {
  const { outside, inside } = patternTest(byteOrder, block, array, negated);
  const patterns = patternsOf(bytes, itemBytes[block.type]);
  const groupValues = groupBytes / itemBytes[block.type];
  const first = inside ? Math.ceil(start / groupValues) : Number.POSITIVE_INFINITY;
  const last = Math.floor(end / groupValues);
  if (!inside || first >= last) return placeAmong(patterns, outside, start, end);
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, Math.floor(bytes.byteLength / 4));
  return (
    placeAmong(patterns, outside, start, first * groupValues) ??
    placeInGroups(words, patterns, outside, inside, first, last) ??
    placeAmong(patterns, outside, last * groupValues, end)
  );
}

/** A loop that most values pass in words. */
function placeInGroups(
  words: Int32Array,
  patterns: Uint16Array | Uint8Array,
  outside: Uint8Array,
  { mask, bits }: NonNullable<PatternTest["inside"]>,
  first: number,
  last: number,
): number | undefined {
  const groupValues = groupBytes / patterns.BYTES_PER_ELEMENT;
  for (let group = first; group < last; group++) {
    const at = 4 * group;
    const [a, b] = [words[at] as number, words[at + 1] as number];
    const [c, d] = [words[at + 2] as number, words[at + 3] as number];
    if ((((a ^ bits) | (b ^ bits) | (c ^ bits) | (d ^ bits)) & mask) === 0) continue;
    const place = placeAmong(patterns, outside, group * groupValues, (group + 1) * groupValues);
    if (place !== undefined) return place;
  }
  return undefined;
}

function placeAmong(
  patterns: Uint16Array | Uint8Array,
  outside: Uint8Array,
  start: number,
  end: number,
): number | undefined {
  for (let i = start; i < end; i++) if (outside[patterns[i] as number] === 1) return i;
  return undefined;
}

const patternTest = remembered((byteOrder, block, array, negated): PatternTest => {
  const valueBits = 8 * itemBytes[block.type];
  const isSwapped = valueBits === 16 && byteOrder === "big";
  /** The file's pattern of a value's own bits. */
  const inFile = (bits: number) => (isSwapped ? ((bits & 0xff) << 8) | (bits >>> 8) : bits);
  const isOutside = judgeOf(block, array);
  const outside = new Uint8Array(2 ** valueBits);
  const native = valueBits === 8 ? new Uint8Array(outside.length) : new Uint16Array(outside.length);
  const stored = new arrayTypes[block.type](native.buffer);
  for (let bits = 0; bits < outside.length; bits++) native[bits] = bits;
  for (const [bits, value] of stored.entries()) outside[inFile(bits)] = isOutside(value, negated) ? 1 : 0;

  const isInside = (first: number, count: number) => {
    for (let bits = first; bits < first + count; bits++) if (outside[inFile(bits)] === 1) return false;
    return true;
  };
  const inWord = (bits: number) => inFile(bits) * (valueBits === 8 ? 0x01010101 : 0x00010001);
  // The most values that share their uppermost bits and are all inside. Under a `negated` rule most are negative, and
  // those have the highest patterns.
  for (let count = outside.length; count >= 1; count /= 2) {
    for (let block = 0; block < outside.length; block += count) {
      const first = negated ? outside.length - count - block : block;
      if (isInside(first, count))
        return { outside, inside: { mask: inWord(outside.length - count) | 0, bits: inWord(first) | 0 } };
    }
  }
  return { outside, inside: undefined };
});
