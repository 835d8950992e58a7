/** A chunk's objects: made anew from the granules where they are lost or damaged, and never half. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { ABSENT } from "../../../shared/store/store.ts";
import { unreachable } from "../../support/memoryProvider.ts";
import { removeObject } from "../../support/removeObject.ts";
import { tinyFields } from "../../support/tinyDataset.ts";
import { assertContent, neverAborted, present, type TinyWorld, tinyWorld } from "../../support/tinyWorld.ts";

const headers = { contentType: "application/octet-stream", cacheControl: "no-cache" };
const rain = "tiny.zarr/rain/0.0.0";
const wind = "tiny.zarr/wind/0.0.0";

/** Three steps of chunk 0 are there, the fourth is about to come. */
async function threeOfFour(): Promise<TinyWorld> {
  const world = tinyWorld();
  world.publishAll(0, 2);
  world.at(4);
  await world.run();
  await assertContent(world, present(3));
  world.publish(3);
  world.source.forget();
  return world;
}

async function overwrite(world: TinyWorld, key: string, change: (bytes: Uint8Array) => Uint8Array) {
  const found = await world.store.read(key, neverAborted);
  await world.store.put(
    key,
    change(found?.bytes ?? new Uint8Array()),
    found?.generation ?? ABSENT,
    headers,
    neverAborted,
  );
}

const damages: readonly (readonly [string, (world: TinyWorld) => Promise<void>])[] = [
  ["deleted", (world) => removeObject(world.store, rain)],
  ["cut off", (world) => overwrite(world, wind, (bytes) => bytes.subarray(0, bytes.length - 5))],
  ["empty", (world) => overwrite(world, rain, () => new Uint8Array())],
  ["garbage", (world) => overwrite(world, wind, () => Uint8Array.from({ length: 40 }, (_, i) => i * 7))],
  [
    "another chunk's, of another length",
    async (world) => {
      const other = await world.store.read("tiny.zarr/lat/0", neverAborted);
      await overwrite(world, rain, () => other?.bytes ?? new Uint8Array());
    },
  ],
  [
    "deleted, both of them",
    async (world) => {
      await removeObject(world.store, rain);
      await removeObject(world.store, wind);
    },
  ],
];

for (const [what, damage] of damages) {
  test(`a chunk with an object that is ${what} is ingested again as a whole`, async () => {
    const world = await threeOfFour();
    await damage(world);
    await world.run();
    await assertContent(world, present(4));
    assert.deepEqual(
      [...new Set(world.source.asked.fetch)].sort(),
      [0, 1, 2, 3].map((i) => world.path(i)),
    );
  });
}

test("what an array still holds is not given up for one that is lost; once all can be fetched again, the chunk is made anew", async () => {
  for (const damage of [
    (world: TinyWorld) => removeObject(world.store, rain),
    (world: TinyWorld) => overwrite(world, rain, (bytes) => bytes.subarray(0, bytes.length - 5)),
  ]) {
    const world = await threeOfFour();
    await damage(world);
    world.remove(0);
    // The other array may have been merged with what is new; readers are told nothing of it.
    const told = async () => ({ ...(await world.generations()), [wind]: "" });
    const before = await told();
    const { steps } = await world.record(0);
    await assert.rejects(world.run(), {
      tag: "storage",
      message: /rain.*gone or damaged.*not there.*nothing was given up/s,
    });
    assert.deepEqual(await told(), before);
    assert.deepEqual((await world.record(0)).steps, steps);
    // The wind may have been put: the lease is not given back, but it keeps nobody away.
    assert.ok(((await world.record(0)).lease?.expiresAt ?? 0) <= world.clock.now);
    world.publish(0);
    await world.run();
    await assertContent(world, present(4));
  }
});

async function deleteAll(world: TinyWorld): Promise<void> {
  await removeObject(world.store, rain);
  await removeObject(world.store, wind);
}

test("what a wholly lost chunk cannot be made from again is a gap that says why, in every array, and heals", async () => {
  const world = await threeOfFour();
  await deleteAll(world);
  world.remove(0);
  world.publish(1, { bytes: new Uint8Array(5), modifiedAt: world.clock.asOf });
  await world.run();
  await assertContent(world, ["missing", "corrupt", 0, 0]);
  world.publish(0);
  world.publish(1);
  world.at(5);
  await world.run();
  await assertContent(world, present(4));
});

test("a wholly lost chunk of which nothing can be fetched again is all gap", async () => {
  const world = await threeOfFour();
  world.publish(5);
  world.at(13);
  await world.run();
  await assertContent(world, [0, 0, 0, 0, "missing", 0]);
  await overwrite(world, rain, () => new Uint8Array());
  await removeObject(world.store, wind);
  for (const index of [0, 1, 2]) world.remove(index);
  world.publish(3, { bytes: new Uint8Array(5), modifiedAt: world.clock.asOf });
  await world.run();
  await assertContent(world, ["missing", "missing", "missing", "corrupt", "missing", 0]);
  for (const index of [0, 1, 2, 3]) world.publish(index);
  world.at(14);
  await world.run();
  await assertContent(world, [0, 0, 0, 0, "missing", 0]);
});

test("a provider that fails while a lost chunk is made anew changes nothing; the next run does it", async () => {
  const world = await threeOfFour();
  await removeObject(world.store, rain);
  const before = await world.store.read(wind, neverAborted);
  world.source.meddle = (operation, path) => {
    if (operation === "fetch" && path === world.path(1)) {
      throw unreachable();
    }
  };
  await assert.rejects(world.run(), { fault: "unreachable" });
  assert.deepEqual(await world.store.read(wind, neverAborted), before);
  world.source.meddle = undefined;
  await world.run();
  await assertContent(world, present(4));
});

test("another's write between reading and putting is kept: its steps and ours are both there", async () => {
  const world = await threeOfFour();
  let meddled = false;
  const wiring = world.wiring({
    around: async (call, perform) => {
      if (!meddled && call.operation === "put" && call.key === rain) {
        meddled = true;
        await overwrite(world, rain, (bytes) => bytes);
      }
      return perform();
    },
  });
  await world.run({}, wiring);
  assert.ok(meddled);
  await assertContent(world, present(4));
});

test("the values of a chunk reach readers as the granules have them: gaps as fill, zeros as zeros", async () => {
  const world = await threeOfFour();
  await world.run();
  const { arrays } = await world.read();
  assert.deepEqual(arrays.rain?.[3], tinyFields(3).rain);
  assert.ok(arrays.rain?.[3]?.includes(null) && arrays.rain[3]?.includes(0));
});

test("caches may keep a chunk only once nothing but a backfill would change it", async () => {
  const world = tinyWorld();
  world.publishAll(0, 7);
  world.at(3 + 48);
  await world.run();
  assert.match(world.store.headersOf(rain)?.cacheControl ?? "", /no-cache/);
  world.at(3 + 48 + 1);
  await world.run({ from: 0, to: 3, force: true });
  assert.match(world.store.headersOf(rain)?.cacheControl ?? "", /max-age/);
  assert.match(world.store.headersOf("tiny.zarr/rain/1.0.0")?.cacheControl ?? "", /no-cache/);
});
