/** A copy of a dataset at rest, whose objects and ledger records can be injured in any way before somebody looks at it. */

import assert from "node:assert/strict";
import { runUntilCurrent } from "../../../functions/runtime/runUntilCurrent.ts";
import { objectsOf } from "../../../shared/archive/objectsOf.ts";
import { chunkRecordKey, datasetRecordKey, type Ledger, NO_RECORD } from "../../../shared/ledger/ledger.ts";
import { createMemoryLedger } from "../../../shared/ledger/memory.ts";
import { ABSENT } from "../../../shared/store/store.ts";
import { type Fields, readFields } from "../../../shared/zarr/metadata.ts";
import {
  type MemoryWiring,
  type MemoryWiringOptions,
  memoryWiring,
  type Surroundings,
} from "../../support/memoryWiring.ts";
import { type ReadDataset, readStore } from "../../support/readStore.ts";
import { removeObject } from "../../support/removeObject.ts";
import { neverAborted, type TinyWorld } from "../../support/tinyWorld.ts";

export const json = { contentType: "application/json", cacheControl: "no-cache" };

export interface Fixture {
  readonly surroundings: Surroundings;
  /** Sorted. */
  keys(): Promise<readonly string[]>;
  bytes(key: string): Promise<Uint8Array | undefined>;
  /** Replaces an object, or removes it. */
  put(key: string, bytes: Uint8Array | undefined): Promise<void>;
  /** Replaces a JSON object by what `change` makes of it; what is none stays as it is. */
  edit(key: string, change: (document: Fields) => unknown): Promise<void>;
  /** Replaces the record of a chunk, or the dataset's own, by what `change` makes of it; `undefined` removes it. */
  record(of: number | "dataset", change: (record: Fields) => unknown): Promise<void>;
  wiring(options?: MemoryWiringOptions): MemoryWiring;
  read(): Promise<ReadDataset>;
  /** Every object's generation, by key. */
  generations(): Promise<Record<string, string>>;
  /** One run to the end. */
  run(options?: MemoryWiringOptions): Promise<unknown>;
}

/** A ledger whose records can vanish. */
interface LosingLedger extends Ledger {
  replace(of: number | "dataset", record: unknown): Promise<void>;
}

function losingLedger(id: string): LosingLedger {
  let ledger = createMemoryLedger();
  const placeOf = (of: number | "dataset") => ({ dataset: id, ...(of === "dataset" ? {} : { chunk: of }) });
  return {
    read: (key, signal) => ledger.read(key, signal),
    write: (key, record, version, signal) => ledger.write(key, record, version, signal),
    delete: (key, version, signal) => ledger.delete(key, version, signal),
    window: (...asked) => ledger.window(...asked),
    uncommitted: (...asked) => ledger.uncommitted(...asked),
    due: (...asked) => ledger.due(...asked),
    leased: (...asked) => ledger.leased(...asked),
    async replace(of, record) {
      const before = ledger;
      ledger = createMemoryLedger();
      const existing = await before.read(datasetRecordKey(id), neverAborted);
      if (existing && of !== "dataset")
        await ledger.write(datasetRecordKey(id), existing.record, NO_RECORD, neverAborted);
      for (const { record } of await before.window(id, 0, Number.MAX_SAFE_INTEGER, 10_000, neverAborted))
        if (record.chunk !== of)
          await ledger.write(chunkRecordKey(id, record.chunk), record, NO_RECORD, neverAborted);
      if (record !== undefined) await ledger.write(placeOf(of), record, NO_RECORD, neverAborted);
    },
  };
}

/** A copy of the world; the provider is shared. */
export async function createFixture(base: TinyWorld): Promise<Fixture> {
  const copy = await base.copy();
  const { store, dataset } = copy;
  const ledger = losingLedger(dataset.id);
  const existing = await copy.ledger.read(datasetRecordKey(dataset.id), neverAborted);
  await ledger.replace("dataset", existing?.record);
  const generations = await copy.generations();
  for (const { record } of await copy.ledger.window(
    dataset.id,
    0,
    Number.MAX_SAFE_INTEGER,
    10_000,
    neverAborted,
  )) {
    // Of the copied objects, as the records of their originals have those.
    const copied = objectsOf(dataset, record.chunk).flatMap(({ name, key }) =>
      name in record.generations ? [[name, generations[key]]] : [],
    );
    await ledger.replace(record.chunk, { ...record, generations: Object.fromEntries(copied) });
  }
  const surroundings: Surroundings = { ...copy, ledger, wirings: 100 };
  const fixture: Fixture = {
    surroundings,
    keys: () => store.list("", neverAborted),
    bytes: async (key) => (await store.read(key, neverAborted))?.bytes,
    async put(key, bytes) {
      await removeObject(store, key);
      if (bytes) await store.put(key, bytes, ABSENT, json, neverAborted);
    },
    async edit(key, change) {
      const document = readFields((await fixture.bytes(key)) ?? new Uint8Array());
      const changed = document && (change(document) ?? document);
      if (changed) await fixture.put(key, new TextEncoder().encode(JSON.stringify(changed)));
    },
    async record(of, change) {
      const chunk = of === "dataset" ? {} : { chunk: of };
      const found = await ledger.read<Fields>({ dataset: dataset.id, ...chunk }, neverAborted);
      await ledger.replace(of, found && change(found.record));
    },
    wiring: (options) => memoryWiring(surroundings, options),
    async read() {
      const found = await readStore(store, dataset.id);
      assert.ok(found, "the dataset exists");
      return found;
    },
    generations: copy.generations,
    run: (options) => runUntilCurrent(fixture.wiring(options), { force: false }, neverAborted),
  };
  return fixture;
}
