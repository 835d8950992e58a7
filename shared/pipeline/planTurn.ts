import { isHeldBy, isHeldByOther, updateRecord } from "../ledger/lease.ts";
import { datasetKey } from "../ledger/ledger.ts";
import { emptyDataset } from "../ledger/records.ts";
import type { Wiring } from "./wiring.ts";

/**
 * Takes the right to send the batches of the usual window, of which one plan at a time has it, and returns the name it is
 * held by. A continuation takes it over from the plan that sent it, whose name is `from`; `undefined` for any other plan
 * while it is held, and for a continuation that comes twice. Without this, each tick of a schedule would begin another
 * chain of plans over the same backlog.
 */
export async function takePlanTurn(wiring: Wiring, from: string | undefined): Promise<string | undefined> {
  const { dataset, ledger, now, newId, limits } = wiring;
  const holder = newId();
  const record = await updateRecord(ledger, datasetKey(dataset.id), emptyDataset, (found) => {
    const standing = found.planLease ?? null;
    const isFree = from === undefined ? !isHeldByOther(standing, holder, now()) : isHeldBy(standing, from);
    if (!isFree) return undefined;
    return { ...found, planLease: { holder, expiresAt: now() + limits.planLeaseMs } };
  });
  return isHeldBy(record.planLease ?? null, holder) ? holder : undefined;
}

/** Gives it back, unless a continuation is to take it over. */
export async function endPlanTurn(wiring: Wiring, holder: string): Promise<void> {
  await updateRecord(wiring.ledger, datasetKey(wiring.dataset.id), emptyDataset, (found) =>
    isHeldBy(found.planLease ?? null, holder) ? { ...found, planLease: null } : undefined,
  );
}
