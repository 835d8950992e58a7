import { formatDuration } from "../../dataset/timeAxis.ts";
import { GranuleError, SourceError, type SourceFault } from "../../errors.ts";
import { unlessAborted } from "../../waiting.ts";
import { isOther } from "../differs.ts";
import type { Lister } from "../lister.ts";
import { absoluteBelow } from "../paths.ts";
import { createListingSearch } from "../search/listingSearch.ts";
import type { KnownFile, Source, SourceFile } from "../source.ts";
import { createTurns } from "../turns.ts";
import { type DirectoryOptions, directoryLimitsDefault } from "./limits.ts";
import { listFiles } from "./listFiles.ts";
import { readWhole, stateOf } from "./readFile.ts";
import { parseDirectoryUrl } from "./url.ts";

/**
 * A `Source` on a directory: a mirror, or a disk that is mounted. A file's version is its time of change and its size. What was changed
 * less than the URL's `min-age` ago may still be written: it is not found. Throws a `UsageError` for options that cannot be used.
 */
export function createDirectorySource({ url, connectionsMax, now, ...given }: DirectoryOptions): Source {
  const { root, minAgeMs } = parseDirectoryUrl(url);
  const limits = { ...directoryLimitsDefault, ...given.limits };
  const turns = createTurns(connectionsMax);

  /** Also a time that lies ahead is one that a file may have got just now, by another clock; one that lies far ahead is not. */
  function mayBeWritten(modifiedAt: number | null): boolean {
    return modifiedAt !== null && Math.abs(now() - modifiedAt) < minAgeMs;
  }

  /** Runs `work` in its turn. A disk that never answers cannot be told to stop: what it still says is not waited for. */
  async function inTurn<T>(
    path: string,
    fault: SourceFault,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const end = await turns.take(signal);
    const late = new AbortController();
    const timer = setTimeout(() => {
      late.abort(new SourceError(fault, `file://${path}: no answer within ${limits.answerMs / 1000} s`));
    }, limits.answerMs);
    const either = AbortSignal.any([signal, late.signal]);
    try {
      return await unlessAborted(either, () => work(either));
    } finally {
      clearTimeout(timer);
      end();
    }
  }

  const lister: Lister = {
    listsFrom: true,
    async list(directory, from, signal) {
      const path = absoluteBelow(root, directory);
      const there = await inTurn(path, "listing", signal, (either) => listFiles(path, from, limits, either));
      const files = there?.files.filter(({ modifiedAt = null }) => !mayBeWritten(modifiedAt));
      return there && files && { ...there, files, unfinished: there.files.length - files.length };
    },
    isSame,
    check: async (known, file) => ({ file, isKnown: isSame(known, file) }),
  };

  return {
    search: (options) => createListingSearch(lister, options),
    browse: (directory, signal) => lister.list(directory, "", signal),
    async fetch(file, signal) {
      const path = absoluteBelow(root, file.path);
      const state = await inTurn(path, "transfer", signal, () => stateOf(path));
      if (!state) return { version: file.version, modifiedAt: file.modifiedAt, bytes: async () => undefined };
      return {
        ...state,
        async bytes(bytesMax) {
          if (mayBeWritten(state.modifiedAt)) {
            const why = `was changed less than ${formatDuration(minAgeMs)} ago, and may still be written`;
            throw new GranuleError("transfer", `file://${path}: ${why}`, { mayGrow: true });
          }
          const { pieceBytes } = limits;
          return inTurn(path, "transfer", signal, (either) =>
            readWhole(path, state.version, { bytesMax, pieceBytes }, either),
          );
        },
      };
    },
    async close() {},
  };
}

/** Versions decide: a file system tells the same of the same file each time. */
function isSame(known: KnownFile, found: SourceFile): boolean {
  if (known.path !== found.path || isOther(known.sizeBytes, found.sizeBytes)) return false;
  return known.version === found.version;
}
