import { coordinateValues } from "../dataset/coordinates.ts";
import {
  type ArraySpec,
  type Block,
  type DataType,
  type DecodingSpec,
  type FixedDimension,
  itemBytes,
  type NegatedRule,
} from "../dataset/descriptor.ts";
import { arrayTypes, type Values } from "../dataset/values.ts";

/** Makes an array's value of a block's stored one; `negated` says whether the rule of that name applies. */
type Conversion = (stored: number, negated: boolean) => number;

/** Indices of a field, from `start` (included) to `end` (excluded), to all or none of which a `negated` rule applies. */
interface Run {
  readonly start: number;
  readonly end: number;
  readonly negated: boolean;
}

/** Reads the stored value at a byte. */
const readers = {
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
  const runs = runsOf(dimensions, block.rules ?? []);
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

function conversionOf(
  { type, missing = Number.NaN, scale: blockScale = 1 }: Block,
  array: ArraySpec,
): Conversion {
  const { dtype, fillValue } = array;
  const scale = dtype === "float32" || dtype === "float64" ? blockScale : 1;
  // A descriptor's number is decimal: a float32 block holds what float32 makes of it.
  const storedMissing = type === "float32" ? Math.fround(missing) : missing;
  return (stored, negated) => {
    if (stored === storedMissing || Number.isNaN(stored)) return fillValue;
    return (negated && stored < 0 ? -stored - 1 : stored) / scale;
  };
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

const tables = new WeakMap<Block, WeakMap<ArraySpec, Map<string, Values>>>();

/**
 * What each bit pattern of a one- or two-byte block stands for, byte order, rule, scale and missing included: one look-up
 * a value is several times faster than working it out.
 */
function tableOf(
  byteOrder: DecodingSpec["byteOrder"],
  block: Block,
  array: ArraySpec,
  negated: boolean,
): Values {
  const ofBlock = tables.get(block) ?? new WeakMap<ArraySpec, Map<string, Values>>();
  const ofArray = ofBlock.get(array) ?? new Map<string, Values>();
  tables.set(block, ofBlock.set(array, ofArray));
  const key = `${byteOrder} ${negated}`;
  const table = ofArray.get(key) ?? makeTable(byteOrder, block, array, negated);
  ofArray.set(key, table);
  return table;
}

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

/** The whole field in runs, in order: as few as the rules allow. */
function runsOf(dimensions: readonly FixedDimension[], rules: readonly NegatedRule[]): Run[] {
  const axes = rules.map(({ dimension }) => dimensions.findIndex(({ name }) => name === dimension));
  // Below the innermost dimension that has a rule, neighbouring values always share their lot: they make a cell.
  const depth = Math.max(-1, ...axes) + 1;
  const product = (some: readonly FixedDimension[]) => some.reduce((size, { count }) => size * count, 1);
  const cellValues = product(dimensions.slice(depth));
  const negated = new Uint8Array(product(dimensions.slice(0, depth)));
  rules.forEach(({ beyond }, i) => {
    const axis = axes[i] as number;
    const coordinates = coordinateValues(dimensions[axis] as FixedDimension);
    const stride = product(dimensions.slice(axis + 1, depth));
    for (let cell = 0; cell < negated.length; cell++) {
      const coordinate = coordinates[Math.floor(cell / stride) % coordinates.length] as number;
      if (Math.abs(coordinate) > beyond) negated[cell] = 1;
    }
  });
  const runs: Run[] = [];
  for (let start = 0, end: number; start < negated.length; start = end) {
    for (end = start + 1; end < negated.length && negated[end] === negated[start]; ) end++;
    runs.push({ start: start * cellValues, end: end * cellValues, negated: negated[start] === 1 });
  }
  return runs;
}
