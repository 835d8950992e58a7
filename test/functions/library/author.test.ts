/** Who writes a ledger of their own needs what `accrete-zarr/ports` gives, and nothing else, to hold its contract. */
import {
  type ChunkRecord,
  type Ledger,
  type LedgerKey,
  NO_RECORD,
  recordName,
  recordOf,
  storedForm,
  type Versioned,
} from "../../../functions/library/ports.ts";
import { ledgerContract } from "../../../functions/library/testing.ts";

interface Row {
  readonly key: LedgerKey<unknown>;
  /** What a database would hold. */
  readonly text: string;
  readonly version: string;
}

function createOwnLedger(): Ledger {
  const rows = new Map<string, Row>();
  let versions = 0;
  const placeOf = ({ dataset, chunk = -1 }: LedgerKey<unknown>) => `${chunk} ${dataset}`;
  const read = <Recorded>({ key, text, version }: Row): Versioned<Recorded> => ({
    record: recordOf<Recorded>(recordName(key), JSON.parse(text)),
    version,
  });
  const versionAt = (key: LedgerKey<unknown>) => rows.get(placeOf(key))?.version ?? NO_RECORD;
  /** In the order of a number that a record has; those without are in no answer. */
  const ask = (
    dataset: string,
    numberOf: (record: ChunkRecord) => number | null | undefined,
    limit: number,
    signal: AbortSignal,
  ) => {
    signal.throwIfAborted();
    return [...rows.values()]
      .filter(({ key }) => key.dataset === dataset && key.chunk !== undefined)
      .map((row) => ({ row, at: numberOf(JSON.parse(row.text)) ?? Number.NaN }))
      .filter(({ at }) => !Number.isNaN(at))
      .sort((a, b) => a.at - b.at)
      .slice(0, limit)
      .map(({ row }) => read<ChunkRecord>(row));
  };
  const within = (value: number | null | undefined, first: number, last: number) =>
    value != null && value >= first && value <= last ? value : undefined;
  return {
    async read<Recorded>(key: LedgerKey<Recorded>, signal: AbortSignal) {
      signal.throwIfAborted();
      const row = rows.get(placeOf(key));
      return row && read<Recorded>(row);
    },
    async write(key, record, ifVersion, signal) {
      signal.throwIfAborted();
      if (versionAt(key) !== ifVersion) return { outcome: "preconditionFailed" };
      const version = String(++versions);
      rows.set(placeOf(key), { key, text: JSON.stringify(storedForm(record as object)), version });
      return { outcome: "written", version };
    },
    async delete(key, ifVersion, signal) {
      signal.throwIfAborted();
      if (versionAt(key) !== ifVersion || ifVersion === NO_RECORD) return { outcome: "preconditionFailed" };
      rows.delete(placeOf(key));
      return { outcome: "deleted" };
    },
    window: async (dataset, first, last, limit, signal) =>
      ask(dataset, ({ chunk }) => within(chunk, first, last), limit, signal),
    uncommitted: async (dataset, limit, signal) =>
      ask(dataset, ({ chunk, uncommitted }) => (uncommitted ? chunk : null), limit, signal),
    due: async (dataset, from, until, limit, signal) =>
      ask(dataset, ({ nextTryAt }) => within(nextTryAt, from, until), limit, signal),
    leased: async (dataset, at, limit, signal) =>
      ask(dataset, ({ lease }) => within(lease?.expiresAt, at + 1, Number.POSITIVE_INFINITY), limit, signal),
  };
}

ledgerContract("by an author", async () => ({ ledger: createOwnLedger(), stop: async () => {} }));
