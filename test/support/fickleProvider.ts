import { hourMs, tinyTime } from "./tinyDataset.ts";
import type { Expected } from "./tinyWorld.ts";

/** A provider of the tiny dataset that publishes late, broken and again, as chance has it. */
export interface FickleProvider {
  /** Publishes, replaces or breaks the granule of a timestep. */
  stir(index: number): void;
  /** Takes the granule of a timestep away for good. */
  withdraw(index: number): void;
  /** Whether it did. */
  isWithdrawn(index: number): boolean;
  /** Publishes whole what is broken, up to that timestep, and what was never there but should be. */
  mend(last: number): void;
  /** The revision that the provider has or had last; -1 if there was none. */
  revisionOf(index: number): number;
  /** What readers must find once all is ingested, where nothing was withdrawn. */
  expected(): Expected[];
  readonly counts: Readonly<Record<"granules" | "revisions" | "broken", number>>;
}

export interface FickleOptions {
  readonly random: () => number;
  readonly revisionsMax: number;
  /** Timesteps that never come. */
  readonly isNever: (index: number) => boolean;
  /** Puts a whole granule of that revision, or bytes that are none, where the provider keeps it. */
  readonly put: (index: number, granule: FickleGranule) => void;
  /** Removes what is there. */
  readonly remove: (index: number) => void;
}

export type FickleGranule = { readonly modifiedAt: number } & (
  | { readonly revision: number }
  | { readonly bytes: Uint8Array }
);

const wholeShare = 0.8;
const noGranule = new Uint8Array([1, 2, 3]);

export function createFickleProvider({
  random,
  revisionsMax,
  isNever,
  put,
  remove,
}: FickleOptions): FickleProvider {
  const revisions: number[] = [];
  const broken = new Set<number>();
  const withdrawn = new Set<number>();
  const counts = { granules: 0, revisions: 0, broken: 0 };
  let published = 0;
  const revisionOf = (index: number) => revisions[index] ?? -1;

  function publish(index: number, isWhole: boolean): void {
    // Each file of a granule has a date of its own.
    const modifiedAt = tinyTime(index) + hourMs + ++published * 1000;
    if (isWhole) {
      const revision = Math.min(revisionsMax, revisionOf(index) + 1);
      counts[revision === 0 ? "granules" : "revisions"]++;
      revisions[index] = revision;
      broken.delete(index);
      put(index, { revision, modifiedAt });
    } else {
      counts.broken++;
      broken.add(index);
      put(index, { bytes: noGranule, modifiedAt });
    }
  }

  return {
    counts,
    revisionOf,
    stir(index) {
      if (!isNever(index) && !withdrawn.has(index)) publish(index, random() < wholeShare);
    },
    withdraw(index) {
      withdrawn.add(index);
      remove(index);
    },
    isWithdrawn: (index) => withdrawn.has(index),
    mend(last) {
      for (let index = 0; index <= last; index++) {
        if (isNever(index) || withdrawn.has(index)) continue;
        if (broken.has(index) || revisionOf(index) < 0) publish(index, true);
      }
    },
    expected() {
      const found = Array.from(revisions, (revision = -1): Expected => (revision < 0 ? "missing" : revision));
      return found.slice(0, found.findLastIndex((step) => step !== "missing") + 1);
    },
  };
}
