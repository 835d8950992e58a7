import pMap from "p-map";
import { placeOf } from "../dataset/chunkGrid.ts";
import { callsAtOnceMax, type Wiring } from "../pipeline/wiring.ts";
import { ABSENT, type Generation, type ObjectHeaders, type StoredObject } from "../store/store.ts";
import { encode } from "../zarr/codec.ts";
import { defaultCodec } from "../zarr/compressor.ts";
import { timeChunks } from "../zarr/coordinates.ts";
import { lengthIn } from "../zarr/drift.ts";
import { documentHeaders, groupKey, openChunkHeaders, sealedChunkHeaders } from "../zarr/layout.ts";
import {
  type ArrayDocument,
  consolidated,
  coordinateChunkLength,
  documentBytes,
  type GroupDocuments,
  type GroupState,
  groupDocuments,
} from "../zarr/metadata.ts";
import type { StatusChunk } from "./statusChunks.ts";
import { readConsolidated, type StoredDataset, storedFrom } from "./stored.ts";

/** The group's metadata as read: what readers are told, and the objects that a publication overwrites. */
export interface GroupObjects {
  readonly stored: StoredDataset;
  readonly documents: GroupDocuments;
  readonly objects: ReadonlyMap<string, StoredObject>;
}

const nothing: StoredObject = { bytes: new Uint8Array(), generation: ABSENT };

/**
 * Reads the group; `undefined` if a commit came in between: the generations of one state and the documents of another
 * would let its overwriting begin.
 */
export async function readGroup(wiring: Wiring, signal: AbortSignal): Promise<GroupObjects | undefined> {
  const { dataset, store } = wiring;
  const read = async (key: string) => (await store.read(groupKey(dataset.id, key), signal)) ?? nothing;
  const metadata = await read(".zmetadata");
  const documents = readConsolidated(dataset.id, metadata.bytes);
  const stored = storedFrom(dataset, documents);
  const keys = publicationOrder(groupDocuments(stored.dataset, stored.state), documents).flat();
  const objects = await pMap(keys, async (key) => [key, await read(key)] as const, {
    concurrency: callsAtOnceMax,
    signal,
  });
  if ((await read(".zmetadata")).generation !== metadata.generation) return undefined;
  return { stored, documents, objects: new Map([...objects, [".zmetadata", metadata]]) };
}

/** Whether the descriptor now words something differently that readers are told. */
export function hasNewWording({ stored, documents }: GroupObjects): boolean {
  const expected = groupDocuments(stored.dataset, stored.state);
  return [...expected].some(([key, document]) => !hasSameContent(document, documents.get(key)));
}

/**
 * The order of publication: chunks of `time` and `time_bnds` that the length grows into, `granule_status`, the shapes of all
 * arrays of data, then of what is like time, the group's attributes, and `.zmetadata` last: it is what readers open, and
 * everything it speaks of is there by then. Every put is conditional; false means that one was refused, and that all has to be
 * read again.
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
  const wanted = groupDocuments(dataset, state);
  const putDocument = async (key: string, document: object): Promise<boolean> => {
    const existing = objects.get(key) ?? nothing;
    const bytes = documentBytes(notShrunk(document, existing.bytes));
    if (Buffer.compare(bytes, existing.bytes) === 0) return true;
    return put(groupKey(dataset.id, key), bytes, existing.generation, documentHeaders);
  };
  for (const keys of publicationOrder(wanted, documents)) {
    const outcomes = await pMap(keys, (key) => putDocument(key, wanted.get(key) as object), {
      concurrency: callsAtOnceMax,
      signal,
    });
    if (outcomes.includes(false)) return false;
  }
  return putDocument(".zmetadata", consolidated(wanted));
}

function newTimeChunks({ dataset, state: before }: StoredDataset, state: GroupState) {
  const there = placeOf(Math.max(0, before.length - 1), coordinateChunkLength).chunk;
  const last = placeOf(state.length - 1, coordinateChunkLength).chunk;
  return Array.from({ length: Math.max(0, last - there) }, (_, i) =>
    timeChunks(dataset, there + 1 + i),
  ).flat();
}

/**
 * The keys of the documents to write: those together between which there is no order. Data come before time, so that a reader
 * who opens the arrays one by one finds no timestep without values. Of what does not grow, only what the descriptor rewords.
 */
function publicationOrder(wanted: GroupDocuments, existing: GroupDocuments): string[][] {
  const isWritten = (key: string) =>
    isGrowing(wanted, key) || !hasSameContent(wanted.get(key), existing.get(key));
  const isTimeLike = (key: string) => /^(granule_status|time|time_bnds)\//.test(key);
  const keys = [...wanted.keys()].filter((key) => key !== ".zattrs" && isWritten(key));
  return [keys.filter((key) => !isTimeLike(key)), keys.filter(isTimeLike), [".zattrs"]];
}

/** Whether the document of that key is an array's that is as long as the dataset. */
export function isGrowing(documents: GroupDocuments, key: string): boolean {
  const attributes = documents.get(key.replace(/zarray$/, "zattrs"));
  return (
    key.endsWith("/.zarray") &&
    (attributes as { _ARRAY_DIMENSIONS: string[] })._ARRAY_DIMENSIONS[0] === "time"
  );
}

/** An array that a commit which died on the way has already made longer stays that long. */
function notShrunk(document: object, existing: Uint8Array): object {
  const { shape } = document as Partial<ArrayDocument>;
  if (!shape) return document;
  return { ...document, shape: [Math.max(shape[0] ?? 0, existingLength(existing)), ...shape.slice(1)] };
}

/** The length that a `.zarray` states; 0 if it is not there or damaged: then it is written anew. */
function existingLength(document: Uint8Array): number {
  try {
    return lengthIn(JSON.parse(new TextDecoder().decode(document))) ?? 0;
  } catch {
    return 0;
  }
}

/** Whether two documents say the same in the same order. */
export function hasSameContent(a: object | undefined, b: object | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
