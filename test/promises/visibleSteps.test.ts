/** Promise 2: the length never shrinks; a visible timestep never changes unless its granule was revised or healed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readStore } from "../support/readStore.ts";
import { assertContent, linesOf, present, type TinyWorld, tinyWorld } from "../support/tinyWorld.ts";

/** Runs while a reader looks after every put; only the timesteps of `changing` may change once they are visible. */
async function runWatched(world: TinyWorld, changing: readonly number[], range = {}): Promise<void> {
  let before: string[] = [];
  const look = async (after: string) => {
    const found = await readStore(world.store);
    const lines = found ? linesOf(found) : [];
    assert.ok(
      lines.length >= before.length,
      `${before.length} timesteps became ${lines.length} after ${after}`,
    );
    for (const [index, line] of before.entries()) {
      if (!changing.includes(index)) assert.equal(lines[index], line, `timestep ${index} after ${after}`);
    }
    before = lines;
  };
  await look("the last run");
  const wiring = world.wiring({
    around: async (call, perform) => {
      const result = await perform();
      if (call.operation === "put") await look(`a put of ${call.key}`);
      return result;
    },
  });
  await world.run(range, wiring);
}

test("growing, backfilling, healing, revising and forcing change nothing but the timesteps they are about", async () => {
  const world = tinyWorld();
  world.publishAll(0, 9);
  world.remove(3);
  world.publish(6, { bytes: new Uint8Array(4) });
  world.at(10);
  await runWatched(world, []);
  await assertContent(world, present(6).with(3, "missing"));
  world.at(16);
  await runWatched(world, []);
  await assertContent(world, present(10).with(3, "missing").with(6, "corrupt"));
  world.publish(3, { modifiedAt: world.clock.asOf });
  world.publishAll(10, 14);
  await runWatched(world, [3]);
  world.publish(6);
  world.publish(1, { revision: 1 });
  await runWatched(world, [1, 6]);
  world.publish(2, { bytes: new Uint8Array(2) });
  await runWatched(world, []);
  world.publish(2);
  await runWatched(world, [], { from: 0, to: 12, force: true });
  await assertContent(world, present(15).with(1, 1));
});

test("a run that judges by an earlier instant takes nothing back", async () => {
  const world = tinyWorld();
  world.publishAll(0, 9);
  world.remove(4);
  world.at(12);
  await world.run();
  world.clock.asOf -= 8 * 3_600_000;
  await runWatched(world, []);
  await assertContent(world, present(10).with(4, "missing"));
});

test("what a later patience would wait for stays visible", async () => {
  const world = tinyWorld();
  world.publishAll(0, 9);
  world.remove(8);
  world.at(15);
  await world.run();
  const longer = tinyWorld({ patience: "P2D" });
  await world.run({}, world.wiring({ dataset: longer.dataset }));
  await assertContent(world, present(10).with(8, "missing"));
});
