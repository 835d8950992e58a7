import type { ArraySpec, DecodingSpec, FixedDimension } from "../../dataset/descriptor.ts";
import { storedRange } from "../../dataset/validRange.ts";
import { itemBytes } from "../../dataset/values.ts";
import { divisorOf, readers, unpacked } from "./fieldValues.ts";
import { patternBytes, patternTest, placeInPatterns, wordBytes } from "./patternTest.ts";
import { rangeCheckOf } from "./rangeJudge.ts";
import { type Run, runsOf } from "./runs.ts";
import type { Block } from "./spec.ts";

/** A value of an array outside its valid range, as the array would store it, and its place in the grid. */
export interface Outside {
  readonly cell: number;
  readonly stored: number;
}

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
  const isOutside = rangeCheckOf(block, array);
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
