/** What a status tells of gaps is what a reader finds. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readCoverage } from "../../../shared/status/coverage.ts";
import { neverAborted, tinyWorld } from "../../support/tinyWorld.ts";

test("a dataset in which nothing is visible yet has no gaps", async () => {
  const world = tinyWorld();
  world.at(0);
  await world.run();
  assert.deepEqual(await readCoverage(world.store, world.dataset, neverAborted), { gaps: [] });
});

test("neighbouring gaps of one kind are one run, from its first timestep to its last", async () => {
  const world = tinyWorld();
  world.publishAll(0, 9);
  for (const index of [0, 3, 4]) world.remove(index);
  for (const index of [5, 8]) world.publish(index, { bytes: new Uint8Array(4) });
  world.at(20);
  await world.run();
  const { gaps } = await readCoverage(world.store, world.dataset, neverAborted);
  assert.deepEqual(gaps, [
    { from: "2020-01-01T06:00:00Z", to: "2020-01-01T06:00:00Z", status: "missing" },
    { from: "2020-01-01T09:00:00Z", to: "2020-01-01T10:00:00Z", status: "missing" },
    { from: "2020-01-01T11:00:00Z", to: "2020-01-01T11:00:00Z", status: "corrupt" },
    { from: "2020-01-01T14:00:00Z", to: "2020-01-01T14:00:00Z", status: "corrupt" },
  ]);
});
