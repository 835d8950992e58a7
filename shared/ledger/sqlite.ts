import { NewerSchemaError, reasonOf, StorageError } from "../errors.ts";
import {
  type DeletionResult,
  type Ledger,
  type LedgerKey,
  NO_RECORD,
  type Versioned,
  type WriteResult,
} from "./ledger.ts";
import { type ChunkRecord, ofChunk, recordName } from "./records.ts";
import { type Database, type OpenDatabase, openForReading, openForWriting } from "./sqliteFile.ts";
import { recordOf, storedForm } from "./storedForm.ts";

/** Reads of a file that somebody else keeps changing. */
const readsMax = 8;
/** The dataset's own record stands before its chunks. */
const datasetRow = -1;
/** In no dataset: its version is the highest of any record that was deleted. */
const deletedPlace = ["", -2] as const;

export interface SqliteLedgerOptions {
  /** For who only looks: nothing is written or created, and a file that is not there counts as an empty ledger. */
  readonly readOnly?: boolean;
}

/** A ledger in one SQLite file, safe between the processes of one machine. The file is created when first needed. */
export function createSqliteLedger(
  path: string,
  { readOnly = false }: SqliteLedgerOptions = {},
): Ledger & { close(): void } {
  let opened: OpenDatabase | undefined;
  let isClosed = false;
  const openAgain = readOnly ? () => openForReading(path) : () => openForWriting(path);

  /** What was read counts only if nobody wrote meanwhile where a reader cannot see that; else it is read anew. */
  function attempt<Result>(
    operation: string,
    { dataset, chunk }: LedgerKey<unknown>,
    work: (to: Database) => Result,
  ): Result {
    try {
      for (let tries = 0; tries < readsMax; tries++) {
        if (isClosed) throw new Error("it is closed");
        opened ??= openAgain();
        const result = work(opened.database);
        if (opened.isCurrent()) return result;
        opened.database.close();
        opened = undefined;
      }
      throw new Error(`it changed during each of ${readsMax} reads`);
    } catch (cause) {
      if (cause instanceof NewerSchemaError) throw cause;
      const key = `${path} (${dataset}${chunk === undefined ? "" : ` chunk ${chunk}`})`;
      const remedy = opened
        ? ""
        : `; choose a --ledger, or a --store for it, that can be ${readOnly ? "read" : "opened and written"}`;
      throw new StorageError(operation, key, `${reasonOf(cause)}${remedy}`, { cause });
    }
  }

  function select(operation: string, dataset: string, where: string, ...values: (string | number)[]) {
    const rows = attempt(operation, { dataset }, (to) =>
      to
        .prepare(
          `SELECT chunk, version, record FROM records WHERE dataset = ? AND chunk >= 0 AND ${where} LIMIT ?`,
        )
        .all(dataset, ...values),
    );
    return rows.map((row) => {
      const chunk = Number(row.chunk);
      const key: LedgerKey<ChunkRecord> = { dataset, chunk };
      return attempt(operation, key, () => ofChunk(chunk, versioned(key, row)));
    });
  }

  return {
    async read<Recorded>(key: LedgerKey<Recorded>, signal: AbortSignal) {
      signal.throwIfAborted();
      return attempt("read", key, (to) => {
        const row = to
          .prepare("SELECT version, record FROM records WHERE dataset = ? AND chunk = ?")
          .get(key.dataset, key.chunk ?? datasetRow);
        return row && versioned(key, row);
      });
    },

    async write(key, record, ifVersion, signal): Promise<WriteResult> {
      signal.throwIfAborted();
      if (readOnly) attempt("write", key, refuseWrite);
      const { uncommitted = false, nextTryAt = null, lease = null } = record as Partial<ChunkRecord>;
      const leaseEndsAt = lease?.expiresAt ?? null;
      const values = [Number(uncommitted), nextTryAt, leaseEndsAt, textOf(record)];
      const place = [key.dataset, key.chunk ?? datasetRow];
      const written = attempt("write", key, (to) =>
        ifVersion === NO_RECORD
          ? to
              .prepare(
                `INSERT INTO records (version, uncommitted, next_try_at, lease_ends_at, record, dataset, chunk)
                 VALUES (1 + ifnull((SELECT version FROM records WHERE dataset = ? AND chunk = ?), 0), ?, ?, ?, ?, ?, ?)
                 ON CONFLICT DO NOTHING RETURNING version`,
              )
              .get(...deletedPlace, ...values, ...place)
          : to
              .prepare(
                `UPDATE records SET version = version + 1, uncommitted = ?, next_try_at = ?, lease_ends_at = ?, record = ?
                 WHERE dataset = ? AND chunk = ? AND version = ? RETURNING version`,
              )
              .get(...values, ...place, Number(ifVersion)),
      );
      return written
        ? { outcome: "written", version: String(written.version) }
        : { outcome: "preconditionFailed" };
    },

    async delete(key, ifVersion, signal): Promise<DeletionResult> {
      signal.throwIfAborted();
      if (readOnly) attempt("delete", key, refuseWrite);
      const place = [key.dataset, key.chunk ?? datasetRow];
      const { changes } = attempt("delete", key, (to) => {
        // First: a record that is written there later must not come to this version.
        to.prepare(
          `INSERT INTO records (dataset, chunk, version, uncommitted, record) VALUES (?, ?, ?, 0, '')
           ON CONFLICT DO UPDATE SET version = max(version, excluded.version)`,
        ).run(...deletedPlace, Number(ifVersion));
        return to
          .prepare("DELETE FROM records WHERE dataset = ? AND chunk = ? AND version = ?")
          .run(...place, Number(ifVersion));
      });
      return { outcome: changes === 1 ? "deleted" : "preconditionFailed" };
    },

    async window(dataset, first, last, limit, signal) {
      signal.throwIfAborted();
      return select("window", dataset, "chunk BETWEEN ? AND ? ORDER BY chunk", first, last, limit);
    },

    async uncommitted(dataset, limit, signal) {
      signal.throwIfAborted();
      return select("uncommitted", dataset, "uncommitted = 1 ORDER BY chunk", limit);
    },

    async due(dataset, from, until, limit, signal) {
      signal.throwIfAborted();
      return select(
        "due",
        dataset,
        "next_try_at BETWEEN ? AND ? ORDER BY next_try_at, chunk",
        from,
        until,
        limit,
      );
    },

    async leased(dataset, at, limit, signal) {
      signal.throwIfAborted();
      return select("leased", dataset, "lease_ends_at > ? ORDER BY lease_ends_at, chunk", at, limit);
    },

    close() {
      opened?.database.close();
      opened = undefined;
      isClosed = true;
    },
  };
}

function textOf(record: unknown): string {
  return JSON.stringify(storedForm(record as object));
}

function versioned<Recorded>(key: LedgerKey<Recorded>, row: Record<string, unknown>): Versioned<Recorded> {
  const record = recordOf<Recorded>(recordName(key), JSON.parse(String(row.record)));
  return { record, version: String(row.version) };
}

function refuseWrite(): never {
  throw new Error("it was opened for reading alone");
}
