import type { Dirent } from "node:fs";
import { opendir, stat } from "node:fs/promises";
import { join } from "node:path";
import pMap from "p-map";
import { SourceError } from "../../errors.ts";
import type { DirectoryListing, ListedFile } from "../listed.ts";
import { fileState, undefinedIfAbsent, whyNot } from "./fileState.ts";
import type { DirectoryLimits } from "./limits.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const entriesAtOnce = 1024;

/**
 * What a directory holds under names that do not come before `from` by bytes, with what links lead to; `undefined` if there is no such
 * directory. Left out are names that no path can have, and what was gone before it was looked at. Throws a `SourceError` (`listing`)
 * where the directory may not be read, or holds too much.
 */
export async function listFiles(
  directory: string,
  from: string,
  limits: DirectoryLimits,
  signal: AbortSignal,
): Promise<DirectoryListing | undefined> {
  try {
    const options = { encoding: "buffer", bufferSize: entriesAtOnce } as const;
    const entries = await openBytes(directory, options).catch(undefinedIfAbsent);
    if (!entries) return undefined;
    const names = await namesIn(entries, Buffer.from(from), limits.listingFilesMax, signal);
    const atOnce = { concurrency: limits.statsAtOnceMax, signal };
    const found = await pMap(names, (name) => listed(directory, name), atOnce);
    return {
      files: found.flatMap((one) => (typeof one === "object" ? [one] : [])),
      directories: found.filter((one) => typeof one === "string"),
    };
  } catch (cause) {
    signal.throwIfAborted();
    const reason = cause instanceof SourceError ? cause.message : whyNot(cause);
    throw new SourceError("listing", `file://${directory}: ${reason}`, { cause });
  }
}

/** Of each entry its name as bytes, which Node's types do not know of: as text, names that are none could not be told. */
const openBytes = opendir as unknown as (
  directory: string,
  options: { readonly encoding: "buffer"; readonly bufferSize: number },
) => Promise<AsyncIterable<Dirent<Buffer>>>;

async function namesIn(
  entries: AsyncIterable<Dirent<Buffer>>,
  from: Buffer,
  filesMax: number,
  signal: AbortSignal,
): Promise<string[]> {
  const names: string[] = [];
  for await (const entry of entries) {
    signal.throwIfAborted();
    const name = nameOf(entry, from);
    if (name !== undefined) names.push(name);
    if (names.length > filesMax)
      throw new SourceError("listing", `has more than ${filesMax} files and directories`);
  }
  return names;
}

/** What a path may call a file, a directory or a link; `undefined` for pipes and the like, and for names that are no text. */
function nameOf(entry: Dirent<Buffer>, from: Buffer): string | undefined {
  const isShown = entry.isFile() || entry.isSymbolicLink() || entry.isDirectory();
  if (!isShown || entry.name.compare(from) < 0) return undefined;
  try {
    const name = utf8.decode(entry.name);
    return /\p{Cc}/u.test(name) ? undefined : name;
  } catch {
    return undefined;
  }
}

/** A file, or the name of a directory. */
async function listed(directory: string, name: string): Promise<ListedFile | string | undefined> {
  const found = await stat(join(directory, name), { bigint: true }).catch(undefinedIfAbsent);
  if (found?.isDirectory()) return name;
  if (!found?.isFile()) return undefined;
  const { modifiedAt, ...told } = fileState(found);
  return { name, ...told, ...(modifiedAt !== null && { modifiedAt }) };
}
