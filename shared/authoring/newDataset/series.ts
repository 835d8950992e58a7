import { faultsOf } from "../../dataset/check/faults.ts";
import type { DatasetSpec, TimeSpec } from "../../dataset/descriptor.ts";
import { partsOf } from "../../dataset/paths/template.ts";
import { formatDuration, formatInstant, parseDuration, parseInstant } from "../../dataset/timeAxis.ts";
import type { Probe } from "./question.ts";

const [minuteMs, hourMs, dayMs] = [60_000, 3_600_000, 86_400_000];
/** Until chunks are asked for. */
const chunkLengthUsual = 40;

/** Whole units since the start, in the coarsest that fits. */
function unitsOf(start: number, stepMs: number): string {
  const unit = stepMs % hourMs === 0 ? "hours" : stepMs % minuteMs === 0 ? "minutes" : "seconds";
  return `${unit} since ${formatInstant(start).slice(0, 19).replace("T", " ")}`;
}

/** The draft with other paths; with a usual axis for them, from `t` on, where its own would have granules share a path. */
export function withPath(draft: DatasetSpec, path: string, t: number | undefined): DatasetSpec {
  const next = { ...draft, source: { ...draft.source, candidates: [{ path }] } };
  const isAlike = draft.source.candidates.every((before) => isDated(before.path) === isDated(path));
  if (isAlike && faultsOf(next).length === 0) return next;
  const stepMs = usualStepMs(path, t) / (draft.source.stepsPerGranule ?? 1);
  const start = t === undefined ? draft.time.start : formatInstant(t);
  return { ...withAxis(next, { start, step: formatDuration(stepMs) }), updates: updatesOf(stepMs) };
}

/** The draft with another start or step, which decide on its units and, until that is asked for, on its end. */
export function withAxis(
  { time: { end: _, ...time }, ...draft }: DatasetSpec,
  changes: Partial<TimeSpec>,
): DatasetSpec {
  const changed = { ...time, ...changes };
  const [start, stepMs] = [parseInstant(changed.start), parseDuration(changed.step)];
  if (start === undefined || !stepMs) return { ...draft, time: changed };
  const { stepsPerGranule = 1, candidates } = draft.source;
  const end = formatInstant(start + (stepsPerGranule - 1) * stepMs);
  const isOne = !candidates.some(({ path }) => isDated(path));
  const { start: _start, ...others } = changed;
  return {
    ...draft,
    time: {
      start: formatInstant(start),
      ...(isOne ? { end } : {}),
      ...others,
      units: unitsOf(start, stepMs),
    },
  };
}

/** The draft with the timesteps that the names of granules speak for. */
export function withSeries(draft: DatasetSpec, { start, stepMs }: NonNullable<Probe["series"]>): DatasetSpec {
  const { stepsPerGranule: steps = 1 } = draft.source;
  const begun = withAxis(draft, { start: formatInstant(start) });
  if (stepMs === undefined || stepMs % (1000 * steps) !== 0) return begun;
  return { ...withAxis(begun, { step: formatDuration(stepMs / steps) }), updates: updatesOf(stepMs) };
}

/** Usual ones for steps of that length. */
export function updatesOf(latencyMs: number): DatasetSpec["updates"] {
  return {
    latency: formatDuration(latencyMs),
    patience: formatDuration(Math.max(2 * dayMs, 4 * latencyMs)),
    revisionWindow: "P7D",
    publish: "settled",
    retry: { first: "PT1H", longest: "P7D" },
    batchesMax: 2,
  };
}

/** The axis that a path, and the instant that a granule of it has, speak for. */
export function usualTime(path: string, t: number | undefined, steps: number): DatasetSpec["time"] {
  const start = t ?? Date.UTC(2000, 0, 1);
  const stepMs = usualStepMs(path, t) / steps;
  return {
    start: formatInstant(start),
    ...(isDated(path) ? {} : { end: formatInstant(start) }),
    step: formatDuration(stepMs),
    units: unitsOf(start, stepMs),
    calendar: "proleptic_gregorian",
    stamp: "instant",
    chunkLength: chunkLengthUsual,
  };
}

/** The member of a source that says it. */
export function stepsPerGranule(steps: number): { stepsPerGranule?: number } {
  return steps === 1 ? {} : { stepsPerGranule: steps };
}

/** The draft with so many timesteps a granule, which part the usual time from one granule to the next. */
export function withSteps(draft: DatasetSpec, steps: number): DatasetSpec {
  const { stepsPerGranule: before = 1, ...source } = draft.source;
  const next = { ...draft, source: { ...source, ...stepsPerGranule(steps) } };
  const granuleMs = (parseDuration(draft.time.step) ?? 0) * before;
  const isWhole = granuleMs > 0 && granuleMs % (1000 * steps) === 0;
  return withAxis(next, isWhole ? { step: formatDuration(granuleMs / steps) } : {});
}

/** Whether a path has parts of the date. One without any is that of a single granule. */
function isDated(path: string): boolean {
  return tokensOf(path) !== "";
}

/** Whether the finest part of a path is a month or a year: such steps have no constant length, and nothing speaks for any. */
export function isCoarse(path: string): boolean {
  return isDated(path) && !/DD|HH|mm/.test(tokensOf(path));
}

/** As the finest part of a path, and what it is at instant `t`, speak for: no two have the same path. */
export function usualStepMs(path: string, t: number | undefined): number {
  const tokens = tokensOf(path);
  if (isCoarse(path)) return (tokens.includes("MM") ? 31 : 366) * dayMs;
  if (!tokens.includes("HH")) return dayMs;
  if (tokens.includes("mm")) return 30 * minuteMs;
  const hour = t === undefined ? 1 : new Date(t).getUTCHours();
  return (hour % 6 === 0 ? 6 : hour % 3 === 0 ? 3 : 1) * hourMs;
}

/** The parts of the date that a path has. The minute of the day says the hour too. */
export function tokensOf(path: string): string {
  const tokens = partsOf(path).flatMap((part) =>
    part.kind === "token" && part.of !== "created" ? [part.token] : [],
  );
  return tokens.map((token) => (token === "minute" ? "HH mm" : token)).join(" ");
}
