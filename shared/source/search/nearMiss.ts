import { SourceError } from "../../errors.ts";
import { closest } from "../../nearest.ts";
import type { ListedFile, Lister } from "../lister.ts";
import { split } from "../paths.ts";

/** Files that are compared with a path that is not there. */
const comparedMax = 500;

/** What a directory was listed with; its names sorted by bytes. */
export interface Listed {
  readonly files: ReadonlyMap<string, ListedFile>;
  readonly names: readonly string[];
  readonly unfinished: number;
}

/** By directory, `undefined` for one that does not exist. */
export type Listings = ReadonlyMap<string, Listed | undefined>;

/**
 * The path of the file that is most like the one that is not there, and matches nothing. Where others do, it is one that nobody will
 * look for: files of other times lie there too.
 */
export function nearestTo(
  lookedFor: string,
  listings: Listings,
  found: ReadonlySet<string>,
  isWantable: (path: string) => boolean,
): string | undefined {
  const { directory: own, name: wanted } = split(lookedFor);
  const names = new Map<string, string>();
  let compared = 0;
  for (const directory of [own, ...listings.keys()]) {
    const below = (name: string) => (directory === "" ? name : `${directory}/${name}`);
    for (const [name, { shownName = name }] of listings.get(directory)?.files ?? []) {
      if (++compared > comparedMax) break;
      const path = below(name);
      const isOfAnother = found.size > 0 && isWantable(path);
      if (!found.has(path) && !isOfAnother && !names.has(name)) names.set(name, below(shownName));
    }
  }
  const like = closest(wanted, [...names.keys()]);
  return like === undefined ? undefined : names.get(like);
}

/** The directory above the path that exists, the deepest of them; empty for the base URL's, null if not even that does. */
export async function existingAbove(
  lister: Lister,
  path: string,
  signal: AbortSignal,
): Promise<string | null | undefined> {
  for (let { directory } = split(path); directory !== ""; ) {
    ({ directory } = split(directory));
    try {
      if (await lister.list(directory, "", signal)) return directory;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof SourceError) return undefined; // it is only told
      throw error;
    }
  }
  return null;
}
