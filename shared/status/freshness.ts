import { fixedAxis, formatInstant, parseDuration, parseInstant } from "../dataset/timeAxis.ts";
import type { StatusSummary } from "./summary.ts";

/**
 * - `ended`: complete to the series' end.
 * - `current`: everything is there that is expected by now.
 * - `backfilling`: more than a chunk is not there yet, and commits follow each other.
 * - `stalled`: something is overdue by more than the dataset's patience, so nothing at all has come meanwhile: a single gap
 *   would have been resolved.
 * - `late`: something is overdue, and none of these.
 */
export const freshnessStates = ["current", "late", "stalled", "backfilling", "ended"] as const;
export type FreshnessState = (typeof freshnessStates)[number];

export interface Freshness {
  readonly state: FreshnessState;
  /** In a sentence, for people. */
  readonly why: string;
  /** The last timestep that should be there by now, given the provider's usual latency. */
  readonly expected_through: string | null;
  /** The next timestep that readers do not see yet, and when it is, or was, expected; null where the series has ended. */
  readonly next: { readonly time: string; readonly expected_at: string } | null;
  /** From the last visible timestep to the instant of asking, or to the series' end; null while nothing is visible. */
  readonly lag_seconds: number | null;
  /**
   * By how much the first timestep that is not visible is past the instant when it was expected; 0 if none is. A gap that
   * readers see as pending is not counted.
   */
  readonly overdue_seconds: number;
}

/** What of a summary says how fresh the dataset is. */
export type Measured = Pick<
  StatusSummary,
  | "start"
  | "end"
  | "step"
  | "chunk_length"
  | "expected_latency"
  | "patience"
  | "length"
  | "committed_at"
  | "provider"
> & {
  /** Of the failing timesteps, what is told of the next one. */
  readonly failing: readonly Pick<StatusSummary["failing"][number], "time" | "status" | "reason">[];
};

/** Commits that come no further apart than this follow each other: a chunk takes less. */
const commitsApartMs = 15 * 60_000;

/**
 * How what readers see compares with what could be there at instant `asOf`; `now` is the wall clock, by which commits are
 * dated. Both in milliseconds since 1970 UTC, and the same but for replays.
 */
export function freshness(measured: Measured, asOf: number, now = asOf): Freshness {
  const { length } = measured;
  const [start, end] = [instant(measured.start), measured.end === null ? undefined : instant(measured.end)];
  const time = fixedAxis({
    start,
    stepMs: milliseconds(measured.step),
    ...(end === undefined ? {} : { end }),
  });
  const latencyMs = milliseconds(measured.expected_latency);
  const expected = time.lastUntil(asOf - latencyMs);
  const last = time.at(length - 1);
  const isEnded = end !== undefined && last >= end;
  const lagMs = Math.max(0, Math.min(asOf, end ?? asOf) - last);
  const lacking = isEnded ? 0 : Math.max(0, expected + 1 - length);
  const next = time.at(length);
  const overdueMs = lacking > 0 ? asOf - latencyMs - next : 0;
  const committedMs =
    measured.committed_at === null ? Number.NEGATIVE_INFINITY : instant(measured.committed_at);
  const isCommitting = Math.abs(now - committedMs) < commitsApartMs;
  const state = stateOf();
  return {
    state,
    why: why(state, { measured, lacking, next: formatInstant(next) }),
    expected_through: expected < 0 ? null : formatInstant(time.at(expected)),
    next: isEnded ? null : { time: formatInstant(next), expected_at: formatInstant(next + latencyMs) },
    lag_seconds: length === 0 ? null : Math.round(lagMs / 1000),
    overdue_seconds: Math.round(overdueMs / 1000),
  };

  function stateOf(): FreshnessState {
    if (isEnded) return "ended";
    if (lacking === 0) return "current";
    if (lacking > measured.chunk_length && isCommitting) return "backfilling";
    return overdueMs > milliseconds(measured.patience) ? "stalled" : "late";
  }
}

function why(
  state: FreshnessState,
  {
    measured,
    lacking,
    next,
  }: { readonly measured: Measured; readonly lacking: number; readonly next: string },
): string {
  const { provider } = measured;
  const failing = measured.failing.find(({ time }) => time === next);
  const fault = provider.failing
    ? `the provider cannot be reached since ${provider.failing.since}: ${provider.failing.reason}`
    : provider.unmatched
      ? `its granules are not found at the provider since ${provider.unmatched.since}: ${provider.unmatched.reason}`
      : "";
  const count = lacking === 1 ? "1 timestep is" : `${lacking} timesteps are`;
  switch (state) {
    case "ended":
      return "the series is complete to its end";
    case "current":
      return fault || "everything is there that is expected by now";
    case "backfilling":
      return `${count} still to come${fault ? `; ${fault}` : ", and commits follow each other"}`;
    default:
      return `${count} overdue, the first is ${next}; ${fault || (failing && `its granule is ${failing.status}: ${failing.reason}`) || lastListed(provider.looked_at)}`;
  }
}

function lastListed(at: string | null): string {
  return at === null ? "the provider has not been listed yet" : `the provider was last listed at ${at}`;
}

const instant = (text: string) => parseInstant(text) as number;
const milliseconds = (text: string) => parseDuration(text) as number;
