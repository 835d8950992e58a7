import pMap from "p-map";
import { dataChunkKey } from "../dataset/chunkGrid.ts";
import type { Descriptor } from "../dataset/dataset.ts";
import type { ArraySpec } from "../dataset/descriptor.ts";
import type { Values } from "../dataset/values.ts";
import { ContentionError, StorageError } from "../errors.ts";
import type { ChunkRecord } from "../ledger/records.ts";
import type { ChunkLease } from "../pipeline/extend/chunkLease.ts";
import type { DatasetWiring } from "../pipeline/wiring.ts";
import { ABSENT, type Generation, type ObjectHeaders, type StoredObject } from "../store/store.ts";
import { groupKey } from "../zarr/layout.ts";
import {
  type ArrayEncoder,
  createArrayEncoder,
  type RetainPolicy,
  reencode,
  retainNothing,
  slicesOf,
} from "./arrayEncoder.ts";

/** The stored objects of one chunk, by array. */
export type ChunkObjects = ReadonlyMap<string, StoredObject>;

/** Whether the ledger has a granule of any of the chunk's timesteps, so that its objects must be there. */
export function hasGranules({ steps }: Pick<ChunkRecord, "steps">): boolean {
  return Object.values(steps).some(({ granule }) => granule);
}

export async function readChunkObjects(
  { dataset, store }: DatasetWiring,
  chunk: number,
  signal: AbortSignal,
): Promise<ChunkObjects> {
  const read = async ({ name }: ArraySpec) =>
    [name, await store.read(objectKey(dataset, name, chunk), signal)] as const;
  const found = await Promise.all(dataset.arrays.map(read));
  return new Map(found.filter((entry): entry is [string, StoredObject] => entry[1] !== undefined));
}

/** The arrays whose stored object can be decoded. */
export async function intactArrays(dataset: Descriptor, storedObjects: ChunkObjects): Promise<string[]> {
  const intact: string[] = [];
  for (const array of dataset.arrays) {
    const object = storedObjects.get(array.name);
    if (object && (await isIntact(dataset, array, object))) intact.push(array.name);
  }
  return intact;
}

async function isIntact(dataset: Descriptor, array: ArraySpec, { bytes }: StoredObject): Promise<boolean> {
  try {
    for await (const _ of slicesOf(dataset, array, { bytes, key: array.name }));
    return true;
  } catch (error) {
    if (error instanceof StorageError) return false;
    throw error;
  }
}

/** A chunk in the making, of all arrays. */
export interface ChunkEncoder {
  /** Adds the timestep at `offset`, which must lie after all that were added; `make` sets an array's values. */
  add(offset: number, make: (array: ArraySpec, values: Values) => void): Promise<void>;
  finish(): Promise<EncodedChunk>;
  /** Frees what it holds. */
  drop(): void;
}

/** The objects of a chunk as they are to be put. */
export interface EncodedChunk {
  readonly objects: ReadonlyMap<
    string,
    { readonly bytes: Uint8Array; readonly existing: StoredObject | undefined }
  >;
  /** The offsets of the timesteps that are new in it. */
  readonly taken: ReadonlySet<number>;
  /** Whether what stands in the store at another offset is to stay; `undefined` where nothing of it is. */
  readonly isRetained: ((offset: number) => boolean) | undefined;
}

/**
 * Begins to make a chunk. `storedObjects` are its objects as read since the lease was taken; those not among them are read when the
 * first timestep is added. Adding and finishing throw a `StorageError` of operation `decode` where an object of which something
 * is to be kept is damaged.
 */
export function createChunkEncoder(
  { dataset, store }: DatasetWiring,
  chunk: number,
  storedObjects: ChunkObjects,
  isRetained: EncodedChunk["isRetained"],
  signal: AbortSignal,
): ChunkEncoder {
  const taken = new Set<number>();
  const builds = new Map<string, ArrayEncoder>();
  const existing = new Map(storedObjects);

  async function begin(array: ArraySpec): Promise<ArrayEncoder> {
    const begun = builds.get(array.name);
    if (begun) return begun;
    const key = objectKey(dataset, array.name, chunk);
    const found = existing.get(array.name) ?? (await store.read(key, signal));
    if (found) existing.set(array.name, found);
    const encoder = createArrayEncoder(dataset, array, retainedBy(key, found, isRetained));
    builds.set(array.name, encoder);
    return encoder;
  }

  return {
    async add(offset, make) {
      signal.throwIfAborted();
      taken.add(offset);
      const add = async (array: ArraySpec) =>
        (await begin(array)).add(offset, (values) => make(array, values));
      await Promise.all(dataset.arrays.map(add));
    },
    async finish() {
      const finish = async (array: ArraySpec) => {
        const bytes = await (await begin(array)).finish();
        return [array.name, { bytes, existing: existing.get(array.name) }] as const;
      };
      return { objects: new Map(await Promise.all(dataset.arrays.map(finish))), taken, isRetained };
    },
    drop() {
      for (const encoder of builds.values()) encoder.drop();
    },
  };
}

function retainedBy(
  key: string,
  existing: StoredObject | undefined,
  isRetained: EncodedChunk["isRetained"],
): RetainPolicy {
  return existing && isRetained ? { existing: { bytes: existing.bytes, key }, isRetained } : retainNothing;
}

/**
 * Puts the objects of a chunk. For each, in this order: read it → see that the lease still is ours → put it on the condition
 * that it is unchanged. Without the look at the lease a late worker could read what its successor wrote and lay an older granule
 * over it. An object that changed meanwhile is made again over what stands there now. Throws a `ContentionError` when the lease
 * is lost or others are always quicker; a `StorageError` of operation `decode` where an object is damaged.
 */
export async function putChunkObjects(
  wiring: DatasetWiring,
  lease: ChunkLease,
  { objects, taken, isRetained }: EncodedChunk,
  headers: ObjectHeaders,
  signal: AbortSignal,
): Promise<Map<string, Generation>> {
  const { dataset, store, limits } = wiring;
  const generations = new Map<string, Generation>();

  async function putObject(array: ArraySpec): Promise<void> {
    const key = objectKey(dataset, array.name, lease.record.chunk);
    let { bytes, existing } = objects.get(array.name) as {
      bytes: Uint8Array;
      existing: StoredObject | undefined;
    };
    for (let race = 0; race < limits.racesMax; race++) {
      if (race > 0) {
        existing = await store.read(key, signal);
        bytes = await reencode(dataset, array, bytes, taken, retainedBy(key, existing, isRetained));
      }
      if (!(await lease.isOurs(signal)))
        throw new ContentionError(`the lease of chunk ${lease.record.chunk} was taken over`);
      const put = await store.put(key, bytes, existing?.generation ?? ABSENT, headers, signal);
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

/** The key of an array's object of that chunk. */
export function objectKey(dataset: Descriptor, array: string, chunk: number): string {
  return groupKey(dataset.id, dataChunkKey(dataset, array, chunk));
}
