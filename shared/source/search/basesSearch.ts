import { placedAt, prefixOf } from "../../dataset/candidates.ts";
import { reasonOf, SourceError } from "../../errors.ts";
import { directoryOf } from "../paths.ts";
import type {
  Found,
  KnownFile,
  NamePattern,
  Search,
  SearchOptions,
  SearchReport,
  Source,
  Wanted,
} from "../source.ts";
import { createOutcomes } from "./outcomes.ts";

export interface Base {
  /** "" for the first. */
  readonly name: string;
  readonly source: Source;
}

/** A run of paths that are at one base URL, as they are called there. */
interface Run {
  readonly base: string;
  readonly paths: Wanted["paths"];
}

/**
 * Asks a base URL only for what is not at those that are preferred. One that fails is left out for what another has; of what no other has
 * it is not known whether it is there (`whyUnknown`): a timestep that the base URL may hold must not be taken for missing.
 */
export function createBasesSearch(bases: readonly Base[], options: SearchOptions): Search {
  const names = bases.map(({ name }) => name);
  const searches = new Map(
    bases.map(({ name, source }) => {
      const isWantable = (path: string) => options.isWantable(prefixOf(name) + path);
      return [name, source.search({ ...options, isWantable })];
    }),
  );
  const searchOf = (base: string) => searches.get(base) as Search;
  const askedBases = new Set<string>();
  /** Base URLs that are not asked again. */
  const failures = new Map<string, SourceError>();
  let refusal: SourceError | undefined;
  const outcomes = createOutcomes();

  function runsOf({ paths }: Wanted): Run[] {
    const runs: { base: string; paths: (string | NamePattern)[] }[] = [];
    for (const path of paths) {
      const { base } = placedAt(names, typeof path === "string" ? path : directoryOf(path));
      const own = within(base, path);
      const last = runs.at(-1);
      if (last?.base === base) last.paths.push(own);
      else runs.push({ base, paths: [own] });
    }
    return runs;
  }

  /** What is known of a file at another base URL is no help here: it would be one that takes its place. */
  function wantedAt({ base, paths }: Run, { known, ...wanted }: Wanted): Wanted {
    if (known === undefined) return { ...wanted, paths };
    const at = known && placedAt(names, known.path);
    const own: KnownFile | null = known && at?.base === base ? { ...known, path: at.path } : null;
    return { ...wanted, paths, known: own };
  }

  async function findAt(
    base: string,
    wanted: readonly Wanted[],
    signal: AbortSignal,
  ): Promise<readonly (Found | undefined)[] | SourceError> {
    const failure = failures.get(base);
    if (failure) return failure;
    askedBases.add(base);
    try {
      return await searchOf(base).find(wanted, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof SourceError)) throw error;
      if (error.fault === "unreachable" || error.fault === "refused") failures.set(base, error);
      return error;
    }
  }

  function whyNot(base: string, wanted: Wanted, found: unknown): SourceError | undefined {
    return found instanceof SourceError ? found : searchOf(base).whyUnknown?.(wanted);
  }

  return {
    hasRoomFor(wanted) {
      const runs = wanted.map((one) => ({ one, runs: runsOf(one) }));
      return names.every((base) => {
        const there = runs.flatMap(({ one, runs: its }) =>
          its.filter((run) => run.base === base).map((run) => wantedAt(run, one)),
        );
        return searchOf(base).hasRoomFor(there);
      });
    },
    async find(wanted, signal) {
      const results = new Array<Found | undefined>(wanted.length).fill(undefined);
      const blocked = new Map<number, SourceError>();
      let open = wanted.map((one, i) => ({ i, one, runs: runsOf(one) }));
      for (; open.length > 0; open = open.map((each) => ({ ...each, runs: each.runs.slice(1) }))) {
        open = open.filter(({ i, runs }) => runs.length > 0 && results[i] === undefined);
        for (const base of names) {
          const here = open.filter(({ runs }) => runs[0]?.base === base);
          if (here.length === 0) continue;
          const asking = here.map(({ one, runs }) => wantedAt(runs[0] as Run, one));
          const found = await findAt(base, asking, signal);
          for (const [n, { i }] of here.entries()) {
            const one = found instanceof SourceError ? undefined : found[n];
            if (one) results[i] = placed(base, one);
            const why = one ? undefined : whyNot(base, asking[n] as Wanted, found);
            if (why) blocked.set(i, why);
            refusal ??= why;
          }
        }
      }
      wanted.forEach((one, i) => {
        const path = results[i]?.file.path;
        outcomes.note(one, path, path === undefined ? blocked.get(i) : undefined);
      });
      return results;
    },
    outdate() {
      for (const search of searches.values()) search.outdate();
    },
    whyUnknown: outcomes.whyUnknown,
    async report(isExpected, signal) {
      const counts = outcomes.counts();
      const reports = new Map<string, SearchReport>();
      for (const base of askedBases)
        if (!failures.has(base))
          reports.set(base, await searchOf(base).report(isExpected && counts.matched === 0, signal));
      return {
        ...together([...reports.values()]),
        ...counts,
        ...(refusal && { refusal: reasonOf(refusal) }),
        ...(counts.lookedFor !== undefined && told(reports)),
      };
    },
  };
}

/** A path as it is called at its base URL. */
function within(base: string, path: string | NamePattern): string | NamePattern {
  const { length } = prefixOf(base);
  if (typeof path === "string") return path.slice(length);
  return { ...path, text: path.text.slice(length), directory: path.directory.slice(length) };
}

function placed(base: string, { file, ...found }: Found): Found {
  return { ...found, file: { ...file, path: prefixOf(base) + file.path } };
}

function together(reports: readonly SearchReport[]) {
  const sum = (of: (report: SearchReport) => number | undefined) =>
    reports.reduce((all, report) => all + (of(report) ?? 0), 0);
  const unfinished = sum((report) => report.unfinished);
  const pathsAsked = sum((report) => report.pathsAsked);
  return {
    directories: sum((report) => report.directories),
    absentDirectories: sum((report) => report.absentDirectories),
    emptyDirectories: sum((report) => report.emptyDirectories),
    files: sum((report) => report.files),
    ...(pathsAsked > 0 && { pathsAsked }),
    ...(unfinished > 0 && { unfinished }),
  };
}

/** The first that any base URL tells of what is not there. */
function told(
  reports: ReadonlyMap<string, SearchReport>,
): Pick<SearchReport, "nearest" | "unreadable" | "existing"> {
  const first = (of: "nearest" | "unreadable") => {
    for (const [base, report] of reports) {
      const path = report[of];
      if (path !== undefined) return { [of]: prefixOf(base) + path };
    }
    return {};
  };
  const [existing] = [...reports.values()].flatMap((report) =>
    report.existing === undefined ? [] : [report.existing],
  );
  return { ...first("nearest"), ...first("unreadable"), ...(existing !== undefined && { existing }) };
}
