/** Where granules are looked for: names and folders that change over the years, and directories that are not there yet. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Dataset } from "../../../../shared/dataset/dataset.ts";
import { instantText, tinyGranule, tinyTime } from "../../../support/tinyDataset.ts";
import { assertContent, present, type TinyWorld, tinyWorld } from "../../../support/tinyWorld.ts";

/** Names changed with timestep 6, and for two timesteps around it the provider kept both. */
function renamed({ dataset }: TinyWorld): Dataset {
  const candidates = [
    { path: "old/{YYYYMMDDHH}.gz", until: tinyTime(7) },
    { path: "new/{YYYY}{DDD}/{HH}.gz", from: tinyTime(5) },
  ];
  return { ...dataset, source: { ...dataset.source, candidates } };
}

const hourOf = (index: number) => instantText(tinyTime(index)).slice(11, 13);
const oldPath = (index: number) => `old/20200101${hourOf(index)}.gz`;
const newPath = (index: number) => `new/2020001/${hourOf(index)}.gz`;

test("each timestep is looked for under the names of its time, the first that is listed is taken", async () => {
  const world = tinyWorld();
  const publish = (path: string, index: number, revision: number) =>
    world.source.publish(path, tinyGranule({ index, revision }), { modifiedAt: tinyTime(index + 1) });
  for (let index = 0; index < 12; index++) publish(oldPath(index), index, 1);
  for (let index = 0; index < 12; index++) publish(newPath(index), index, 2);
  world.source.remove(oldPath(6));
  world.at(11);
  const dataset = renamed(world);
  const { wiring } = await world.run({}, world.wiring({ dataset }));
  await assertContent(world, [1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2]);
  assert.deepEqual([...new Set(world.source.asked.list)].sort(), ["new/2020001", "old"]);
  assert.ok(wiring.events.every(({ event }) => event !== "granuleFailed"));
});

test("a directory that is not there yet is a directory without granules", async () => {
  const world = tinyWorld();
  world.publishAll(0, 17);
  world.at(20);
  await world.run();
  assert.ok(world.source.asked.list.includes("2020/002"));
  await assertContent(world, present(18));
  world.publishAll(18, 20);
  await world.run();
  await assertContent(world, present(21));
});

test("other files in a directory are no granules, whatever they are called", async () => {
  const world = tinyWorld();
  world.publishAll(0, 3);
  for (const name of [
    "tiny.2020010106.bin",
    "tiny.2020010106.bin.gz.tmp",
    "README",
    "tiny.2020010106.BIN.GZ",
  ]) {
    world.source.publish(`2020/001/${name}`, new Uint8Array(4), { modifiedAt: 0 });
  }
  world.at(3);
  const { taken, failed } = await world.run();
  assert.deepEqual([taken, failed], [4, 0]);
  assert.equal(world.source.asked.fetch.length, 4);
});
