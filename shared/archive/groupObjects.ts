import pMap from "p-map";
import { placeOf } from "../dataset/chunkGrid.ts";
import type { Dataset } from "../dataset/dataset.ts";
import { StorageError } from "../errors.ts";
import { callsAtOnceMax, type Wiring } from "../pipeline/wiring.ts";
import { ABSENT, type Generation, type ObjectHeaders, type StoredObject } from "../store/store.ts";
import { encode } from "../zarr/codec.ts";
import { defaultCodec } from "../zarr/compressor.ts";
import { documentHeaders, groupKey, openChunkHeaders, sealedChunkHeaders } from "../zarr/layout.ts";
import {
  coordinateChunkLength,
  documentBytes,
  type GroupState,
  groupModel,
  readFields,
} from "../zarr/metadata.ts";
import type { GroupDocuments, ZarrFormat } from "../zarr/zarrFormat.ts";
import { timeChunks } from "./coordinates.ts";
import { growingKeys, readBeside } from "./documents.ts";
import { formatOf, groupDocuments } from "./formatOf.ts";
import type { StatusChunk } from "./statusChunks.ts";
import { consolidatedIn, type StoredDataset, storedFrom } from "./stored.ts";

/** The group's metadata as read: what readers are told, and the objects that a publication overwrites. */
export interface GroupObjects {
  readonly stored: StoredDataset;
  readonly documents: GroupDocuments;
  readonly objects: ReadonlyMap<string, StoredObject>;
}

const nothing: StoredObject = { bytes: new Uint8Array(), generation: ABSENT };

/**
 * Reads the group; `undefined` if a commit came in between: the generations of one state and the documents of another
 * would let its overwriting begin. Throws a `StorageError` where there is none.
 */
export async function readGroup(wiring: Wiring, signal: AbortSignal): Promise<GroupObjects | undefined> {
  const { descriptor, store } = wiring;
  const { consolidated } = formatOf(descriptor).keys;
  const metadata = await store.read(groupKey(descriptor.id, consolidated), signal);
  if (!metadata) throw new StorageError("commit", descriptor.id, "the dataset is not there, or was removed");
  const documents = consolidatedIn(descriptor, metadata.bytes);
  const stored = storedFrom(descriptor, documents);
  const written = keysToWrite(stored.dataset, stored.state, documents).flat();
  const keys = written.filter((key) => key !== consolidated);
  const objects = await readBeside(wiring, metadata, keys, signal);
  return objects && { stored, documents, objects };
}

/** Whether the descriptor now words something differently that readers are told. */
export function hasNewWording({ stored, documents }: GroupObjects): boolean {
  const expected = groupDocuments(stored.dataset, stored.state);
  return [...expected].some(([key, document]) => !hasSameContent(document, documents.get(key)));
}

/**
 * The order of publication: chunks of `time` and `time_bnds` that the length grows into, `granule_status`, and the documents
 * in their format's order, the consolidated one last. Every put is conditional; false means that one was refused, and that all
 * has to be read again.
 */
export async function writeGroup(
  { store }: Wiring,
  { stored, objects, documents }: GroupObjects,
  state: GroupState,
  statuses: Iterable<StatusChunk>,
  signal: AbortSignal,
): Promise<boolean> {
  const { dataset } = stored;
  const put = async (key: string, bytes: Uint8Array, generation: Generation, headers: ObjectHeaders) =>
    (await store.put(key, bytes, generation, headers, signal)).outcome === "written";

  for (const { key, raw } of newTimeChunks(stored, state)) {
    // Whoever wrote it before wrote the same bytes.
    await put(groupKey(dataset.id, key), await encode(defaultCodec, raw), ABSENT, sealedChunkHeaders);
  }
  for (const { key, flags, generation } of statuses) {
    const bytes = await encode(defaultCodec, new Uint8Array(flags.buffer));
    if (!(await put(key, bytes, generation, openChunkHeaders))) return false;
  }
  const format = formatOf(dataset);
  const own = groupDocuments(dataset, state);
  const wanted = new Map([...own, [format.keys.consolidated, format.consolidated(own)]]);
  const putDocument = async (key: string): Promise<boolean> => {
    const existing = objects.get(key) ?? nothing;
    const document = wanted.get(key) as object;
    const bytes = documentBytes(notShrunk(format, document, existing.bytes));
    if (Buffer.compare(bytes, existing.bytes) === 0) return true;
    return put(groupKey(dataset.id, key), bytes, existing.generation, documentHeaders);
  };
  for (const keys of keysToWrite(dataset, state, documents)) {
    const outcomes = await pMap(keys, putDocument, { concurrency: callsAtOnceMax, signal });
    if (outcomes.includes(false)) return false;
  }
  return true;
}

function newTimeChunks({ dataset, state: before }: StoredDataset, state: GroupState) {
  const there = placeOf(Math.max(0, before.length - 1), coordinateChunkLength).chunk;
  const last = placeOf(state.length - 1, coordinateChunkLength).chunk;
  return Array.from({ length: Math.max(0, last - there) }, (_, i) =>
    timeChunks(dataset, there + 1 + i),
  ).flat();
}

/**
 * The keys of the documents to write, in the format's order; of what does not grow, only what the descriptor rewords since
 * the `existing` ones were published.
 */
function keysToWrite(dataset: Dataset, state: GroupState, existing: GroupDocuments): string[][] {
  const format = formatOf(dataset);
  const model = groupModel(dataset, state);
  const wanted = format.documents(model);
  const always = new Set([...growingKeys(dataset), format.keys.attributes, format.keys.consolidated]);
  const isWritten = (key: string) => always.has(key) || !hasSameContent(wanted.get(key), existing.get(key));
  return format.publicationOrder(model).map((keys) => keys.filter(isWritten));
}

/** An array that a commit which died on the way has already made longer stays that long; a damaged document is written anew. */
function notShrunk(format: ZarrFormat, document: object, existing: Uint8Array): object {
  const length = format.lengthIn(document);
  if (length === undefined) return document;
  return format.withLength(document, Math.max(length, format.lengthIn(readFields(existing)) ?? 0));
}

/** Whether two documents say the same in the same order. */
export function hasSameContent(a: object | undefined, b: object | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
