/**
 * Hostile objects in the store: whatever bytes or JSON stand in the place of one that Accrete wrote, planning, extending
 * and looking come to a right result or to a typed error in a bounded number of calls; no shape shrinks, and no reader is
 * shown values that are another timestep's. 4,700 cases.
 */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { readDatasetStatus, readOverview } from "../../../functions/runtime/datasetStatus.ts";
import { openStored } from "../../../shared/archive/stored.ts";
import { ContentionError, DriftError, PairError, StorageError } from "../../../shared/errors.ts";
import { ABSENT, type ObjectHeaders } from "../../../shared/store/store.ts";
import {
  assertOfAll,
  assertUnpolluted,
  outcomeOf,
  partPlayed,
  playCases,
} from "../../support/hostileCases.ts";
import { byteEdits, editedBytes, editedJson, jsonEdits } from "../../support/hostileEdits.ts";
import {
  assertNothingWrong,
  boundedCalls,
  weatheredLength,
  weatheredWorld,
} from "../../support/hostileWorld.ts";
import { removeObject } from "../../support/removeObject.ts";
import { neverAborted, type TinyWorld } from "../../support/tinyWorld.ts";

const typed = [DriftError, PairError, StorageError, ContentionError] as const;
type Damage = (bytes: Uint8Array) => Uint8Array | undefined;

const jsonText = (document: unknown) => {
  try {
    return new TextEncoder().encode(JSON.stringify(document) ?? "");
  } catch {
    return new TextEncoder().encode(`{"metadata":${"[".repeat(20_000)}${"]".repeat(20_000)}}`);
  }
};
const parsed = (bytes: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(bytes));

const damagedBytes: fc.Arbitrary<Damage> = fc.oneof(
  {
    weight: 6,
    arbitrary: byteEdits.map(
      (edits): Damage =>
        (bytes) =>
          editedBytes(bytes, edits),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Damage>(
      () => undefined,
      () => new Uint8Array(),
    ),
  },
);
/** Every number of the dataset's length, or of one array's, is another one. */
const relengthed = fc
  .tuple(fc.constantFrom(-1, 0, 7, 9, 100, 1e15, 2 ** 53, 0.5, null, "8"), fc.boolean())
  .map(
    ([length, all]): Damage =>
      (bytes) => {
        const shapes = (key: string, value: unknown) =>
          key === "shape" && Array.isArray(value) && value[0] === weatheredLength
            ? [length, ...value.slice(1)]
            : value;
        let done = false;
        return jsonText(
          JSON.parse(new TextDecoder().decode(bytes), (key, value: unknown) => {
            const changed = shapes(key, value);
            if (changed === value || (done && !all)) return value;
            done = true;
            return changed;
          }),
        );
      },
  );
const state = fc
  .tuple(
    fc.constantFrom("commit_seq", "granule_gap_counts", "date_modified", "append_start", "granule_gap_count"),
    fc.constantFrom<unknown>(
      -1,
      1e21,
      null,
      [],
      [-1],
      [1e9, 1e9],
      "NaN",
      "9999-12-31T23:59:59Z",
      { toString: null },
      [[]],
    ),
  )
  .map(
    ([name, value]): Damage =>
      (bytes) =>
        jsonText(
          JSON.parse(new TextDecoder().decode(bytes), (key, existing: unknown) =>
            key === name ? value : existing,
          ),
        ),
  );
const damagedJson: fc.Arbitrary<Damage> = fc.oneof(
  { weight: 2, arbitrary: damagedBytes },
  {
    weight: 6,
    arbitrary: jsonEdits.map(
      (edits): Damage =>
        (bytes) =>
          jsonText(editedJson(parsed(bytes), edits)),
    ),
  },
  { weight: 2, arbitrary: relengthed },
  { weight: 1, arbitrary: state },
);

/** Puts something else in an object's place, or nothing. */
async function damageObject({ store }: TinyWorld, key: string, damage: Damage): Promise<void> {
  const found = await store.read(key, neverAborted);
  assert.ok(found, key);
  const bytes = damage(found.bytes);
  const headers = store.headersOf(key) as ObjectHeaders;
  await removeObject(store, key);
  if (bytes) await store.put(key, bytes, ABSENT, headers, neverAborted);
}

const documents = [
  "tiny.zarr/.zmetadata",
  "tiny.zarr/.zattrs",
  "tiny.zarr/rain/.zarray",
  "tiny.zarr/time/.zarray",
];
const described = [
  ...documents,
  "tiny.zarr/granule_status/.zarray",
  "tiny.zarr/rain/.zattrs",
  "tiny.zarr/.zgroup",
  "tiny.accrete/status.json",
  "tiny.accrete/provenance/00000001.json",
];
const chunks = [
  ...["tiny.zarr/rain/0.0.0", "tiny.zarr/rain/1.0.0", "tiny.zarr/wind/1.0.0", "tiny.zarr/granule_status/0"],
  ...["tiny.zarr/time/0", "tiny.zarr/time_bnds/0.0", "tiny.zarr/lat/0", "tiny.zarr/lon/0"],
];

describe("an object that was damaged", () => {
  test("in the metadata is named as drift, or the dataset is what it was", async (t) => {
    const base = await weatheredWorld();
    const wiring = base.wiring();
    const { bytes: sound } = (await base.store.read("tiny.zarr/.zmetadata", neverAborted)) as {
      bytes: Uint8Array;
    };
    let opened = 0;
    await playCases(t, 4000, damagedJson, async (damage) => {
      const bytes = damage(sound);
      const store = {
        ...wiring.store,
        read: async (key: string, signal: AbortSignal) =>
          key === "tiny.zarr/.zmetadata"
            ? bytes && { bytes, generation: "1" }
            : wiring.store.read(key, signal),
      };
      const found = await outcomeOf(() => openStored({ ...wiring, store }, neverAborted), DriftError);
      assertUnpolluted();
      const overview = await outcomeOf(
        () => readOverview({ ...wiring, store }, neverAborted),
        ...[DriftError, PairError],
      );
      if ("error" in found) {
        assert.ok("error" in overview && found.error.message.length > 40);
        return;
      }
      if (!found.result) return;
      opened++;
      const { length, gapCounts, commitSeq } = found.result.state;
      for (const count of [length, commitSeq, ...gapCounts])
        assert.ok(Number.isSafeInteger(count) && count >= 0);
      // Sound metadata of another store, or of an earlier time, are not the ledger's.
      if ("error" in overview) assert.ok(overview.error instanceof PairError);
      else assert.ok(JSON.stringify(overview.result).includes(`"length":${length}`));
    });
    assertOfAll(opened > 200 * partPlayed, `${opened} were opened`);
  });

  test("does not keep a run, or a look, from a right end", async (t) => {
    const base = await weatheredWorld();
    const damaged = fc.oneof(
      fc.tuple(fc.constantFrom(...described), damagedJson),
      fc.tuple(fc.constantFrom(...chunks), damagedBytes),
    );
    const ways = fc.constantFrom("run", "run", "again", "force", "status");
    let [refused, done] = [0, 0];
    await playCases(t, 700, fc.tuple(damaged, ways), async ([[key, damage], way]) => {
      const world = await base.copy();
      await damageObject(world, key, damage);
      const before = await world.generations();
      const wiring = world.wiring({ around: boundedCalls() });
      // Times that read as others are for the doctor to find.
      const isTime = /\/time(_bnds)?\//.test(key);
      const found = await outcomeOf<unknown>(
        async () => {
          if (way === "status") return readDatasetStatus(wiring, neverAborted);
          // A granule of the last chunk that is there has come anew, and has to be merged into it.
          if (way === "again") world.publish(6, { modifiedAt: world.clock.asOf });
          return world.run(way === "force" ? { from: 0, to: 7, force: true } : {}, wiring);
        },
        ...typed,
      );
      assertUnpolluted();
      if ("error" in found) refused++;
      else done++;
      if ("error" in found && (found.error instanceof DriftError || found.error instanceof PairError)) {
        assert.deepEqual(await world.generations(), before, "what has drifted, or is no pair, is left alone");
        if (key.endsWith(".zmetadata")) return;
      }
      const isOpen = await assertNothingWrong(world, !isTime);
      // A run looks at the objects that it changes.
      const isChanged = way === "run" ? /granule_status\/0/ : /(rain|wind)\/1|granule_status\/0/;
      if (!("error" in found) && way !== "status" && isChanged.test(key))
        assert.ok(isOpen, `nobody can read the dataset, though a run went over ${key}`);
    });
    assertOfAll(
      refused > 100 * partPlayed && done > 100 * partPlayed,
      `${refused} were refused, ${done} done`,
    );
  });
});
