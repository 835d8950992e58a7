import { timeInChunk } from "../../dataset/chunkGrid.ts";
import { ContentionError, type GranuleError, reasonOf } from "../../errors.ts";
import {
  type ChunkRecord,
  type FailedTry,
  type IngestedGranule,
  type StepRecord,
  withSteps,
} from "../../ledger/records.ts";
import type { BatchStep } from "../../queue/queue.ts";
import { failedTry, unfinishedTry, unpublishedTry } from "../plan/pending.ts";
import type { DatasetWiring } from "../wiring.ts";
import type { BatchResults } from "./batchResults.ts";
import type { ChunkLease } from "./chunkLease.ts";

/**
 * Records what became of each step of a batch and releases the lease, in one write. Returns false if somebody took the
 * lease over: then nothing is recorded, and the next plan finds those steps again.
 */
export async function recordSteps(
  wiring: DatasetWiring,
  lease: ChunkLease,
  results: BatchResults,
  request: string | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  const { granules, failures, generations } = results;
  let changes = new Map<number, StepRecord>();
  const kept = await lease.finish(signal, (record) => {
    changes = new Map();
    const ingestions = (record.ingestions ?? 0) + (granules.size > 0 ? 1 : 0);
    const brought = { ingestion: ingestions, ...(request === undefined ? {} : { request }) };
    for (const [offset, identity] of granules) {
      const hasGrown = results.grown.has(offset);
      changes.set(offset, presentStep(record.steps[offset], { ...identity, ...brought }, hasGrown));
    }
    for (const [offset, { step, error }] of failures) {
      changes.set(offset, failedStep(wiring, record, step, error, false));
    }
    const told = [...changes].some(([offset, step]) => isNews(record.steps[offset], step));
    const existing = { ...record.generations, ...Object.fromEntries(generations) };
    return { ...withSteps(record, changes, told), ingestions, generations: existing };
  });
  if (kept) reportFailures(wiring, lease.record.chunk, changes);
  return kept;
}

/**
 * Records failures of timesteps whose values are lost, while the work goes on. Throws a `ContentionError` if somebody took
 * the lease over.
 */
export async function recordUnrecoverable(
  wiring: DatasetWiring,
  lease: ChunkLease,
  failures: BatchResults["failures"],
  signal: AbortSignal,
): Promise<void> {
  let changes = new Map<number, StepRecord>();
  const kept = await lease.update(signal, (record) => {
    const lost = [...failures].map(([offset, { step, error }]) => {
      return [offset, failedStep(wiring, record, step, error, true)] as const;
    });
    changes = new Map(lost);
    return withSteps(record, changes, true);
  });
  if (!kept) throw new ContentionError(`the lease of chunk ${lease.record.chunk} was taken over`);
  reportFailures(wiring, lease.record.chunk, changes);
}

/** `hasGrown`: it is the file that was ingested, with more behind it. */
function presentStep(
  before: StepRecord | undefined,
  identity: Omit<IngestedGranule, "revision">,
  hasGrown: boolean,
): StepRecord {
  const revision = before?.granule?.revision ?? 0;
  const revised = before?.granule != null && before.granule.crc32c !== identity.crc32c && !hasGrown;
  return {
    status: "present",
    granule: { ...identity, revision: revised ? revision + 1 : revision },
    failed: null,
  };
}

/** A revised granule that is broken keeps the old values, unless those are lost. */
function failedStep(
  { dataset, asOf }: DatasetWiring,
  { chunk, steps }: ChunkRecord,
  { offset, granule }: BatchStep,
  error: GranuleError,
  isLost: boolean,
): StepRecord {
  const before = steps[offset];
  const failure = { fault: error.fault, reason: reasonOf(error) };
  const failed = failedTry(dataset, before?.failed ?? null, granule, failure, asOf());
  const time = timeInChunk(dataset, chunk, offset);
  const unfinished =
    (error.mayAppear ? unpublishedTry(dataset, failed, time, asOf()) : undefined) ??
    (error.mayGrow ? unfinishedTry(dataset, failed, asOf()) : undefined);
  if (before?.granule && !isLost) return { ...before, failed: unfinished ?? failed };
  // What readers were told of as corrupt stays so until it is whole.
  if (unfinished)
    return {
      status: before?.status === "corrupt" ? "corrupt" : "pending",
      granule: null,
      failed: unfinished,
    };
  return { status: error.fault === "notThere" ? "missing" : "corrupt", granule: null, failed };
}

/** Whether readers, or the provenance, have to be told. */
function isNews(before: StepRecord | undefined, after: StepRecord): boolean {
  if (after.failed === null) return true;
  return before?.status !== after.status || before.failed?.fault !== after.failed.fault;
}

function reportFailures(
  { dataset, report }: DatasetWiring,
  chunk: number,
  changes: ReadonlyMap<number, StepRecord>,
): void {
  const files = new Map<
    string,
    { readonly status: StepRecord["status"]; readonly failed: FailedTry; readonly times: number[] }
  >();
  for (const [offset, { status, failed }] of changes) {
    if (!failed) continue;
    const time = timeInChunk(dataset, chunk, offset);
    // A timestep that failed before has more tries behind it.
    const key = `${status} ${failed.attempts} ${failed.granule?.path}`;
    const known = files.get(key);
    if (known) known.times.push(time);
    else files.set(key, { status, failed, times: [time] });
  }
  for (const { status, failed, times } of files.values()) {
    const { granule, fault, reason, attempts, nextTryAt } = failed;
    const told = { times, status, path: granule?.path ?? "", fault, reason, attempts, nextTryAt };
    report({ event: "granuleFailed", dataset: dataset.id, ...told });
  }
}
