import pMap from "p-map";
import { type Dataset, type Descriptor, granuleOf } from "../../dataset/dataset.ts";
import { covers } from "../../dataset/dateRange.ts";
import { granulePath, isOfTemplate } from "../../dataset/granulePath.ts";
import { SourceError } from "../../errors.ts";
import type { GranuleIdentity } from "../../ledger/records.ts";
import { closest } from "../../nearest.ts";
import type { ListedFile, Source } from "../../source/source.ts";
import type { Matching } from "../matching.ts";

/** Files that are compared with a path that is not there. */
const comparedMax = 500;

/** The paths that may hold the timestep at instant `t`, in order of preference. */
export function candidatePaths(dataset: Descriptor, t: number): string[] {
  const { first } = granuleOf(dataset, t);
  return dataset.source.candidates
    .filter((range) => covers(range, t))
    .map(({ path }) => granulePath(path, first));
}

/** The directories to list in order to know of the timesteps at these instants. */
export function directoriesOf(dataset: Descriptor, instants: Iterable<number>): Set<string> {
  const directories = new Set<string>();
  for (const t of instants)
    for (const path of candidatePaths(dataset, t)) directories.add(split(path).directory);
  return directories;
}

/** What a provider lists, each directory asked for once, unless it is renewed. */
export interface Listing {
  /** Lists those of the directories that were not listed before. */
  include(directories: Iterable<string>, signal: AbortSignal): Promise<void>;
  /** Calls all that was listed so far outdated. */
  outdate(): void;
  /** Lists those of the directories again that are outdated. */
  renew(directories: Iterable<string>, signal: AbortSignal): Promise<void>;
  has(directory: string): boolean;
  readonly size: number;
  /** The granule of the timestep at instant `t`: the first candidate that is listed. */
  find(t: number): GranuleIdentity | undefined;
  /** What came of all that was looked for, given what should be there. Where none of the directories exists, those above them are listed for it. */
  matching(expected: Expected, signal: AbortSignal): Promise<Matching>;
}

type Expected = Pick<Matching, "isExpected" | "pathless">;

export function createListing(dataset: Dataset, source: Source): Listing {
  const listed = new Map<string, ReadonlyMap<string, ListedFile> | undefined>();
  /** By the preferred path of each granule that was looked for: the path where it is. */
  const asked = new Map<string, string | undefined>();
  let outdated = new Set<string>();

  async function list(directories: readonly string[], signal: AbortSignal): Promise<void> {
    const listOne = async (directory: string) => {
      const files = await source.list(directory, signal);
      listed.set(directory, files && new Map(files.map((file) => [file.name, file])));
      outdated.delete(directory);
    };
    await pMap(directories, listOne, { concurrency: dataset.source.connectionsMax, signal });
  }

  return {
    include: (directories, signal) =>
      list(
        [...directories].filter((directory) => !listed.has(directory)),
        signal,
      ),
    outdate() {
      outdated = new Set(listed.keys());
    },
    renew: (directories, signal) =>
      list(
        [...directories].filter((directory) => outdated.has(directory)),
        signal,
      ),
    has: (directory) => listed.has(directory),
    get size() {
      return listed.size;
    },
    find(t) {
      const paths = candidatePaths(dataset, t);
      const [preferred] = paths;
      if (preferred !== undefined) asked.set(preferred, undefined);
      for (const path of paths) {
        const { directory, name } = split(path);
        const file = listed.get(directory)?.get(name);
        if (!file) continue;
        asked.set(preferred as string, path);
        const { listedDate, modifiedAt = null } = file;
        // Some servers list 0 for whatever they do not know: it is no more than a guess that the file is empty.
        return { path, sizeBytes: file.sizeBytes || null, listedDate, modifiedAt };
      }
      return undefined;
    },
    async matching(expected, signal) {
      const directories = [...listed.values()];
      const there = directories.filter((files) => files !== undefined);
      const found = new Set([...asked.values()].filter((path) => path !== undefined));
      const lookedFor = [...asked.keys()].find((path) => asked.get(path) === undefined);
      const told = {
        directories: directories.length,
        absentDirectories: directories.length - there.length,
        emptyDirectories: there.filter(({ size }) => size === 0).length,
        files: there.reduce((sum, { size }) => sum + size, 0),
        asked: asked.size,
        matched: found.size,
        ...expected,
      };
      if (lookedFor === undefined) return told;
      const nearest = nearestTo(dataset, lookedFor, listed, found);
      const isLost = expected.isExpected && found.size === 0 && there.length === 0;
      const existing = isLost ? await existingAbove(source, lookedFor, signal) : undefined;
      return {
        ...told,
        lookedFor,
        ...(nearest === undefined ? {} : { nearest }),
        ...(existing === undefined ? {} : { existing }),
      };
    },
  };
}

/**
 * The path of the file that is most like the one that is not there, and matches nothing. Where others do, it is one that no
 * timestep's granule can have: files of other times lie there too.
 */
function nearestTo(
  { source }: Dataset,
  lookedFor: string,
  listed: ReadonlyMap<string, ReadonlyMap<string, ListedFile> | undefined>,
  found: ReadonlySet<string>,
): string | undefined {
  const { directory: own, name: wanted } = split(lookedFor);
  const names = new Map<string, string>();
  let compared = 0;
  for (const directory of [own, ...listed.keys()]) {
    const below = (name: string) => (directory === "" ? name : `${directory}/${name}`);
    for (const [name, { shownName = name }] of listed.get(directory) ?? []) {
      if (++compared > comparedMax) break;
      const path = below(name);
      const mayBeGranule = found.size > 0 && source.candidates.some((one) => isOfTemplate(one.path, path));
      if (!found.has(path) && !mayBeGranule && !names.has(name)) names.set(name, below(shownName));
    }
  }
  const like = closest(wanted, [...names.keys()]);
  return like === undefined ? undefined : names.get(like);
}

/** The directory above the path that exists, the deepest of them; empty for the base URL's, null if not even that does. */
async function existingAbove(
  source: Source,
  path: string,
  signal: AbortSignal,
): Promise<string | null | undefined> {
  for (let { directory } = split(path); directory !== ""; ) {
    ({ directory } = split(directory));
    try {
      if (await source.list(directory, signal)) return directory;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof SourceError) return undefined; // it is only told
      throw error;
    }
  }
  return null;
}

function split(path: string): { readonly directory: string; readonly name: string } {
  const slash = path.lastIndexOf("/");
  return { directory: path.slice(0, Math.max(0, slash)), name: path.slice(slash + 1) };
}
