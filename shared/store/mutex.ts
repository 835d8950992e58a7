import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { makeDirectory } from "./makeDirectory.ts";

const waitMs = 10_000;

/** Runs a short synchronous piece of work while no other process runs one under the same mutex. */
export interface Mutex {
  hold<Result>(work: () => Result): Result;
}

/**
 * A mutex between processes on one machine. It is the write lock of an empty SQLite file, because the operating system
 * frees that when its holder is killed; a lock file would be left behind.
 */
export function createMutex(path: string): Mutex {
  let database: DatabaseSync | undefined;
  const open = () => {
    makeDirectory(dirname(path));
    const opened = new DatabaseSync(path);
    opened.exec(`PRAGMA busy_timeout = ${waitMs}`);
    return opened;
  };
  return {
    hold(work) {
      database ??= open();
      database.exec("BEGIN IMMEDIATE");
      try {
        return work();
      } finally {
        database.exec("ROLLBACK");
      }
    },
  };
}
