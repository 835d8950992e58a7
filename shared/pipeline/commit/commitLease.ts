import {
  deleteIfEmpty,
  isHeldBy,
  isHeldByOther,
  leaseFrom,
  renewalsPerLease,
  updateHeld,
  updateRecord,
} from "../../ledger/lease.ts";
import { datasetRecordKey } from "../../ledger/ledger.ts";
import { type DatasetRecord, emptyDataset } from "../../ledger/records.ts";
import { refuseRemoval } from "../../ledger/removal.ts";
import type { Wiring } from "../wiring.ts";

/** What the dataset's record is to say once a publication is done. */
export type Published = Pick<DatasetRecord, "length" | "commitSeq" | "identity"> & {
  /** `undefined` where nothing was published: it was committed before. */
  readonly committedAt: number | undefined;
};

/**
 * The right to commit, which one committer at a time has. It only saves work: a holder that wakes up late is stopped by the
 * generations of what it would overwrite. It is prolonged for as long as the commit works.
 */
export interface CommitLease {
  /** The dataset's record when the lease was taken. */
  readonly record: DatasetRecord;
  /**
   * Records what was published and releases the lease; keeps it where `more` is to be published, or others have marked the
   * record meanwhile. Returns the record that results, and whether the lease was kept.
   */
  finish(
    published: Published,
    more: boolean,
    signal: AbortSignal,
  ): Promise<{ readonly record: DatasetRecord; readonly isKept: boolean }>;
  release(signal: AbortSignal): Promise<void>;
  /** For who ends in the middle of the work, also by an abort: if it fails, the lease runs out by itself. */
  abandon(): Promise<void>;
  /** Ends its being prolonged. */
  stop(): Promise<void>;
}

/**
 * Takes the commit lease. Where another has it, marks the record, once, so that its holder looks again, and returns when that
 * lease ends. Throws a `StorageError` while the dataset is being removed.
 */
export async function takeCommitLease(
  wiring: Wiring,
  signal: AbortSignal,
): Promise<CommitLease | { readonly heldUntil: number }> {
  const { ledger, now, newId, limits, repeat } = wiring;
  const key = datasetRecordKey(wiring.descriptor.id);
  const holder = newId();
  const renewed = () => leaseFrom(now(), holder, limits.commitLeaseMs);
  const update = async (until: AbortSignal, change: (record: DatasetRecord) => DatasetRecord) =>
    (await updateHeld(ledger, key, emptyDataset, holder, until, change)).record;
  const release = async (until: AbortSignal): Promise<void> => {
    await update(until, (found) => ({ ...found, lease: null }));
  };
  const abandon = async (): Promise<void> => {
    const until = AbortSignal.timeout(limits.releaseMs);
    // Where the dataset is not there any more, the lease alone made a record.
    await deleteIfEmpty(ledger, key, emptyDataset, holder, until)
      .then(() => release(until))
      .catch(() => undefined);
  };

  const record = await updateRecord(ledger, key, emptyDataset, signal, (found) => {
    refuseRemoval("commit", wiring.descriptor.id, found);
    if (!isHeldByOther(found.lease, holder, now())) return { ...found, lease: renewed(), dirty: false };
    return found.dirty ? undefined : { ...found, dirty: true };
  }).catch(async (error: unknown) => {
    await abandon(); // it may be ours, though nobody heard
    throw error;
  });
  if (!isHeldBy(record.lease, holder)) return { heldUntil: record.lease?.expiresAt ?? 0 };
  const stop = repeat(limits.commitLeaseMs / renewalsPerLease, (until) =>
    update(until, (found) => ({ ...found, lease: renewed() })),
  );
  return {
    record,
    async finish({ committedAt, ...published }, more, until) {
      const result = await update(until, ({ dirty, ...found }) => ({
        ...found,
        ...published,
        committedAt: committedAt ?? found.committedAt,
        lease: dirty || more ? renewed() : null,
        dirty: false,
      }));
      return { record: result, isKept: isHeldBy(result.lease, holder) };
    },
    release,
    abandon,
    async stop() {
      await stop();
    },
  };
}
