import { placedAt } from "../dataset/candidates.ts";
import { type Base, createBasesSearch } from "./search/basesSearch.ts";
import type { Source } from "./source.ts";

/** Several base URLs as one source: a path at a further one begins with its name and a colon. */
export function createBases(bases: readonly Base[]): Source {
  const names = bases.map(({ name }) => name);
  const sourceOf = (name: string) => bases.find((base) => base.name === name)?.source as Source;
  return {
    search: (options) => createBasesSearch(bases, options),
    async fetch(file, signal) {
      const { base, path } = placedAt(names, file.path);
      return sourceOf(base).fetch({ ...file, path }, signal);
    },
    async close() {
      await Promise.all(bases.map(({ source }) => source.close()));
    },
  };
}
