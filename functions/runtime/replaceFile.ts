import { randomUUID } from "node:crypto";
import { rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { reasonOf, StorageError } from "../../shared/errors.ts";
import { makeDirectory } from "../../shared/store/makeDirectory.ts";

/** Writes a file and the directories above it. Whoever reads it finds what was there, or these bytes. Throws a `StorageError`. */
export async function replaceFile(path: string, bytes: Uint8Array): Promise<void> {
  const beside = join(dirname(path), `.${basename(path)}.${randomUUID()}`);
  try {
    makeDirectory(dirname(path));
    await writeFile(beside, bytes, { flag: "wx" });
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw new StorageError("write", path, reasonOf(error), { cause: error });
  }
}
