import pMap from "p-map";
import { type Dataset, granuleOf } from "../dataset/dataset.ts";
import { covers } from "../dataset/dateRange.ts";
import { granulePath } from "../dataset/granulePath.ts";
import type { GranuleIdentity } from "../ledger/records.ts";
import type { ListedFile, Source } from "../source/source.ts";

/** The paths that may hold the timestep at instant `t`, in order of preference. */
export function candidatePaths(dataset: Dataset, t: number): string[] {
  const { first } = granuleOf(dataset, t);
  return dataset.source.candidates
    .filter((range) => covers(range, t))
    .map(({ path }) => granulePath(path, first));
}

/** The directories to list in order to know of the timesteps at these instants. */
export function directoriesOf(dataset: Dataset, instants: Iterable<number>): Set<string> {
  const directories = new Set<string>();
  for (const t of instants)
    for (const path of candidatePaths(dataset, t)) directories.add(split(path).directory);
  return directories;
}

/** What a provider lists, each directory asked for once in this object's life. */
export interface Listing {
  /** Lists those of the directories that were not listed before. */
  include(directories: Iterable<string>, signal: AbortSignal): Promise<void>;
  has(directory: string): boolean;
  readonly size: number;
  /** The granule of the timestep at instant `t`: the first candidate that is listed. */
  find(t: number): GranuleIdentity | undefined;
}

export function createListing(dataset: Dataset, source: Source): Listing {
  const listed = new Map<string, ReadonlyMap<string, ListedFile>>();
  return {
    async include(directories, signal) {
      const unknown = [...directories].filter((directory) => !listed.has(directory));
      const concurrency = dataset.source.connectionsMax;
      await pMap(
        unknown,
        async (directory) => {
          const files = (await source.list(directory, signal)) ?? [];
          listed.set(directory, new Map(files.map((file) => [file.name, file])));
        },
        { concurrency, signal },
      );
    },
    has: (directory) => listed.has(directory),
    get size() {
      return listed.size;
    },
    find(t) {
      for (const path of candidatePaths(dataset, t)) {
        const { directory, name } = split(path);
        const file = listed.get(directory)?.get(name);
        if (!file) continue;
        const { listedDate, modifiedAt = null } = file;
        // Some servers list 0 for whatever they do not know: it is no more than a guess that the file is empty.
        return { path, sizeBytes: file.sizeBytes || null, listedDate, modifiedAt };
      }
      return undefined;
    },
  };
}

function split(path: string): { readonly directory: string; readonly name: string } {
  const slash = path.lastIndexOf("/");
  return { directory: path.slice(0, Math.max(0, slash)), name: path.slice(slash + 1) };
}
