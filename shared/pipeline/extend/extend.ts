import { openPair, refuseRemoved } from "../../archive/pair.ts";
import { type StoredDataset, wiringOf } from "../../archive/stored.ts";
import { stepsOfChunk, timeInChunk } from "../../dataset/chunkGrid.ts";
import type { Dataset } from "../../dataset/dataset.ts";
import { ContentionError, StorageError, UsageError } from "../../errors.ts";
import type { ExtendMessage } from "../../queue/queue.ts";
import { type CommitOutcome, commit } from "../commit/commit.ts";
import { isPathOf } from "../plan/candidatePaths.ts";
import type { DatasetWiring, Wiring } from "../wiring.ts";
import { type ChunkLease, takeChunkLease } from "./chunkLease.ts";
import { ingest } from "./ingest.ts";
import { recordSteps } from "./recordSteps.ts";

export interface BatchOutcome {
  /** `leased`: somebody else works on this chunk, nothing was recorded. */
  readonly outcome: "extended" | "leased";
  readonly taken: number;
  readonly failed: number;
  /** Timesteps that time ran out for: the same message once more ingests them. */
  readonly left: number;
  readonly committed: CommitOutcome | undefined;
}

/**
 * Ingests one batch: downloads, decodes and merges its timesteps into their chunk, records them, commits.
 * A granule that fails is recorded with its reason and its next try, and the others go on. When the provider becomes
 * unreachable, what was decoded till then is kept and the `SourceError` thrown.
 * Throws also `UsageError` (a message that can never work), `DriftError`, `PairError`, `StorageError`; nothing is half-recorded.
 */
export async function extend(
  wiring: Wiring,
  message: ExtendMessage,
  signal: AbortSignal,
): Promise<BatchOutcome> {
  const stored = await openPair(wiring, signal);
  if (!stored) {
    throw new StorageError(
      "extend",
      wiring.descriptor.id,
      "the dataset does not exist yet; a plan creates it",
    );
  }
  const atStored = wiringOf(wiring, stored);
  checkMessage(stored.dataset, message);
  const lease = await takeChunkLease(atStored, message.chunk, signal);
  if (lease) await withdrawIfRemoved(atStored, stored, lease, signal);
  const results = lease && (await ingestAndRecord(atStored, stored, lease, message, signal));
  const done = {
    outcome: results ? "extended" : "leased",
    taken: results?.granules.size ?? 0,
    failed: results?.failed ?? 0,
    left: results?.left ?? 0,
  } as const;
  wiring.report({ event: "batch", dataset: message.dataset, chunk: message.chunk, ...done });
  const committed = results && (await commit(atStored, signal));
  if (results?.stopped) throw results.stopped;
  return { ...done, committed };
}

/** A removal that did not see the lease has said so by now. */
async function withdrawIfRemoved(
  wiring: DatasetWiring,
  stored: StoredDataset,
  lease: ChunkLease,
  signal: AbortSignal,
): Promise<void> {
  try {
    await refuseRemoved(wiring, stored, signal);
  } catch (error) {
    await lease.withdraw();
    throw error;
  }
}

/** `undefined` when somebody else took the chunk over. However this ends, the lease is nobody's then. */
async function ingestAndRecord(
  wiring: DatasetWiring,
  stored: StoredDataset,
  lease: ChunkLease,
  message: ExtendMessage,
  signal: AbortSignal,
) {
  try {
    const results = await ingest(wiring, stored, lease, message, signal);
    return (await recordSteps(wiring, lease, results, message.request, signal)) ? results : undefined;
  } catch (error) {
    await lease.abandon();
    if (error instanceof ContentionError) return undefined;
    throw error;
  }
}

function checkMessage(dataset: Dataset, { chunk, steps }: ExtendMessage): void {
  const count = Number.isSafeInteger(chunk) && chunk >= 0 ? stepsOfChunk(dataset, chunk) : 0;
  if (count === 0) throw new UsageError([`${dataset.id} has no chunk ${chunk}`]);
  const faults = new Set<string>();
  const offsets = new Set<number>();
  for (const { offset, granule } of steps) {
    if (!(Number.isInteger(offset) && offset >= 0 && offset < count)) {
      faults.add(`chunk ${chunk} of ${dataset.id} has no timestep at offset ${offset}`);
    } else if (!isPathOf(dataset, timeInChunk(dataset, chunk, offset), granule.path)) {
      // Else whoever may publish could have any file of the provider's ingested as that timestep.
      faults.add(
        `chunk ${chunk} of ${dataset.id}: ${granule.path} is no path of the timestep at offset ${offset}`,
      );
    }
    if (offsets.has(offset)) faults.add(`chunk ${chunk} of ${dataset.id}: offset ${offset} is there twice`);
    offsets.add(offset);
  }
  if (faults.size > 0) throw new UsageError([...faults]);
}
