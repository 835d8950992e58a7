/** Promise 4 of a process that does one thing. */
import { forgetInLedger, forgetInStore } from "../../support/halves.ts";
import { present } from "../../support/tinyWorld.ts";
import { quietWorld, testDeaths } from "./deaths.ts";

testDeaths("fills a chunk", async () => {
  const { world, before } = await quietWorld();
  world.publishAll(6, 7);
  world.at(8);
  return { world, before, after: present(8) };
});

testDeaths("ingests a revision", async () => {
  const { world, before } = await quietWorld();
  world.publish(1, { revision: 1 });
  return { world, before, after: present(6).with(1, 1) };
});

testDeaths("has a pair of before share an identity, while it extends it", async () => {
  const { world, before } = await quietWorld();
  await forgetInStore(world);
  await forgetInLedger(world);
  world.publish(6);
  world.at(7);
  return { world, before, after: present(7) };
});
