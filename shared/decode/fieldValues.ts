import {
  type ArraySpec,
  type Block,
  type DecodingSpec,
  type FixedDimension,
  itemBytes,
  type NegatedRule,
} from "../dataset/descriptor.ts";
import { arrayTypes, type Values } from "../dataset/values.ts";

/** Indices of a field, from `start` (included) to `end` (excluded). */
interface Run {
  readonly start: number;
  readonly end: number;
}

const hostOrder = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? "little" : "big";

/** Fills `target` with the values of `array` that the bytes of `block` hold, one for each place of the dimensions. */
export function decodeBlock(
  bytes: Uint8Array,
  byteOrder: DecodingSpec["byteOrder"],
  block: Block,
  dimensions: readonly FixedDimension[],
  array: ArraySpec,
  target: Values,
): void {
  const { buffer, byteOffset, byteLength } = bytes;
  const copy = buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
  if (byteOrder !== hostOrder) swapBytes(copy, itemBytes[block.type]);
  const stored = new arrayTypes[block.type](copy);
  // A descriptor's number is decimal: a float32 block holds what float32 makes of it. NaN equals nothing.
  const missing =
    block.type === "float32" ? Math.fround(block.missing ?? Number.NaN) : (block.missing ?? Number.NaN);
  const { fillValue } = array;
  const isFloat = array.dtype === "float32" || array.dtype === "float64";
  const scale = isFloat ? (block.scale ?? 1) : 1;
  if (isFloat) scaleInto(target, stored, scale, missing, fillValue);
  else {
    target.set(stored);
    if (!Number.isNaN(missing) && missing !== fillValue) fillMissing(target, stored, missing, fillValue);
  }
  for (const run of runsBeyond(dimensions, block.rules ?? [])) turnBack(target, stored, run, scale, missing);
}

// Each loop is a function of its own, so that the engine meets few combinations of array types in it.

function scaleInto(target: Values, stored: Values, scale: number, missing: number, fillValue: number): void {
  for (let i = 0; i < target.length; i++) {
    const value = stored[i] as number;
    // Dividing first and seldom storing again is twice as quick as choosing.
    target[i] = value / scale;
    if (value === missing || Number.isNaN(value)) target[i] = fillValue;
  }
}

function fillMissing(target: Values, stored: Values, missing: number, fillValue: number): void {
  for (let i = 0; i < target.length; i++) {
    if (stored[i] === missing) target[i] = fillValue;
  }
}

/** The `negated` rule. */
function turnBack(target: Values, stored: Values, { start, end }: Run, scale: number, missing: number): void {
  for (let i = start; i < end; i++) {
    const value = stored[i] as number;
    if (value < 0 && value !== missing) target[i] = (-value - 1) / scale;
  }
}

/** The parts of a field in which some rule applies, in order: as few runs as there can be. */
function runsBeyond(dimensions: readonly FixedDimension[], rules: readonly NegatedRule[]): Run[] {
  if (rules.length === 0) return [];
  const axes = rules.map(({ dimension }) => dimensions.findIndex(({ name }) => name === dimension));
  // Below the innermost dimension that has a rule, neighbouring values always share their lot: they make a cell.
  const depth = Math.max(...axes) + 1;
  const product = (some: readonly FixedDimension[]) => some.reduce((size, { count }) => size * count, 1);
  const cellValues = product(dimensions.slice(depth));
  const applies = new Uint8Array(product(dimensions.slice(0, depth)));
  rules.forEach(({ beyond }, i) => {
    const axis = axes[i] as number;
    const { first, step, count } = dimensions[axis] as FixedDimension;
    const stride = product(dimensions.slice(axis + 1, depth));
    for (let cell = 0; cell < applies.length; cell++) {
      const coordinate = first + (Math.floor(cell / stride) % count) * step;
      if (Math.abs(coordinate) > beyond) applies[cell] = 1;
    }
  });
  const runs: Run[] = [];
  for (let start = applies.indexOf(1); start >= 0; ) {
    const next = applies.indexOf(0, start);
    const end = next < 0 ? applies.length : next;
    runs.push({ start: start * cellValues, end: end * cellValues });
    start = applies.indexOf(1, end);
  }
  return runs;
}

/** Reverses the bytes of each value, in whole 32-bit words: an odd int16 at the end is done by itself. */
function swapBytes(buffer: ArrayBuffer, valueBytes: number): void {
  if (valueBytes === 1) return;
  const words = new Int32Array(buffer, 0, buffer.byteLength >> 2);
  if (valueBytes === 2) {
    for (let i = 0; i < words.length; i++) {
      const word = words[i] as number;
      words[i] = ((word & 0x00ff00ff) << 8) | ((word >>> 8) & 0x00ff00ff);
    }
    new Uint8Array(buffer, words.byteLength).reverse();
    return;
  }
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as number;
    words[i] = (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
  }
  if (valueBytes === 8) {
    for (let i = 0; i < words.length; i += 2) {
      const word = words[i] as number;
      words[i] = words[i + 1] as number;
      words[i + 1] = word;
    }
  }
}
