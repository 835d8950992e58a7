import pMap from "p-map";
import type { DirectoryListing, Lister } from "../lister.ts";
import { directoryOf, firstNameOf, nameOf } from "../paths.ts";
import type { Found, NamePattern, Search, SearchOptions, SourceFile, Wanted } from "../source.ts";
import { existingAbove, type Listed, type Listings, nearestTo } from "./nearMiss.ts";
import { createOutcomes } from "./outcomes.ts";

/** Looks files up in listings of their directories, each of which is listed once, and again where it may be outdated. */
export function createListingSearch(
  lister: Lister,
  { directoriesMax, callsAtOnceMax: concurrency, isWantable }: SearchOptions,
): Search {
  const listings = new Map<string, Listed | undefined>() satisfies Listings;
  /** From which name on each directory was listed. */
  const listedFrom = new Map<string, string>();
  const outcomes = createOutcomes();
  let unreadable: string | undefined;
  let outdated = new Set<string>();

  async function list(starts: Starts, signal: AbortSignal): Promise<void> {
    const listOne = async ([directory, from]: readonly [string, string]) => {
      const there = await lister.list(directory, from, signal);
      listings.set(directory, there && listed(there));
      listedFrom.set(directory, from);
      outdated.delete(directory);
    };
    await pMap(starts, listOne, { concurrency, signal });
  }

  function isListed(directory: string, from: string): boolean {
    const since = listedFrom.get(directory);
    return since !== undefined && (!lister.listsFrom || !isBefore(from, since));
  }

  function fileAt(path: string | NamePattern): SourceFile | undefined {
    const directory = directoryOf(path);
    const there = listings.get(directory);
    if (!there) return undefined;
    let name: string | undefined = nameOf(path);
    if (typeof path !== "string") {
      const choice = path.choose(namesWith(there.names, path.prefix));
      if (choice.unreadable !== undefined)
        unreadable ??= below(directory, shownName(there, choice.unreadable));
      name = choice.best;
    }
    const file = name === undefined ? undefined : there.files.get(name);
    if (!file) return undefined;
    const { version, modifiedAt = null } = file;
    // Some servers list 0 for whatever they do not know: it is no more than a guess that the file is empty.
    return { path: below(directory, file.name), sizeBytes: file.sizeBytes || null, version, modifiedAt };
  }

  function lookUp(one: Wanted): SourceFile | undefined {
    let file: SourceFile | undefined;
    for (const path of one.paths) {
      file = fileAt(path);
      if (file) break;
    }
    outcomes.note(one, file?.path);
    return file;
  }

  function isListedOtherwise(one: Wanted): boolean {
    if (one.known === undefined) return false;
    const file = lookUp(one);
    return file !== undefined && (one.known === null || lister.isSame(one.known, file) === false);
  }

  function compared(one: Wanted): Found | undefined {
    const { known, isOld = false } = one;
    const file = lookUp(one);
    if (!file || !known) return file && { file, isKnown: known === null ? false : undefined };
    return { file, isKnown: lister.isSame(known, file) ?? (isOld ? true : undefined) };
  }

  /** Asks about those alone of which listings prove nothing, where that decides. */
  async function checked(wanted: readonly Wanted[], found: (Found | undefined)[], signal: AbortSignal) {
    const open = wanted.flatMap(({ known, isChecked = false }, i) => {
      const { file, isKnown } = found[i] ?? {};
      return file && known && isChecked && isKnown === undefined ? [{ i, known, file }] : [];
    });
    const check = async ({ i, known, file }: (typeof open)[number]) => {
      found[i] = await lister.check(known, file, signal);
    };
    await pMap(open, check, { concurrency, signal });
    return found;
  }

  return {
    hasRoomFor(wanted) {
      const more = startsOf(wanted).filter(([directory]) => !listings.has(directory)).length;
      return listings.size + more <= directoriesMax || listings.size === 0;
    },
    async find(wanted, signal) {
      await list(
        startsOf(wanted).filter(([directory, from]) => !isListed(directory, from)),
        signal,
      );
      // What was ingested after it was listed looks changed, and would fail, or be ingested again as it was.
      const doubted = startsOf(wanted.filter(isListedOtherwise)).map(
        ([directory]) => [directory, listedFrom.get(directory) ?? ""] as const,
      );
      await list(
        doubted.filter(([directory]) => outdated.has(directory)),
        signal,
      );
      return checked(wanted, wanted.map(compared), signal);
    },
    outdate() {
      outdated = new Set(listings.keys());
    },
    async report(isExpected, signal) {
      const all = [...listings.values()];
      const there = all.filter((one) => one !== undefined);
      const found = outcomes.found();
      const counts = outcomes.counts();
      const { lookedFor } = counts;
      const unfinished = there.reduce((sum, one) => sum + one.unfinished, 0);
      const told = {
        directories: all.length,
        absentDirectories: all.length - there.length,
        emptyDirectories: there.filter((one) => one.names.length + one.unfinished === 0).length,
        files: there.reduce((sum, { names }) => sum + names.length, 0),
        ...counts,
        ...(unfinished > 0 && { unfinished }),
        ...(unreadable === undefined ? {} : { unreadable }),
      };
      if (lookedFor === undefined) return told;
      const nearest = nearestTo(lookedFor, listings, found, isWantable);
      const isLost = isExpected && found.size === 0 && there.length === 0;
      const existing = isLost ? await existingAbove(lister, lookedFor, signal) : undefined;
      return {
        ...told,
        ...(nearest === undefined ? {} : { nearest }),
        ...(existing === undefined ? {} : { existing }),
      };
    },
  };
}

/** Directories, each with the first name in it that is looked for. */
type Starts = readonly (readonly [directory: string, from: string])[];

/** The directories to list in order to know of all that is wanted. */
function startsOf(wanted: readonly Wanted[]): Starts {
  const starts = new Map<string, string>();
  for (const path of wanted.flatMap(({ paths }) => paths)) {
    const [directory, name] = [directoryOf(path), firstNameOf(path)];
    const first = starts.get(directory);
    if (first === undefined || isBefore(name, first)) starts.set(directory, name);
  }
  return [...starts];
}

function listed({ files, unfinished = 0 }: DirectoryListing): Listed {
  return {
    files: new Map(files.map((file) => [file.name, file])),
    names: files.map(({ name }) => name).sort((one, other) => (isBefore(one, other) ? -1 : 1)),
    unfinished,
  };
}

/** Those of sorted names that begin with a prefix. */
function namesWith(names: readonly string[], prefix: string): readonly string[] {
  let [low, high] = [0, names.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBefore(names[middle] as string, prefix)) low = middle + 1;
    else high = middle;
  }
  let end = low;
  while (names[end]?.startsWith(prefix)) end++;
  return names.slice(low, end);
}

const nonAscii = /[^\0-\x7f]/;

/** By bytes of UTF-8, as object stores list. */
function isBefore(one: string, other: string): boolean {
  if (!nonAscii.test(one) && !nonAscii.test(other)) return one < other;
  return Buffer.compare(Buffer.from(one), Buffer.from(other)) < 0;
}

function below(directory: string, name: string): string {
  return directory === "" ? name : `${directory}/${name}`;
}

function shownName({ files }: Listed, name: string): string {
  return files.get(name)?.shownName ?? name;
}
