import { type Grid, valueAt } from "../../dataset/field.ts";
import type { FieldMetadata } from "../../dataset/fieldMetadata.ts";

/** The smallest and the largest value that a colour scale distinguishes. */
export type Range = readonly [number, number];

/** Cells that are sampled for a range. */
const cellsMax = 40_000;
/** Shares of the values that lie below the range's ends. */
const [lowShare, highShare] = [0.01, 0.995];
/** About how many round steps a range has. */
const stepsPerRange = 8;

/**
 * A range that suits most values of a grid and is not stretched by a few of them; rounded, so that it seldom changes from one
 * timestep to the next. A valid range that the field itself states takes precedence. From 0 where `isAmount`; `undefined` if
 * the grid has no values.
 */
export function rangeOf(grid: Grid, metadata: FieldMetadata, isAmount: boolean): Range | undefined {
  const { valid } = metadata;
  if (valid?.every(Number.isFinite)) return valid;
  const values = sampleOf(grid, metadata, isAmount);
  const [low, high] = [percentile(values, lowShare), percentile(values, highShare)];
  if (values.length === 0) return undefined;
  const step = niceStep((high - (isAmount ? 0 : low)) / stepsPerRange);
  const from = valid && Number.isFinite(valid[0]) ? valid[0] : isAmount ? 0 : Math.floor(low / step) * step;
  const to = valid && Number.isFinite(valid[1]) ? valid[1] : Math.ceil(high / step) * step;
  return to > from ? [from, to] : [from, from + step];
}

/** The smallest of the sorted `values` that this share of them does not exceed; NaN if there are none. */
export function percentile(values: ArrayLike<number>, share: number): number {
  return values[Math.max(0, Math.ceil(share * values.length) - 1)] ?? Number.NaN;
}

/** The smallest of 1, 2, 5 and 10 times a power of ten that is not below `step`; 1 for a step of 0. */
export function niceStep(step: number): number {
  if (!(step > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(step));
  const times = [1, 2, 5, 10].find((factor) => factor * power >= step * (1 - 1e-9)) ?? 10;
  return Number((times * power).toPrecision(12));
}

/** Sorted values of evenly spread cells; of amounts only those above 0, since a mostly dry map would leave no range. */
function sampleOf(grid: Grid, metadata: FieldMetadata, isAmount: boolean): Float64Array {
  const { rows, columns } = grid.plane;
  const cells = rows.count * columns.count;
  const apart = Math.max(1, Math.ceil(cells / cellsMax));
  const found: number[] = [];
  for (let cell = 0; cell < cells; cell += apart) {
    const row = Math.floor(cell / columns.count);
    const value = valueAt(grid, metadata, { row, column: cell - row * columns.count });
    if (isAmount ? value > 0 : Number.isFinite(value)) found.push(value);
  }
  return Float64Array.from(found).sort();
}
