import { lstat, open, rm, rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { reasonOf, StorageError, UsageError } from "../../../shared/errors.ts";
import { makeDirectory } from "../../../shared/store/makeDirectory.ts";

/**
 * Writes files, by their paths below a directory: all of them, or none. Throws a `UsageError` that names every one that is there
 * already, a `StorageError` if one cannot be written, and the signal's reason; what was written until then is removed again.
 */
export async function writeNew(
  directory: string,
  files: ReadonlyMap<string, string>,
  signal: AbortSignal,
): Promise<void> {
  await refuseExisting([...files.keys()].map((path) => join(directory, path)));
  const undo: (() => Promise<void>)[] = [];
  try {
    for (const [path, text] of files) {
      signal.throwIfAborted();
      await writeOne(join(directory, path), text, undo);
    }
    signal.throwIfAborted();
  } catch (error) {
    for (const step of undo.reverse()) await step().catch(() => undefined);
    throw error;
  }
}

async function refuseExisting(paths: readonly string[]): Promise<void> {
  const isThere = await Promise.all(paths.map((path) => lstat(path).catch(() => undefined)));
  const faults = paths.filter((_, at) => isThere[at]).map((path) => `${path} is there already`);
  if (faults.length > 0) throw new UsageError([...faults, "nothing was written: name another directory"]);
}

async function writeOne(path: string, text: string, undo: (() => Promise<void>)[]): Promise<void> {
  try {
    const made = makeDirectory(dirname(path));
    if (made !== undefined) undo.push(...emptied(made, dirname(path)));
    await using file = await open(path, "wx");
    undo.push(() => rm(path));
    await file.writeFile(text);
  } catch (error) {
    const reason = `${reasonOf(error)}; what was written until then is removed again`;
    throw new StorageError("write", path, reason, { cause: error });
  }
}

/** Removes the directories from the first that was made down to the last; one that holds anything else stays. */
function emptied(first: string, last: string): (() => Promise<void>)[] {
  const remove = () => rmdir(last);
  return last === first ? [remove] : [...emptied(first, dirname(last)), remove];
}
