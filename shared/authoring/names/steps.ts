import { formatDuration } from "../../dataset/timeAxis.ts";

/** The usual time from one timestep to the next. */
export type Step =
  /** `isRegular`: all lie whole steps apart; else about so, as where names tell when a measurement began. */
  | { readonly stepMs: number; readonly isRegular: boolean }
  | { readonly months: number; readonly isRegular: true };

/** Timesteps between the first and the last that are not there. */
export interface Missing {
  readonly count: number;
  /** The first of them. */
  readonly first: readonly number[];
}

const [minuteMs, hourMs, dayMs] = [60_000, 3_600_000, 86_400_000];
/** Steps that things are measured at. */
const usualSteps = [
  ...[1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30].map((minutes) => minutes * minuteMs),
  ...[1, 2, 3, 4, 6, 8, 12].map((hours) => hours * hourMs),
  ...[1, 5, 7, 8, 10, 16].map((days) => days * dayMs),
];
/** With more gaps than that between most timesteps nothing speaks for so short a step. */
const gapsMax = 6;
const missingNamedMax = 5;

/** The step of instants that come sorted, each once; `undefined` of less than two. */
export function stepOf(instants: readonly number[]): Step | undefined {
  const [first] = instants;
  if (first === undefined || instants.length < 2) return undefined;
  const months = monthsBetween(instants);
  if (months !== undefined) return { months, isRegular: true };
  const between = instants.slice(1).map((t, i) => t - (instants[i] as number));
  between.sort((one, other) => one - other);
  const [least, median] = [between[0], between[between.length >> 1]] as [number, number];
  const isWhole = (stepMs: number) => instants.every((t) => (t - first) % stepMs === 0);
  if (isWhole(median)) return { stepMs: median, isRegular: true };
  if (least * gapsMax >= median && isWhole(least)) return { stepMs: least, isRegular: true };
  const distance = (stepMs: number) => Math.abs(Math.log(stepMs / median));
  const nearest = usualSteps.reduce((one, other) => (distance(other) < distance(one) ? other : one));
  return { stepMs: nearest, isRegular: false };
}

/** Whole months between instants on the same day of the month, at the same time. */
function monthsBetween(instants: readonly number[]): number | undefined {
  const counted = instants.map((t) => {
    const at = new Date(t);
    return {
      month: at.getUTCFullYear() * 12 + at.getUTCMonth(),
      inMonth: t - Date.UTC(at.getUTCFullYear(), at.getUTCMonth()),
    };
  });
  const [first] = counted;
  if (!first || counted.some(({ inMonth }) => inMonth !== first.inMonth)) return undefined;
  const between = counted.slice(1).map(({ month }, i) => month - (counted[i]?.month as number));
  const least = Math.min(...between);
  return between.every((months) => months % least === 0) ? least : undefined;
}

/** The timestep that an instant is of. */
export function nominalOf(t: number, step: Step | undefined): number {
  return !step || step.isRegular ? t : Math.round(t / step.stepMs) * step.stepMs;
}

/** Of instants that come sorted, each once. */
export function missingOf(instants: readonly number[], step: Step | undefined): Missing {
  const first: number[] = [];
  let count = 0;
  for (const [i, t] of instants.entries()) {
    const before = instants[i - 1];
    if (before === undefined || !step) continue;
    const steps = stepsBetween(before, t, step);
    for (let k = 1; k < steps && first.length < missingNamedMax; k++) first.push(later(before, k, step));
    count += Math.max(0, steps - 1);
  }
  return { count, first };
}

function stepsBetween(one: number, other: number, step: Step): number {
  if ("stepMs" in step) return Math.round((other - one) / step.stepMs);
  const [from, to] = [new Date(one), new Date(other)];
  const months = (to.getUTCFullYear() - from.getUTCFullYear()) * 12 + to.getUTCMonth() - from.getUTCMonth();
  return Math.round(months / step.months);
}

function later(t: number, steps: number, step: Step): number {
  if ("stepMs" in step) return nominalOf(t + steps * step.stepMs, step);
  const at = new Date(t);
  return at.setUTCMonth(at.getUTCMonth() + steps * step.months);
}

/** As in PT3H, P1D or P1M. */
export function stepText(step: Step): string {
  if ("stepMs" in step) return formatDuration(step.stepMs);
  return step.months % 12 === 0 ? `P${step.months / 12}Y` : `P${step.months}M`;
}
