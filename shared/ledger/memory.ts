import { type Ledger, type LedgerKey, NO_RECORD, type Versioned, type WriteResult } from "./ledger.ts";
import type { ChunkRecord } from "./records.ts";

/** A ledger that lives as long as its process. For tests and simulations. */
export function createMemoryLedger(): Ledger {
  const records = new Map<string, Versioned<unknown>>();
  let versions = 0;
  const place = ({ dataset, chunk }: LedgerKey<unknown>) => JSON.stringify([dataset, chunk ?? null]);
  const chunksOf = (dataset: string) =>
    [...records]
      .filter(([at]) => at.startsWith(`${JSON.stringify([dataset]).slice(0, -1)},`) && !at.endsWith("null]"))
      .map(([, versioned]) => structuredClone(versioned) as Versioned<ChunkRecord>)
      .sort((a, b) => a.record.chunk - b.record.chunk);
  return {
    async read<Kept>(key: LedgerKey<Kept>) {
      return structuredClone(records.get(place(key))) as Versioned<Kept> | undefined;
    },
    async write(key, record, ifVersion): Promise<WriteResult> {
      if ((records.get(place(key))?.version ?? NO_RECORD) !== ifVersion)
        return { outcome: "preconditionFailed" };
      const version = String(++versions);
      records.set(place(key), { record: structuredClone(record), version });
      return { outcome: "written", version };
    },
    async window(dataset, first, last, limit) {
      return chunksOf(dataset)
        .filter(({ record }) => record.chunk >= first && record.chunk <= last)
        .slice(0, limit);
    },
    async uncommitted(dataset, limit) {
      return chunksOf(dataset)
        .filter(({ record }) => record.uncommitted)
        .slice(0, limit);
    },
    async due(dataset, until, limit) {
      return chunksOf(dataset)
        .filter(({ record }) => record.nextTryAt !== null && record.nextTryAt <= until)
        .sort((a, b) => (a.record.nextTryAt ?? 0) - (b.record.nextTryAt ?? 0))
        .slice(0, limit);
    },
    async leased(dataset, at, limit) {
      const endOf = ({ record }: Versioned<ChunkRecord>) => record.lease?.expiresAt ?? 0;
      return chunksOf(dataset)
        .filter((versioned) => endOf(versioned) > at)
        .sort((a, b) => endOf(a) - endOf(b))
        .slice(0, limit);
    },
  };
}
