/** Promise 4 of a process that creates, alone or beside others. */
import { present, tinyWorld } from "../../support/tinyWorld.ts";
import { quietWorld, testDeaths } from "./deaths.ts";

testDeaths("creates the dataset, with a chunk and a partial tail", async () => {
  const world = tinyWorld({ batchesMax: 1 });
  world.publishAll(0, 4);
  world.at(5);
  return { world, before: [], after: present(5) };
});

testDeaths("commits while other workers wait", async () => {
  const { world, before } = await quietWorld();
  world.publish(1, { revision: 1 });
  world.publishAll(6, 12);
  world.at(13);
  return { world, before, after: present(13).with(1, 1), isShared: true };
});
