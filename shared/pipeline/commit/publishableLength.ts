import { hasGranules } from "../../archive/chunkObjects.ts";
import type { StoredDataset } from "../../archive/stored.ts";
import { indexInChunk, lastChunkUntil, placeOf, stepsOfChunk, timeInChunk } from "../../dataset/chunkGrid.ts";
import { emptyChunk, type StepRecord } from "../../ledger/records.ts";
import type { Wiring } from "../wiring.ts";

export interface PublishableLength {
  readonly length: number;
  /** Chunks from that of the visible length on, none of whose timesteps has a granule. The last may lie beyond `length`. */
  readonly withoutGranules: ReadonlySet<number>;
  /** Up to where every timestep is resolved, if that was the most that was asked for and the series may go on. */
  readonly resolvedUntil: number | undefined;
}

/** Chunk records that are read at once. */
const recordsPerPage = 32;

/**
 * The length that readers may be shown, at most `lengthMax`: the longest run of resolved timesteps that ends with a present
 * one. Resolved is present, or missing or corrupt for longer than the dataset's patience. A dataset that publishes its
 * `latest` shows everything up to the last present one. Only records at and after the visible length are read, or where `before`
 * ended, a look with a smaller `lengthMax`.
 */
export async function publishableLength(
  { ledger, asOf }: Wiring,
  { dataset, state }: StoredDataset,
  lengthMax: number,
  before: PublishableLength | undefined,
  signal: AbortSignal,
): Promise<PublishableLength> {
  const { chunkLength } = dataset.time;
  const latest = dataset.updates.publish === "latest";
  const isSettled = (step: StepRecord | undefined, time: number) =>
    latest ||
    step?.status === "present" ||
    (step !== undefined && step.status !== "pending" && asOf() - time > dataset.updates.patienceMs);

  let length = before?.length ?? state.length;
  const withoutGranules = new Set(before?.withoutGranules);
  const from = before?.resolvedUntil ?? state.length;
  const first = placeOf(from, chunkLength).chunk;
  const lastOfAll = lastChunkUntil(dataset, asOf());
  const last = Math.min(placeOf(lengthMax - 1, chunkLength).chunk, lastOfAll);
  for (let page = first; page <= last; page += recordsPerPage) {
    const pageEnd = Math.min(last, page + recordsPerPage - 1);
    const found = await ledger.window(dataset.id, page, pageEnd, recordsPerPage, signal);
    const records = new Map(found.map(({ record }) => [record.chunk, record]));
    for (let chunk = page; chunk <= pageEnd; chunk++) {
      const record = records.get(chunk) ?? emptyChunk(chunk);
      if (!hasGranules(record)) withoutGranules.add(chunk);
      for (let offset = 0; offset < stepsOfChunk(dataset, chunk); offset++) {
        const index = indexInChunk(dataset, chunk, offset);
        if (index < from) continue;
        const step = record.steps[offset];
        if (index >= lengthMax) return { length, withoutGranules, resolvedUntil: lengthMax };
        if (!isSettled(step, timeInChunk(dataset, chunk, offset)))
          return { length, withoutGranules, resolvedUntil: undefined };
        if (step?.status === "present") length = index + 1;
      }
    }
  }
  return { length, withoutGranules, resolvedUntil: last < lastOfAll ? lengthMax : undefined };
}
