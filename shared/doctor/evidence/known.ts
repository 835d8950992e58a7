import { objectsOf } from "../../archive/objectsOf.ts";
import type { Wiring } from "../../pipeline/wiring.ts";
import { groupKey, provenanceKey } from "../../zarr/layout.ts";
import { ledgerChunks } from "./ledgerRecords.ts";

/** The chunks that anything tells of, and who tells of them. */
export interface Known {
  /** All of them, in order. */
  readonly chunks: readonly number[];
  readonly ledger: ReadonlySet<number>;
  readonly provenance: ReadonlySet<number>;
  /** Chunks of which any array has an object. */
  readonly objects: ReadonlySet<number>;
  /** Whether there is anything of a group in the store. */
  readonly hasGroup: boolean;
}

/** Asks the ledger for its chunks, and the store for the keys of each directory once. */
export async function readKnown(wiring: Wiring, signal: AbortSignal): Promise<Known> {
  const { descriptor, store } = wiring;
  const ledger = new Set(await ledgerChunks(wiring, signal));
  const chunksIn = async (directory: string, keysOf: (chunk: number) => readonly string[]) =>
    numbersOf(await store.list(directory, signal), directory, keysOf);
  const provenance = await chunksIn(`${descriptor.id}.accrete/provenance/`, (chunk) => [
    provenanceKey(descriptor.id, chunk),
  ]);
  const objects = new Set<number>();
  for (const { name } of descriptor.arrays) {
    const found = await chunksIn(groupKey(descriptor.id, `${name}/`), (chunk) =>
      objectsOf(descriptor, chunk).map(({ key }) => key),
    );
    for (const chunk of found) objects.add(chunk);
  }
  const hasGroup = (await store.list(`${descriptor.id}.zarr/`, signal)).length > 0;
  const chunks = [...new Set([...ledger, ...provenance, ...objects])].sort((a, b) => a - b);
  return { chunks, objects, ledger, provenance, hasGroup };
}

/** The chunks whose keys these are, by the first number below the directory; other keys are nobody's. */
function numbersOf(
  keys: readonly string[],
  directory: string,
  keysOf: (chunk: number) => readonly string[],
): Set<number> {
  const found = keys.flatMap((key) => {
    const digits = /\d{1,8}/.exec(key.slice(directory.length))?.[0];
    const chunk = Number(digits);
    return digits !== undefined && keysOf(chunk).includes(key) ? [chunk] : [];
  });
  return new Set(found);
}
