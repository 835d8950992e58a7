import type { Ledger } from "../../shared/ledger/ledger.ts";

/** What a ledger was asked: reads and writes of one record, questions, and the records that came back of both. */
export interface LedgerCounts {
  reads: number;
  writes: number;
  questions: number;
  records: number;
}

export const noCounts = (): LedgerCounts => ({ reads: 0, writes: 0, questions: 0, records: 0 });

/** The same ledger, every call counted. */
export function countedLedger(ledger: Ledger, counts: LedgerCounts): Ledger {
  async function counted<Found extends readonly unknown[]>(asking: Promise<Found>): Promise<Found> {
    counts.questions++;
    const found = await asking;
    counts.records += found.length;
    return found;
  }
  return {
    async read(key, signal) {
      counts.reads++;
      const found = await ledger.read(key, signal);
      if (found) counts.records++;
      return found;
    },
    write(key, record, version, signal) {
      counts.writes++;
      return ledger.write(key, record, version, signal);
    },
    delete(key, version, signal) {
      counts.writes++;
      return ledger.delete(key, version, signal);
    },
    window: (...asked) => counted(ledger.window(...asked)),
    uncommitted: (...asked) => counted(ledger.uncommitted(...asked)),
    due: (...asked) => counted(ledger.due(...asked)),
    leased: (...asked) => counted(ledger.leased(...asked)),
  };
}
