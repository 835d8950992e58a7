import { ContentionError } from "../errors.ts";
import { type Ledger, type LedgerKey, NO_RECORD } from "./ledger.ts";
import type { Lease } from "./records.ts";

/** Tries of one change to one record. Each failure means that somebody else's change went through. */
const changesTriedMax = 200;

/**
 * Changes a record by compare-and-set: `change` gets the record as it stands (or `empty`) and returns the new one, or
 * `undefined` to leave it. Returns what stands afterwards. `change` may run several times.
 * Throws a `ContentionError` if others are always quicker.
 */
export async function updateRecord<Kept>(
  ledger: Ledger,
  key: LedgerKey<Kept>,
  empty: Kept,
  signal: AbortSignal,
  change: (record: Kept) => Kept | undefined,
): Promise<Kept> {
  for (let tried = 0; tried < changesTriedMax; tried++) {
    const found = await ledger.read(key, signal);
    const record = found?.record ?? empty;
    const changed = change(record);
    if (changed === undefined) return record;
    const { outcome } = await ledger.write(key, changed, found?.version ?? NO_RECORD, signal);
    if (outcome === "written") return changed;
  }
  throw new ContentionError(
    `the ledger's record of ${key.dataset} chunk ${key.chunk ?? "-"} changed ${changesTriedMax} times in a row`,
  );
}

/** The same for a record whose lease still is `holder`'s; `held` is false where it is not, and nothing was changed. */
export async function updateHeld<Kept extends { readonly lease: Lease | null }>(
  ledger: Ledger,
  key: LedgerKey<Kept>,
  empty: Kept,
  holder: string,
  signal: AbortSignal,
  change: (record: Kept) => Kept,
): Promise<{ readonly held: boolean; readonly record: Kept }> {
  let held = false;
  const record = await updateRecord(ledger, key, empty, signal, (found) => {
    held = isHeldBy(found.lease, holder);
    return held ? change(found) : undefined;
  });
  return { held, record };
}

/** How often a lease is prolonged while its holder works, as a part of its length. */
export const renewalsPerLease = 3;

/** Whether somebody other than `holder` has the lease now. */
export function isHeldByOther(lease: Lease | null, holder: string, now: number): lease is Lease {
  return lease !== null && lease.holder !== holder && lease.expiresAt > now;
}

/** Whether the lease still is `holder`'s: it may have run out, as long as nobody took it over. */
export function isHeldBy(lease: Lease | null, holder: string): boolean {
  return lease?.holder === holder;
}
