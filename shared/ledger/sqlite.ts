import { dirname } from "node:path";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { NewerSchemaError, reasonOf, StorageError } from "../errors.ts";
import { withoutSchema, withSchema } from "../schema.ts";
import { makeDirectory } from "../store/makeDirectory.ts";
import { type Ledger, type LedgerKey, NO_RECORD, type Versioned, type WriteResult } from "./ledger.ts";
import { type ChunkRecord, ofChunk, recordName } from "./records.ts";

const waitMs = 10_000;
const schemaVersion = 2;
/** The dataset's own record stands before its chunks. */
const datasetRow = -1;

const schema = `
  CREATE TABLE IF NOT EXISTS records (
    dataset TEXT NOT NULL,
    chunk INTEGER NOT NULL,
    version INTEGER NOT NULL,
    uncommitted INTEGER NOT NULL,
    next_try_at INTEGER,
    lease_ends_at INTEGER,
    record TEXT NOT NULL,
    PRIMARY KEY (dataset, chunk)
  ) STRICT;
  CREATE INDEX IF NOT EXISTS uncommitted ON records (dataset, chunk) WHERE uncommitted = 1;
  CREATE INDEX IF NOT EXISTS due ON records (dataset, next_try_at) WHERE next_try_at IS NOT NULL;
  CREATE INDEX IF NOT EXISTS leased ON records (dataset, lease_ends_at) WHERE lease_ends_at IS NOT NULL;
  PRAGMA user_version = ${schemaVersion};
`;

/** Leases of a ledger that was written before are soon renewed, or over. */
const columnSince2 = "ALTER TABLE records ADD COLUMN lease_ends_at INTEGER";

/** A ledger in one SQLite file, safe between the processes of one machine. The file is created when first needed. */
export function createSqliteLedger(path: string): Ledger & { close(): void } {
  let database: DatabaseSync | undefined;
  let isClosed = false;

  function open(): DatabaseSync {
    if (isClosed) throw new Error("it is closed");
    makeDirectory(dirname(path));
    const opened = new DatabaseSync(path);
    try {
      prepare(opened, path);
      return opened;
    } catch (error) {
      opened.close();
      throw error;
    }
  }

  function attempt<Result>(
    operation: string,
    { dataset, chunk }: LedgerKey<unknown>,
    work: (to: DatabaseSync) => Result,
  ): Result {
    try {
      database ??= open();
      return work(database);
    } catch (cause) {
      if (cause instanceof NewerSchemaError) throw cause;
      const key = `${path} (${dataset}${chunk === undefined ? "" : ` chunk ${chunk}`})`;
      const remedy = database
        ? ""
        : "; choose a --ledger, or a --store for it, that can be opened and written";
      throw new StorageError(operation, key, `${reasonOf(cause)}${remedy}`, { cause });
    }
  }

  function select(operation: string, dataset: string, where: string, ...values: SQLInputValue[]) {
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
    async read<Kept>(key: LedgerKey<Kept>) {
      return attempt("read", key, (to) => {
        const row = to
          .prepare("SELECT version, record FROM records WHERE dataset = ? AND chunk = ?")
          .get(key.dataset, key.chunk ?? datasetRow);
        return row && versioned(key, row);
      });
    },

    async write(key, record, ifVersion): Promise<WriteResult> {
      const { uncommitted = false, nextTryAt = null, lease = null } = record as Partial<ChunkRecord>;
      const version = ifVersion === NO_RECORD ? 1 : Number(ifVersion) + 1;
      const leaseEndsAt = lease?.expiresAt ?? null;
      const values = [version, Number(uncommitted), nextTryAt, leaseEndsAt, textOf(record)];
      const place = [key.dataset, key.chunk ?? datasetRow];
      const { changes } = attempt("write", key, (to) =>
        ifVersion === NO_RECORD
          ? to
              .prepare(
                `INSERT INTO records (version, uncommitted, next_try_at, lease_ends_at, record, dataset, chunk)
                 VALUES (?, ?, ?, ?, ?, ?, ?)
                 ON CONFLICT DO NOTHING`,
              )
              .run(...values, ...place)
          : to
              .prepare(
                `UPDATE records SET version = ?, uncommitted = ?, next_try_at = ?, lease_ends_at = ?, record = ?
                 WHERE dataset = ? AND chunk = ? AND version = ?`,
              )
              .run(...values, ...place, Number(ifVersion)),
      );
      return changes === 1
        ? { outcome: "written", version: String(version) }
        : { outcome: "preconditionFailed" };
    },

    async window(dataset, first, last, limit) {
      return select("window", dataset, "chunk BETWEEN ? AND ? ORDER BY chunk", first, last, limit);
    },

    async uncommitted(dataset, limit) {
      return select("uncommitted", dataset, "uncommitted = 1 ORDER BY chunk", limit);
    },

    async due(dataset, until, limit) {
      return select("due", dataset, "next_try_at <= ? ORDER BY next_try_at, chunk", until, limit);
    },

    async leased(dataset, at, limit) {
      return select("leased", dataset, "lease_ends_at > ? ORDER BY lease_ends_at, chunk", at, limit);
    },

    close() {
      database?.close();
      database = undefined;
      isClosed = true;
    },
  };
}

function versionOf(database: DatabaseSync): number {
  return Number(database.prepare("PRAGMA user_version").get()?.user_version);
}

function prepare(database: DatabaseSync, path: string): void {
  database.exec(`PRAGMA busy_timeout = ${waitMs}`);
  const found = versionOf(database);
  if (found > schemaVersion) throw new NewerSchemaError(`the ledger ${path}`, found, schemaVersion);
  // Readers and a writer at once; after a power cut the last writes may be gone, and the next plan finds them again.
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
  if (found < schemaVersion) bringUp(database);
}

/** Brings a file to this build's schema, unless another process is quicker. */
function bringUp(database: DatabaseSync): void {
  database.exec("BEGIN IMMEDIATE");
  if (versionOf(database) === 1) database.exec(columnSince2);
  database.exec(schema);
  database.exec("COMMIT");
}

function textOf(record: unknown): string {
  return JSON.stringify(withSchema(record as object));
}

function versioned<Kept>(key: LedgerKey<Kept>, row: Record<string, unknown>): Versioned<Kept> {
  const record = withoutSchema(recordName(key), JSON.parse(String(row.record)) as Kept);
  return { record, version: String(row.version) };
}
