import {
  type ChunkEncoder,
  type ChunkObjects,
  createChunkEncoder,
  hasGranules,
  intactObjects,
  putChunkObjects,
  readChunkObjects,
} from "../../archive/chunkObjects.ts";
import { objectsOf } from "../../archive/objectsOf.ts";
import { readStatusChunk, statusChunksOf } from "../../archive/statusChunks.ts";
import type { StoredDataset } from "../../archive/stored.ts";
import { statusFlags } from "../../dataset/cf.ts";
import { indexInChunk, placeOf, stepsOfChunk, timeInChunk } from "../../dataset/chunkGrid.ts";
import { granuleOf } from "../../dataset/dataset.ts";
import { type SourceError, StorageError } from "../../errors.ts";
import type { ChunkRecord } from "../../ledger/records.ts";
import type { BatchStep, ExtendMessage } from "../../queue/queue.ts";
import { openChunkHeaders, sealedChunkHeaders } from "../../zarr/layout.ts";
import { coordinateChunkLength } from "../../zarr/metadata.ts";
import { isSetBack } from "../plan/candidatePaths.ts";
import { isIngestedSince } from "../plan/pending.ts";
import type { DatasetWiring } from "../wiring.ts";
import type { BatchResults, Failure } from "./batchResults.ts";
import type { ChunkLease } from "./chunkLease.ts";
import { grownSince, type ReadyGranule } from "./download.ts";
import { granulesInOrder } from "./granules.ts";
import { recordUnrecoverable } from "./recordSteps.ts";

/**
 * Takes the message's timesteps into the chunk's objects, as they are downloaded and decoded. If an object that must be there
 * is gone or damaged, all steps of the chunk are ingested again and its objects made anew. What cannot be fetched again then
 * becomes a gap only where no array holds it any more: else nothing is given up, and a `StorageError` names the object.
 * Where a worker left the chunk in the middle of its work, or nobody has recorded a granule of it, what was put and not recorded is
 * filled: that may be of a dataset which was removed.
 */
export async function ingest(
  wiring: DatasetWiring,
  stored: StoredDataset,
  lease: ChunkLease,
  message: ExtendMessage,
  signal: AbortSignal,
): Promise<BatchResults> {
  const { chunk, steps: recorded } = lease.record;
  const mustBeThere = hasGranules(lease.record);
  const storedObjects: ChunkObjects = mustBeThere ? await readChunkObjects(wiring, chunk, signal) : new Map();
  const isRetained =
    lease.isAbandoned || !mustBeThere ? await knownSteps(wiring, stored, lease.record, signal) : () => true;
  const wanted = message.steps
    .filter(({ offset }) => !isIngestedSince(recorded[offset], message.ingestions))
    .filter((step) => !setsBack(wiring, lease.record, step))
    .sort((a, b) => a.offset - b.offset);
  const remake = () =>
    ingestSteps(wiring, lease, withRecorded(wanted, recorded), storedObjects, isRetained, true, signal);
  if (mustBeThere && storedObjects.size < objectsOf(wiring.dataset, chunk).length) return remake();
  try {
    return await ingestSteps(wiring, lease, wanted, storedObjects, isRetained, false, signal);
  } catch (error) {
    if (error instanceof StorageError && error.operation === "decode") return remake();
    throw error;
  }
}

/** Whether a step would put a preliminary file's values where a final one's are, whoever asks for it and however late. */
function setsBack(
  { dataset }: DatasetWiring,
  { chunk, steps }: ChunkRecord,
  { offset, granule }: BatchStep,
): boolean {
  const known = steps[offset]?.granule?.path;
  return known !== undefined && isSetBack(dataset, timeInChunk(dataset, chunk, offset), known, granule.path);
}

/** Which timesteps of a chunk the ledger has a granule for, or readers were shown when it still had: they stay as they are. */
async function knownSteps(
  wiring: DatasetWiring,
  stored: StoredDataset,
  { chunk, steps }: ChunkRecord,
  signal: AbortSignal,
): Promise<(offset: number) => boolean> {
  const { dataset, state } = stored;
  // Only a dataset that publishes its latest shows anything that is pending.
  const numbers =
    dataset.updates.publish === "latest" ? statusChunksOf(dataset.time.chunkLength, [chunk]) : [];
  const flags = new Map<number, Int8Array>();
  for (const number of numbers)
    flags.set(number, (await readStatusChunk(wiring, stored, number, signal)).flags);
  return (offset) => {
    const step = steps[offset];
    if (step) return step.granule !== null;
    const index = indexInChunk(dataset, chunk, offset);
    const place = placeOf(index, coordinateChunkLength);
    return index < state.length && flags.get(place.chunk)?.[place.offset] !== statusFlags.pending;
  };
}

/** The wanted steps, and all others that the ledger has a granule for. */
function withRecorded(wanted: readonly BatchStep[], recorded: ChunkRecord["steps"]): BatchStep[] {
  const steps = new Map(wanted.map((step) => [step.offset, step]));
  for (const [key, { granule }] of Object.entries(recorded)) {
    const offset = Number(key);
    if (granule && !steps.has(offset)) steps.set(offset, { offset, granule });
  }
  return [...steps.values()].sort((a, b) => a.offset - b.offset);
}

async function ingestSteps(
  wiring: DatasetWiring,
  lease: ChunkLease,
  steps: readonly BatchStep[],
  storedObjects: ChunkObjects,
  isRetained: (offset: number) => boolean,
  replace: boolean,
  signal: AbortSignal,
): Promise<BatchResults> {
  const { chunk } = lease.record;
  const encoder = createChunkEncoder(wiring, chunk, storedObjects, replace ? undefined : isRetained, signal);
  try {
    const { granules, grown, failures, left, stopped } = await addSteps(
      wiring,
      encoder,
      lease.record,
      steps,
      signal,
    );
    if (stopped && (replace || granules.size === 0)) throw stopped;
    if (left > 0 && replace) throw wiring.late.reason;
    if (replace) await refuseOrRecordUnrecoverable(wiring, lease, failures, storedObjects, signal);
    let generations: ReadonlyMap<string, string> = new Map();
    // Even of nothing: a damaged object stands in every reader's way, and who left the chunk may yet wake up and put what it
    // has, unless it finds another generation.
    if (granules.size > 0 || replace || lease.isAbandoned) {
      const encoded = await encoder.finish();
      const headers = isSealed(wiring, lease.record, encoded.taken) ? sealedChunkHeaders : openChunkHeaders;
      generations = await putChunkObjects(wiring, lease, encoded, headers, signal);
    }
    const unrecorded = replace ? new Map() : failures;
    return { granules, grown, failures: unrecorded, failed: failures.size, left, generations, stopped };
  } finally {
    encoder.drop();
  }
}

/**
 * Records that the values of these timesteps are lost, before the chunk is made anew without them: a crash in between must
 * not leave them called present. Refuses while an array still holds values that would go with it.
 */
async function refuseOrRecordUnrecoverable(
  wiring: DatasetWiring,
  lease: ChunkLease,
  failures: BatchResults["failures"],
  storedObjects: ChunkObjects,
  signal: AbortSignal,
): Promise<void> {
  const { dataset } = wiring;
  const { chunk, steps } = lease.record;
  // Of a file that was ingested before its values had a range, no array holds anything that could be right.
  const isWrong = (offset: number, { error, crc32c }: Failure) =>
    error.fault === "range" && crc32c === steps[offset]?.granule?.crc32c;
  const lost = [...failures].filter(
    ([offset, failure]) => steps[offset]?.granule && !isWrong(offset, failure),
  );
  const intact = await intactObjects(dataset, chunk, storedObjects);
  if (lost.length > 0 && intact.length > 0) {
    const gone = objectsOf(dataset, chunk).filter(({ name }) => !intact.includes(name));
    const [, { error }] = lost[0] as (typeof lost)[number];
    throw new StorageError(
      "extend",
      gone.map(({ key }) => key).join(", "),
      `gone or damaged, and ${lost.length} of its timesteps cannot be fetched again (${error.message}); nothing was given up. ` +
        `Try again later, or delete the chunk's other objects to give these timesteps up`,
    );
  }
  if (failures.size > 0) await recordUnrecoverable(wiring, lease, failures, signal);
}

type Added = Pick<BatchResults, "granules" | "grown" | "failures" | "left" | "stopped">;

/** Adds the timesteps to the chunk as their granules come, and says what became of each. */
async function addSteps(
  wiring: DatasetWiring,
  encoder: ChunkEncoder,
  { chunk, steps: recorded }: ChunkRecord,
  steps: readonly BatchStep[],
  signal: AbortSignal,
): Promise<Added> {
  const { dataset } = wiring;
  const granules = new Map<number, ReadyGranule["identity"]>();
  const grown = new Set<number>();
  const failures = new Map<number, Failure>();
  let left = 0;
  let stopped: SourceError | undefined;
  for await (const found of granulesInOrder(wiring, chunk, steps, signal)) {
    if (found.outcome === "late") left += found.steps.length;
    else if (found.outcome === "stopped") stopped ??= found.error;
    else if (found.outcome === "failed")
      for (const step of found.steps) failures.set(step.offset, { ...found, step });
    else {
      const { identity, content } = found.granule;
      const hasGrown = grownSince(found.granule);
      for (const { offset } of found.steps) {
        const time = timeInChunk(dataset, chunk, offset);
        const { frame } = granuleOf(dataset, time);
        await encoder.add(offset, (array, values) => content.read(array, frame, values));
        granules.set(offset, identity);
        const before = recorded[offset]?.granule;
        if (before && hasGrown(before)) grown.add(offset);
      }
      const times = found.steps.map(({ offset }) => timeInChunk(dataset, chunk, offset));
      const { path, sizeBytes } = identity;
      wiring.report({ event: "granule", dataset: dataset.id, times, path, bytes: sizeBytes });
    }
  }
  return { granules, grown, failures, left, stopped };
}

/** Whether nothing but a backfill on demand will change the chunk: all present, and too old to be looked at again. */
function isSealed(
  { dataset, asOf }: DatasetWiring,
  { chunk, steps }: ChunkRecord,
  taken: ReadonlySet<number>,
): boolean {
  const count = stepsOfChunk(dataset, chunk);
  if (timeInChunk(dataset, chunk, count - 1) >= asOf() - dataset.updates.revisionWindowMs) return false;
  const isWhole = (offset: number) =>
    taken.has(offset) || (steps[offset]?.status === "present" && !steps[offset]?.failed);
  return Array.from({ length: count }, (_, offset) => offset).every(isWhole);
}
