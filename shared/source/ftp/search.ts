import pMap from "p-map";
import type { Found, Search, SearchOptions, SourceFile, Wanted } from "../source.ts";
import type { FtpClient, ListedFile } from "./client.ts";
import { existingAbove, type Listings, nearestTo, split } from "./nearMiss.ts";
import { checkedFound, isSameAsListed } from "./sameFile.ts";

/** Looks files up in listings of their directories, each of which is listed once, and again where it may be outdated. */
export function createSearch(
  client: FtpClient,
  { directoriesMax, callsAtOnceMax: concurrency, isWantable }: SearchOptions,
): Search {
  const listings = new Map<string, ReadonlyMap<string, ListedFile> | undefined>() satisfies Listings;
  /** By the preferred path of each file that was looked for: the path where it is. */
  const asked = new Map<string, string | undefined>();
  let outdated = new Set<string>();

  async function list(directories: readonly string[], signal: AbortSignal): Promise<void> {
    const listOne = async (directory: string) => {
      const files = await client.list(directory, signal);
      listings.set(directory, files && new Map(files.map((file) => [file.name, file])));
      outdated.delete(directory);
    };
    await pMap(directories, listOne, { concurrency, signal });
  }

  function lookUp({ paths }: Wanted): SourceFile | undefined {
    const [preferred] = paths;
    if (preferred === undefined) return undefined;
    asked.set(preferred, undefined);
    for (const path of paths) {
      const { directory, name } = split(path);
      const file = listings.get(directory)?.get(name);
      if (!file) continue;
      asked.set(preferred, path);
      const { listedDate: version, modifiedAt = null } = file;
      // Some servers list 0 for whatever they do not know: it is no more than a guess that the file is empty.
      return { path, sizeBytes: file.sizeBytes || null, version, modifiedAt };
    }
    return undefined;
  }

  function isListedOtherwise(one: Wanted): boolean {
    if (one.known === undefined) return false;
    const file = lookUp(one);
    return file !== undefined && (one.known === null || isSameAsListed(one.known, file) === false);
  }

  async function compared(one: Wanted, signal: AbortSignal): Promise<Found | undefined> {
    const { known, isChecked = false } = one;
    const file = lookUp(one);
    if (!file || !known) return file && { file, isKnown: known === null ? false : undefined };
    const isKnown = isSameAsListed(known, file);
    return isKnown === undefined && isChecked ? checkedFound(client, known, file, signal) : { file, isKnown };
  }

  return {
    hasRoomFor(wanted) {
      const more = [...directoriesOf(wanted)].filter((directory) => !listings.has(directory)).length;
      return listings.size + more <= directoriesMax || listings.size === 0;
    },
    async find(wanted, signal) {
      const unlisted = [...directoriesOf(wanted)].filter((directory) => !listings.has(directory));
      await list(unlisted, signal);
      // What was ingested after it was listed looks changed, and would fail, or be ingested again as it was.
      const doubted = [...directoriesOf(wanted.filter(isListedOtherwise))];
      await list(
        doubted.filter((directory) => outdated.has(directory)),
        signal,
      );
      return pMap(wanted, (one) => compared(one, signal), { concurrency, signal });
    },
    outdate() {
      outdated = new Set(listings.keys());
    },
    async report(isExpected, signal) {
      const all = [...listings.values()];
      const there = all.filter((files) => files !== undefined);
      const found = new Set([...asked.values()].filter((path) => path !== undefined));
      const lookedFor = [...asked.keys()].find((path) => asked.get(path) === undefined);
      const told = {
        directories: all.length,
        absentDirectories: all.length - there.length,
        emptyDirectories: there.filter(({ size }) => size === 0).length,
        files: there.reduce((sum, { size }) => sum + size, 0),
        asked: asked.size,
        matched: found.size,
      };
      if (lookedFor === undefined) return told;
      const nearest = nearestTo(lookedFor, listings, found, isWantable);
      const isLost = isExpected && found.size === 0 && there.length === 0;
      const existing = isLost ? await existingAbove(client, lookedFor, signal) : undefined;
      return {
        ...told,
        lookedFor,
        ...(nearest === undefined ? {} : { nearest }),
        ...(existing === undefined ? {} : { existing }),
      };
    },
  };
}

/** The directories to list in order to know of all that is wanted. */
function directoriesOf(wanted: readonly Wanted[]): Set<string> {
  return new Set(wanted.flatMap(({ paths }) => paths.map((path) => split(path).directory)));
}
