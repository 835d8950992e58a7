import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { GranuleError, reasonOf, StorageError, UsageError } from "../../errors.ts";
import { checkSourceUrl } from "../../source/open.ts";
import { placeAt } from "../../source/place.ts";
import { redactUrl } from "../../source/secrets/redactUrl.ts";
import type { Source, SourceFile } from "../../source/source.ts";

/** Opens the provider at a URL, for so many connections at most. */
export type OpenSource = (url: string, connectionsMax: number) => Promise<Source>;

/** A file as it lies somewhere, of which nothing else is known. */
export interface GranuleFile {
  /** As it may be shown: without password. */
  readonly place: string;
  /** Absolute, on its server or on this machine: what path patterns are held against. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Milliseconds since 1970 UTC, where the place can say. */
  readonly modifiedAt: number | undefined;
}

const scheme = /^[a-z][a-z0-9+.-]*:\/\//i;

/** Whether that is a URL, not a path on this machine. */
export function isUrl(given: string): boolean {
  return scheme.test(given);
}

/**
 * Reads a file of this machine, or one at the URL of a provider, of at most `bytesMax` bytes. Throws a `UsageError` for
 * what can be neither, a `GranuleError` (`tooLarge`, `notThere`), a `SourceError` where the server and a `StorageError` where
 * this machine cannot.
 */
export async function readGranuleFile(
  given: string,
  openSource: OpenSource,
  bytesMax: number,
  signal: AbortSignal,
): Promise<GranuleFile> {
  return isUrl(given) ? fetchFile(given, openSource, bytesMax, signal) : readLocal(given, bytesMax, signal);
}

async function readLocal(given: string, bytesMax: number, signal: AbortSignal): Promise<GranuleFile> {
  const path = resolve(given);
  try {
    const found = await stat(path);
    if (!found.isFile()) throw new StorageError("read", given, "is no plain file: give one granule");
    if (found.size > bytesMax) throw tooLarge(given, bytesMax);
    const bytes = await readFile(path, { signal });
    return { place: given, path, bytes: new Uint8Array(bytes), modifiedAt: Math.round(found.mtimeMs) };
  } catch (error) {
    signal.throwIfAborted();
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    const why = code === "ENOENT" ? "there is no such file" : reasonOf(error);
    throw new StorageError("read", redactUrl(given), why, { cause: error });
  }
}

async function fetchFile(
  given: string,
  openSource: OpenSource,
  bytesMax: number,
  signal: AbortSignal,
): Promise<GranuleFile> {
  checkSourceUrl(given);
  const { segments, isDirectory, shown, urlOf } = placeAt(given);
  if (isDirectory) throw new UsageError([`"${redactUrl(given)}" names a directory: give one file in it`]);
  const source = await openSource(urlOf(segments.length - 1), 1);
  try {
    const file = { path: segments.at(-1) ?? "", sizeBytes: null, version: "", modifiedAt: null };
    return await fetchedFile(
      source,
      file,
      { path: `/${segments.join("/")}`, place: shown },
      bytesMax,
      signal,
    );
  } finally {
    await source.close();
  }
}

/** Fetches a file of a source. `at`: where it is there. Throws as `readGranuleFile`. */
export async function fetchedFile(
  source: Source,
  file: SourceFile,
  at: Pick<GranuleFile, "place" | "path">,
  bytesMax: number,
  signal: AbortSignal,
): Promise<GranuleFile> {
  const fetched = await source.fetch(file, signal);
  const bytes = await fetched.bytes(bytesMax);
  if (!bytes) throw new GranuleError("notThere", `${at.place}: there is no such file`);
  return { ...at, bytes, modifiedAt: fetched.modifiedAt ?? undefined };
}

function tooLarge(place: string, bytesMax: number): GranuleError {
  return new GranuleError("tooLarge", `${place}: is larger than ${bytesMax} bytes`);
}
