import {
  type ArraySpec,
  type Block,
  type DecodingSpec,
  type FixedDimension,
  itemBytes,
} from "../dataset/descriptor.ts";
import { storedRange } from "../dataset/validRange.ts";
import { arrayTypes } from "../dataset/values.ts";
import { divisorOf, missingOf, readers, unpacked } from "./fieldValues.ts";
import { remembered } from "./remembered.ts";
import { type Run, runsOf } from "./runs.ts";

/** A value of an array outside its valid range, as the array would store it, and its place in the grid. */
export interface Outside {
  readonly cell: number;
  readonly stored: number;
}

/** Eight bytes are looked at at once. */
const wordBytes = BigUint64Array.BYTES_PER_ELEMENT;
const patternBytes = Uint16Array.BYTES_PER_ELEMENT;

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
  const isAligned = bytes.byteOffset % wordBytes === 0;
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

/** In blocks of any width, one value after the other; only what is near or past a bound is judged exactly. */
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

/** What is known of the bit patterns of blocks of one or two bytes a value, by two bytes as they are read from the file. */
interface PatternTest {
  /** 1 for each pattern that holds a value that is outside. */
  readonly outside: Uint8Array;
  /** A word whose bits under `mask` are these holds no value that is outside; `undefined` where there are no such bits. */
  readonly inside: { readonly mask: bigint; readonly bits: bigint } | undefined;
}

/** In blocks of one or two bytes, which begin at a whole word: two bytes at a time, of one value or two. */
function placeInNarrow(
  bytes: Uint8Array,
  byteOrder: DecodingSpec["byteOrder"],
  block: Block,
  array: ArraySpec,
  { start, end, negated }: Run,
): number | undefined {
  const test = patternTest(byteOrder, block, array, negated);
  const patternValues = patternBytes / itemBytes[block.type];
  const [first, last] = [Math.ceil(start / patternValues), Math.floor(end / patternValues)];
  const placeFrom = (from: number, to: number) =>
    placeInWide(bytes, byteOrder, block, array, { start: from, end: to, negated });
  if (first >= last) return placeFrom(start, end);
  const pattern = placeInPatterns(bytes, test, first, last);
  const [before, after] = [first * patternValues, last * patternValues];
  return (
    placeFrom(start, before) ??
    (pattern === undefined
      ? placeFrom(after, end)
      : placeFrom(pattern * patternValues, (pattern + 1) * patternValues))
  );
}

/** A loop that most values pass in four words at a time. */
function placeInPatterns(
  bytes: Uint8Array,
  { outside, inside }: PatternTest,
  first: number,
  last: number,
): number | undefined {
  const patterns = new Uint16Array(bytes.buffer, bytes.byteOffset, last);
  if (!inside) return placeAmong(patterns, outside, first, last);
  const { mask, bits } = inside;
  const words = new BigUint64Array(bytes.buffer, bytes.byteOffset, Math.floor(last / 4));
  const begin = Math.min(last, 4 * Math.ceil(first / 4));
  const early = placeAmong(patterns, outside, first, begin);
  if (early !== undefined) return early;
  let at = begin / 4;
  for (; at + 4 <= words.length; at += 4) {
    // In one piece, and said to be 64 bits wide: else each would be made a number of any length first.
    const others = BigInt.asUintN(
      64,
      (((words[at] as bigint) ^ bits) |
        ((words[at + 1] as bigint) ^ bits) |
        ((words[at + 2] as bigint) ^ bits) |
        ((words[at + 3] as bigint) ^ bits)) &
        mask,
    );
    if (others === 0n) continue;
    const place = placeAmong(patterns, outside, 4 * at, 4 * at + 16);
    if (place !== undefined) return place;
  }
  return placeAmong(patterns, outside, Math.max(first, Math.min(last, 4 * at)), last);
}

function placeAmong(
  patterns: Uint16Array,
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
  const single = new Uint8Array(2 ** valueBits);
  const native = valueBits === 8 ? new Uint8Array(single.length) : new Uint16Array(single.length);
  const stored = new arrayTypes[block.type](native.buffer);
  for (let bits = 0; bits < single.length; bits++) native[bits] = bits;
  for (const [bits, value] of stored.entries()) single[inFile(bits)] = isOutside(value, negated) ? 1 : 0;
  const outside =
    valueBits === 16
      ? single
      : Uint8Array.from({ length: 2 ** 16 }, (_, pair) =>
          Math.max(single[pair & 0xff] as number, single[pair >>> 8] as number),
        );

  const isInside = (first: number, count: number) => {
    for (let bits = first; bits < first + count; bits++) if (single[inFile(bits)] === 1) return false;
    return true;
  };
  const inWord = (bits: number) =>
    BigInt(inFile(bits)) * (valueBits === 8 ? 0x0101010101010101n : 0x0001000100010001n);
  // The most values that share their uppermost bits and are all inside. Under a `negated` rule most are negative, and
  // those have the highest patterns.
  for (let count = single.length; count >= 1; count /= 2) {
    for (let block = 0; block < single.length; block += count) {
      const first = negated ? single.length - count - block : block;
      if (isInside(first, count))
        return { outside, inside: { mask: inWord(single.length - count), bits: inWord(first) } };
    }
  }
  return { outside, inside: undefined };
});
