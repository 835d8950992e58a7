import { statusFlags } from "../dataset/cf.ts";
import { placeOf } from "../dataset/chunkGrid.ts";
import type { Dataset } from "../dataset/dataset.ts";
import { StorageError } from "../errors.ts";
import type { ChunkRecord } from "../ledger/records.ts";
import type { Wiring } from "../pipeline/wiring.ts";
import { ABSENT, type Generation } from "../store/store.ts";
import { decode } from "../zarr/codec.ts";
import { defaultCodec } from "../zarr/compressor.ts";
import { groupKey } from "../zarr/layout.ts";
import { coordinateChunkLength } from "../zarr/metadata.ts";
import { formatOf } from "./formatOf.ts";
import type { StoredDataset } from "./stored.ts";

/** One chunk of `granule_status` as it stands: also what is known of timesteps that readers do not see yet. */
export interface StatusChunk {
  readonly key: string;
  readonly generation: Generation;
  readonly flags: Int8Array;
}

/** The key in the store of a chunk of `granule_status`. */
export function statusChunkKey(dataset: Dataset, number: number): string {
  return groupKey(dataset.id, formatOf(dataset).keys.chunk("granule_status", [number]));
}

/** The chunks of `granule_status` that hold the timesteps of these data chunks. */
export function statusChunksOf(chunkLength: number, chunks: Iterable<number>): Set<number> {
  const found = new Set<number>();
  for (const chunk of chunks) {
    found.add(placeOf(chunk * chunkLength, coordinateChunkLength).chunk);
    found.add(placeOf((chunk + 1) * chunkLength - 1, coordinateChunkLength).chunk);
  }
  return found;
}

/** Reads a chunk of `granule_status`. One that is gone or damaged is made anew from the ledger. */
export async function readStatusChunk(
  wiring: Wiring,
  { dataset }: StoredDataset,
  number: number,
  signal: AbortSignal,
): Promise<StatusChunk> {
  const key = statusChunkKey(dataset, number);
  const found = await wiring.store.read(key, signal);
  const generation = found?.generation ?? ABSENT;
  try {
    if (found) {
      const raw = await decode(defaultCodec, found.bytes, coordinateChunkLength, key);
      return { key, generation, flags: new Int8Array(raw) };
    }
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
  }
  const flags = new Int8Array(coordinateChunkLength).fill(statusFlags.pending);
  const { chunkLength } = dataset.time;
  const first = placeOf(number * coordinateChunkLength, chunkLength).chunk;
  const last = placeOf((number + 1) * coordinateChunkLength - 1, chunkLength).chunk;
  const records = await wiring.ledger.window(dataset.id, first, last, last - first + 1, signal);
  const chunk = { key, generation, flags };
  for (const { record } of records) overlayStatuses(chunk, number, chunkLength, record);
  return chunk;
}

/** Lays the statuses of a chunk's timesteps over those that stand there. */
export function overlayStatuses(
  { flags }: StatusChunk,
  number: number,
  chunkLength: number,
  record: ChunkRecord,
): void {
  for (const [offset, { status }] of Object.entries(record.steps)) {
    const place = record.chunk * chunkLength + Number(offset) - number * coordinateChunkLength;
    if (place >= 0 && place < flags.length) flags[place] = statusFlags[status];
  }
}

/** Timesteps of this chunk that are not present, among those before `length`. */
export function countGaps({ flags }: StatusChunk, number: number, length: number): number {
  const visible = flags.subarray(0, Math.max(0, length - number * coordinateChunkLength));
  return visible.reduce((count, flag) => (flag === statusFlags.present ? count : count + 1), 0);
}
