import { formatInstant } from "../dataset/timeAxis.ts";
import type { SearchReport } from "../source/source.ts";

/** What a plan looked for at the provider, and what was there. */
export interface Matching extends SearchReport {
  /** Whether a granule should be there by now, given the provider's usual latency. */
  readonly isExpected: boolean;
  /** The first instant of a timestep that should be there by now, and for which the descriptor has no path. */
  readonly pathless?: number;
}

/** Before anything was looked for. */
export const nothingAsked: Matching = {
  directories: 0,
  absentDirectories: 0,
  emptyDirectories: 0,
  files: 0,
  asked: 0,
  matched: 0,
  isExpected: false,
};

/** Whether granules should be there, and not one is: the provider is late, or they are looked for in the wrong place. */
export function isUnmatched({ isExpected, matched }: Matching): boolean {
  return isExpected && matched === 0;
}

/** What several rounds looked for, one after the other. */
export function matchedTogether(one: Matching, next: Matching): Matching {
  return {
    ...next,
    ...one,
    directories: one.directories + next.directories,
    absentDirectories: one.absentDirectories + next.absentDirectories,
    emptyDirectories: one.emptyDirectories + next.emptyDirectories,
    files: one.files + next.files,
    asked: one.asked + next.asked,
    matched: one.matched + next.matched,
    ...summed("pathsAsked", one, next),
    ...summed("unfinished", one, next),
    isExpected: one.isExpected || next.isExpected,
  };
}

function summed(of: "pathsAsked" | "unfinished", one: Matching, next: Matching) {
  const sum = (one[of] ?? 0) + (next[of] ?? 0);
  return sum > 0 ? { [of]: sum } : {};
}

const beginsRefusal = "a base URL cannot be asked: ";
const beginsPathless = "the descriptor has no path for ";

/** In words, why nothing matches, or cannot for some; `undefined` where something does, or nothing need be there. */
export function unmatchedText(matching: Matching): string | undefined {
  const { asked, pathless, refusal } = matching;
  const reasons = [
    ...(isUnmatched(matching) && asked > 0 ? [foundText(matching)] : []),
    ...(refusal === undefined ? [] : [beginsRefusal + refusal]),
    ...(pathless === undefined ? [] : [beginsPathless + formatInstant(pathless)]),
  ];
  return reasons.length > 0 ? reasons.join("; ") : undefined;
}

/** Such words as a line of its own: it says that nothing matches only where they tell what was there instead. */
export function unmatchedLine(reason: string): string {
  const isOfSome = reason.startsWith(beginsRefusal) || reason.startsWith(beginsPathless);
  return isOfSome ? reason : `nothing matches: ${reason}`;
}

/** What a person is to know even where other files match; `undefined` where all names could be read. */
export function oddText({ matched, unreadable }: Matching): string | undefined {
  return unreadable === undefined || matched === 0 ? undefined : unreadableText(unreadable);
}

/** What was there instead. */
function foundText(matching: Matching): string {
  const { directories, pathsAsked = 0, lookedFor, nearest, unreadable } = matching;
  const looked = [
    ...(directories > 0 || pathsAsked === 0 ? [listedText(matching)] : []),
    ...(pathsAsked > 0 ? [askedText(pathsAsked)] : []),
  ];
  const like = nearest === undefined ? "" : `, nearest is ${nearest}`;
  const odd = unreadable === undefined ? "" : `; ${unreadableText(unreadable)}`;
  return `${looked.join("; ")}; looked for ${lookedFor}${like}${odd}${aboveOf(matching)}`;
}

/** Where directories are listed. */
function listedText(matching: Matching): string {
  const { directories, files, unfinished = 0 } = matching;
  const there = files === 0 ? "no file" : `${numbered(files, "file", "files")}, none matches`;
  return `${numbered(directories, "directory", "directories")}${statesOf(matching)}, ${there}${youngText(unfinished)}`;
}

function youngText(unfinished: number): string {
  if (unfinished === 0) return "";
  const [files, they] = unfinished === 1 ? ["1 file is", "it"] : [`${unfinished} files are`, "they"];
  return ` (${files} left alone: changed so short a time ago that ${they} may still be written)`;
}

/** Where nothing is listed. */
function askedText(paths: number): string {
  return paths === 1
    ? "the one path that was asked for is not there"
    : `none of ${paths} paths that were asked for is there`;
}

function unreadableText(unreadable: string): string {
  return `${unreadable} looks like one, but its date or number cannot be read`;
}

function statesOf({ directories, absentDirectories, emptyDirectories }: Matching): string {
  const some = (count: number, one: string, many: string, all: string) => {
    if (count === directories) return count === 1 ? `it ${one}` : all;
    return `${count} ${count === 1 ? one : many}`;
  };
  const states = [
    ...(absentDirectories > 0
      ? [some(absentDirectories, "does not exist", "do not exist", "none exists")]
      : []),
    ...(emptyDirectories > 0 ? [some(emptyDirectories, "is empty", "are empty", "all are empty")] : []),
  ];
  return states.length > 0 ? ` (${states.join(", ")})` : "";
}

function aboveOf({ existing }: Matching): string {
  if (existing === undefined) return "";
  if (existing === null) return "; the base URL's own directory does not exist";
  return existing === ""
    ? "; of the path, only the base URL's directory exists"
    : `; of the path, only ${existing} exists`;
}

function numbered(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
