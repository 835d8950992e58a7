import type { SourceError } from "../../errors.ts";
import { textOf } from "../paths.ts";
import type { SearchReport, Wanted } from "../source.ts";

/** What came of each file that was looked for in one search: by its preferred path, the last time. */
export interface Outcomes {
  /** Where it was found; without `path`, that it was not, and with `why`, that it is not known whether it is there. */
  note(wanted: Wanted, path: string | undefined, why?: SourceError): void;
  /** As `Search.whyUnknown`. */
  whyUnknown(wanted: Wanted): SourceError | undefined;
  /** Paths at which something was found. */
  found(): ReadonlySet<string>;
  /** What a report tells of them. */
  counts(): Pick<SearchReport, "asked" | "matched" | "lookedFor">;
  /** The first reason why something is not known. */
  refusal(): SourceError | undefined;
}

export function createOutcomes(): Outcomes {
  const places = new Map<string, string | undefined>();
  const unknown = new Map<string, SourceError>();
  const found = () => new Set([...places.values()].filter((path) => path !== undefined));
  return {
    note({ paths: [preferred] }, path, why) {
      if (preferred === undefined) return;
      places.set(textOf(preferred), path);
      if (why) unknown.set(textOf(preferred), why);
      else unknown.delete(textOf(preferred));
    },
    whyUnknown: ({ paths: [preferred] }) =>
      preferred === undefined ? undefined : unknown.get(textOf(preferred)),
    found,
    counts() {
      const lookedFor = [...places.keys()].find((path) => places.get(path) === undefined);
      const counted = { asked: places.size, matched: found().size };
      return lookedFor === undefined ? counted : { ...counted, lookedFor };
    },
    refusal: () => unknown.values().next().value,
  };
}
