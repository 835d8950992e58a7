import pMap from "p-map";
import { type Dataset, valuesPerStep } from "../dataset/dataset.ts";
import { type ArraySpec, itemBytes } from "../dataset/descriptor.ts";
import type { Values } from "../dataset/values.ts";
import { ContentionError } from "../errors.ts";
import type { ChunkRecord } from "../ledger/records.ts";
import { ABSENT, type Generation, type ObjectHeaders, type StoredObject } from "../store/store.ts";
import { bytesOf, chunkValues, dataChunkKey, filledValues, valuesOf } from "../zarr/chunkGrid.ts";
import { decode, defaultCodec, encode } from "../zarr/codec.ts";
import { groupKey } from "../zarr/layout.ts";
import type { ChunkLease } from "./chunkLease.ts";
import { mergeStored } from "./merge.ts";
import type { Wiring } from "./wiring.ts";

/** The stored objects of one chunk, by array. */
export type ChunkObjects = ReadonlyMap<string, StoredObject>;

/** The timesteps of one chunk that were decoded: a whole chunk of each array, of which only those at `taken` hold. */
export interface DecodedSteps {
  readonly values: ReadonlyMap<string, Values>;
  readonly taken: ReadonlySet<number>;
  /** Whether what is stored at another offset is to stay. */
  readonly isKept: (offset: number) => boolean;
}

/** Whether the ledger has a granule of any of the chunk's timesteps, so that its objects must be there. */
export function hasGranules({ steps }: Pick<ChunkRecord, "steps">): boolean {
  return Object.values(steps).some(({ granule }) => granule);
}

/** Room for a chunk of each array. */
export function emptyChunkValues(dataset: Dataset): Map<string, Values> {
  return new Map(
    dataset.arrays.map(({ name, dtype }) => [name, filledValues(dtype, chunkValues(dataset), 0)]),
  );
}

export async function readChunkObjects(
  { dataset, store }: Wiring,
  chunk: number,
  signal: AbortSignal,
): Promise<ChunkObjects> {
  const objects = new Map<string, StoredObject>();
  for (const { name } of dataset.arrays) {
    const found = await store.read(objectKey(dataset, name, chunk), signal);
    if (found) objects.set(name, found);
  }
  return objects;
}

/** The arrays whose stored object can be decoded. */
export async function intactArrays(dataset: Dataset, stored: ChunkObjects): Promise<string[]> {
  const intact: string[] = [];
  for (const { name, dtype, codec = defaultCodec } of dataset.arrays) {
    const object = stored.get(name);
    if (!object) continue;
    const rawBytes = chunkValues(dataset) * itemBytes[dtype];
    const raw = await decode(codec, object.bytes, rawBytes, name).catch(() => undefined);
    if (raw) intact.push(name);
  }
  return intact;
}

/**
 * Merges the decoded timesteps into the chunk's objects and puts them. `stored` are the objects as read since the lease
 * was taken; those not among them are read here.
 *
 * For each object, in this order: read it → see that the lease still is ours → put it on the condition that it is
 * unchanged. Without the look at the lease a late worker could read what its successor wrote and lay an older granule
 * over it. Throws a `ContentionError` when the lease is lost or others are always quicker; a `StorageError` of operation
 * `decode` where an object is damaged.
 */
export async function putChunkObjects(
  wiring: Wiring,
  lease: ChunkLease,
  decoded: DecodedSteps,
  stored: ChunkObjects,
  replace: boolean,
  headers: ObjectHeaders,
  signal: AbortSignal,
): Promise<Map<string, Generation>> {
  const { dataset, store, limits } = wiring;
  const generations = new Map<string, Generation>();

  async function putObject(array: ArraySpec): Promise<void> {
    const key = objectKey(dataset, array.name, lease.record.chunk);
    for (let race = 0; race < limits.racesMax; race++) {
      const known = race === 0 ? stored.get(array.name) : undefined;
      const standing = known ?? (await store.read(key, signal));
      const bytes = await mergedBytes(dataset, array, decoded, replace ? undefined : standing, key);
      if (!(await lease.isOurs()))
        throw new ContentionError(`the lease of chunk ${lease.record.chunk} was taken over`);
      const put = await store.put(key, bytes, standing?.generation ?? ABSENT, headers, signal);
      if (put.outcome === "written") {
        generations.set(array.name, put.generation);
        return;
      }
    }
    throw new ContentionError(`${key} changed ${limits.racesMax} times in a row`);
  }

  await pMap(dataset.arrays, putObject, { concurrency: limits.arraysInFlightMax, signal });
  return generations;
}

async function mergedBytes(
  dataset: Dataset,
  array: ArraySpec,
  { values, taken, isKept }: DecodedSteps,
  standing: StoredObject | undefined,
  key: string,
): Promise<Uint8Array> {
  const chunk = values.get(array.name) as Values;
  const codec = array.codec ?? defaultCodec;
  const whole = taken.size === dataset.time.chunkLength;
  const raw = standing && !whole ? await decode(codec, standing.bytes, chunk.byteLength, key) : undefined;
  const kept = raw && valuesOf(array.dtype, raw);
  mergeStored(chunk, kept, taken, isKept, valuesPerStep(dataset), array.fillValue);
  return encode(codec, bytesOf(chunk));
}

/** The key of an array's object of that chunk. */
export function objectKey(dataset: Dataset, array: string, chunk: number): string {
  return groupKey(dataset.id, dataChunkKey(dataset, array, chunk));
}
