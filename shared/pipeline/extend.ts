import pMap from "p-map";
import { type Dataset, granuleOf, valuesPerStep } from "../dataset/dataset.ts";
import type { Values } from "../dataset/values.ts";
import { decodeField } from "../decode/flatBinary.ts";
import { ContentionError, GranuleError, reasonOf, SourceError, StorageError, UsageError } from "../errors.ts";
import { type ChunkRecord, type StepRecord, withSteps } from "../ledger/records.ts";
import type { BatchStep, ExtendMessage } from "../queue/queue.ts";
import { stepsOfChunk, timeInChunk } from "../zarr/chunkGrid.ts";
import { openChunk, sealedChunk } from "../zarr/layout.ts";
import { type ChunkLease, takeChunkLease } from "./chunkLease.ts";
import { type ChunkObjects, emptyChunkValues, putChunkObjects, readChunkObjects } from "./chunkObjects.ts";
import { type CommitOutcome, commit } from "./commit.ts";
import { download, type OpenGranule } from "./download.ts";
import { openLive } from "./live.ts";
import { failedTry } from "./pending.ts";
import type { Wiring } from "./wiring.ts";

export interface BatchOutcome {
  /** `leased`: somebody else works on this chunk, nothing was recorded. */
  readonly outcome: "extended" | "leased";
  readonly taken: number;
  readonly failed: number;
  readonly committed: CommitOutcome | undefined;
}

const leftToOther: BatchOutcome = { outcome: "leased", taken: 0, failed: 0, committed: undefined };

/**
 * Takes in one batch: downloads, decodes and merges its timesteps into their chunk, records them, commits.
 * A granule that fails is recorded with its reason and its next try, and the others go on. When the provider becomes
 * unreachable, what was decoded till then is kept and the `SourceError` thrown.
 * Throws also `UsageError` (a message that can never work), `DriftError`, `StorageError`; nothing is half-recorded.
 */
export async function extend(
  wiring: Wiring,
  message: ExtendMessage,
  signal: AbortSignal,
): Promise<BatchOutcome> {
  const live = await openLive(wiring, signal);
  if (!live)
    throw new StorageError("extend", wiring.dataset.id, "the dataset does not exist yet; a plan creates it");
  const atLive: Wiring = { ...wiring, dataset: live.dataset };
  checkMessage(live.dataset, message);
  const lease = await takeChunkLease(atLive, message.chunk);
  const outcome = lease ? await workUnder(atLive, lease, message, signal) : leftToOther;
  const { taken, failed } = outcome;
  wiring.report({
    event: "batch",
    dataset: message.dataset,
    chunk: message.chunk,
    outcome: outcome.outcome,
    taken,
    failed,
  });
  return outcome;
}

async function workUnder(
  wiring: Wiring,
  lease: ChunkLease,
  message: ExtendMessage,
  signal: AbortSignal,
): Promise<BatchOutcome> {
  let results: StepResults;
  try {
    results = await takeIn(wiring, lease, message, signal);
    if (!(await record(wiring, lease, results))) return leftToOther;
  } catch (error) {
    await lease.finish((found) => found).catch(() => false); // else it runs out by itself
    if (error instanceof ContentionError) return leftToOther;
    throw error;
  }
  const committed = await commit(wiring, signal);
  if (results.stopped) throw results.stopped;
  const taken = results.granules.size;
  return { outcome: "extended", taken, failed: results.failures.size, committed };
}

interface StepResults {
  /** By offset: the granule whose values the chunk's objects now hold. */
  readonly granules: ReadonlyMap<number, OpenGranule["identity"]>;
  readonly failures: ReadonlyMap<number, { readonly step: BatchStep; readonly error: GranuleError }>;
  readonly generations: ReadonlyMap<string, string>;
  /** The chunk was made anew: what could not be taken in again is gone. */
  readonly replaced: boolean;
  /** What ended the batch early. */
  readonly stopped: SourceError | undefined;
}

async function takeIn(
  wiring: Wiring,
  lease: ChunkLease,
  message: ExtendMessage,
  signal: AbortSignal,
): Promise<StepResults> {
  const { chunk, steps: recorded } = lease.record;
  const hasSteps = Object.values(recorded).some(({ granule }) => granule);
  const stored: ChunkObjects = hasSteps ? await readChunkObjects(wiring, chunk, signal) : new Map();
  const wanted = message.steps.filter(({ offset }) => !isTakenSince(recorded[offset], message.plannedAt));
  if (hasSteps && stored.size < wiring.dataset.arrays.length) {
    return takeSteps(wiring, lease, withRecorded(wanted, recorded), stored, true, signal);
  }
  try {
    return await takeSteps(wiring, lease, wanted, stored, false, signal);
  } catch (error) {
    const damaged = error instanceof StorageError && error.operation === "decode";
    if (!damaged) throw error;
    return takeSteps(wiring, lease, withRecorded(wanted, recorded), stored, true, signal);
  }
}

/** Whether the step's granule was fetched after the message's listing: then the message is late, or came twice. */
function isTakenSince(step: StepRecord | undefined, plannedAt: number): boolean {
  return step?.granule != null && step.granule.ingestedAt > plannedAt;
}

/** The wanted steps, and all others that the ledger has a granule for: an object that must be there is gone. */
function withRecorded(wanted: readonly BatchStep[], recorded: ChunkRecord["steps"]): BatchStep[] {
  const steps = new Map(wanted.map((step) => [step.offset, step]));
  for (const [key, { granule }] of Object.entries(recorded)) {
    const offset = Number(key);
    if (granule && !steps.has(offset)) steps.set(offset, { offset, granule });
  }
  return [...steps.values()].sort((a, b) => a.offset - b.offset);
}

async function takeSteps(
  wiring: Wiring,
  lease: ChunkLease,
  steps: readonly BatchStep[],
  stored: ChunkObjects,
  replace: boolean,
  signal: AbortSignal,
): Promise<StepResults> {
  const { dataset, limits } = wiring;
  const values = emptyChunkValues(dataset);
  const granules = new Map<number, OpenGranule["identity"]>();
  const failures = new Map<number, { step: BatchStep; error: GranuleError }>();
  const stop = new AbortController();
  let stopped: SourceError | undefined;

  async function takeGranule(sharing: readonly BatchStep[]): Promise<void> {
    const [{ offset, granule }] = sharing as [BatchStep];
    const { first } = granuleOf(dataset, timeInChunk(dataset, lease.record.chunk, offset));
    try {
      const open = await download(wiring, dataset, granule, first, AbortSignal.any([signal, stop.signal]));
      for (const step of sharing) {
        decodeStep(dataset, values, open, lease.record.chunk, step.offset);
        granules.set(step.offset, open.identity);
      }
      reportTaken(wiring, lease.record.chunk, sharing, open);
    } catch (error) {
      signal.throwIfAborted();
      if (stopped) return;
      const failure = granuleErrorOf(error);
      if (failure) for (const step of sharing) failures.set(step.offset, { step, error: failure });
      else if (error instanceof SourceError) {
        stopped = error;
        stop.abort(error);
      } else throw error;
    }
    await lease.renew();
  }

  await pMap(byGranule(steps), takeGranule, { concurrency: limits.granulesInFlightMax, signal });
  if (stopped && (replace || granules.size === 0)) throw stopped;
  const decoded = { values, taken: new Set(granules.keys()) };
  const headers = isSealed(wiring, lease.record, decoded.taken) ? sealedChunk : openChunk;
  const generations =
    granules.size > 0
      ? await putChunkObjects(wiring, lease, decoded, stored, replace, headers, signal)
      : new Map<string, string>();
  return { granules, failures, generations, replaced: replace, stopped };
}

/** A granule of several timesteps is fetched once. */
function byGranule(steps: readonly BatchStep[]): BatchStep[][] {
  return [...Map.groupBy(steps, ({ granule }) => granule.path).values()];
}

/** One file's transfer that fails again and again is that granule's fault while the server still answers. */
function granuleErrorOf(error: unknown): GranuleError | undefined {
  if (error instanceof GranuleError) return error;
  if (error instanceof SourceError && error.fault === "transfer") {
    return new GranuleError("transfer", error.message, { cause: error });
  }
  return undefined;
}

function decodeStep(
  dataset: Dataset,
  values: ReadonlyMap<string, Values>,
  { layout, raw }: OpenGranule,
  chunk: number,
  offset: number,
): void {
  const sliceLength = valuesPerStep(dataset);
  const { frame } = granuleOf(dataset, timeInChunk(dataset, chunk, offset));
  for (const array of dataset.arrays) {
    const target = (values.get(array.name) as Values).subarray(
      offset * sliceLength,
      (offset + 1) * sliceLength,
    );
    decodeField(dataset, layout, raw, frame, array, target);
  }
}

/** Whether nothing but a backfill on demand will change the chunk: all present, and too old to be looked at again. */
function isSealed(
  { dataset, asOf }: Wiring,
  { chunk, steps }: ChunkRecord,
  taken: ReadonlySet<number>,
): boolean {
  const count = stepsOfChunk(dataset, chunk);
  if (timeInChunk(dataset, chunk, count - 1) >= asOf() - dataset.growth.revisionWindowMs) return false;
  const isWhole = (offset: number) =>
    taken.has(offset) || (steps[offset]?.status === "present" && !steps[offset]?.failed);
  return Array.from({ length: count }, (_, offset) => offset).every(isWhole);
}

/** Records what became of each step and gives the lease back; false if somebody took it over: then nothing is recorded. */
async function record(wiring: Wiring, lease: ChunkLease, results: StepResults): Promise<boolean> {
  const { granules, failures, generations, replaced } = results;
  const kept = await lease.finish((found) => {
    const changes = new Map<number, StepRecord>();
    for (const [offset, identity] of granules)
      changes.set(offset, presentStep(found.steps[offset], identity));
    for (const [offset, { step, error }] of failures) {
      changes.set(offset, failedStep(wiring, found.steps[offset], step, error, replaced));
    }
    const told = [...changes].some(([offset, step]) => isNews(found.steps[offset], step));
    return {
      ...withSteps(found, changes, told),
      generations: { ...found.generations, ...Object.fromEntries(generations) },
    };
  });
  if (kept) for (const { step, error } of failures.values()) reportFailed(wiring, lease.record, step, error);
  return kept;
}

function presentStep(before: StepRecord | undefined, identity: OpenGranule["identity"]): StepRecord {
  const revision = before?.granule?.revision ?? 0;
  const revised = before?.granule != null && before.granule.crc32c !== identity.crc32c;
  return {
    status: "present",
    granule: { ...identity, revision: revised ? revision + 1 : revision },
    failed: null,
  };
}

/** A revised granule that is broken keeps the old values, unless those are lost. */
function failedStep(
  { dataset, asOf }: Wiring,
  before: StepRecord | undefined,
  { granule }: BatchStep,
  error: GranuleError,
  replaced: boolean,
): StepRecord {
  const failure = { fault: error.fault, reason: reasonOf(error) };
  const failed = failedTry(dataset, before?.failed ?? null, granule, failure, asOf());
  if (before?.granule && !replaced) return { ...before, failed };
  return { status: error.fault === "notThere" ? "missing" : "corrupt", granule: null, failed };
}

/** Whether readers, or the provenance, have to be told. */
function isNews(before: StepRecord | undefined, after: StepRecord): boolean {
  if (after.failed === null) return true;
  return before?.status !== after.status || before.failed?.fault !== after.failed.fault;
}

function reportTaken(
  { dataset, report }: Wiring,
  chunk: number,
  steps: readonly BatchStep[],
  { identity }: OpenGranule,
) {
  for (const { offset } of steps) {
    const time = timeInChunk(dataset, chunk, offset);
    report({ event: "granule", dataset: dataset.id, time, path: identity.path, bytes: identity.sizeBytes });
  }
}

function reportFailed(
  wiring: Wiring,
  { chunk, steps }: ChunkRecord,
  { offset, granule }: BatchStep,
  error: GranuleError,
) {
  const { dataset, asOf } = wiring;
  const failure = { fault: error.fault, reason: reasonOf(error) };
  const { attempts, nextTryAt } = failedTry(dataset, steps[offset]?.failed ?? null, granule, failure, asOf());
  const time = timeInChunk(dataset, chunk, offset);
  wiring.report({
    event: "granuleFailed",
    dataset: dataset.id,
    time,
    path: granule.path,
    ...failure,
    attempts,
    nextTryAt,
  });
}

function checkMessage(dataset: Dataset, { chunk, steps }: ExtendMessage): void {
  const count = Number.isSafeInteger(chunk) && chunk >= 0 ? stepsOfChunk(dataset, chunk) : 0;
  const faults = steps.filter(({ offset }) => !(Number.isInteger(offset) && offset >= 0 && offset < count));
  if (count === 0) throw new UsageError([`${dataset.id} has no chunk ${chunk}`]);
  if (faults.length > 0) {
    throw new UsageError(
      faults.map(({ offset }) => `chunk ${chunk} of ${dataset.id} has no timestep at offset ${offset}`),
    );
  }
}
