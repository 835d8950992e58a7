import pMap from "p-map";
import { SourceError } from "../errors.ts";
import type { Asker } from "./lister.ts";
import { textOf } from "./paths.ts";
import type { Found, Search, SearchOptions, SourceFile, Wanted } from "./source.ts";

/** Of one path that was asked for; `hungUp` where the server was reached and did not answer. */
type Answer = { readonly file?: SourceFile; readonly hungUp?: SourceError };

/**
 * Asks for each path that a file may be at, where nothing is listed: the last that are wanted first, each path once, and again where
 * what was answered may be outdated. Of a server that hangs up on what is not there (`transfer`) that is taken for the answer, unless it
 * hangs up on all: then the first of those errors is thrown. Throws a `TypeError` for a pattern, which nobody can ask for.
 */
export function createAskingSearch(
  asker: Asker,
  { pathsMax, callsAtOnceMax: concurrency }: SearchOptions,
): Search {
  const answers = new Map<string, Answer>();
  /** By the preferred path of each file that was looked for: the path where it is. */
  const asked = new Map<string, string | undefined>();
  let outdated = new Set<string>();

  async function ask(path: string, signal: AbortSignal): Promise<SourceFile | undefined> {
    const known = answers.get(path);
    if (known && !outdated.has(path)) return known.file;
    let answer: Answer;
    try {
      const file = await asker.stateOf(path, signal);
      answer = file ? { file } : {};
    } catch (error) {
      if (!(error instanceof SourceError) || error.fault !== "transfer") throw error;
      answer = { hungUp: error };
    }
    answers.set(path, answer);
    outdated.delete(path);
    return answer.file;
  }

  async function findOne({ paths, known, isOld }: Wanted, signal: AbortSignal): Promise<Found | undefined> {
    const [preferred] = paths;
    if (preferred === undefined) return undefined;
    if (isOld && known) {
      asked.set(textOf(preferred), known.path);
      return { file: fileOf(known), isKnown: true };
    }
    asked.set(textOf(preferred), undefined);
    for (const path of paths) {
      if (typeof path !== "string") throw new TypeError(`${path.text}: a pattern needs a source that lists`);
      const file = await ask(path, signal);
      if (!file) continue;
      asked.set(textOf(preferred), path);
      if (!known) return { file, isKnown: known === null ? false : undefined };
      return compared(known, file);
    }
    return undefined;
  }

  function compared(known: NonNullable<Wanted["known"]>, file: SourceFile): Found {
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
      const found = await pMap(newestFirst, (one) => findOne(one, signal), { concurrency, signal });
      const all = [...answers.values()];
      const [first] = all;
      if (first?.hungUp && all.every(({ hungUp }) => hungUp)) throw first.hungUp;
      return found.reverse();
    },
    outdate() {
      outdated = new Set(answers.keys());
    },
    async report() {
      const lookedFor = [...asked.keys()].find((path) => asked.get(path) === undefined);
      return {
        directories: 0,
        absentDirectories: 0,
        emptyDirectories: 0,
        files: 0,
        asked: asked.size,
        matched: new Set([...asked.values()].filter((path) => path !== undefined)).size,
        pathsAsked: answers.size,
        ...(lookedFor === undefined ? {} : { lookedFor }),
      };
    },
  };
}

function fileOf({ path, sizeBytes, version, modifiedAt }: SourceFile): SourceFile {
  return { path, sizeBytes, version, modifiedAt };
}
