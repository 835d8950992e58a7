import type { Dataset } from "../dataset/dataset.ts";
import type { FailedTry, GranuleIdentity, StepRecord } from "../ledger/records.ts";

/**
 * What a plan makes of one timestep:
 * - `settled`: nothing to do; `pending`: to be taken in;
 * - `suspect`: listed with another date only, which the server's exact date has to settle (`isSuspectChanged`);
 * - `absent`: not listed and not known; `stillAbsent`: its next try is due and it still is not listed.
 */
export type Verdict = "settled" | "pending" | "suspect" | "absent" | "stillAbsent";

/** Compares what the provider lists with what the ledger holds. */
export function judge(
  step: StepRecord | undefined,
  listed: GranuleIdentity | undefined,
  asOf: number,
  force: boolean,
): Verdict {
  const due = step?.failed != null && step.failed.nextTryAt <= asOf;
  if (!listed) {
    if (!step) return "absent";
    return due ? "stillAbsent" : "settled";
  }
  const seen = step?.failed?.granule ?? step?.granule;
  if (force || due || !seen) return "pending";
  if (seen.path !== listed.path || seen.sizeBytes !== listed.sizeBytes) return "pending";
  if (seen.modifiedAt !== null && listed.modifiedAt !== null) {
    return seen.modifiedAt === listed.modifiedAt ? "settled" : "pending";
  }
  return seen.listedDate === listed.listedDate ? "settled" : "suspect";
}

/** Whether a suspect granule changed, by the server's exact date. A server that cannot tell is taken at its listing. */
export function isSuspectChanged(step: StepRecord, modifiedAt: number | undefined): boolean {
  const seen = step.failed?.granule ?? step.granule;
  return modifiedAt === undefined || seen?.modifiedAt !== modifiedAt;
}

/** Whether the step's granule was fetched after the listing of a plan: then that plan's message is late, or came twice. */
export function isTakenSince(step: StepRecord | undefined, plannedAt: number): boolean {
  return step?.granule != null && step.granule.ingestedAt > plannedAt;
}

/** The step with the date that its unchanged granule is now listed with. */
export function withListedDate(step: StepRecord, listedDate: string): StepRecord {
  if (step.failed?.granule) {
    return { ...step, failed: { ...step.failed, granule: { ...step.failed.granule, listedDate } } };
  }
  return step.granule ? { ...step, granule: { ...step.granule, listedDate } } : step;
}

/** A try that failed: the same granule's tries are counted, and their intervals double up to the descriptor's longest. */
export function failedTry(
  { growth }: Dataset,
  before: FailedTry | null,
  granule: GranuleIdentity | null,
  failure: Pick<FailedTry, "fault" | "reason">,
  asOf: number,
): FailedTry {
  const same =
    before !== null &&
    before.granule?.path === granule?.path &&
    before.granule?.sizeBytes === granule?.sizeBytes &&
    before.granule?.listedDate === granule?.listedDate;
  const attempts = same ? before.attempts + 1 : 1;
  const interval = Math.min(growth.retryFirstMs * 2 ** Math.min(attempts - 1, 40), growth.retryLongestMs);
  return { ...failure, granule, attempts, nextTryAt: asOf + interval };
}

/** A timestep that the provider does not list (any more). A present one keeps its values: there is nothing to try. */
export function absentStep(dataset: Dataset, step: StepRecord | undefined, asOf: number): StepRecord {
  if (step?.granule) return { ...step, failed: null };
  const failure = { fault: "notThere", reason: "the provider does not list it" } as const;
  const failed = failedTry(dataset, step?.failed ?? null, null, failure, asOf);
  return { status: "missing", granule: null, failed };
}
