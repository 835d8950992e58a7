/** Promise 4 of a process that shows gaps, and what was lost. */
import { removeObject } from "../../support/removeObject.ts";
import { type Expected, present, tinyWorld } from "../../support/tinyWorld.ts";
import { quietWorld, testDeaths } from "./deaths.ts";

testDeaths("resolves a gap", async () => {
  const { world, before } = await quietWorld();
  world.publish(7);
  world.at(8);
  await world.run();
  world.at(14);
  return { world, before, after: present(8).with(6, "missing") };
});

testDeaths("shows whole chunks as a gap", async () => {
  const { world, before } = await quietWorld();
  world.publish(16);
  world.at(23);
  const gap: Expected[] = Array(16 - before.length).fill("missing");
  return { world, before, after: [...before, ...gap, 0] };
});

testDeaths("makes a lost chunk anew", async () => {
  const world = tinyWorld({ batchesMax: 1 });
  world.publishAll(0, 6);
  world.at(8);
  await world.run();
  for (const array of ["rain", "wind"]) await removeObject(world.store, `tiny.zarr/${array}/1.0.0`);
  world.publish(5, { bytes: new Uint8Array(3) });
  world.publish(7);
  world.at(20);
  const after: Expected[] = [0, 0, 0, 0, 0, "corrupt", 0, 0];
  return { world, before: present(7), after, damagedFrom: 4 };
});
