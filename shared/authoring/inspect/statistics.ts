import type { ArraySpec } from "../../dataset/descriptor.ts";
import type { Values } from "../../dataset/values.ts";

export const percentilesShown = [1, 5, 25, 50, 75, 95, 99] as const;
/** Of more values than this, percentiles are those of an even sample. */
const sortedValuesMax = 2 ** 22;
const significantDigits = 12;

/** Of the values that are known and finite, unpacked. Absent where there is no such value. */
export interface Moments {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** Of all values, not of a sample: the sum of squares is divided by their count. */
  readonly standardDeviation: number;
  /** As `percentilesShown`, between the two nearest values in proportion. */
  readonly percentiles: readonly number[];
}

export interface Statistics {
  /** Of all values; of those that are missing; of those that are infinite. */
  readonly count: number;
  readonly missing: number;
  readonly infinite: number;
  readonly moments: Moments | undefined;
}

/** The statistics of an array's stored values, in its units. */
export function statisticsOf(
  values: Values,
  { fillValue, scaleFactor = 1 }: Pick<ArraySpec, "fillValue" | "scaleFactor">,
): Statistics {
  const known = new Float64Array(values.length);
  let [length, missing, infinite] = [0, 0, 0];
  for (const value of values) {
    if (value === fillValue || Number.isNaN(value)) missing++;
    else if (Number.isFinite(value)) known[length++] = value;
    else infinite++;
  }
  const found = length === 0 ? undefined : momentsOf(known.subarray(0, length), scaleFactor);
  return { count: values.length, missing, infinite, moments: found };
}

function momentsOf(known: Float64Array, scaleFactor: number): Moments {
  let [sum, min, max] = [0, known[0] as number, known[0] as number];
  for (const value of known) {
    sum += value;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  const mean = sum / known.length;
  let squares = 0;
  for (const value of known) squares += (value - mean) ** 2;
  const sorted = evenSample(known).sort();
  const unpacked = (stored: number) => Number((stored * scaleFactor).toPrecision(significantDigits));
  return {
    min: unpacked(min),
    max: unpacked(max),
    mean: unpacked(mean),
    standardDeviation: unpacked(Math.sqrt(squares / known.length)),
    percentiles: percentilesShown.map((percent) => unpacked(percentileOf(sorted, percent))),
  };
}

function evenSample(values: Float64Array): Float64Array {
  const every = Math.ceil(values.length / sortedValuesMax);
  if (every === 1) return values;
  return Float64Array.from({ length: Math.floor(values.length / every) }, (_, i) => values[i * every] ?? 0);
}

/** Of sorted values. */
function percentileOf(sorted: Float64Array, percent: number): number {
  const at = ((sorted.length - 1) * percent) / 100;
  const below = sorted[Math.floor(at)] as number;
  const above = sorted[Math.ceil(at)] as number;
  return below + (above - below) * (at - Math.floor(at));
}
