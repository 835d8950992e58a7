import { openPair } from "../../shared/archive/pair.ts";
import { initialStored, type StoredDataset } from "../../shared/archive/stored.ts";
import { type Matching, matchedTogether, nothingAsked } from "../../shared/pipeline/matching.ts";
import { diff } from "../../shared/pipeline/plan/diff.ts";
import { type Range, totalsOf } from "../../shared/pipeline/plan/scan.ts";
import type { Wiring } from "../../shared/pipeline/wiring.ts";

export interface Pending {
  readonly batches: number;
  readonly granules: number;
  readonly timesteps: number;
  readonly bytes: number;
  /** Granules whose size is not listed. */
  readonly unsized: number;
  /** Chunks that somebody works on. */
  readonly leased: number;
  /** Timesteps to be resolved without a granule. */
  readonly settled: number;
}

/** What a plan would send out and resolve, over all its continuations. Nothing is written. Throws what a plan throws. */
export async function findPending(
  wiring: Wiring,
  wanted: Range,
  signal: AbortSignal,
): Promise<{ readonly stored: StoredDataset; readonly pending: Pending; readonly matching: Matching }> {
  const stored = (await openPair(wiring, signal)) ?? initialStored(wiring);
  const pending = { batches: 0, granules: 0, timesteps: 0, bytes: 0, unsized: 0, leased: 0, settled: 0 };
  let matching = nothingAsked;
  for (let range: Range | undefined = wanted; range; ) {
    const found = await diff(wiring, stored, range, signal);
    const totals = totalsOf(found);
    for (const name of ["batches", "granules", "timesteps", "bytes", "unsized", "leased", "settled"] as const)
      pending[name] += totals[name];
    matching = matchedTogether(matching, found.matching);
    range = found.next && { ...found.next, force: false };
  }
  return { stored, pending, matching };
}
