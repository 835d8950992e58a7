import { StorageError } from "../../shared/errors.ts";
import type { Ledger } from "../../shared/ledger/ledger.ts";
import { ledgerWithin } from "./memoryWiring.ts";

export interface CallCounts {
  calls: number;
  failures: number;
}

/** The same ledger, of whose calls `share` fail at random: half of them before they have had their effect, half after it. */
export function unsteadyLedger(
  ledger: Ledger,
  share: () => number,
  random: () => number,
  counts: CallCounts,
): Ledger {
  return ledgerWithin(ledger, async ({ operation }, perform) => {
    counts.calls++;
    const isLost = random() < share();
    const isAfter = random() < 0.5;
    if (!isLost) return perform();
    counts.failures++;
    if (isAfter) await perform();
    throw new StorageError(operation, "ledger", isAfter ? "the answer got lost" : "no connection");
  });
}
