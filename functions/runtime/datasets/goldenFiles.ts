import { readFile } from "node:fs/promises";
import { join } from "node:path";
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
