import * as zarr from "zarrita";
import { reasonOf } from "../../../shared/errors.ts";
import { pause } from "../../../shared/waiting.ts";
import { type ChunkCache, createChunkCache } from "./chunkCache.ts";
import { codecs } from "./codecs.ts";
import { createField, type Field, type NumberChunk } from "./field.ts";
import { readFieldMetadata } from "./fieldMetadata.ts";
import { readObject } from "./readObject.ts";

export type { Field } from "./field.ts";

/** Decoded chunks that are cached. One of 3B42RT's is 55 MB, and the last 24 hours may span two. */
const chunkBytesMax = 160e6;

/** A chunk is fetched only after it was wanted for so long: a slider that is dragged passes many. */
const debounceMs = 40;

/** A dataset as it was when it was opened: later commits show when it is opened again. */
export interface OpenDataset {
  readonly length: number;
  /** Data arrays along the append dimension, for the map. */
  readonly fields: readonly Field[];
  /** The flag of every visible timestep, as in `statusFlags`. Throws an Error with a sentence for people. */
  statuses(): Promise<Int8Array>;
}

type AnyArray = zarr.Array<zarr.DataType>;
interface Opened {
  /** By name. */
  readonly arrays: ReadonlyMap<string, AnyArray>;
  readonly chunks: ChunkCache<NumberChunk>;
}

/**
 * The dataset's Zarr group, opened by its consolidated metadata at `url` (…/data/ID.zarr). Throws an Error with a sentence
 * for people; when `signal` aborts, its reason.
 */
export async function openDataset(url: string, signal?: AbortSignal): Promise<OpenDataset> {
  const [arrays] = await Promise.all([openArrays(url, signal), provideCodecs()]);
  const opened = {
    arrays,
    chunks: createChunkCache<NumberChunk>(chunkBytesMax),
  };
  const status = opened.arrays.get("granule_status");
  if (!status) throw new Error(`${nameOf(url)} has no granule_status: it is not a dataset that grows`);
  const appendDimension = status.dimensionNames?.[0];
  let statuses: Promise<Int8Array> | undefined;
  return {
    length: status.shape[0] as number,
    fields: [...opened.arrays].flatMap(([name, array]) =>
      isField(opened, name, appendDimension) ? [fieldOf(opened, name, array)] : [],
    ),
    statuses() {
      statuses ??= readStatuses(status).catch((error) => {
        statuses = undefined;
        throw error;
      });
      return statuses;
    },
  };
}

let provided: Promise<void> | undefined;

/** Once: codecs for what the browser does not inflate, and a worker to decode in where one can run. The sooner the better. */
export function provideCodecs(): Promise<void> {
  const inPage = () => void codecs();
  provided ??= import("./decodeWorker.ts").then(({ decodeInWorker }) => {
    if (typeof Worker === "undefined") inPage();
    else decodeInWorker(codecs());
  }, inPage);
  return provided;
}

async function openArrays(url: string, signal?: AbortSignal): Promise<ReadonlyMap<string, AnyArray>> {
  const metadataKey = "/.zmetadata";
  const store: zarr.AsyncReadable = {
    async get(key, options) {
      const bytes = await readObject(`${url}${key}`, key === metadataKey ? signal : options?.signal);
      // Every chunk of a dataset exists. The library would read an absent one as fill.
      if (!bytes && !key.includes("/.z")) throw new Error(`${key.slice(1)} is not in the store`);
      return bytes;
    },
  };
  try {
    const consolidated = await zarr.withConsolidatedMetadata(store, { format: "v2" });
    const names = consolidated
      .contents()
      .flatMap(({ path, kind }) => (kind === "array" ? path.slice(1) : []));
    const group = zarr.root(consolidated);
    const open = async (name: string) =>
      [name, await zarr.open.v2(group.resolve(name), { kind: "array" })] as const;
    return new Map(await Promise.all(names.map(open)));
  } catch (cause) {
    if (signal?.aborted) throw signal.reason;
    if (zarr.isZarritaError(cause, "NotFoundError"))
      throw new Error(`${nameOf(url)} is not there: it has no .zmetadata`, { cause });
    if (zarr.isZarritaError(cause))
      throw new Error(`${nameOf(url)} cannot be opened: ${reasonOf(cause)}`, { cause });
    throw cause;
  }
}

async function readStatuses(array: AnyArray): Promise<Int8Array> {
  if (!array.is("int8")) throw new Error(`granule_status is ${array.dtype}, not int8`);
  if (array.shape[0] === 0) return new Int8Array(); // the library fails on an empty selection
  try {
    const { data } = await zarr.get(array);
    return data;
  } catch (cause) {
    throw chunkFault("granule_status", cause);
  }
}

/** Whether the array holds whole grids of numbers along the append dimension, and neither bounds nor statuses. */
function isField({ arrays }: Opened, name: string, appendDimension: string | undefined): boolean {
  const array = arrays.get(name);
  if (!array || name === "granule_status" || array.dimensionNames?.[0] !== appendDimension) return false;
  if (array.shape.length < 2 || !(array.is("number") || array.is("bigint"))) return false;
  const isWhole = array.chunks.every((count, axis) => axis === 0 || count >= (array.shape[axis] as number));
  const isBounds = [...arrays.values()].some(({ attrs }) => attrs.bounds === name);
  return isWhole && !isBounds;
}

function fieldOf({ arrays, chunks }: Opened, name: string, array: AnyArray): Field {
  const coordinate = (dimension: string) => {
    const axis = arrays.get(dimension);
    return axis?.shape.length === 1 && (axis.is("number") || axis.is("bigint")) ? axis : undefined;
  };
  return createField({
    name,
    metadata: readFieldMetadata(name, array.attrs, array.fillValue),
    dimensions: (array.dimensionNames ?? []).map((dimension, axis) => ({
      name: dimension,
      count: array.shape[axis] as number,
      attributes: coordinate(dimension)?.attrs ?? {},
      async values() {
        const stored = coordinate(dimension);
        if (!stored) return undefined;
        const { data } = await readChunk(dimension, stored, [0]);
        return Float64Array.from(data, Number).subarray(0, stored.shape[0]);
      },
    })),
    chunkLength: array.chunks[0] as number,
    chunk(chunkIndex, signal) {
      const coordinates = array.shape.map((_, axis) => (axis === 0 ? chunkIndex : 0));
      const load = async (until: AbortSignal) => {
        await pause(debounceMs, until);
        return readChunk(name, array, coordinates, until);
      };
      return chunks.get(`${name}/${chunkIndex}`, load, signal);
    },
  });
}

async function readChunk(
  name: string,
  array: AnyArray,
  coordinates: number[],
  signal?: AbortSignal,
): Promise<NumberChunk> {
  const key = `${name}/${coordinates.join(".")}`;
  try {
    const { data, stride } = await array.getChunk(coordinates, signal ? { signal } : {});
    const values = data as NumberChunk["data"];
    const expected = array.chunks.reduce((product, count) => product * count, 1);
    if (values.length !== expected)
      throw new Error(`${key} is damaged: it holds ${values.length} values, not ${expected}`);
    return { data: values, stride, byteLength: (data as unknown as ArrayBufferView).byteLength };
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw chunkFault(key, cause);
  }
}

/** What is wrong with a chunk, in a sentence: it cannot be read, or it cannot be decoded. */
function chunkFault(key: string, cause: unknown): Error {
  if (!zarr.isZarritaError(cause))
    return cause instanceof Error ? cause : new Error(`${key}: ${reasonOf(cause)}`);
  const reason = cause.cause === undefined ? cause.message : reasonOf(cause.cause);
  return new Error(`${key} is damaged: ${reason}`, { cause });
}

function nameOf(url: string): string {
  return url.split("/").at(-1) as string;
}
