import {
  deleteIfEmpty,
  isHeldBy,
  isHeldByOther,
  leaseFrom,
  renewalsPerLease,
  updateHeld,
  updateRecord,
} from "../../ledger/lease.ts";
import { chunkRecordKey } from "../../ledger/ledger.ts";
import { type ChunkRecord, emptyChunk } from "../../ledger/records.ts";
import type { Wiring } from "../wiring.ts";

/**
 * The right to work on a chunk. It is prolonged for as long as its process works, and given back by `finish`; only that of
 * a process that died or sleeps runs out, and then another may take it over.
 */
export interface ChunkLease {
  /** The chunk's record when the lease was taken. */
  readonly record: ChunkRecord;
  /** Who had it before did not give it back: the chunk's objects may hold timesteps that nobody recorded. */
  readonly isAbandoned: boolean;
  /** Whether it still is ours; to be asked right before each put. */
  isOurs(signal: AbortSignal): Promise<boolean>;
  /** Applies `change`, if the lease still is ours; returns whether it was. */
  update(signal: AbortSignal, change: (record: ChunkRecord) => ChunkRecord): Promise<boolean>;
  /** The same, and releases the lease. */
  finish(signal: AbortSignal, change: (record: ChunkRecord) => ChunkRecord): Promise<boolean>;
  /**
   * For who ends in the middle of the work: gives it back, but lets it run out at once where something may have been put. That goes on
   * for a moment though the work was aborted; if it fails, the lease runs out by itself.
   */
  abandon(): Promise<void>;
  /**
   * For who has nothing to work on after all: the same, and a record that was made for the lease goes with it. That of one who had it
   * before and did not give it back stays: nothing else tells that the chunk's objects may hold what nobody recorded.
   */
  withdraw(): Promise<void>;
}

/** Takes the lease of a chunk; `undefined` if somebody else has it. */
export async function takeChunkLease(
  wiring: Wiring,
  chunk: number,
  signal: AbortSignal,
): Promise<ChunkLease | undefined> {
  const { descriptor, ledger, now, newId, limits, repeat } = wiring;
  const key = chunkRecordKey(descriptor.id, chunk);
  const holder = newId();
  const prolonged = (record: ChunkRecord): ChunkRecord => ({
    ...record,
    lease: leaseFrom(now(), holder, limits.chunkLeaseMs),
  });
  const update = async (until: AbortSignal, change: (record: ChunkRecord) => ChunkRecord): Promise<boolean> =>
    (await updateHeld(ledger, key, emptyChunk(chunk), holder, until, change)).held;

  const empty = emptyChunk(chunk);
  let isAbandoned = false;
  let mayHavePut = false;
  const release = async (): Promise<void> => {
    const left = leaseFrom(now(), holder, 0);
    const lease = mayHavePut || isAbandoned ? left : null;
    await update(AbortSignal.timeout(limits.releaseMs), (found) => ({ ...found, lease })).catch(() => false);
  };
  const record = await updateRecord(ledger, key, empty, signal, (found) => {
    isAbandoned = found.lease !== null;
    return isHeldByOther(found.lease, holder, now()) ? undefined : prolonged(found);
  }).catch(async (error: unknown) => {
    await release(); // it may be ours, though nobody heard
    throw error;
  });
  if (!isHeldBy(record.lease, holder)) return undefined;
  // If no renewal comes through, the look at the lease before a put tells.
  const stop = repeat(limits.chunkLeaseMs / renewalsPerLease, (until) => update(until, prolonged));
  return {
    record,
    isAbandoned,
    async isOurs(until) {
      mayHavePut = true;
      return isHeldBy((await ledger.read(key, until))?.record.lease ?? null, holder);
    },
    update,
    async finish(until, change) {
      await stop();
      return update(until, (found) => ({ ...change(found), lease: null }));
    },
    async abandon() {
      await stop();
      await release();
    },
    async withdraw() {
      await stop();
      const until = AbortSignal.timeout(limits.releaseMs);
      if (!isAbandoned) await deleteIfEmpty(ledger, key, empty, holder, until).catch(() => undefined);
      await release();
    },
  };
}
