import { emptyChunk, type StepRecord } from "../ledger/records.ts";
import { indexInChunk, lastChunkUntil, placeOf, stepsOfChunk, timeInChunk } from "../zarr/chunkGrid.ts";
import { hasGranules } from "./chunkObjects.ts";
import type { LiveDataset } from "./live.ts";
import type { Wiring } from "./wiring.ts";

export interface SettledLength {
  readonly length: number;
  /** Chunks from that of the visible length on, none of whose timesteps has a granule. The last may lie beyond `length`. */
  readonly withoutGranules: readonly number[];
}

/** Chunk records that are read at once. */
const recordsPerPage = 32;

/**
 * The length that readers may be shown, at most `lengthMax`: the longest run of settled timesteps that ends with a present
 * one. Settled is present, or missing or corrupt for longer than the dataset's patience. A dataset that publishes its
 * `latest` shows everything up to the last present one. Only records at and after the visible length are read.
 */
export async function settledLength(
  { ledger, asOf }: Wiring,
  { dataset, state }: LiveDataset,
  lengthMax: number,
): Promise<SettledLength> {
  const { chunkLength } = dataset.time;
  const latest = dataset.growth.publish === "latest";
  const isSettled = (step: StepRecord | undefined, time: number) =>
    latest || step?.status === "present" || (step !== undefined && asOf() - time > dataset.growth.patienceMs);

  let length = state.length;
  const withoutGranules: number[] = [];
  const first = placeOf(state.length, chunkLength).chunk;
  const last = Math.min(placeOf(lengthMax - 1, chunkLength).chunk, lastChunkUntil(dataset, asOf()));
  for (let page = first; page <= last; page += recordsPerPage) {
    const pageEnd = Math.min(last, page + recordsPerPage - 1);
    const found = await ledger.window(dataset.id, page, pageEnd, recordsPerPage);
    const records = new Map(found.map(({ record }) => [record.chunk, record]));
    for (let chunk = page; chunk <= pageEnd; chunk++) {
      const record = records.get(chunk) ?? emptyChunk(chunk);
      if (!hasGranules(record)) withoutGranules.push(chunk);
      for (let offset = 0; offset < stepsOfChunk(dataset, chunk); offset++) {
        const index = indexInChunk(dataset, chunk, offset);
        if (index < state.length) continue;
        const step = record.steps[offset];
        if (index >= lengthMax || !isSettled(step, timeInChunk(dataset, chunk, offset)))
          return { length, withoutGranules };
        if (step?.status === "present") length = index + 1;
      }
    }
  }
  return { length, withoutGranules };
}
