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
  const by = await begin(wiring, signal);
  const objects = await deleteObjects(wiring, by, signal);
  const records = await deleteRecords(wiring, by, signal);
  // As long as a chunk's record was there, who slept on a lease that ran out could take it for its own, and put something.
  const late = await deleteObjects(wiring, by, signal);
  const last = await deleteDatasetRecord(wiring, by, signal);
  return { objects: objects + late, records: records + last };
}

/** Returns by whom the removal is that is decided now, perhaps another. What ends before it is decided leaves the record as it was. */
async function begin(wiring: RemovalWiring, signal: AbortSignal): Promise<string> {
  const mine: Removal = { by: wiring.newId(), at: wiring.now(), decided: false };
  let before: DatasetRecord | undefined;
  try {
    const claimed = await claim(wiring, mine, signal, (found) => {
      before = found;
    });
    if (!claimed.decided) await decide(wiring, mine, signal);
    return claimed.by;
  } catch (error) {
    await retract(wiring, mine, before).catch(() => undefined);
    throw error;
  }
}

/**
 * Says in the dataset's record that it is being removed, and `keep`s what was found, if anything; returns the removal that is to be
 * finished, perhaps another's.
 */
async function claim(
  wiring: RemovalWiring,
  mine: Removal,
  signal: AbortSignal,
  keep: (found: DatasetRecord | undefined) => void,
): Promise<Removal> {
  const none = { ...emptyDataset };
  const { removal } = await update(wiring, none, signal, (found) => {
    const record = intact(found);
    if (record.removal?.decided || record.removal?.by === mine.by) return undefined;
    refuseHeld(wiring, record.lease, "somebody commits");
    refuseHeld(wiring, record.planLease ?? null, "somebody plans");
    keep(found === none ? undefined : found);
    // Who held one and sleeps is to find out that it is nobody's.
    return { ...record, lease: null, planLease: null, dirty: false, removal: mine };
  });
  if (!removal)
    throw new ContentionError(`${wiring.descriptor.id}: its record changed while its removal began`);
  return removal;
}

/** Throws a `ContentionError` if anybody works on a chunk, or began another removal. */
async function decide(wiring: RemovalWiring, { by }: Removal, signal: AbortSignal): Promise<void> {
  const { descriptor, ledger, now } = wiring;
  const leased = await ledger.unchecked.leased(descriptor.id, now(), leasesMax, signal);
  for (const { record } of leased)
    refuseHeld(wiring, record.lease, `somebody works on chunk ${record.chunk}`);
  const { removal } = await update(wiring, emptyDataset, signal, (found) =>
    found.removal?.by === by ? { ...found, removal: { ...found.removal, decided: true } } : undefined,
  );
  if (removal?.by !== by)
    throw new ContentionError(`${descriptor.id}: somebody else removes it; nothing was removed by this one`);
}

/**
 * Puts the record back as it was `before`, but for a removal that another began and this one replaced; deletes it where there was
 * none. Goes on for a moment though the work was aborted.
 */
async function retract(
  { descriptor, ledger: { unchecked: ledger }, limits }: RemovalWiring,
  { by }: Removal,
  before: DatasetRecord | undefined,
): Promise<void> {
  const until = AbortSignal.timeout(limits.releaseMs);
  const key = datasetRecordKey(descriptor.id);
  for (let race = 0; race < limits.racesMax; race++) {
    const found = await ledger.read(key, until);
    if (found?.record.removal?.by !== by || found.record.removal.decided) return;
    const { removal: _, ...rest } = before ?? emptyDataset;
    const { outcome } = before
      ? await ledger.write(key, rest, found.version, until)
      : await ledger.delete(key, found.version, until);
    if (outcome !== "preconditionFailed") return;
  }
}

/** What is damaged keeps nobody away. */
const intact = (found: DatasetRecord): DatasetRecord =>
  datasetRecordFaults(found).length === 0 ? found : emptyDataset;

const update = (
  { descriptor, ledger }: RemovalWiring,
  none: DatasetRecord,
  signal: AbortSignal,
  change: (record: DatasetRecord) => DatasetRecord | undefined,
): Promise<DatasetRecord> =>
  updateRecord(ledger.unchecked, datasetRecordKey(descriptor.id), none, signal, change);

function refuseHeld({ descriptor, now }: RemovalWiring, lease: Lease | null, who: string): void {
  if (!isHeldByOther(lease, "", now())) return;
  const until = new Date(lease.expiresAt).toISOString();
  throw new ContentionError(
    `${descriptor.id}: ${who} (${lease.holder}), until ${until} at least; nothing was removed: end that, or try again later`,
  );
}
