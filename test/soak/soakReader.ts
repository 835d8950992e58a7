import assert from "node:assert/strict";
import type { Store } from "../../shared/store/store.ts";
import { type ReadDataset, readStore } from "../support/readStore.ts";
import { shownAt } from "../support/tinyDataset.ts";

export interface SoakReader {
  /** Reads all of the dataset once. Throws an `AssertionError` where a promise is broken. */
  look(): Promise<ReadDataset | undefined>;
  readonly looks: number;
}

/**
 * A reader who polls. A reader takes time: statuses are taken from one reading and values from the next, as values come
 * before the status that tells of them.
 */
export function createSoakReader(store: Store, revisionOf: (index: number) => number): SoakReader {
  const shown = { rain: [] as number[], wind: [] as number[] };
  let length = 0;
  let looks = 0;

  function assertStep({ arrays }: ReadDataset, index: number, status: string): void {
    for (const name of ["rain", "wind"] as const) {
      const values = arrays[name]?.[index];
      const before = shown[name][index] ?? -1;
      const at = `${name} of timestep ${index}, ${status}`;
      const revisions = Array.from({ length: revisionOf(index) + 1 }, (_, revision) => revision);
      const now = shownAt(index, name, values, revisions);
      if (now === "fill") {
        // What nobody recorded may be cleared: readers were never told that it is there.
        assert.notEqual(status, "present", `${at}: fill, after revision ${before}`);
        shown[name][index] = -1;
        continue;
      }
      const told = JSON.stringify(values);
      assert.ok(now !== undefined, `${at}: ${told} is of no revision up to ${revisionOf(index)}`);
      assert.ok(now >= before, `${at}: revision ${before} became ${now}`);
      shown[name][index] = now;
    }
  }

  return {
    get looks() {
      return looks;
    },
    async look() {
      const first = await readStore(store);
      const second = first && (await readStore(store));
      if (!first || !second) return undefined;
      looks++;
      for (const found of [first, second]) {
        assert.ok(found.length >= length, `the length shrank from ${length} to ${found.length}`);
        length = found.length;
      }
      for (const [index, status] of first.statuses.entries()) assertStep(second, index, status);
      return second;
    },
  };
}
