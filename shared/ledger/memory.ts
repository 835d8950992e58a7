import {
  type DeletionResult,
  type Ledger,
  type LedgerKey,
  NO_RECORD,
  type Versioned,
  type WriteResult,
} from "./ledger.ts";
import { type ChunkRecord, recordName } from "./records.ts";
import { recordOf, storedForm } from "./storedForm.ts";

/** A ledger that lives as long as its process. For tests and simulations. */
export function createMemoryLedger(): Ledger {
  const records = new Map<string, Versioned<unknown>>();
  let versions = 0;
  const place = ({ dataset, chunk }: LedgerKey<unknown>) => JSON.stringify([dataset, chunk ?? null]);
  const answered = <Recorded>(key: LedgerKey<Recorded>, { record, version }: Versioned<unknown>) => ({
    record: recordOf<Recorded>(recordName(key), structuredClone(record)),
    version,
  });
  const chunksOf = (dataset: string) =>
    [...records]
      .filter(([at]) => at.startsWith(`${JSON.stringify([dataset]).slice(0, -1)},`) && !at.endsWith("null]"))
      .map(([, versioned]) => versioned as Versioned<ChunkRecord>)
      .sort((a, b) => a.record.chunk - b.record.chunk);
  const atMost = (dataset: string, limit: number, found: readonly Versioned<ChunkRecord>[]) =>
    found
      .slice(0, limit)
      .map((versioned) => answered<ChunkRecord>({ dataset, chunk: versioned.record.chunk }, versioned));
  return {
    async read<Recorded>(key: LedgerKey<Recorded>, signal: AbortSignal) {
      signal.throwIfAborted();
      const found = records.get(place(key));
      return found && answered(key, found);
    },
    async write(key, record, ifVersion, signal): Promise<WriteResult> {
      signal.throwIfAborted();
      if ((records.get(place(key))?.version ?? NO_RECORD) !== ifVersion)
        return { outcome: "preconditionFailed" };
      const version = String(++versions);
      records.set(place(key), { record: storedForm(structuredClone(record) as object), version });
      return { outcome: "written", version };
    },
    async delete(key, ifVersion, signal): Promise<DeletionResult> {
      signal.throwIfAborted();
      if (records.get(place(key))?.version !== ifVersion) return { outcome: "preconditionFailed" };
      records.delete(place(key));
      return { outcome: "deleted" };
    },
    async window(dataset, first, last, limit, signal) {
      signal.throwIfAborted();
      const found = chunksOf(dataset).filter(({ record }) => record.chunk >= first && record.chunk <= last);
      return atMost(dataset, limit, found);
    },
    async uncommitted(dataset, limit, signal) {
      signal.throwIfAborted();
      return atMost(
        dataset,
        limit,
        chunksOf(dataset).filter(({ record }) => record.uncommitted),
      );
    },
    async due(dataset, from, until, limit, signal) {
      signal.throwIfAborted();
      const found = chunksOf(dataset)
        .filter(({ record: { nextTryAt } }) => nextTryAt !== null && nextTryAt >= from && nextTryAt <= until)
        .sort((a, b) => (a.record.nextTryAt ?? 0) - (b.record.nextTryAt ?? 0));
      return atMost(dataset, limit, found);
    },
    async leased(dataset, at, limit, signal) {
      signal.throwIfAborted();
      const endOf = ({ record }: Versioned<ChunkRecord>) => record.lease?.expiresAt ?? 0;
      const found = chunksOf(dataset)
        .filter((versioned) => endOf(versioned) > at)
        .sort((a, b) => endOf(a) - endOf(b));
      return atMost(dataset, limit, found);
    },
  };
}
