import type { Dataset } from "../dataset/dataset.ts";
import { reasonOf, StorageError } from "../errors.ts";
import type { Ledger, LedgerKey, Versioned } from "./ledger.ts";
import { datasetRecordFaults, sanitizeChunk } from "./recordSchema.ts";
import type { ChunkRecord } from "./records.ts";

const faultsShownMax = 5;
const charactersShownMax = 200;

/** A ledger of which the stages can believe what they read. */
export interface CheckedLedger extends Ledger {
  /** Its records as they are: for who examines damaged ones. */
  readonly unchecked: Ledger;
}

/** The same ledger without the check, for the doctor: it examines what no stage may believe. */
export function uncheckedLedger({ unchecked }: CheckedLedger): CheckedLedger {
  return { ...unchecked, unchecked };
}

/**
 * A ledger whose records of the dataset are checked as they are read. One that cannot be what a stage wrote, whoever
 * damaged it, is a `StorageError` that names it: nothing is planned, shown or waited for on its word.
 */
export function checkedLedger(dataset: Dataset, ledger: Ledger): CheckedLedger {
  const refuse = (operation: string, what: string, faults: readonly string[]) => {
    if (faults.length === 0) return;
    const shown = faults.slice(0, faultsShownMax).join(", ").slice(0, charactersShownMax);
    throw new StorageError(
      operation,
      `${dataset.id} ${what}`,
      `the ledger's record is damaged (${shown}): accrete doctor ${dataset.id} can look at it`,
    );
  };

  function checkChunk(operation: string, chunk: unknown, record: unknown): void {
    const isChunk = Number.isSafeInteger(chunk) && (chunk as number) >= 0;
    if (!isChunk) refuse(operation, "chunk", ["its number"]);
    refuse(
      operation,
      `chunk ${chunk}`,
      faultsOf(record, () => sanitizeChunk(dataset, chunk as number, record).faults),
    );
  }

  async function checked(
    operation: string,
    asking: Promise<readonly Versioned<ChunkRecord>[]>,
    isAskedFor: (chunk: number) => boolean = () => true,
  ): Promise<readonly Versioned<ChunkRecord>[]> {
    const found = await asking;
    const seen = new Set<number>();
    for (const { record } of found) {
      const chunk = (record as Partial<ChunkRecord> | null)?.chunk;
      checkChunk(operation, chunk, record);
      if (seen.has(record.chunk) || !isAskedFor(record.chunk))
        refuse(operation, `chunk ${chunk}`, ["it is in another's place"]);
      seen.add(record.chunk);
    }
    return found;
  }

  return {
    unchecked: ledger,
    async read<Recorded>(key: LedgerKey<Recorded>, signal: AbortSignal) {
      const found = await ledger.read(key, signal);
      if (!found) return undefined;
      if (key.chunk !== undefined) checkChunk("read", key.chunk, found.record);
      // One of an older build has neither identity nor lease of plans.
      else {
        const record = { identity: null, planLease: null, ...found.record };
        refuse(
          "read",
          "itself",
          faultsOf(record, () => datasetRecordFaults(record)),
        );
      }
      return found;
    },
    write: (key, record, version, signal) => ledger.write(key, record, version, signal),
    delete: (key, version, signal) => ledger.delete(key, version, signal),
    window: (id, first, last, limit, signal) =>
      checked(
        "window",
        ledger.window(id, first, last, limit, signal),
        (chunk) => chunk >= first && chunk <= last,
      ),
    uncommitted: (id, limit, signal) => checked("uncommitted", ledger.uncommitted(id, limit, signal)),
    due: (id, from, until, limit, signal) => checked("due", ledger.due(id, from, until, limit, signal)),
    leased: (id, at, limit, signal) => checked("leased", ledger.leased(id, at, limit, signal)),
  };
}

/** What cannot even be looked at, or written back as it is, is damaged too. */
function faultsOf(record: unknown, look: () => readonly string[]): readonly string[] {
  try {
    JSON.stringify(record);
    return look();
  } catch (error) {
    return [reasonOf(error)];
  }
}
