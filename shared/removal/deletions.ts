import pMap from "p-map";
import { formatOf } from "../archive/formatOf.ts";
import { ContentionError } from "../errors.ts";
import { chunkRecordKey, datasetRecordKey } from "../ledger/ledger.ts";
import { callsAtOnceMax, type Wiring } from "../pipeline/wiring.ts";
import { ABSENT, type Generation } from "../store/store.ts";
import { groupKey } from "../zarr/layout.ts";

export type RemovalWiring = Pick<Wiring, "descriptor" | "store" | "ledger" | "now" | "newId" | "limits">;

/** Objects, and records, between two looks at whether the removal goes on. */
const objectsPerPage = 128;
const recordsPerPage = 32;

/** What a dataset has in a store: the group, and what is beside it. */
export const prefixesOf = (id: string) => [`${id}.zarr/`, `${id}.accrete/`];

/**
 * Deletes all objects of the dataset: the consolidated document first, so that readers find nothing rather than a part. For each,
 * in this order: see which generation stands there → see that the removal goes on → delete that generation. So what a dataset
 * that was created since has is never deleted, however late this wakes up.
 */
export async function deleteObjects(wiring: RemovalWiring, by: string, signal: AbortSignal): Promise<number> {
  const { descriptor, store, limits } = wiring;
  let count = 0;
  await deleteKeys([groupKey(descriptor.id, formatOf(descriptor).keys.consolidated)]);
  for (const prefix of prefixesOf(descriptor.id)) {
    // Again: somebody who began before may have put something.
    for (let round = 0; ; round++) {
      const keys = await store.list(prefix, signal);
      if (keys.length === 0) break;
      if (round === limits.racesMax)
        throw contention(wiring, `something is put below ${prefix} all the time`);
      for (let at = 0; at < keys.length; at += objectsPerPage)
        if (!(await deleteKeys(keys.slice(at, at + objectsPerPage)))) return count;
    }
  }
  return count;

  /** Returns whether the removal goes on. */
  async function deleteKeys(keys: readonly string[]): Promise<boolean> {
    const atOnce = { concurrency: callsAtOnceMax, signal };
    const found = await pMap(keys, async (key) => ({ key, generation: await generationAt(key) }), atOnce);
    if (!(await goesOn(wiring, by, signal))) return false;
    await pMap(
      found.filter(({ generation }) => generation !== ABSENT),
      async ({ key, generation }) => {
        if ((await store.delete(key, generation, signal)).outcome === "deleted") count++;
      },
      atOnce,
    );
    return true;
  }

  /** No byte of it is read. */
  async function generationAt(key: string): Promise<Generation> {
    const opened = await store.open(key, signal);
    await opened?.close();
    return opened?.generation ?? ABSENT;
  }
}

/** Deletes the records of the dataset's chunks, in the same way. */
export async function deleteRecords(wiring: RemovalWiring, by: string, signal: AbortSignal): Promise<number> {
  const { descriptor, limits } = wiring;
  const { unchecked: ledger } = wiring.ledger;
  let count = 0;
  for (let races = 0; ; ) {
    const page = await ledger.window(descriptor.id, 0, Number.MAX_SAFE_INTEGER, recordsPerPage, signal);
    if (page.length === 0) return count;
    if (!(await goesOn(wiring, by, signal))) return count;
    const deleted = await pMap(
      page,
      async ({ record: { chunk }, version }) =>
        (await ledger.delete(chunkRecordKey(descriptor.id, chunk), version, signal)).outcome === "deleted",
      { concurrency: callsAtOnceMax, signal },
    );
    const went = deleted.filter(Boolean).length;
    count += went;
    if (went === 0 && ++races > limits.racesMax) throw contention(wiring, "its records change all the time");
  }
}

/** Deletes the dataset's own record, which ends the removal. */
export async function deleteDatasetRecord(
  wiring: RemovalWiring,
  by: string,
  signal: AbortSignal,
): Promise<number> {
  const key = datasetRecordKey(wiring.descriptor.id);
  const { unchecked: ledger } = wiring.ledger;
  for (let race = 0; race < wiring.limits.racesMax; race++) {
    const found = await ledger.read(key, signal);
    if (found?.record.removal?.by !== by) return 0;
    if ((await ledger.delete(key, found.version, signal)).outcome === "deleted") return 1;
  }
  throw contention(wiring, "its record changes all the time");
}

/** Whether nobody has finished the removal meanwhile: what is there then is another dataset. */
async function goesOn({ descriptor, ledger }: RemovalWiring, by: string, signal: AbortSignal) {
  const found = await ledger.unchecked.read(datasetRecordKey(descriptor.id), signal);
  return found?.record.removal?.by === by;
}

function contention({ descriptor }: RemovalWiring, why: string): ContentionError {
  return new ContentionError(`removing ${descriptor.id}: ${why}; run it again`);
}
