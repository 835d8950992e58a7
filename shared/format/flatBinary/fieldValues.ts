import type { ArraySpec, DecodingSpec, FixedDimension } from "../../dataset/descriptor.ts";
import { arrayTypes, type DataType, itemBytes, type Values } from "../../dataset/values.ts";
import { remembered } from "./remembered.ts";
import { type Run, runsOf } from "./runs.ts";
import type { Block } from "./spec.ts";

/** Makes an array's value of a block's stored one; `negated` says whether the rule of that name applies. */
type Conversion = (stored: number, negated: boolean) => number;

/** Reads the stored value at a byte. */
export const readers = {
  int8: (view, at) => view.getInt8(at),
  uint8: (view, at) => view.getUint8(at),
  int16: (view, at, little) => view.getInt16(at, little),
  int32: (view, at, little) => view.getInt32(at, little),
  float32: (view, at, little) => view.getFloat32(at, little),
  float64: (view, at, little) => view.getFloat64(at, little),
} as const satisfies Record<DataType, (view: DataView, at: number, little: boolean) => number>;

/** Fills `target` with the values of `array` that the bytes of `block` hold, one for each place of the dimensions. */
export function decodeBlock(
  bytes: Uint8Array,
  byteOrder: DecodingSpec["byteOrder"],
  block: Block,
  dimensions: readonly FixedDimension[],
  array: ArraySpec,
  target: Values,
): void {
  const runs = runsOf(dimensions, block);
  if (itemBytes[block.type] > 2) {
    for (const run of runs) convertRun(bytes, byteOrder, block, array, run, target);
    return;
  }
  const patterns = patternsOf(bytes, itemBytes[block.type]);
  for (const run of runs) {
    if (isVerbatim(block, array) && !run.negated) copyRun(bytes, byteOrder, block, run, target);
    else lookUp(patterns, tableOf(byteOrder, block, array, run.negated), run, target);
  }
}

/** The one- or two-byte words of `bytes`; copied where they begin at an odd byte, since a `Uint16Array` cannot. */
function patternsOf(bytes: Uint8Array, valueBytes: number): Uint8Array | Uint16Array {
  if (valueBytes === 1) return bytes;
  const { buffer, byteOffset, byteLength } = bytes.byteOffset % 2 === 0 ? bytes : new Uint8Array(bytes);
  return new Uint16Array(buffer, byteOffset, byteLength / 2);
}

/** Whether every value stands for itself, but for the order of its bytes and the rules. */
function isVerbatim({ type, missing }: Block, { dtype, fillValue }: ArraySpec): boolean {
  return type === dtype && (missing ?? fillValue) === fillValue;
}

/** Copies values of one or two bytes into the order of bytes that every machine has that this runs on. */
function copyRun(
  bytes: Uint8Array,
  byteOrder: DecodingSpec["byteOrder"],
  { type }: Block,
  { start, end }: Run,
  target: Values,
): void {
  const [from, to] = [start * itemBytes[type], end * itemBytes[type]];
  const copy = Buffer.from(target.buffer, target.byteOffset + from, to - from);
  copy.set(bytes.subarray(from, to));
  if (itemBytes[type] === 2 && byteOrder === "big") copy.swap16();
}

function convertRun(
  bytes: Uint8Array,
  byteOrder: DecodingSpec["byteOrder"],
  block: Block,
  array: ArraySpec,
  { start, end, negated }: Run,
  target: Values,
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [read, valueBytes, isLittle] = [readers[block.type], itemBytes[block.type], byteOrder === "little"];
  const convert = conversionOf(block, array);
  for (let i = start; i < end; i++) target[i] = convert(read(view, i * valueBytes, isLittle), negated);
}

function conversionOf(block: Block, array: ArraySpec): Conversion {
  const missing = missingOf(block);
  const scale = divisorOf(block, array);
  return (stored, negated) => {
    if (stored === missing || Number.isNaN(stored)) return array.fillValue;
    return unpacked(stored, negated, scale);
  };
}

/** The stored value that means missing, as NaN always does: what the block's type makes of the descriptor's decimal. */
export function missingOf({ type, missing = Number.NaN }: Block): number {
  return type === "float32" ? Math.fround(missing) : missing;
}

/** What stored values are divided by: integers stay as they are. */
export function divisorOf({ scale = 1 }: Block, { dtype }: ArraySpec): number {
  return dtype === "float32" || dtype === "float64" ? scale : 1;
}

/** The array's value of a stored one that is not missing. */
export function unpacked(stored: number, negated: boolean, divisor: number): number {
  return (negated && stored < 0 ? -stored - 1 : stored) / divisor;
}

/** A loop of its own, with few combinations of array types, so that it stays fast. */
function lookUp(
  patterns: Uint16Array | Uint8Array,
  table: Values,
  { start, end }: Run,
  target: Values,
): void {
  for (let i = start; i < end; i++) target[i] = table[patterns[i] as number] as number;
}

/**
 * What each bit pattern of a one- or two-byte block stands for, byte order, rule, scale and missing included: one look-up
 * a value is several times faster than working it out.
 */
const tableOf = remembered(makeTable);

function makeTable(
  byteOrder: DecodingSpec["byteOrder"],
  block: Block,
  array: ArraySpec,
  negated: boolean,
): Values {
  const length = 256 ** itemBytes[block.type];
  const patterns = length === 256 ? new Uint8Array(length) : new Uint16Array(length);
  patterns.forEach((_, pattern) => {
    patterns[pattern] = pattern;
  });
  const table = new arrayTypes[array.dtype](length);
  const all: Run = { start: 0, end: length, negated };
  convertRun(new Uint8Array(patterns.buffer), byteOrder, block, array, all, table);
  return table;
}
