import { randomUUID } from "node:crypto";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { reasonOf, StorageError } from "../../../shared/errors.ts";

/** Where the golden metadata of a dataset lie: beside its descriptor. */
export function goldenPath(directory: string, id: string): string {
  return join(directory, `${id}.metadata.json`);
}

/** What lies there; `undefined` where nothing does. Throws a `StorageError`. */
export async function readGoldenFile(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new StorageError("read", path, reasonOf(error), { cause: error });
  }
}

/** Whoever reads the file finds what was there, or these bytes. Throws a `StorageError`. */
export async function writeGoldenFile(path: string, bytes: Uint8Array): Promise<void> {
  const beside = join(dirname(path), `.${basename(path)}.${randomUUID()}`);
  try {
    await writeFile(beside, bytes, { flag: "wx" });
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw new StorageError("write", path, reasonOf(error), { cause: error });
  }
}
