import { isHeldBy, isHeldByOther, updateRecord } from "../ledger/lease.ts";
import { chunkKey } from "../ledger/ledger.ts";
import { type ChunkRecord, emptyChunk } from "../ledger/records.ts";
import type { Wiring } from "./wiring.ts";

/** The right to work on a chunk, as long as it is renewed. Another may take it over once it has run out. */
export interface ChunkLease {
  /** The chunk's record when the lease was taken. */
  readonly record: ChunkRecord;
  isOurs(): Promise<boolean>;
  /** Prolongs the lease if half of it is over. For calling at each bit of progress. */
  renew(): Promise<void>;
  /** Applies `change` and gives the lease back, if it still is ours; returns whether it was. */
  finish(change: (record: ChunkRecord) => ChunkRecord): Promise<boolean>;
}

/** Takes the lease of a chunk; `undefined` if somebody else has it. */
export async function takeChunkLease(wiring: Wiring, chunk: number): Promise<ChunkLease | undefined> {
  const { dataset, ledger, now, newId, limits } = wiring;
  const key = chunkKey(dataset.id, chunk);
  const holder = newId();
  let expiresAt = 0;
  const update = (change: (record: ChunkRecord) => ChunkRecord | undefined) =>
    updateRecord(ledger, key, emptyChunk(chunk), change);
  const held = (record: ChunkRecord): ChunkRecord => {
    expiresAt = now() + limits.chunkLeaseMs;
    return { ...record, lease: { holder, expiresAt } };
  };

  const record = await update((found) =>
    isHeldByOther(found.lease, holder, now()) ? undefined : held(found),
  );
  if (!isHeldBy(record.lease, holder)) return undefined;
  return {
    record,
    async isOurs() {
      return isHeldBy((await ledger.read(key))?.record.lease ?? null, holder);
    },
    async renew() {
      if (expiresAt - now() > limits.chunkLeaseMs / 2) return;
      await update((found) => (isHeldBy(found.lease, holder) ? held(found) : undefined));
    },
    async finish(change) {
      let ours = false;
      await update((found) => {
        ours = isHeldBy(found.lease, holder);
        return ours ? { ...change(found), lease: null } : undefined;
      });
      return ours;
    },
  };
}
