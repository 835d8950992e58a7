import { listingError } from "../../listed.ts";
import type { ListedFile } from "../../lister.ts";
import { readHttpDate, readIsoInstant } from "../core/dates.ts";
import { createGathering, type DirectoryListing, type Page } from "./gathering.ts";
import { isPlainName } from "./links.ts";

type Entry = { readonly file: ListedFile } | { readonly directory: string } | "other" | undefined;
type Members = Readonly<Record<string, unknown>>;

/** The files and directories of nginx's `autoindex_format json` and of Caddy's JSON. Throws a `SourceError` (`listing`) for any other JSON. */
export function readJsonIndex(text: string, page: Page): DirectoryListing {
  let entries: unknown;
  try {
    entries = JSON.parse(text);
  } catch {
    throw listingError(page.place, "is no JSON, or cut short");
  }
  if (!Array.isArray(entries)) throw listingError(page.place, "is JSON, but no index of a directory");
  const gathering = createGathering(page);
  for (const one of entries as unknown[]) {
    const entry = isMembers(one) ? (nginxEntry(one) ?? caddyEntry(one)) : undefined;
    if (entry === undefined) throw listingError(page.place, "is JSON with an entry of unknown form");
    if (entry === "other") continue;
    if ("directory" in entry) {
      if (isPlainName(entry.directory)) gathering.directory(entry.directory);
    } else if (isPlainName(entry.file.name)) gathering.file(entry.file);
  }
  return gathering.listing();
}

/** `{ "name", "type": "file" | "directory" | "other", "mtime": RFC 9110's date, "size" }`. */
function nginxEntry({ name, type, mtime, size }: Members): Entry {
  if (typeof name !== "string" || typeof mtime !== "string") return undefined;
  if (type === "directory") return { directory: name };
  if (type === "other") return "other";
  if (type !== "file" || !isSize(size)) return undefined;
  return { file: { name, version: `${mtime} ${size}`, sizeBytes: size, ...dated(readHttpDate(mtime)) } };
}

/** `{ "name" (of a directory with a slash), "size", "mod_time": RFC 3339's, "is_dir", "is_symlink" }`. */
function caddyEntry({ name, size, mod_time: time, is_dir: isDirectory, is_symlink: isLink }: Members): Entry {
  if (typeof name !== "string" || typeof time !== "string" || typeof isDirectory !== "boolean")
    return undefined;
  if (isDirectory) return { directory: name.replace(/\/$/, "") };
  if (!isSize(size)) return undefined;
  const version = `${time} ${size}`;
  // The date of a symbolic link is its own.
  if (isLink === true) return { file: { name, version } };
  return { file: { name, version, sizeBytes: size, ...dated(readIsoInstant(time)) } };
}

function dated(modifiedAt: number | undefined): { readonly modifiedAt?: number } {
  return modifiedAt === undefined ? {} : { modifiedAt };
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isMembers(value: unknown): value is Members {
  return typeof value === "object" && value !== null;
}
