import pMap from "p-map";
import { asDescribed, type Dataset, type Descriptor } from "../dataset/dataset.ts";
import { ContentionError, reasonOf } from "../errors.ts";
import { callsAtOnceMax, type Wiring } from "../pipeline/wiring.ts";
import { ABSENT, type StoredObject } from "../store/store.ts";
import { groupKey } from "../zarr/layout.ts";
import { type Fields, groupModel } from "../zarr/metadata.ts";
import { isAlongTime } from "../zarr/model.ts";
import type { GroupDocuments, ZarrFormat } from "../zarr/zarrFormat.ts";
import { formatOf, groupDocuments } from "./formatOf.ts";
import { nothingYet } from "./state.ts";

/** What bytes hold, or why that cannot be read. */
export type Read<T> = { readonly found: T } | { readonly fault: string };

/** Levels of a metadata document, well beyond what any has: deeper ones could not be gone through. */
const levelsMax = 64;

function isDeeperThan(levels: number, value: unknown): boolean {
  if (value === null || typeof value !== "object") return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeperThan(levels - 1, inner));
}

/** The JSON object that a document is. */
export function readDocument(bytes: Uint8Array): Read<Fields> {
  try {
    const document: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    if (isDeeperThan(levelsMax, document)) throw new TypeError(`nested over ${levelsMax} levels`);
    if (document === null || typeof document !== "object" || Array.isArray(document))
      return { fault: "it is not a JSON object" };
    return { found: document as Fields };
  } catch (cause) {
    return { fault: `it is not JSON (${reasonOf(cause, 80)})` };
  }
}

/** The documents that a consolidated one holds, of whatever kind. */
export function readConsolidated(format: ZarrFormat, bytes: Uint8Array): Read<GroupDocuments> {
  const read = readDocument(bytes);
  if ("fault" in read) return read;
  const found = format.documentsIn(read.found);
  return found ? { found } : { fault: "it has no metadata" };
}

/** Those of them that state anything; `undefined` if the consolidated one cannot be read. */
export function soundDocuments(
  format: ZarrFormat,
  consolidated: Read<GroupDocuments>,
): GroupDocuments | undefined {
  return "found" in consolidated ? ofTheirKind(format, consolidated.found) : undefined;
}

function ofTheirKind(format: ZarrFormat, documents: GroupDocuments): GroupDocuments {
  return new Map([...documents].filter(([key, document]) => format.isOfItsKind(key, document)));
}

/** The group's attributes among these documents; `undefined` if they are not there. */
export function attributesIn(
  descriptor: Descriptor,
  documents: GroupDocuments | undefined,
): object | undefined {
  return documents?.get(formatOf(descriptor).keys.attributes);
}

/** The keys of the documents that state the length of the arrays along time. */
export function growingKeys(dataset: Dataset): string[] {
  const { arrays } = groupModel(dataset, nothingYet);
  return arrays.filter(isAlongTime).map(({ name }) => formatOf(dataset).keys.array(name));
}

/**
 * Reads the objects of those keys beside the consolidated document as it was read; `undefined` if a commit came in between:
 * they would be of more than one state. What is gone is not among them.
 */
export async function readBeside(
  { descriptor, store }: Pick<Wiring, "descriptor" | "store">,
  metadata: StoredObject | undefined,
  keys: readonly string[],
  signal: AbortSignal,
): Promise<Map<string, StoredObject> | undefined> {
  const { consolidated } = formatOf(descriptor).keys;
  const objects = new Map<string, StoredObject>(metadata && [[consolidated, metadata]]);
  const read = (key: string) => store.read(groupKey(descriptor.id, key), signal);
  await pMap(
    keys,
    async (key) => {
      const found = await read(key);
      if (found) objects.set(key, found);
    },
    { concurrency: callsAtOnceMax, signal },
  );
  const { generation = ABSENT } = (await read(consolidated)) ?? {};
  return generation === (metadata?.generation ?? ABSENT) ? objects : undefined;
}

/** The group's metadata as they stand, whatever became of them. */
export interface StoredDocuments {
  /** By key, the consolidated document among them; what is gone is not there. */
  readonly objects: ReadonlyMap<string, StoredObject>;
  /** The documents that can be read, each from its own object. */
  readonly own: GroupDocuments;
  /** Those that the consolidated document holds; `undefined` if it cannot be read. */
  readonly consolidated: GroupDocuments | undefined;
}

/** Reads all metadata of one state. Throws a `ContentionError` if commits come in between as often as the limit allows. */
export async function readStoredDocuments(wiring: Wiring, signal: AbortSignal): Promise<StoredDocuments> {
  const { descriptor, store, limits } = wiring;
  const format = formatOf(descriptor);
  const keys = [...groupDocuments(asDescribed(descriptor), nothingYet).keys()];
  for (let race = 0; race < limits.racesMax; race++) {
    const metadata = await store.read(groupKey(descriptor.id, format.keys.consolidated), signal);
    const objects = await readBeside(wiring, metadata, keys, signal);
    if (objects) return readObjects(format, objects);
  }
  throw new ContentionError(`the metadata of ${descriptor.id} changed ${limits.racesMax} times in a row`);
}

function readObjects(format: ZarrFormat, objects: ReadonlyMap<string, StoredObject>): StoredDocuments {
  const { consolidated: consolidatedKey } = format.keys;
  const own = new Map<string, object>();
  for (const [key, { bytes }] of objects) {
    const read = readDocument(bytes);
    if (key !== consolidatedKey && "found" in read) own.set(key, read.found);
  }
  const metadata = objects.get(consolidatedKey);
  const consolidated = metadata && soundDocuments(format, readConsolidated(format, metadata.bytes));
  return { objects, own: ofTheirKind(format, own), consolidated };
}
