import pMap from "p-map";
import { refuseRemoved } from "../../archive/pair.ts";
import type { StoredDataset } from "../../archive/stored.ts";
import { updateRecord } from "../../ledger/lease.ts";
import { chunkRecordKey } from "../../ledger/ledger.ts";
import { emptyChunk, type StepRecord, withSteps } from "../../ledger/records.ts";
import { callsAtOnceMax, type Wiring } from "../wiring.ts";
import type { Diff, GapResolution } from "./scan.ts";

/**
 * Records steps that need no worker, unless a worker was quicker. Where one works on the chunk, or left it in the middle of its work, it
 * may have put what is to be called a gap: that waits until it is recorded, or cleared. What is not begun when the plan is late,
 * or is more than the limit, is the next plan's. Returns the number of steps recorded. Throws a `StorageError` where the dataset
 * that was compared is removed.
 */
export async function resolveGaps(
  wiring: Wiring,
  stored: StoredDataset,
  resolutions: Diff["resolutions"],
  signal: AbortSignal,
): Promise<number> {
  const { descriptor, ledger, limits, late } = wiring;
  let settled = 0;
  // Listing takes long, and a plan may hold no lease.
  if (resolutions.size > 0) await refuseRemoved(wiring, stored, signal);
  async function resolveIn([chunk, steps]: readonly [
    number,
    ReadonlyMap<number, GapResolution>,
  ]): Promise<void> {
    if (late.aborted) return;
    let count = 0;
    await updateRecord(ledger, chunkRecordKey(descriptor.id, chunk), emptyChunk(chunk), signal, (record) => {
      const unchanged = [...steps].filter(
        ([offset, { before }]) =>
          isSame(record.steps[offset], before) && (before !== undefined || record.lease === null),
      );
      count = unchanged.length;
      if (count === 0) return undefined;
      const told = unchanged.some(([, { before, after }]) => isNews(before, after));
      return withSteps(record, new Map(unchanged.map(([offset, { after }]) => [offset, after])), told);
    });
    settled += count;
  }
  const some = [...resolutions].slice(0, limits.planResolvedChunksMax);
  await pMap(some, resolveIn, { concurrency: callsAtOnceMax, signal });
  return settled;
}

function isSame(recorded: StepRecord | undefined, before: StepRecord | undefined): boolean {
  return JSON.stringify(recorded) === JSON.stringify(before);
}

/** Whether readers have to be told, by their statuses or by the list of what is failing. */
function isNews(before: StepRecord | undefined, after: StepRecord): boolean {
  return before?.status !== after.status || (before.failed === null) !== (after.failed === null);
}
