import pMap from "p-map";
import type { Descriptor } from "../dataset/dataset.ts";
import type { ArraySpec } from "../dataset/descriptor.ts";
import type { Values } from "../dataset/values.ts";
import { ContentionError, StorageError } from "../errors.ts";
import type { ChunkRecord } from "../ledger/records.ts";
import type { DatasetWiring } from "../pipeline/wiring.ts";
import { ABSENT, type Generation, type ObjectHeaders, type StoredObject } from "../store/store.ts";
import {
  type ArrayEncoder,
  createArrayEncoder,
  type RetainPolicy,
  reencode,
  retainNothing,
  slicesOf,
} from "./arrayEncoder.ts";
import { type ChunkObject, objectsOf } from "./objectsOf.ts";

/** The stored objects of one chunk, by the names that `objectsOf` gives them. */
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
  const read = async ({ name, key }: ChunkObject) => [name, await store.read(key, signal)] as const;
  const found = await Promise.all(objectsOf(dataset, chunk).map(read));
  return new Map(found.filter((entry): entry is [string, StoredObject] => entry[1] !== undefined));
}

/** The names of those among a chunk's stored objects that can be decoded. */
export async function intactObjects(
  descriptor: Descriptor,
  chunk: number,
  storedObjects: ChunkObjects,
): Promise<string[]> {
  const intact: string[] = [];
  for (const object of objectsOf(descriptor, chunk)) {
    const found = storedObjects.get(object.name);
    if (found && (await isIntact(descriptor, object, found))) intact.push(object.name);
  }
  return intact;
}

async function isIntact(
  descriptor: Descriptor,
  { array, key }: ChunkObject,
  { bytes }: StoredObject,
): Promise<boolean> {
  try {
    for await (const _ of slicesOf(descriptor, array, { bytes, key }));
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
  const objects = objectsOf(dataset, chunk);
  const encoders = new Map<string, ArrayEncoder>();
  const existing = new Map(storedObjects);

  async function begin({ array, key, name }: ChunkObject): Promise<ArrayEncoder> {
    const begun = encoders.get(name);
    if (begun) return begun;
    const found = existing.get(name) ?? (await store.read(key, signal));
    if (found) existing.set(name, found);
    const encoder = createArrayEncoder(dataset, array, retainedBy(key, found, isRetained));
    encoders.set(name, encoder);
    return encoder;
  }

  return {
    async add(offset, make) {
      signal.throwIfAborted();
      taken.add(offset);
      const add = async (object: ChunkObject) =>
        (await begin(object)).add(offset, (values) => make(object.array, values));
      await Promise.all(objects.map(add));
    },
    async finish() {
      const finish = async (object: ChunkObject) => {
        const bytes = await (await begin(object)).finish();
        return [object.name, { bytes, existing: existing.get(object.name) }] as const;
      };
      return { objects: new Map(await Promise.all(objects.map(finish))), taken, isRetained };
    },
    drop() {
      for (const encoder of encoders.values()) encoder.drop();
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

/** The right to put a chunk's objects, as far as putting asks for it. */
export interface HeldChunk {
  readonly record: Pick<ChunkRecord, "chunk">;
  /** Whether it still is ours. */
  isOurs(signal: AbortSignal): Promise<boolean>;
}

/**
 * Puts the objects of a chunk. For each, in this order: read it → see that the lease still is ours → put it on the condition
 * that it is unchanged. Without the look at the lease a late worker could read what its successor wrote and lay an older granule
 * over it. An object that changed meanwhile is made again over what stands there now. Throws a `ContentionError` when the lease
 * is lost or others are always quicker; a `StorageError` of operation `decode` where an object is damaged.
 */
export async function putChunkObjects(
  wiring: DatasetWiring,
  lease: HeldChunk,
  { objects, taken, isRetained }: EncodedChunk,
  headers: ObjectHeaders,
  signal: AbortSignal,
): Promise<Map<string, Generation>> {
  const { dataset, store, limits } = wiring;
  const { chunk } = lease.record;
  const generations = new Map<string, Generation>();

  async function putObject({ array, key, name }: ChunkObject): Promise<void> {
    let { bytes, existing } = objects.get(name) as {
      bytes: Uint8Array;
      existing: StoredObject | undefined;
    };
    for (let race = 0; race < limits.racesMax; race++) {
      if (race > 0) {
        existing = await store.read(key, signal);
        bytes = await reencode(dataset, array, bytes, taken, retainedBy(key, existing, isRetained));
      }
      if (!(await lease.isOurs(signal)))
        throw new ContentionError(`the lease of chunk ${chunk} was taken over`);
      const put = await store.put(key, bytes, existing?.generation ?? ABSENT, headers, signal);
      if (put.outcome === "written") {
        generations.set(name, put.generation);
        return;
      }
    }
    throw new ContentionError(`${key} changed ${limits.racesMax} times in a row`);
  }

  await pMap(objectsOf(dataset, chunk), putObject, { concurrency: limits.arraysInFlightMax, signal });
  return generations;
}
