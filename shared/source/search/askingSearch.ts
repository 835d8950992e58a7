import pMap from "p-map";
import { reasonOf, SourceError } from "../../errors.ts";
import type { Asker, Evasion } from "../lister.ts";
import { textOf } from "../paths.ts";
import type { Found, Search, SearchOptions, SourceFile, Wanted } from "../source.ts";
import { createOutcomes } from "./outcomes.ts";

/** Of one path: what the server says, how it evades the question, or why it could not be asked. */
type Answer =
  | { readonly file: SourceFile | undefined }
  | { readonly evasion: Evasion }
  | { readonly failure: SourceError };

type Probed = "answers" | "page" | "hungUp";

/** Files that were there once, asked about in order to see whether a server answers at all. */
const probesMax = 2;

/**
 * Asks for each path that a file may be at, where nothing is listed: the last that are wanted first, each path once, and again where
 * what was answered may be outdated. A server that evades the question says that a file is not there, if it answers about any other: else,
 * and where a path could not be asked for (`transfer`), it is not known. Throws a `TypeError` for a pattern, which nobody can ask for.
 */
export function createAskingSearch(
  asker: Asker,
  { pathsMax, callsAtOnceMax: concurrency }: SearchOptions,
): Search {
  const answers = new Map<string, Answer>();
  const outcomes = createOutcomes();
  let outdated = new Set<string>();
  let probing: { files?: Promise<Probed>; base?: Promise<Probed> } = {};

  async function ask(path: string, signal: AbortSignal): Promise<Answer> {
    const known = answers.get(path);
    if (known && !outdated.has(path)) return known;
    const answer = await answered(path, signal);
    answers.set(path, answer);
    outdated.delete(path);
    return answer;
  }

  async function answered(path: string, signal: AbortSignal): Promise<Answer> {
    try {
      const state = await asker.stateOf(path, signal);
      return state && "evaded" in state ? { evasion: state } : { file: state };
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof SourceError && error.fault === "transfer") return { failure: error };
      throw error;
    }
  }

  /** Whether a server that evades a question answers others: then it means that the file is not there. */
  async function meansAbsent(
    { evaded }: Evasion,
    known: readonly string[] | undefined,
    signal: AbortSignal,
  ): Promise<boolean> {
    if ([...answers.values()].some((one) => "file" in one)) return true;
    if (!known) return false;
    // By files that were there once, else by the base URL itself, where a page is what a directory has.
    probing.files ??= probe(known.slice(0, probesMax), signal);
    const files = await probing.files;
    if (files === "answers") return true;
    // Whether anybody may read the base URL tells nothing of who may read its files.
    if (evaded === "denied") return false;
    probing.base ??= probe([""], signal);
    const base = await probing.base;
    return base === "answers" || (evaded === "hungUp" && (files === "page" || base === "page"));
  }

  async function probe(paths: readonly string[], signal: AbortSignal): Promise<Probed> {
    let most: Probed = "hungUp";
    for (const path of paths) {
      const state = await answered(path, signal);
      if ("file" in state) return "answers";
      if ("evasion" in state && state.evasion.evaded === "page") most = "page";
    }
    return most;
  }

  /** `knownPaths`: to be asked about where all else is evaded; absent as long as others are still asked about. */
  async function findOne(
    one: Wanted,
    knownPaths: readonly string[] | undefined,
    signal: AbortSignal,
  ): Promise<Found | undefined> {
    const { paths, known, isOld } = one;
    if (paths.length > 0 && isOld && known) {
      outcomes.note(one, known.path);
      return { file: fileOf(known), isKnown: true };
    }
    outcomes.note(one, undefined);
    for (const path of paths) {
      if (typeof path !== "string") throw new TypeError(`${path.text}: a pattern needs a source that lists`);
      const answer = await ask(path, signal);
      if ("file" in answer && answer.file) {
        outcomes.note(one, path);
        return found(known, answer.file);
      }
      if ("file" in answer) continue;
      if ("evasion" in answer && (await meansAbsent(answer.evasion, knownPaths, signal))) continue;
      // What is at a path that is less preferred must not stand in for what may be here.
      outcomes.note(one, undefined, "evasion" in answer ? answer.evasion.error : answer.failure);
      return undefined;
    }
    return undefined;
  }

  function found(known: Wanted["known"], file: SourceFile): Found {
    if (!known) return { file, isKnown: known === null ? false : undefined };
    const isKnown = asker.isSame(known, file);
    const { version, modifiedAt } = file;
    const isNews = isKnown === true && (known.version !== version || known.modifiedAt !== modifiedAt);
    return { file, isKnown, ...(isNews && { news: { version, modifiedAt } }) };
  }

  return {
    hasRoomFor(wanted) {
      const paths = wanted.filter(({ isOld }) => !isOld).flatMap((one) => one.paths.map(textOf));
      const more = paths.filter((path) => !answers.has(path)).length;
      return answers.size + more <= pathsMax || answers.size === 0;
    },
    async find(wanted, signal) {
      const newestFirst = [...wanted].reverse();
      const known = newestFirst.flatMap((one) => (one.known ? [one.known.path] : []));
      probing = {};
      const first = (one: Wanted) => findOne(one, undefined, signal);
      const results = await pMap(newestFirst, first, { concurrency, signal });
      const undecided = [...newestFirst.entries()].filter(([, one]) => outcomes.whyUnknown(one));
      const again = async ([i, one]: readonly [number, Wanted]) => {
        results[i] = await findOne(one, known, signal);
      };
      await pMap(undecided, again, { concurrency, signal });
      return results.reverse();
    },
    outdate() {
      outdated = new Set(answers.keys());
    },
    whyUnknown: outcomes.whyUnknown,
    async report() {
      const refusal = outcomes.refusal();
      return {
        directories: 0,
        absentDirectories: 0,
        emptyDirectories: 0,
        files: 0,
        ...outcomes.counts(),
        pathsAsked: answers.size,
        ...(refusal && { refusal: reasonOf(refusal) }),
      };
    },
  };
}

function fileOf({ path, sizeBytes, version, modifiedAt }: SourceFile): SourceFile {
  return { path, sizeBytes, version, modifiedAt };
}
