import type { StoredDataset } from "../../archive/stored.ts";
import { timeInChunk } from "../../dataset/chunkGrid.ts";
import { formatInstant } from "../../dataset/timeAxis.ts";
import { chunkRecordKey, type Versioned } from "../../ledger/ledger.ts";
import type { ChunkRecord, GranuleIdentity } from "../../ledger/records.ts";
import { refuseNewer, withSchema } from "../../schema.ts";
import { ABSENT } from "../../store/store.ts";
import { documentHeaders, provenanceKey } from "../../zarr/layout.ts";
import { documentBytes, readFields } from "../../zarr/metadata.ts";
import type { Wiring } from "../wiring.ts";

/**
 * Writes which granule each timestep of a chunk came from, enough to rebuild the ledger from the store, and then clears
 * the chunk's `uncommitted`. The flag falls only if the record still is the one that was published: what came in
 * meanwhile is the next commit's. Throws a `NewerSchemaError` where a newer build's record stands.
 */
export async function markPublished(
  { ledger, store }: Wiring,
  { dataset }: StoredDataset,
  published: Versioned<ChunkRecord>,
  signal: AbortSignal,
): Promise<void> {
  const { chunk } = published.record;
  const key = provenanceKey(dataset.id, chunk);
  // The object's generation before the record: a later commit's provenance is never overwritten by this one's.
  const existing = await store.read(key, signal);
  if (existing) refuseNewer(key, readFields(existing.bytes));
  const newest = await ledger.read(chunkRecordKey(dataset.id, chunk), signal);
  if (newest?.version !== published.version) return;
  const bytes = documentBytes(provenanceOf({ dataset }, newest.record));
  const put = await store.put(key, bytes, existing?.generation ?? ABSENT, documentHeaders, signal);
  if (put.outcome === "preconditionFailed") return;
  await ledger.write(
    chunkRecordKey(dataset.id, chunk),
    { ...newest.record, uncommitted: false },
    newest.version,
    signal,
  );
}

/** The provenance record of a chunk. Instants are ISO 8601, UTC; keys are in snake_case as in all that is stored. */
export function provenanceOf(
  { dataset }: Pick<StoredDataset, "dataset">,
  { chunk, steps }: ChunkRecord,
): object {
  const identity = (granule: GranuleIdentity) => ({
    path: granule.path,
    size_bytes: granule.sizeBytes,
    listed_date: granule.version,
    modified_at: granule.modifiedAt === null ? null : formatInstant(granule.modifiedAt),
  });
  return withSchema({
    dataset: dataset.id,
    chunk,
    start: formatInstant(dataset.time.start),
    steps: Object.entries(steps).map(([offset, { status, granule, failed }]) => ({
      offset: Number(offset),
      time: formatInstant(timeInChunk(dataset, chunk, Number(offset))),
      status,
      granule: granule && {
        ...identity(granule),
        crc32c: granule.crc32c,
        ingested_at: formatInstant(granule.ingestedAt),
        revision: granule.revision,
      },
      failed: failed && {
        granule: failed.granule && identity(failed.granule),
        fault: failed.fault,
        reason: failed.reason,
        attempts: failed.attempts,
        next_try_at: formatInstant(failed.nextTryAt),
      },
    })),
  });
}
