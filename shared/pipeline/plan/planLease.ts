import { isHeldBy, isHeldByOther, leaseFrom, renewalsPerLease, updateRecord } from "../../ledger/lease.ts";
import { datasetRecordKey } from "../../ledger/ledger.ts";
import { type DatasetRecord, emptyDataset } from "../../ledger/records.ts";
import { refuseRemoval } from "../../ledger/removal.ts";
import type { Wiring } from "../wiring.ts";

/**
 * The right to send the batches of the usual window, which one plan at a time has. It is prolonged for as long as the plan
 * works, and then given back or handed on; only that of a plan that died, or of a continuation that got lost, runs out.
 */
export interface PlanLease {
  /** The name that a continuation takes it over by. */
  readonly name: string;
  transfer(signal: AbortSignal): Promise<void>;
  /** Goes on for a moment though the plan was aborted; if it fails, the turn runs out by itself. */
  end(): Promise<void>;
}

/**
 * Takes the turn; a continuation takes it over from the plan that sent it, by its name `from`. `undefined` while another
 * plan has it, and for a continuation that comes twice. Without turns, each tick of a schedule would begin another chain of
 * plans over the same backlog.
 */
export async function takePlanLease(
  wiring: Wiring,
  from: string | undefined,
  signal: AbortSignal,
): Promise<PlanLease | undefined> {
  const { ledger, now, newId, limits, repeat } = wiring;
  const key = datasetRecordKey(wiring.descriptor.id);
  const name = newId();
  const held = (record: DatasetRecord): DatasetRecord => ({
    ...record,
    planLease: leaseFrom(now(), name, limits.planLeaseMs),
  });
  const update = (until: AbortSignal, change: (record: DatasetRecord) => DatasetRecord) =>
    updateRecord(ledger, key, emptyDataset, until, (record) =>
      isHeldBy(record.planLease ?? null, name) ? change(record) : undefined,
    );
  const release = async (): Promise<void> => {
    const until = AbortSignal.timeout(limits.releaseMs);
    await update(until, (record) => ({ ...record, planLease: null })).catch(() => undefined);
  };

  const taken = await updateRecord(ledger, key, emptyDataset, signal, (record) => {
    refuseRemoval("plan", wiring.descriptor.id, record);
    const existing = record.planLease ?? null;
    const isFree = from === undefined ? !isHeldByOther(existing, name, now()) : isHeldBy(existing, from);
    return isFree ? held(record) : undefined;
  }).catch(async (error: unknown) => {
    await release(); // it may be ours, though nobody heard
    throw error;
  });
  if (!isHeldBy(taken.planLease ?? null, name)) return undefined;
  const stop = repeat(limits.planLeaseMs / renewalsPerLease, (until) => update(until, held));
  return {
    name,
    async transfer(until) {
      await stop();
      await update(until, held);
    },
    async end() {
      await stop();
      await release();
    },
  };
}
