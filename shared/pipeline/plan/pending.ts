import type { Descriptor } from "../../dataset/dataset.ts";
import { clocksApartMaxMs } from "../../ledger/lease.ts";
import type { FailedTry, GranuleIdentity, StepRecord } from "../../ledger/records.ts";
import { isOther } from "../../source/differs.ts";
import type { Found, KnownFile, Wanted } from "../../source/source.ts";

/**
 * What a plan makes of one timestep:
 * - `settled`: nothing to do; `pending`: to be ingested;
 * - `absent`: not listed and not known; `stillAbsent`: its next try is due and it still is not listed.
 */
export type Verdict = "settled" | "pending" | "absent" | "stillAbsent";

/** Whether a step that failed is to be tried again. */
export function isDue(descriptor: Descriptor, step: StepRecord | undefined, asOf: number): boolean {
  if (!step?.failed) return false;
  const { nextTryAt } = step.failed;
  return nextTryAt <= asOf || nextTryAt > latestTry(descriptor, asOf);
}

/** No try is further away than the longest interval: only a wrong clock says so. */
export function latestTry({ updates }: Descriptor, asOf: number): number {
  return asOf + updates.retryLongestMs + clocksApartMaxMs;
}

/** Compares what the provider has with what the ledger holds; `due` as `isDue` says. */
export function classify(
  step: StepRecord | undefined,
  found: Found | undefined,
  due: boolean,
  force: boolean,
): Verdict {
  if (!found) {
    if (!step) return "absent";
    return due ? "stillAbsent" : "settled";
  }
  return force || due || !found.isKnown ? "pending" : "settled";
}

/** What to look for at these paths, given what is recorded: the server is asked about a file alone only where that decides. */
export function wantedOf(
  paths: Wanted["paths"],
  step: StepRecord | undefined,
  asked: { readonly isChecked: boolean; readonly isOld: boolean },
): Wanted {
  return step ? { paths, known: lastSeen(step), ...asked } : { paths };
}

/** The step with what is known of its unchanged granule from now on. */
export function withNews(step: StepRecord, news: NonNullable<Found["news"]>): StepRecord {
  if (step.failed?.granule) {
    return { ...step, failed: { ...step.failed, granule: { ...step.failed.granule, ...news } } };
  }
  return step.granule ? { ...step, granule: { ...step.granule, ...news } } : step;
}

/** The file that was seen last: what was ingested, or failed to be since. */
function lastSeen(step: StepRecord): KnownFile | null {
  return step.failed?.granule ?? step.granule;
}

/**
 * Whether the step's granule came by a later ingestion of its chunk than those that a plan knew of: then that plan's message is
 * late, or came twice.
 */
export function isIngestedSince(
  step: StepRecord | undefined,
  ingestions = Number.POSITIVE_INFINITY,
): boolean {
  return step?.granule != null && (step.granule.ingestion ?? 0) > ingestions;
}

/** Whether the step's granule was ingested because of that very request. */
export function isIngestedFor(step: StepRecord | undefined, request: string | undefined): boolean {
  return request !== undefined && step?.granule?.request === request;
}

/** A try that failed: the same granule's tries are counted, and their intervals double up to the descriptor's longest. */
export function failedTry(
  { updates }: Descriptor,
  before: FailedTry | null,
  granule: GranuleIdentity | null,
  failure: Pick<FailedTry, "fault" | "reason">,
  asOf: number,
): FailedTry {
  const attempts = before !== null && isSameFile(before.granule, granule) ? before.attempts + 1 : 1;
  const interval = Math.min(updates.retryFirstMs * 2 ** Math.min(attempts - 1, 40), updates.retryLongestMs);
  // A clock that was ahead may have said otherwise.
  const since = Math.min(before?.granule?.path === granule?.path ? (before?.since ?? asOf) : asOf, asOf);
  return { ...failure, granule, attempts, nextTryAt: asOf + interval, since };
}

/** The same try of a file of the timestep at instant `t` that may not be published yet: as long as that is waited for. */
export function unpublishedTry(
  { updates }: Descriptor,
  failed: FailedTry,
  t: number,
  asOf: number,
): FailedTry | undefined {
  if (asOf - t > updates.patienceMs) return undefined;
  const reason = `${failed.reason}; it may not be published yet`;
  return { ...failed, reason, nextTryAt: asOf + updates.retryFirstMs };
}

/**
 * The same try of a file that came too short, if it may still be being written: it is that young by its exact date, or
 * where the server cannot tell that since it was first tried, and no longer than the dataset has patience. It is tried again
 * soon, and at the latest when it should have been written. `undefined` for another.
 */
export function unfinishedTry(
  { updates }: Descriptor,
  failed: FailedTry,
  asOf: number,
): FailedTry | undefined {
  const since = failed.since ?? asOf;
  const writtenAt = (failed.granule?.modifiedAt ?? since) + updates.writtenWithinMs;
  if (asOf >= writtenAt || asOf - since > updates.patienceMs) return undefined;
  const reason = `${failed.reason}; it may still be being written`;
  return { ...failed, reason, nextTryAt: Math.min(writtenAt, asOf + updates.retryFirstMs) };
}

function isSameFile(one: GranuleIdentity | null, other: GranuleIdentity | null): boolean {
  if (one === null || other === null) return one === other;
  if (one.path !== other.path || one.version !== other.version) return false;
  return !isOther(one.sizeBytes, other.sizeBytes) && !isOther(one.modifiedAt, other.modifiedAt);
}

/** A timestep that the provider does not list (any more). A present one keeps its values: there is nothing to try. */
export function absentStep(descriptor: Descriptor, step: StepRecord | undefined, asOf: number): StepRecord {
  if (step?.granule) return { ...step, failed: null };
  const failure = { fault: "notThere", reason: "the provider does not list it" } as const;
  const failed = failedTry(descriptor, step?.failed ?? null, null, failure, asOf);
  return { status: "missing", granule: null, failed };
}

/** A timestep whose values are known to be wrong: it waits for its granule as one that never had any. */
export function condemnedStep(descriptor: Descriptor, reason: string, asOf: number): StepRecord {
  const failed = failedTry(descriptor, null, null, { fault: "range", reason }, asOf);
  return { status: "corrupt", granule: null, failed };
}
