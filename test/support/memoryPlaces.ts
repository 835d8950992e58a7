/** Places that list, or can only be asked, in memory: they count what they are asked and fail as they are told. */
import type { Asker, ListedFile, Lister } from "../../shared/source/lister.ts";
import type { KnownFile, SourceFile } from "../../shared/source/source.ts";

/** Files by their paths: each one's version. */
export type Versions = Readonly<Record<string, string>>;

const isSame = (known: KnownFile, found: SourceFile) =>
  known.path === found.path && known.version === found.version;

export interface MemoryPlace {
  readonly files: Map<string, string>;
  /** `list DIRECTORY`, with ` from NAME` where only names from there on are listed, `check PATH`, `ask PATH`. */
  readonly asked: string[];
  /** Thrown instead of an answer to what it names. */
  readonly failures: Map<string, Error>;
}

export function memoryPlace(versions: Versions): MemoryPlace {
  return { files: new Map(Object.entries(versions)), asked: [], failures: new Map() };
}

function answer<Answer>(place: MemoryPlace, question: string, work: () => Answer): Answer {
  place.asked.push(question);
  const failure = place.failures.get(question) ?? place.failures.get("");
  if (failure) throw failure;
  return work();
}

/** `listsFrom`: as object stores do, names before the first that is wanted are left out. */
export function memoryLister(place: MemoryPlace, listsFrom = false): Lister {
  return {
    listsFrom,
    isSame,
    async list(directory, from) {
      const since = listsFrom && from !== "" ? ` from ${from}` : "";
      return answer(place, `list ${directory}${since}`, () => {
        const below = directory === "" ? "" : `${directory}/`;
        const files = [...place.files].flatMap(([path, version]): ListedFile[] => {
          const name = path.slice(below.length);
          if (!path.startsWith(below) || name.includes("/")) return [];
          return listsFrom && name < from ? [] : [{ name, version, sizeBytes: 4 }];
        });
        return files.length === 0 && !listsFrom ? undefined : { files, directories: [] };
      });
    },
    async check(known, listed) {
      return answer(place, `check ${listed.path}`, () => ({ file: listed, isKnown: isSame(known, listed) }));
    },
  };
}

export function memoryAsker(place: MemoryPlace): Asker {
  return {
    isSame,
    async stateOf(path) {
      return answer(place, `ask ${path}`, () => {
        const version = place.files.get(path);
        return version === undefined ? undefined : { path, version, sizeBytes: 4, modifiedAt: null };
      });
    },
  };
}
