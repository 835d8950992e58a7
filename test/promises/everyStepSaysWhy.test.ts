/** Promise 3: every visible timestep is its granule's values, or fill with a status that says why. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { dieAfterPuts } from "../support/dieAfterPuts.ts";
import { readStore } from "../support/readStore.ts";
import { shownAt, tinyFields } from "../support/tinyDataset.ts";
import { assertContent, present, type TinyWorld, tinyWorld } from "../support/tinyWorld.ts";

/** Runs while a reader looks after every put. Each array shows a revision that was published, or fill. */
async function runWatched(
  world: TinyWorld,
  revisions: (index: number) => readonly number[],
): Promise<number> {
  let looks = 0;
  const wiring = world.wiring({
    around: async (call, perform) => {
      const result = await perform();
      if (call.operation !== "put") return result;
      const found = await readStore(world.store);
      for (const [index, status] of (found?.statuses ?? []).entries()) {
        for (const name of ["rain", "wind"] as const) {
          const values = found?.arrays[name]?.[index];
          const shown = shownAt(index, name, values, revisions(index));
          const isRight = shown === "fill" ? status !== "present" : shown !== undefined;
          const at = `${name} of timestep ${index}, ${status}, after a put of ${call.key}`;
          assert.ok(isRight, `${at}: ${JSON.stringify(values)}`);
          looks++;
        }
      }
      return result;
    },
  });
  await world.run({}, wiring);
  return looks;
}

for (const publish of ["settled", "latest"] as const) {
  test(`no reader of a dataset that publishes its ${publish} ever meets values without a granule, or a gap called present`, async () => {
    const world = tinyWorld({ publish });
    world.publishAll(0, 9);
    world.remove(2);
    world.publish(5, { header: { clock: "000000" } });
    world.at(9);
    assert.ok((await runWatched(world, () => [0])) > 0);
    world.at(20);
    await runWatched(world, () => [0]);
    await assertContent(world, present(10).with(2, "missing").with(5, "corrupt"));
    world.publish(2);
    world.publish(5, { revision: 1 });
    world.publish(7, { revision: 2 });
    world.publishAll(10, 13);
    await runWatched(world, (index) => (index === 5 ? [1] : index === 7 ? [0, 2] : [0]));
    await assertContent(world, present(14).with(5, 1).with(7, 2));
  });
}

test("a zero stays a zero, and what the granule marks as missing stays a gap of that place alone", async () => {
  const world = tinyWorld();
  const { rain, wind } = tinyFields(4);
  assert.ok(rain.includes(0) && rain.includes(null) && wind.includes(null), "the granule has both");
  world.publishAll(0, 4);
  world.at(5);
  await world.run();
  const { arrays, statuses } = await world.read();
  assert.deepEqual([arrays.rain?.[4], arrays.wind?.[4], statuses[4]], [rain, wind, "present"]);
});

for (const publish of ["settled", "latest"] as const) {
  for (const [what, isWorkedOn] of [
    ["is worked on again", true],
    ["has nothing else to ingest", false],
  ] as const) {
    test(`where a dead worker's granule is withdrawn and its chunk ${what}, a dataset that publishes its ${publish} shows a gap`, async () => {
      const world = tinyWorld({ batchesMax: 1, publish });
      world.publishAll(0, 1);
      world.publishAll(4, 5);
      world.at(5);
      await dieAfterPuts(world, 0);
      world.remove(1);
      if (isWorkedOn) world.publishAll(2, 3);
      else world.remove(0);
      world.at(20);
      await runWatched(world, () => [0]);
      const gap = "missing";
      await assertContent(world, isWorkedOn ? [0, gap, 0, 0, 0, 0] : [gap, gap, gap, gap, 0, 0]);
    });
  }
}
