import { ContentionError } from "../errors.ts";
import { type Ledger, type LedgerKey, NO_RECORD } from "./ledger.ts";
import type { Lease } from "./records.ts";

/*
 * What a lease means, and what a lost one does. It saves double work and no more: who lost it finds that out before each put,
 * and is refused by a generation where it wakes up later than that. One that ran out without being released says that its holder
 * ended in the middle of its work: what it put and nobody recorded is cleared by who takes over (chunkLease.ts).
 */

/** Tries of one change to one record. Each failure means that somebody else's change went through. */
const changesTriedMax = 200;

/**
 * Changes a record by compare-and-set: `change` gets the record as it stands (or `empty`) and returns the new one, or
 * `undefined` to leave it. Returns what stands afterwards. `change` may run several times.
 * Throws a `ContentionError` if others are always quicker.
 */
export async function updateRecord<Recorded>(
  ledger: Ledger,
  key: LedgerKey<Recorded>,
  empty: Recorded,
  signal: AbortSignal,
  change: (record: Recorded) => Recorded | undefined,
): Promise<Recorded> {
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
export async function updateHeld<Recorded extends { readonly lease: Lease | null }>(
  ledger: Ledger,
  key: LedgerKey<Recorded>,
  empty: Recorded,
  holder: string,
  signal: AbortSignal,
  change: (record: Recorded) => Recorded,
): Promise<{ readonly held: boolean; readonly record: Recorded }> {
  let held = false;
  const record = await updateRecord(ledger, key, empty, signal, (found) => {
    held = isHeldBy(found.lease, holder);
    return held ? change(found) : undefined;
  });
  return { held, record };
}

/** Deletes a record that holds nothing but the lease of `holder`, for which it was made. */
export async function deleteIfEmpty<Recorded extends { readonly lease: Lease | null }>(
  ledger: Ledger,
  key: LedgerKey<Recorded>,
  empty: Recorded,
  holder: string,
  signal: AbortSignal,
): Promise<void> {
  const found = await ledger.read(key, signal);
  if (!found || !isHeldBy(found.record.lease, holder)) return;
  const rest = { ...found.record, lease: null } as Readonly<Record<string, unknown>>;
  const nothing = empty as Readonly<Record<string, unknown>>;
  const isEmpty = Object.keys(rest).every(
    (name) => JSON.stringify(rest[name]) === JSON.stringify(nothing[name]),
  );
  if (isEmpty) await ledger.delete(key, found.version, signal);
}

/** How often a lease is prolonged while its holder works, as a part of its length. */
export const renewalsPerLease = 3;

/** What clocks may differ by: a lease that ends later than its span from now, and this, was taken by a clock that is wrong. */
export const clocksApartMaxMs = 10_000;
/** The longest span that could be set when leases did not say theirs. */
const spanUnsaidMs = 5 * 3_600_000;

/** When a lease ends by a clock that is not far behind: one that seems to last longer than it can was taken by a wrong one. */
export function latestEnd({ spanMs = spanUnsaidMs }: Lease, now: number): number {
  return now + spanMs + clocksApartMaxMs;
}

/**
 * Whether somebody other than `holder` has the lease now. One that a clock far ahead gave its end keeps nobody away: what its
 * holder puts is refused by the generations, as for any who lost a lease.
 */
export function isHeldByOther(lease: Lease | null, holder: string, now: number): lease is Lease {
  if (lease === null || lease.holder === holder) return false;
  return lease.expiresAt > now && lease.expiresAt <= latestEnd(lease, now);
}

/** A lease from now on. */
export function leaseFrom(now: number, holder: string, spanMs: number): Lease {
  return { holder, expiresAt: now + spanMs, spanMs };
}

/** Whether the lease still is `holder`'s: it may have run out, as long as nobody took it over. */
export function isHeldBy(lease: Lease | null, holder: string): boolean {
  return lease?.holder === holder;
}
