import { shown } from "../../errors.ts";
import { listingError } from "../listed.ts";
import type { DirectoryListing, ListedFile } from "../lister.ts";
import { compareKeys, isPlain } from "./keys.ts";
import type { ObjectLimits } from "./limits.ts";
import type { ListedObject, ObjectPage } from "./page.ts";

export interface Listed extends DirectoryListing {
  /** Whether there is any key that begins with the prefix, be it that of a longer one. */
  readonly isThere: boolean;
}

/**
 * Reads all pages of what lies directly below a prefix. `ask` gives the page that a token stands for, or the first. Throws a
 * `SourceError` (`listing`) where a page repeats or goes back, or has what was not asked for, and beyond the limits.
 */
export async function readPages(
  place: string,
  prefix: string,
  limits: ObjectLimits,
  ask: (token: string | undefined) => Promise<ObjectPage>,
): Promise<Listed> {
  const files: ListedFile[] = [];
  const directories: string[] = [];
  const tokens = new Set<string>();
  let last = "";
  let isThere = false;
  for (let token: string | undefined; ; ) {
    const page = await ask(token);
    const keys = [...page.objects.map(({ key }) => key), ...page.prefixes];
    last = lastAfter(last, keys, prefix, place);
    isThere ||= keys.length > 0;
    for (const object of page.objects) {
      const file = fileOf(object, prefix, place);
      if (file) files.push(file);
    }
    directories.push(...page.prefixes.map((one) => one.slice(prefix.length, -1)).filter(isDirectoryName));
    if (files.length + directories.length > limits.listedMax)
      throw listingError(place, `has more than ${limits.listedMax} names`);
    token = page.next;
    if (token === undefined) return { files, directories, isThere };
    if (tokens.has(token)) throw listingError(place, "comes to the same page again");
    tokens.add(token);
    if (tokens.size >= limits.pagesMax) throw listingError(place, `has more than ${limits.pagesMax} pages`);
  }
}

/** The last of a page's keys, all of which have to come after those of the pages before it. */
function lastAfter(before: string, keys: readonly string[], prefix: string, place: string): string {
  let last = before;
  const seen = new Set<string>();
  for (const key of keys) {
    if (!key.startsWith(prefix))
      throw listingError(place, `has ${shown(key)}, which is not below ${shown(prefix)}`);
    if (seen.has(key)) throw listingError(place, `has ${shown(key)} twice`);
    seen.add(key);
    if (before !== "" && compareKeys(key, before) <= 0) {
      throw listingError(place, `goes back to ${shown(key)} after ${shown(before)}`);
    }
    if (compareKeys(key, last) > 0) last = key;
  }
  return last;
}

/** Other tools make names with nothing between two slashes. */
function isDirectoryName(name: string): boolean {
  return name !== "" && isPlain(name);
}

/** A key that ends with a slash stands for a directory, made by other tools. What no path can lead to is left out. */
function fileOf({ key, ...told }: ListedObject, prefix: string, place: string): ListedFile | undefined {
  const name = key.slice(prefix.length);
  if (name === "" || name.endsWith("/") || !isPlain(name)) return undefined;
  if (name.includes("/"))
    throw listingError(place, `has ${shown(key)}, which is not directly below ${shown(prefix)}`);
  return { name, ...told };
}
