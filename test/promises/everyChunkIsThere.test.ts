/**
 * Within the visible length every chunk object of every array exists, at every instant: who may read a bucket and not list it is
 * told that an absent object is forbidden, and readers take that for an error, not for fill.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { zstdDecompressSync } from "node:zlib";
import * as zarr from "zarrita";
import { chunkRecordKey } from "../../shared/ledger/ledger.ts";
import { readsWatched } from "../support/keysShown.ts";
import { tinyCells } from "../support/tinyDataset.ts";
import {
  assertContent,
  type Expected,
  neverAborted,
  type PublishOptions,
  present,
  type TinyWorld,
  tinyWorld,
} from "../support/tinyWorld.ts";

/** Runs while somebody looks after every put; returns the most objects that they found shown. */
async function runWatched(world: TinyWorld): Promise<number> {
  const { wiring, seen } = readsWatched(world);
  await world.run({}, wiring);
  return seen.keys;
}

const broken: PublishOptions = { bytes: new Uint8Array(3) };
/** First and last timestep; chunks are of 4. */
const gaps = {
  "at the start": [0, 3],
  "of half a chunk at the start, and another one": [0, 6],
  "of one chunk in the middle": [4, 7],
  "over several chunks": [3, 17],
  "longer than a page of records": [5, 180],
} as const;

for (const publish of ["settled", "latest"] as const) {
  for (const status of ["missing", "corrupt"] as const) {
    describe(`a dataset that publishes its ${publish}, with ${status} granules`, () => {
      for (const [where, [first, last]] of Object.entries(gaps)) {
        test(`${where}: all that readers may ask for is there after every put, and when they heal`, async () => {
          const world = tinyWorld({ publish });
          const gap: Expected[] = Array(last + 1 - first).fill(status);
          const after = [...present(first), ...gap, 0, 0];
          if (first > 0) world.publishAll(0, first - 1);
          if (status === "corrupt") world.publishAll(first, last, broken);
          world.publishAll(last + 1, last + 2);
          world.at(last + 3);
          await runWatched(world);
          world.at(last + 9);
          await runWatched(world);
          await assertContent(world, after);

          const healed = first + 1;
          world.publish(healed, { revision: 1 });
          world.publish(last + 3);
          world.at(last + 20);
          const shown = await runWatched(world);
          // Of two arrays with data, and chunks of time, time_bnds, granule_status, lat and lon.
          assert.ok(shown >= 2 * Math.ceil((last + 4) / 4) + 5, `${shown} objects`);
          await assertContent(world, [...after.with(healed, 1), 0]);
          if (status === "corrupt" && last < 20) {
            world.publishAll(first, last, { revision: 2 });
            await runWatched(world);
            await assertContent(world, [...present(first), ...gap.map(() => 2), 0, 0, 0]);
          }
        });
      }
    });
  }
}

test("a dataset that publishes its latest shows a chunk of which nothing is known yet, and its objects are there", async () => {
  const world = tinyWorld({ publish: "latest", patience: "P9D" });
  world.publishAll(0, 2);
  world.publish(13);
  world.at(14);
  await runWatched(world);
  await assertContent(world, [...present(3), ...Array<Expected>(10).fill("pending"), 0]);
  assert.equal(await world.ledger.read(chunkRecordKey("tiny", 1), neverAborted), undefined);
});

test("what is there of a gap is one whole chunk of fill, as Zarr has it, and readers need no absent object to mean it", async () => {
  const world = tinyWorld();
  world.publishAll(0, 3);
  world.publishAll(8, 8);
  world.at(15);
  await world.run();
  const raw = async (key: string) => {
    const found = await world.store.read(key, neverAborted);
    return found && new Uint8Array(zstdDecompressSync(found.bytes)).buffer;
  };
  const count = 4 * tinyCells;
  const rain = new Int16Array((await raw("tiny.zarr/rain/1.0.0")) ?? new ArrayBuffer(0));
  const wind = new Float32Array((await raw("tiny.zarr/wind/1.0.0")) ?? new ArrayBuffer(0));
  assert.deepEqual([...rain], Array(count).fill(-9999));
  assert.deepEqual([...wind], Array(count).fill(Number.NaN));
  const { cacheControl } = world.store.headersOf("tiny.zarr/rain/1.0.0") ?? {};
  assert.match(cacheControl ?? "", /no-cache/, "it may heal");

  const forbidding = {
    async get(key: string) {
      const found = await world.store.read(`tiny.zarr${key}`, neverAborted);
      if (!found) throw new Error(`403 Forbidden: ${key}`);
      return found.bytes;
    },
  };
  const group = await zarr.open.v2(await zarr.withConsolidatedMetadata(forbidding), { kind: "group" });
  const array = await zarr.open.v2(group.resolve("rain"), { kind: "array" });
  const { data } = await zarr.get(array, [zarr.slice(4, 8), null, null]);
  assert.deepEqual([...(data as Int16Array)], Array(count).fill(-9999));
});
