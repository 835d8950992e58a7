/** Replaced granules: a revision is ingested once; a broken one keeps the old values; a date that only reads differently does nothing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { instantText } from "../../../support/tinyDataset.ts";
import {
  assertContent,
  generationsBesideStatus,
  present,
  type TinyWorld,
  tinyWorld,
} from "../../../support/tinyWorld.ts";

/** A run, with the keys of the chunk objects that it put. */
async function runCounting(world: TinyWorld) {
  const puts: string[] = [];
  world.source.forget();
  const wiring = world.wiring({
    around: async (call, perform) => {
      if (call.operation === "put" && /\/(rain|wind)\/\d/.test(call.key)) puts.push(call.key);
      return perform();
    },
  });
  return { puts: puts.sort(), ...(await world.run({}, wiring)) };
}

async function settledWorld(options: Parameters<typeof tinyWorld>[0] = {}) {
  const world = tinyWorld(options);
  world.publishAll(0, 9);
  world.at(10);
  await world.run();
  await assertContent(world, present(10));
  return world;
}

test("a replaced granule rewrites its chunk once, counts as a revision, and stays present", async () => {
  const world = await settledWorld();
  world.publish(5, { revision: 1 });
  const { puts, taken } = await runCounting(world);
  assert.equal(taken, 1);
  assert.deepEqual(world.source.asked.fetch, [world.path(5)]);
  assert.deepEqual(puts.sort(), ["tiny.zarr/rain/1.0.0", "tiny.zarr/wind/1.0.0"]);
  await assertContent(world, present(10).with(5, 1));
  world.publish(5, { revision: 2 });
  await world.run();
  await assertContent(world, present(10).with(5, 2));
  const [step] = (await world.provenance(1)).steps.filter(({ offset }) => offset === 1);
  assert.equal(step?.granule?.revision, 2);
  assert.equal((await world.provenance(0)).steps[0]?.granule?.revision, 0);
});

test("a granule that is touched but the same inside is no revision", async () => {
  const world = await settledWorld();
  world.publish(5, { modifiedAt: world.clock.asOf });
  assert.equal((await world.run()).taken, 1);
  assert.equal((await world.step(5))?.granule?.revision, 0);
  assert.equal((await world.step(5))?.granule?.modifiedAt, world.clock.asOf);
  assert.equal((await world.run()).taken, 0);
  await assertContent(world, present(10));
});

test("a granule that is replaced after the revision window is left as it is, until a run asks for that time", async () => {
  const world = await settledWorld();
  world.publish(2, { revision: 1 });
  world.at(2 + 48 + 1 / 3600);
  await world.run();
  await assertContent(world, present(10));
  await world.run({ from: 2, to: 2 });
  await assertContent(world, present(10).with(2, 1));
});

test("a granule that the provider takes away keeps its values", async () => {
  const world = await settledWorld();
  const before = await generationsBesideStatus(world);
  world.remove(5);
  world.remove(9);
  world.at(30);
  await world.run();
  assert.deepEqual(await generationsBesideStatus(world), before);
  await assertContent(world, present(10));
});

test("a listing that words the same date differently is resolved by the exact date, and remembered", async () => {
  const world = await settledWorld({ listing: "coarse", compression: "none" });
  const before = await world.generations();
  const modifiedAt = (await world.step(5))?.granule?.modifiedAt as number;
  world.publish(5, { revision: 3, modifiedAt, listedDate: "Jan 1 2020" });
  world.source.forget();
  assert.equal((await world.run()).taken, 0);
  assert.deepEqual(world.source.asked.fetch, []);
  assert.deepEqual(world.source.asked.modifiedAt, [world.path(5)]);
  assert.equal((await world.step(5))?.granule?.version, "Jan 1 2020");
  assert.deepEqual(await world.generations(), before);

  world.source.forget();
  await world.run();
  assert.deepEqual(world.source.asked.modifiedAt, [], "it is asked once");
  await assertContent(world, present(10));
});

test("a listing whose date differs is followed where the exact date differs too", async () => {
  const world = await settledWorld({ listing: "coarse", compression: "none" });
  world.publish(5, { revision: 1, listedDate: "Jan 2 03:04" });
  assert.equal((await world.run()).taken, 1);
  await assertContent(world, present(10).with(5, 1));
  assert.equal((await world.run()).taken, 0);
});

test("a server that cannot tell exact dates is taken at its listing", async () => {
  const world = await settledWorld({ listing: "coarse", compression: "none" });
  const { modifiedAt } = world.source;
  world.publish(5, { revision: 1, listedDate: "Jan 2 03:04" });
  world.source.modifiedAt = async () => undefined;
  assert.equal((await world.run()).taken, 1);
  assert.equal((await world.run()).taken, 0);
  world.source.modifiedAt = modifiedAt;
  await assertContent(world, present(10).with(5, 1));
});

test("a granule that is replaced by a broken one keeps its values, is reported as failing, and is repaired later", async () => {
  const world = await settledWorld();
  world.publish(5, { bytes: new TextEncoder().encode("<html>busy</html>") });
  const { puts, failed } = await runCounting(world);
  assert.equal(failed, 1);
  assert.deepEqual(puts, []);
  await assertContent(world, present(10));
  const { failing } = await world.status();
  assert.deepEqual(
    failing.map(({ time, status, fault, path, attempts }) => ({ time, status, fault, path, attempts })),
    [{ time: "2020-01-01T11:00:00Z", status: "present", fault: "notGzip", path: world.path(5), attempts: 1 }],
  );
  assert.equal(failing[0]?.next_try_at, instantText(world.clock.asOf + 3_600_000));

  world.publish(5, { revision: 1 });
  await world.run();
  await assertContent(world, present(10).with(5, 1));
  assert.deepEqual((await world.status()).failing, []);
});

test("a broken replacement that is taken back leaves nothing failing", async () => {
  const world = await settledWorld();
  world.publish(5, { bytes: new Uint8Array(9) });
  await world.run();
  world.publish(5);
  await world.run();
  await assertContent(world, present(10));
  assert.deepEqual((await world.status()).failing, []);
  assert.equal((await world.step(5))?.granule?.revision, 0);
});

test("a broken replacement that the provider takes away for good is failing no longer", async () => {
  const world = await settledWorld();
  world.publish(5, { bytes: new Uint8Array(9) });
  await world.run();
  world.remove(5);
  world.at(11);
  await world.run();
  assert.equal((await world.step(5))?.failed, null);
  await assertContent(world, present(10));
  assert.deepEqual((await world.status()).failing, []);
});
