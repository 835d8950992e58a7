import {
  createChunkEncoder,
  hasGranules,
  intactObjects,
  putChunkObjects,
  readChunkObjects,
} from "../../archive/chunkObjects.ts";
import { objectsOf } from "../../archive/objectsOf.ts";
import { refuseRemoved } from "../../archive/pair.ts";
import { ContentionError, reasonOf } from "../../errors.ts";
import { updateRecord } from "../../ledger/lease.ts";
import { chunkRecordKey } from "../../ledger/ledger.ts";
import { emptyChunk, type StepRecord, withSteps } from "../../ledger/records.ts";
import { type ChunkLease, takeChunkLease } from "../../pipeline/extend/chunkLease.ts";
import { absentStep, condemnedStep } from "../../pipeline/plan/pending.ts";
import type { DatasetWiring } from "../../pipeline/wiring.ts";
import { openChunkHeaders } from "../../zarr/layout.ts";

/** `identity`: of the dataset that was examined; of another, or of none, nothing is put or recorded. */
export type RepairWiring = DatasetWiring & { readonly identity: string | undefined };

/**
 * Works on a chunk under its lease; `false` if somebody else has it or took it over, or did not give it back: what such a
 * one put, or may yet put, is for the pipeline to clear first.
 */
async function underLease(
  wiring: RepairWiring,
  chunk: number,
  signal: AbortSignal,
  work: (lease: ChunkLease) => Promise<boolean>,
): Promise<boolean> {
  const lease = await takeChunkLease(wiring, chunk, signal);
  if (!lease) return false;
  await refuseRemoved(wiring, { state: wiring }, signal).catch(async (error: unknown) => {
    await lease.withdraw();
    throw error;
  });
  try {
    if (!lease.isAbandoned) return await work(lease);
    await lease.abandon();
    return false;
  } catch (error) {
    await lease.abandon();
    if (error instanceof ContentionError) return false;
    throw error;
  }
}

/** Records the chunk's objects as they are: nothing proves their values, and nothing better is to be had. */
export function adoptObjects(wiring: RepairWiring, chunk: number, signal: AbortSignal): Promise<boolean> {
  return underLease(wiring, chunk, signal, async (lease) => {
    const stored = await readChunkObjects(wiring, chunk, signal);
    const intact = await intactObjects(wiring.dataset, chunk, stored);
    const generations = intact.map((name) => [name, stored.get(name)?.generation ?? ""]);
    return lease.finish(signal, (record) => ({
      ...record,
      generations: { ...record.generations, ...Object.fromEntries(generations) },
    }));
  });
}

/**
 * Writes fill at those offsets that have no granule in the ledger, in every array. Where `isAll`, the objects are made anew
 * of fill alone, whatever they hold.
 */
export function clearGaps(
  wiring: RepairWiring,
  chunk: number,
  offsets: readonly number[],
  isAll: boolean,
  signal: AbortSignal,
): Promise<boolean> {
  return underLease(wiring, chunk, signal, async (lease) => {
    const { steps } = lease.record;
    if (isAll && hasGranules(lease.record)) return lease.finish(signal, (record) => record);
    const stored = await readChunkObjects(wiring, chunk, signal);
    const cleared = new Set(offsets.filter((offset) => !steps[offset]?.granule));
    const isRetained = isAll ? undefined : (offset: number) => !cleared.has(offset);
    const build = createChunkEncoder(wiring, chunk, stored, isRetained, signal);
    const put = await build
      .finish()
      .then((built) => putChunkObjects(wiring, lease, built, openChunkHeaders, signal))
      .finally(() => build.drop());
    // An object that was not proven before is not proven by this.
    const proven = [...put].filter(
      ([name]) => isAll || stored.get(name)?.generation === lease.record.generations[name],
    );
    return lease.finish(signal, (record) => ({
      ...record,
      generations: { ...record.generations, ...Object.fromEntries(proven) },
    }));
  });
}

/** Records timesteps that the provider does not have and no object holds as missing. */
export function recordMissing(
  wiring: RepairWiring,
  chunk: number,
  offsets: readonly number[],
  signal: AbortSignal,
): Promise<boolean> {
  return underLease(wiring, chunk, signal, (lease) =>
    lease.finish(signal, (record) => {
      const absent = offsets.filter((offset) => !record.steps[offset]);
      const missing = absent.map((offset): [number, StepRecord] => [
        offset,
        absentStep(wiring.dataset, undefined, wiring.asOf()),
      ]);
      return withSteps(record, new Map(missing), true);
    }),
  );
}

/** Records timesteps whose values are known to be wrong as corrupt, with the reason of each. */
export function recordCondemned(
  wiring: RepairWiring,
  chunk: number,
  reasons: ReadonlyMap<number, string>,
  signal: AbortSignal,
): Promise<boolean> {
  return underLease(wiring, chunk, signal, (lease) =>
    lease.finish(signal, (record) => {
      const known = [...reasons].filter(([offset]) => record.steps[offset]?.granule);
      const condemned = known.map(([offset, reason]): [number, StepRecord] => [
        offset,
        condemnedStep(wiring.dataset, reasonOf(reason), wiring.asOf()),
      ]);
      return withSteps(record, new Map(condemned), true);
    }),
  );
}

/** Removes objects none of which can be decoded, so that the pipeline finds them gone. */
export function removeDamaged(wiring: RepairWiring, chunk: number, signal: AbortSignal): Promise<boolean> {
  const { dataset, store } = wiring;
  return underLease(wiring, chunk, signal, async (lease) => {
    const stored = await readChunkObjects(wiring, chunk, signal);
    const intact = await intactObjects(dataset, chunk, stored);
    if (intact.length > 0 || !(await lease.isOurs(signal))) return lease.finish(signal, (record) => record);
    for (const { name, key } of objectsOf(dataset, chunk)) {
      const found = stored.get(name);
      if (found) await store.delete(key, found.generation, signal);
    }
    return lease.finish(signal, (record) => record);
  });
}

/** Records of these objects that nothing proves them: values of which nothing is known were copied into them. */
export async function doubtObjects(
  wiring: RepairWiring,
  chunk: number,
  names: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const { dataset, ledger } = wiring;
  await refuseRemoved(wiring, { state: wiring }, signal);
  await updateRecord(ledger, chunkRecordKey(dataset.id, chunk), emptyChunk(chunk), signal, (record) => {
    const proven = Object.entries(record.generations).filter(([name]) => !names.includes(name));
    return { ...record, generations: Object.fromEntries(proven) };
  });
}

/** Has the next commit tell readers, and write the chunk's provenance. */
export async function republish(wiring: RepairWiring, chunk: number, signal: AbortSignal): Promise<void> {
  const { dataset, ledger } = wiring;
  await refuseRemoved(wiring, { state: wiring }, signal);
  await updateRecord(ledger, chunkRecordKey(dataset.id, chunk), emptyChunk(chunk), signal, (record) =>
    record.uncommitted ? undefined : { ...record, uncommitted: true },
  );
}
