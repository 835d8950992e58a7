import { existsSync, realpathSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { NewerSchemaError } from "../errors.ts";
import { makeDirectory } from "../store/makeDirectory.ts";

const waitMs = 10_000;
const schemaVersion = 2;
/** SQLITE_CANTOPEN */
const cannotOpen = 14;

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

export type Database = DatabaseSync;

export interface OpenDatabase {
  readonly database: Database;
  /** Whether what was read since it was opened is what the file held: to be asked after each read. */
  isCurrent(): boolean;
}

/** Opens a ledger's file, making it and its directory where they are missing. Throws what SQLite throws. */
export function openForWriting(path: string): OpenDatabase {
  makeDirectory(dirname(path));
  const database = checked(new DatabaseSync(path), path, (to) => {
    const found = versionOf(to);
    // Readers and a writer at once; after a power cut the last writes may be gone, and the next plan finds them again.
    to.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
    if (found < schemaVersion) bringUp(to);
  });
  return { database, isCurrent: () => true };
}

/**
 * Opens a ledger's file for reading alone, and makes no file beside it; one that is not there, or that nothing was ever written
 * to, is empty. Throws what SQLite throws.
 *
 * Writers keep a log beside the database as long as any of them has it open. Where there is none the file is read as one that
 * nobody changes, and `isCurrent` tells when somebody did.
 */
export function openForReading(given: string): OpenDatabase {
  if (statesOf(given).file === undefined) return { database: emptyDatabase(), isCurrent: () => true };
  // The log lies beside the file that a link leads to.
  const path = realpathSync(given);
  const before = statesOf(path);
  if (before.log !== undefined) return { database: withLog(path), isCurrent: () => true };
  const url = pathToFileURL(path);
  url.searchParams.set("immutable", "1");
  const database = readable(new DatabaseSync(url, { readOnly: true }), path);
  const isCurrent = () => {
    const { file, log } = statesOf(path);
    return file === before.file && log === undefined;
  };
  return { database, isCurrent };
}

/** Whoever reads a log needs its index beside it, and makes one where no writer has it: https://sqlite.org/wal.html#readonly */
function withLog(path: string): DatabaseSync {
  try {
    return readable(new DatabaseSync(path, { readOnly: true }), path);
  } catch (cause) {
    const isIndexed = existsSync(`${path}-shm`);
    if (isIndexed || !(cause instanceof Error && "errcode" in cause && cause.errcode === cannotOpen))
      throw cause;
    const fault = `its log ${path}-wal can be read only where a file can be made beside it: copy both files to such a place`;
    throw new Error(fault, { cause });
  }
}

/** Another text whenever the database was written, or its log; `undefined` where one is not there, or empty. */
function statesOf(path: string): { readonly file: string | undefined; readonly log: string | undefined } {
  const stateOf = (one: string) => {
    const found = statSync(one, { bigint: true, throwIfNoEntry: false });
    return found && found.size > 0n ? `${found.ino} ${found.mtimeNs} ${found.size}` : undefined;
  };
  return { file: stateOf(path), log: stateOf(`${path}-wal`) };
}

/** Runs `prepare` on a database whose schema this build knows; closes it where that fails. */
function checked(database: DatabaseSync, path: string, prepare: (to: DatabaseSync) => void): DatabaseSync {
  try {
    database.exec(`PRAGMA busy_timeout = ${waitMs}`);
    const found = versionOf(database);
    if (found > schemaVersion) throw new NewerSchemaError(`the ledger ${path}`, found, schemaVersion);
    prepare(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function readable(database: DatabaseSync, path: string): DatabaseSync {
  let isEmpty = false;
  const opened = checked(database, path, (to) => {
    const found = versionOf(to);
    if (found > 0 && found < schemaVersion)
      throw new Error(`its schema is version ${found}: \`accrete extend\` brings it to ${schemaVersion}`);
    isEmpty = found === 0;
  });
  if (!isEmpty) return opened;
  opened.close();
  return emptyDatabase();
}

function emptyDatabase(): DatabaseSync {
  return checked(new DatabaseSync(":memory:"), ":memory:", bringUp);
}

function versionOf(database: DatabaseSync): number {
  return Number(database.prepare("PRAGMA user_version").get()?.user_version);
}

/** Brings a file to this build's schema, unless another process is quicker. */
function bringUp(database: DatabaseSync): void {
  database.exec("BEGIN IMMEDIATE");
  if (versionOf(database) === 1) database.exec(columnSince2);
  database.exec(schema);
  database.exec("COMMIT");
}
