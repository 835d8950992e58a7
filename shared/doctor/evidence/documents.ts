import pMap from "p-map";
import { isGrowing } from "../../archive/groupObjects.ts";
import { initialStored } from "../../archive/stored.ts";
import type { Dataset } from "../../dataset/dataset.ts";
import { ContentionError } from "../../errors.ts";
import type { Wiring } from "../../pipeline/wiring.ts";
import type { StoredObject } from "../../store/store.ts";
import { lengthIn } from "../../zarr/drift.ts";
import { groupKey } from "../../zarr/layout.ts";
import {
  type ArrayDocument,
  type Fields,
  type GroupDocuments,
  groupDocuments,
  readFields,
} from "../../zarr/metadata.ts";

const readsAtOnceMax = 16;

/** The group's metadata as they stand, whatever became of them. */
export interface StoredDocuments {
  /** By key, `.zmetadata` among them; what is gone is not there. */
  readonly objects: ReadonlyMap<string, StoredObject>;
  /** The documents that can be read, each from its own object. */
  readonly own: GroupDocuments;
  /** Those that `.zmetadata` holds; `undefined` if it cannot be read. */
  readonly consolidated: GroupDocuments | undefined;
}

/** The keys of the documents that the dataset has, in any state. */
export function documentKeys(dataset: Dataset): string[] {
  return [...groupDocuments(dataset, initialStored({ dataset }).state).keys()];
}

/** Those of the arrays that grow along time. */
export function growingKeys(dataset: Dataset): string[] {
  const documents = groupDocuments(dataset, initialStored({ dataset }).state);
  return [...documents.keys()].filter((key) => isGrowing(documents, key));
}

/** Reads all metadata of one state. Throws a `ContentionError` if commits come in between as often as the limit allows. */
export async function readStoredDocuments(wiring: Wiring, signal: AbortSignal): Promise<StoredDocuments> {
  const { dataset, store, limits } = wiring;
  const read = (key: string) => store.read(groupKey(dataset.id, key), signal);
  for (let race = 0; race < limits.racesMax; race++) {
    const metadata = await read(".zmetadata");
    const objects = new Map<string, StoredObject>(metadata && [[".zmetadata", metadata]]);
    await pMap(
      documentKeys(dataset),
      async (key) => {
        const found = await read(key);
        if (found) objects.set(key, found);
      },
      { concurrency: readsAtOnceMax, signal },
    );
    if ((await read(".zmetadata"))?.generation === metadata?.generation) return stateOf(objects);
  }
  throw new ContentionError(`the metadata of ${dataset.id} changed ${limits.racesMax} times in a row`);
}

function stateOf(objects: ReadonlyMap<string, StoredObject>): StoredDocuments {
  const own = new Map<string, object>();
  for (const [key, { bytes }] of objects) {
    const document = key === ".zmetadata" ? undefined : readFields(bytes);
    if (document && isOfItsKind(key, document)) own.set(key, document);
  }
  const consolidated = consolidatedIn(objects.get(".zmetadata")?.bytes ?? new Uint8Array());
  return { objects, own, consolidated };
}

/** The documents that the bytes of a `.zmetadata` hold; `undefined` if they cannot be read. */
export function consolidatedIn(bytes: Uint8Array): GroupDocuments | undefined {
  const metadata = readFields(bytes)?.metadata;
  const isReadable = metadata !== null && typeof metadata === "object" && !Array.isArray(metadata);
  const isDocument = ([key, document]: [string, object | null]) =>
    document !== null && typeof document === "object" && isOfItsKind(key, document);
  if (!isReadable) return undefined;
  return new Map(Object.entries(metadata as Record<string, object>).filter(isDocument));
}

/** Whether a document says what one of its kind says at least: else it is another's, and no statement. */
function isOfItsKind(key: string, document: object): boolean {
  const { zarr_format: format, shape, _ARRAY_DIMENSIONS: dimensions } = document as Fields;
  if (key.endsWith("/.zarray")) return format === 2 && Array.isArray(shape);
  return !key.endsWith("/.zattrs") || Array.isArray(dimensions);
}

/** The same documents, each of the `keys` with that length along time; others as they are. */
export function withLength(
  documents: GroupDocuments,
  keys: Iterable<string>,
  length: number,
): GroupDocuments {
  const changed = new Map(documents);
  for (const key of keys) {
    const document = documents.get(key) as Partial<ArrayDocument> | undefined;
    if (document && lengthIn(document) !== undefined)
      changed.set(key, { ...document, shape: [length, ...(document.shape ?? []).slice(1)] });
  }
  return changed;
}
