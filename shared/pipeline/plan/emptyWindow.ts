import type { StoredDataset } from "../../archive/stored.ts";
import { formatInstant } from "../../dataset/timeAxis.ts";
import { isUsual, type Range } from "./scan.ts";

/**
 * In words, that a range holds no timestep, from when until when one was looked for, and when the next is expected;
 * `undefined` where it holds any. The usual window holds none of a dataset that is complete: that is said only while nothing is visible.
 */
export function emptyWindowText(
  { dataset, state }: StoredDataset,
  range: Range,
  asOf: number,
): string | undefined {
  if (isUsual(range) && state.length > 0) return undefined;
  const { time, updates } = dataset;
  const from = range.from ?? time.start;
  const to = Math.min(range.to ?? asOf, asOf);
  const next = time.firstFrom(from);
  if (next <= time.lastUntil(to)) return undefined;
  const t = time.at(next);
  const expected =
    time.end !== undefined && t > time.end
      ? `the series ends with ${formatInstant(time.end)}`
      : `the next, ${formatInstant(t)}, is expected at ${formatInstant(t + updates.latencyMs)}`;
  return `no timestep lies between ${formatInstant(from)} and ${formatInstant(to)}; ${expected}`;
}
