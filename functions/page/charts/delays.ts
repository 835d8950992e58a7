import { parseDuration, parseInstant } from "../../../shared/dataset/timeAxis.ts";
import type { StatusSummary } from "../../../shared/status/summary.ts";
import { counted, span } from "../../runtime/log/humanText.ts";
import { percentile } from "../map/colours/valueRange.ts";

/** Statistics of delays, in seconds. */
export interface Delays {
  readonly count: number;
  readonly median: number;
  readonly ninetieth: number;
  readonly longest: number;
  /** How many are longer than expected. */
  readonly late: number;
}

export type Measured = Pick<StatusSummary, "latency" | "step" | "expected_latency">;

/** `undefined` if none is known. */
export function delaysOf(seconds: readonly (number | null)[], expected: number): Delays | undefined {
  const known = Float64Array.from(seconds.filter((delay) => delay !== null)).sort();
  if (known.length === 0) return undefined;
  return {
    count: known.length,
    median: percentile(known, 0.5),
    ninetieth: percentile(known, 0.9),
    longest: percentile(known, 1),
    late: known.filter((delay) => delay > expected).length,
  };
}

/** The expected delay, in seconds. */
export function expectedOf({ expected_latency }: Measured): number {
  return (parseDuration(expected_latency) ?? 0) / 1000;
}

/** In a sentence, as in `Visible after: median 7 h, …`. */
export function delaysText(what: string, delays: Delays | undefined): string {
  if (!delays) return `${what}: not known.`;
  const { count, median, ninetieth, longest, late } = delays;
  const [usual, most, all] = [median, ninetieth, longest].map((seconds) => span(seconds * 1000));
  return `${what}: median ${usual}, 90 % within ${most}, at most ${all}; ${late} of ${counted(count, "timestep")} later than expected.`;
}

/** A logarithmic axis needs a lower end. */
const secondsMin = 60;

export type Line = (number | null)[];

/** Times in seconds since 1970 UTC; how long after each it was published and visible; and what was expected. */
export function delayLines(measured: Measured): [number[], Line, Line, number[]] {
  const { latency, step } = measured;
  const first = parseInstant(latency.from ?? "") ?? 0;
  const stepMs = parseDuration(step) ?? 1;
  const times = latency.visible_seconds.map((_, i) => (first + i * stepMs) / 1000);
  const drawn = (seconds: number | null | undefined) =>
    seconds == null ? null : Math.max(secondsMin, seconds);
  const expected = Math.max(secondsMin, expectedOf(measured));
  return [
    times,
    times.map((_, i) => drawn(latency.published_seconds[i])),
    times.map((_, i) => drawn(latency.visible_seconds[i])),
    times.map(() => expected),
  ];
}

const [minute, hour, day, year] = [60, 3600, 86_400, 365 * 86_400];
const marks = [1, 2, 5, 10, 30]
  .map((minutes) => minutes * minute)
  .concat([1, 3, 6, 12].map((hours) => hours * hour))
  .concat([1, 2, 4, 7, 14, 30, 90].map((days) => days * day))
  .concat([1, 3, 10, 30].map((years) => years * year));

/** A round duration as an axis has it. */
export function markText(seconds: number): string {
  return seconds % year === 0 ? `${seconds / year} y` : span(seconds * 1000);
}

/** Round durations from `from` to `to` seconds for a logarithmic axis, at most about `countMax` of them. */
export function durationMarks(from: number, to: number, countMax: number): number[] {
  const within = marks.filter((mark) => mark >= from && mark <= to);
  const every = Math.max(1, Math.ceil(within.length / Math.max(1, countMax)));
  return within.filter((_, i) => i % every === 0);
}

/** Ends of a logarithmic axis: the round durations around what is drawn. */
export function durationRange(from: number, to: number): [number, number] {
  const below = marks.findLast((mark) => mark <= from * 0.9) ?? secondsMin;
  const above = marks.find((mark) => mark >= to * 1.1) ?? to * 1.1;
  return [Math.min(below, to), Math.max(above, below * 2)];
}
