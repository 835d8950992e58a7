import type { StepRecord } from "../ledger/records.ts";
import { indexInChunk, lastChunkUntil, placeOf, stepsOfChunk, timeInChunk } from "../zarr/chunkGrid.ts";
import type { LiveDataset } from "./live.ts";
import type { Wiring } from "./wiring.ts";

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
): Promise<number> {
  const { chunkLength } = dataset.time;
  const latest = dataset.growth.publish === "latest";
  const isSettled = (step: StepRecord | undefined, time: number) =>
    latest || step?.status === "present" || (step !== undefined && asOf() - time > dataset.growth.patienceMs);

  let length = state.length;
  const first = placeOf(state.length, chunkLength).chunk;
  const last = Math.min(placeOf(lengthMax - 1, chunkLength).chunk, lastChunkUntil(dataset, asOf()));
  for (let page = first; page <= last; page += recordsPerPage) {
    const pageEnd = Math.min(last, page + recordsPerPage - 1);
    const found = await ledger.window(dataset.id, page, pageEnd, recordsPerPage);
    const records = new Map(found.map(({ record }) => [record.chunk, record]));
    for (let chunk = page; chunk <= pageEnd; chunk++) {
      for (let offset = 0; offset < stepsOfChunk(dataset, chunk); offset++) {
        const index = indexInChunk(dataset, chunk, offset);
        if (index < state.length) continue;
        const step = records.get(chunk)?.steps[offset];
        if (index >= lengthMax || !isSettled(step, timeInChunk(dataset, chunk, offset))) return length;
        if (step?.status === "present") length = index + 1;
      }
    }
  }
  return length;
}
