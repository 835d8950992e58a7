import { ContentionError } from "../errors.ts";
import { isHeldByOther, updateRecord } from "../ledger/lease.ts";
import { datasetRecordKey } from "../ledger/ledger.ts";
import { datasetRecordFaults } from "../ledger/recordSchema.ts";
import { type DatasetRecord, emptyDataset, type Lease, type Removal } from "../ledger/records.ts";
import { deleteDatasetRecord, deleteObjects, deleteRecords, type RemovalWiring } from "./deletions.ts";

export interface Removed {
  /** Objects of the group and beside it, and records of the ledger, that went by this very call. */
  readonly objects: number;
  readonly records: number;
}

/** Leases that are looked at: of those that a wrong clock gave their end, which come last, there may be some. */
const leasesMax = 16;

/**
 * Removes a dataset: its group, what is beside it, and its records in the ledger, by their keys, whatever they hold. It may be
 * killed at any point and run again, also beside another: the second finishes what the first began.
 *
 * The dataset's record says first that it is being removed. Who takes a lease, or creates, looks at that afterwards and goes
 * away; whose lease was there before is seen here, and then the record is put back and a `ContentionError` says who works on
 * what until when. Once nobody was found the removal is decided, and never taken back. Readers lose the consolidated document
 * first. The dataset's record goes last: as long as it is there, nothing begins anew.
 * Throws a `NewerSchemaError` where a newer build works on the dataset, and `StorageError`.
 */
export async function remove(wiring: RemovalWiring, signal: AbortSignal): Promise<Removed> {
  const claimed = await claim(wiring, signal);
  if (!claimed.decided) await decide(wiring, claimed, signal);
  const objects = await deleteObjects(wiring, claimed.by, signal);
  const records = await deleteRecords(wiring, claimed.by, signal);
  const last = await deleteDatasetRecord(wiring, claimed.by, signal);
  return { objects, records: records + last };
}

/** Says in the dataset's record that it is being removed; returns the removal that is to be finished, perhaps another's. */
async function claim(wiring: RemovalWiring, signal: AbortSignal): Promise<Removal> {
  const { descriptor, now, newId } = wiring;
  const mine: Removal = { by: newId(), at: now(), decided: false };
  const { removal } = await update(wiring, signal, (found) => {
    if (found.removal?.decided) return undefined;
    refuseHeld(wiring, found.lease, "somebody commits");
    refuseHeld(wiring, found.planLease ?? null, "somebody plans");
    // Who held one and sleeps is to find out that it is nobody's.
    return { ...found, lease: null, planLease: null, dirty: false, removal: mine };
  });
  if (!removal) throw new ContentionError(`${descriptor.id}: its record changed while its removal began`);
  return removal;
}

/** Throws a `ContentionError`, with the record as it was before, if anybody works on a chunk, or began another removal. */
async function decide(wiring: RemovalWiring, { by }: Removal, signal: AbortSignal): Promise<void> {
  const { descriptor, ledger, now } = wiring;
  try {
    const leased = await ledger.unchecked.leased(descriptor.id, now(), leasesMax, signal);
    for (const { record } of leased)
      refuseHeld(wiring, record.lease, `somebody works on chunk ${record.chunk}`);
  } catch (error) {
    const until = AbortSignal.timeout(wiring.limits.releaseMs);
    await update(wiring, until, (found) => {
      if (found.removal?.by !== by) return undefined;
      const { removal: _, ...before } = found;
      return before;
    }).catch(() => undefined);
    throw error;
  }
  const { removal } = await update(wiring, signal, (found) =>
    found.removal?.by === by ? { ...found, removal: { ...found.removal, decided: true } } : undefined,
  );
  if (removal?.by !== by)
    throw new ContentionError(`${descriptor.id}: somebody else removes it; nothing was removed by this one`);
}

/** What is damaged keeps nobody away. */
function update(
  { descriptor, ledger }: RemovalWiring,
  signal: AbortSignal,
  change: (record: DatasetRecord) => DatasetRecord | undefined,
): Promise<DatasetRecord> {
  const key = datasetRecordKey(descriptor.id);
  return updateRecord(ledger.unchecked, key, emptyDataset, signal, (found) =>
    change(datasetRecordFaults(found).length === 0 ? found : emptyDataset),
  );
}

function refuseHeld({ descriptor, now }: RemovalWiring, lease: Lease | null, who: string): void {
  if (!isHeldByOther(lease, "", now())) return;
  const until = new Date(lease.expiresAt).toISOString();
  throw new ContentionError(
    `${descriptor.id}: ${who} (${lease.holder}), until ${until} at least; nothing was removed: end that, or try again later`,
  );
}
