import type { Descriptor } from "../../dataset/dataset.ts";
import { clocksApartMaxMs } from "../../ledger/lease.ts";
import type { FailedTry, GranuleIdentity, StepRecord } from "../../ledger/records.ts";
import type { Source } from "../../source/source.ts";

/**
 * What a plan makes of one timestep:
 * - `settled`: nothing to do; `pending`: to be taken in;
 * - `suspect`: listed with another date only, or in a way that proves nothing, so that the server itself has to say
 *   (`checkedSuspect`);
 * - `absent`: not listed and not known; `stillAbsent`: its next try is due and it still is not listed.
 */
export type Verdict = "settled" | "pending" | "suspect" | "absent" | "stillAbsent";

/** Whether a step that failed is to be tried again. */
export function isDue(dataset: Descriptor, step: StepRecord | undefined, asOf: number): boolean {
  if (!step?.failed) return false;
  const { nextTryAt } = step.failed;
  return nextTryAt <= asOf || nextTryAt > latestTry(dataset, asOf);
}

/** No try is further away than the longest interval: only a wrong clock says so. */
export function latestTry({ updates }: Descriptor, asOf: number): number {
  return asOf + updates.retryLongestMs + clocksApartMaxMs;
}

/** Compares what the provider lists with what the ledger holds; `due` as `isDue` says. */
export function classify(
  step: StepRecord | undefined,
  listed: GranuleIdentity | undefined,
  due: boolean,
  force: boolean,
): Verdict {
  if (!listed) {
    if (!step) return "absent";
    return due ? "stillAbsent" : "settled";
  }
  const seen = step?.failed?.granule ?? step?.granule;
  if (force || due || !seen) return "pending";
  if (seen.path !== listed.path || isOther(seen.sizeBytes, listed.sizeBytes)) return "pending";
  const knownAt = dateOf(seen);
  if (knownAt !== null && listed.modifiedAt !== null) {
    return knownAt === listed.modifiedAt ? "settled" : "pending";
  }
  // The date of a link is its own: what it leads to may have changed.
  const isTold = listed.sizeBytes !== null && listed.listedDate !== "";
  return isTold && seen.listedDate === listed.listedDate ? "settled" : "suspect";
}

/** What is not known differs from nothing. */
function isOther(seen: number | null, now: number | null): boolean {
  return seen !== null && now !== null && seen !== now;
}

/**
 * Asks the server itself about a suspect granule: `changed`, or the step with what is known of its unchanged granule now, the same
 * one if that is no news. Exact dates decide. Where one of the two is unknown, the listing's text does, the size (SIZE, where none is
 * listed), and a date after the ingestion. Any other date is noted: a ledger may have been written without dates, and for no more
 * than that a whole window would be ingested again. Of a file replaced by one of the same size with an older date nothing tells.
 */
export async function checkedSuspect(
  source: Source,
  step: StepRecord,
  listed: GranuleIdentity,
  signal: AbortSignal,
): Promise<StepRecord | "changed"> {
  const seen = step.failed?.granule ?? step.granule;
  if (!seen) return "changed";
  const ingestedAt = step.failed?.granule ? Number.POSITIVE_INFINITY : (step.granule?.ingestedAt ?? 0);
  const knownAt = dateOf(seen);
  const saidAt = await source.modifiedAt(listed.path, signal);
  const modifiedAt = saidAt ?? knownAt;
  const { listedDate } = listed;
  const isDated = saidAt !== undefined && knownAt !== null;
  if (isDated && modifiedAt !== knownAt) return "changed";
  if (!isDated && (seen.listedDate !== listedDate || (saidAt ?? 0) > ingestedAt)) return "changed";
  if (!isDated && listed.sizeBytes === null) {
    const sizeBytes = await source.sizeBytes(listed.path, signal);
    if (isOther(seen.sizeBytes, sizeBytes ?? null)) return "changed";
  }
  const isKnown = seen.listedDate === listedDate && modifiedAt === knownAt;
  return isKnown ? step : withDates(step, { listedDate, modifiedAt });
}

/** 1970 itself stands for a date that a server does not know; it was kept as one. */
function dateOf({ modifiedAt }: GranuleIdentity): number | null {
  return modifiedAt === 0 ? null : modifiedAt;
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

function withDates(step: StepRecord, dates: Pick<GranuleIdentity, "listedDate" | "modifiedAt">): StepRecord {
  if (step.failed?.granule) {
    return { ...step, failed: { ...step.failed, granule: { ...step.failed.granule, ...dates } } };
  }
  return step.granule ? { ...step, granule: { ...step.granule, ...dates } } : step;
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
  if (one.path !== other.path || one.listedDate !== other.listedDate) return false;
  return !isOther(one.sizeBytes, other.sizeBytes) && !isOther(one.modifiedAt, other.modifiedAt);
}

/** A timestep that the provider does not list (any more). A present one keeps its values: there is nothing to try. */
export function absentStep(dataset: Descriptor, step: StepRecord | undefined, asOf: number): StepRecord {
  if (step?.granule) return { ...step, failed: null };
  const failure = { fault: "notThere", reason: "the provider does not list it" } as const;
  const failed = failedTry(dataset, step?.failed ?? null, null, failure, asOf);
  return { status: "missing", granule: null, failed };
}

/** A timestep whose values are known to be wrong: it waits for its granule as one that never had any. */
export function condemnedStep(dataset: Descriptor, reason: string, asOf: number): StepRecord {
  const failed = failedTry(dataset, null, null, { fault: "range", reason }, asOf);
  return { status: "corrupt", granule: null, failed };
}
