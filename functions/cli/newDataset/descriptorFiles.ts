import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { reasonOf, StorageError } from "../../../shared/errors.ts";
import { makeDirectory } from "../../../shared/store/makeDirectory.ts";
import { unreadable } from "../../runtime/datasets/datasets.ts";

/** The ids that files of a directory have already; none where there is no directory yet. Throws a `UsageError`. */
export function takenIds(directory: string): ReadonlySet<string> {
  try {
    return new Set(readdirSync(directory).map((name) => name.split(".", 1)[0] ?? ""));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return new Set();
    throw unreadable(directory, error);
  }
}

/** Writes a descriptor's file, and makes the directory for it; returns its path. Never replaces one. Throws a `StorageError`. */
export function writeDescriptor(directory: string, id: string, source: string): string {
  const file = join(directory, `${id}.ts`);
  try {
    makeDirectory(directory);
    writeFileSync(file, source, { flag: "wx" });
    return file;
  } catch (error) {
    throw new StorageError("write", file, reasonOf(error), { cause: error });
  }
}
