import pMap from "p-map";
import { formatOf, groupDocuments } from "../../archive/formatOf.ts";
import { growingKeys } from "../../archive/groupObjects.ts";
import { nothingYet } from "../../archive/stored.ts";
import { asDescribed, type Dataset, type Descriptor } from "../../dataset/dataset.ts";
import { ContentionError } from "../../errors.ts";
import type { Wiring } from "../../pipeline/wiring.ts";
import type { StoredObject } from "../../store/store.ts";
import { groupKey } from "../../zarr/layout.ts";
import { readFields } from "../../zarr/metadata.ts";
import type { GroupDocuments, ZarrFormat } from "../../zarr/zarrFormat.ts";

const readsAtOnceMax = 16;

/** The group's metadata as they stand, whatever became of them. */
export interface StoredDocuments {
  /** By key, the consolidated document among them; what is gone is not there. */
  readonly objects: ReadonlyMap<string, StoredObject>;
  /** The documents that can be read, each from its own object. */
  readonly own: GroupDocuments;
  /** Those that the consolidated document holds; `undefined` if it cannot be read. */
  readonly consolidated: GroupDocuments | undefined;
}

/** The keys of the documents that the dataset has, in any state. */
export function documentKeys(dataset: Dataset): string[] {
  return [...groupDocuments(dataset, nothingYet).keys()];
}

/** The group's attributes among these documents; `undefined` if they are not there. */
export function attributesIn(dataset: Descriptor, documents: GroupDocuments | undefined): object | undefined {
  return documents?.get(formatOf(dataset).keys.attributes);
}

/** Reads all metadata of one state. Throws a `ContentionError` if commits come in between as often as the limit allows. */
export async function readStoredDocuments(wiring: Wiring, signal: AbortSignal): Promise<StoredDocuments> {
  const { descriptor, store, limits } = wiring;
  const format = formatOf(descriptor);
  const { consolidated } = format.keys;
  const read = (key: string) => store.read(groupKey(descriptor.id, key), signal);
  for (let race = 0; race < limits.racesMax; race++) {
    const metadata = await read(consolidated);
    const objects = new Map<string, StoredObject>(metadata && [[consolidated, metadata]]);
    await pMap(
      documentKeys(asDescribed(descriptor)),
      async (key) => {
        const found = await read(key);
        if (found) objects.set(key, found);
      },
      { concurrency: readsAtOnceMax, signal },
    );
    if ((await read(consolidated))?.generation === metadata?.generation) return stateOf(format, objects);
  }
  throw new ContentionError(`the metadata of ${descriptor.id} changed ${limits.racesMax} times in a row`);
}

function stateOf(format: ZarrFormat, objects: ReadonlyMap<string, StoredObject>): StoredDocuments {
  const { consolidated: consolidatedKey } = format.keys;
  const own = new Map<string, object>();
  for (const [key, { bytes }] of objects) {
    const document = key === consolidatedKey ? undefined : readFields(bytes);
    if (document && format.isOfItsKind(key, document)) own.set(key, document);
  }
  const consolidated = consolidatedIn(format, objects.get(consolidatedKey)?.bytes ?? new Uint8Array());
  return { objects, own, consolidated };
}

/** The documents that the bytes of a consolidated one hold; `undefined` if they cannot be read. */
export function consolidatedIn(format: ZarrFormat, bytes: Uint8Array): GroupDocuments | undefined {
  const fields = readFields(bytes);
  const documents = fields && format.documentsIn(fields);
  return documents && new Map([...documents].filter(([key, document]) => format.isOfItsKind(key, document)));
}

/** The same documents, those of the arrays along time with that length; others as they are. */
export function withLength(dataset: Dataset, documents: GroupDocuments, length: number): GroupDocuments {
  const changed = new Map(documents);
  const format = formatOf(dataset);
  for (const key of growingKeys(dataset)) {
    const document = documents.get(key);
    if (document) changed.set(key, format.withLength(document, length));
  }
  return changed;
}
