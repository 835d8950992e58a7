import { objectKey } from "../../archive/chunkObjects.ts";
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
  const provenance = numbersOf(await store.list(`${descriptor.id}.accrete/provenance/`, signal), (chunk) =>
    provenanceKey(descriptor.id, chunk),
  );
  const objects = new Set<number>();
  for (const { name } of descriptor.arrays) {
    const keys = await store.list(groupKey(descriptor.id, `${name}/`), signal);
    for (const chunk of numbersOf(keys, (chunk) => objectKey(descriptor, name, chunk))) objects.add(chunk);
  }
  const hasGroup = (await store.list(`${descriptor.id}.zarr/`, signal)).length > 0;
  const chunks = [...new Set([...ledger, ...provenance, ...objects])].sort((a, b) => a - b);
  return { chunks, objects, ledger, provenance, hasGroup };
}

/** The chunks whose keys these are; other keys are nobody's. */
function numbersOf(keys: readonly string[], keyOf: (chunk: number) => string): Set<number> {
  const numbers = keys.map((key) => Number(/\/(\d{1,8})[^/]*$/.exec(key)?.[1] ?? Number.NaN));
  return new Set(numbers.filter((chunk, i) => keyOf(chunk) === keys[i]));
}
