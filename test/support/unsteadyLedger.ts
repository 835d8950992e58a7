import { StorageError } from "../../shared/errors.ts";
import type { Ledger } from "../../shared/ledger/ledger.ts";

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
  async function unsteady<Result>(operation: string, perform: () => Promise<Result>): Promise<Result> {
    counts.calls++;
    const isLost = random() < share();
    const isAfter = random() < 0.5;
    if (!isLost) return perform();
    counts.failures++;
    if (isAfter) await perform();
    throw new StorageError(operation, "ledger", isAfter ? "the answer got lost" : "no connection");
  }
  return {
    read: (key) => unsteady("read", () => ledger.read(key)),
    write: (key, record, version) => unsteady("write", () => ledger.write(key, record, version)),
    window: (...asked) => unsteady("window", () => ledger.window(...asked)),
    uncommitted: (...asked) => unsteady("uncommitted", () => ledger.uncommitted(...asked)),
    due: (...asked) => unsteady("due", () => ledger.due(...asked)),
    leased: (...asked) => unsteady("leased", () => ledger.leased(...asked)),
  };
}
