import type { DateRange } from "../dateRange.ts";
import { pathMaker } from "../paths/granulePath.ts";
import { alike, canMeet, isApart, type PathShape, shapeOf, yearsJudged } from "./pathShape.ts";

/** The granules of a series, `stepsPerGranule` timesteps each; the first begins at `start`. */
export interface GranuleSeries {
  readonly start: number;
  readonly end?: number;
  readonly stepMs: number;
  readonly stepsPerGranule: number;
}

export type Candidate = DateRange & { readonly path: string };

/** What a path is made for: the granule that begins at `t`, by the candidate of that place in their list. */
export interface PathUse {
  readonly t: number;
  readonly candidate: number;
}

/** One path that stands for two granules. */
export interface SharedPath {
  readonly path: string;
  readonly uses: readonly [PathUse, PathUse];
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** Where templates have to be compared granule by granule: from each first one, and from all of them together. */
const granulesComparedMax = 2 ** 18;
const granulesComparedInAllMax = 2 ** 20;

/**
 * A path that the candidates make for two granules, if there is any, with `*` for what only a name tells. Where a template's parts of
 * the date have no gap, they alone say whether two granules can meet; otherwise paths are compared, of each candidate's first 262,144
 * granules (of fewer, where candidates begin at more than four times) and of those an hour, a day, a month, a year, four and a hundred
 * years after its first. Names that two candidates with different `*` or versions share are found only where they are written alike.
 */
export function sharedPath(series: GranuleSeries, candidates: readonly Candidate[]): SharedPath | undefined {
  const shapes = candidates.map(({ path }) => shapeOf(path));
  const years = new Date(lastInstant(series)).getUTCFullYear() - new Date(series.start).getUTCFullYear();
  const tellApart = (signs: readonly string[]) => isApart(signs, granuleMs(series), years);
  const isSafe = (shape: PathShape) =>
    tellApart(shape.signs) &&
    shapes.every((other) => !canMeet(shape, other) || tellApart(alike(shape, other)));
  const compared = [...shapes.keys()].filter((place) => !isSafe(shapes[place] as PathShape));
  return firstShared(series, candidates, compared);
}

function firstShared(
  series: GranuleSeries,
  candidates: readonly Candidate[],
  among: readonly number[],
): SharedPath | undefined {
  const seen = new Map<string, PathUse>();
  const makers = candidates.map(({ path }) => pathMaker(path, granuleMs(series)));
  const firsts = new Set(among.map((place) => firstOf(series, candidates[place] as Candidate)));
  for (const t of instantsFrom(series, [...firsts].sort(ascending))) {
    for (const candidate of among) {
      if (!isWithin(series, candidates[candidate] as Candidate, t)) continue;
      const path = makers[candidate]?.(t) ?? "";
      const before = seen.get(path);
      if (before && before.t !== t) return { path, uses: [before, { t, candidate }] };
      seen.set(path, { t, candidate });
    }
  }
  return undefined;
}

/** From each of the first granules, the earliest first: those that may be confused with it, then all in order, none twice. */
function* instantsFrom(series: GranuleSeries, firsts: readonly number[]): Generator<number> {
  const [last, stepMs] = [lastInstant(series), granuleMs(series)];
  const count = Math.min(granulesComparedMax, Math.floor(granulesComparedInAllMax / firsts.length));
  let t = series.start;
  for (const first of firsts) {
    for (const other of confusedWith(first)) if (other <= last && (other - first) % stepMs === 0) yield other;
    const until = Math.min(last, first + count * stepMs);
    for (t = Math.max(t, first + stepMs); t <= until; t += stepMs) yield t;
  }
}

/** An instant and those that a template without some part of the date may confuse with it. */
function confusedWith(first: number): readonly number[] {
  const at = new Date(first);
  const midnight = (months: number) =>
    Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + months, at.getUTCDate());
  const months = [1, 12, 48, 1200].map((count) => midnight(count) + first - midnight(0));
  return [first, first + hourMs, first + dayMs, ...months];
}

/** Whether a candidate may hold a timestep of the granule that begins at `t`. */
function isWithin(series: GranuleSeries, { from, until }: DateRange, t: number): boolean {
  const lastStep = t + granuleMs(series) - series.stepMs;
  return (from === undefined || lastStep >= from) && (until === undefined || t < until);
}

/** Where the first granule begins that a candidate may hold. */
function firstOf(series: GranuleSeries, { from = series.start }: DateRange): number {
  const { start, stepMs } = series;
  const whole = granuleMs(series);
  return start + Math.max(0, Math.ceil((from - whole + stepMs - start) / whole)) * whole;
}

function lastInstant({ start, end }: GranuleSeries): number {
  return end ?? Date.UTC(new Date(start).getUTCFullYear() + yearsJudged, 0, 1) - 1;
}

const ascending = (one: number, other: number) => one - other;

function granuleMs({ stepMs, stepsPerGranule }: GranuleSeries): number {
  return stepMs * stepsPerGranule;
}
