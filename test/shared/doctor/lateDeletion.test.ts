/** A doctor that sleeps over its lease, and wakes up to delete what was damaged, deletes nothing that was made anew meanwhile. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { removeDamaged } from "../../../shared/doctor/repair/underLease.ts";
import { identitiesOf } from "../../support/halves.ts";
import { memoryLimits } from "../../support/memoryWiring.ts";
import { assertContent, neverAborted, present, tinyWorld } from "../../support/tinyWorld.ts";

const keys = ["tiny.zarr/rain/0.0.0", "tiny.zarr/wind/0.0.0"];

for (const sleptAt of keys) {
  test(`the objects of another run stand, though the doctor fell asleep before it deleted ${sleptAt}`, async () => {
    const world = tinyWorld();
    world.publishAll(0, 3);
    world.at(4);
    await world.run();
    for (const key of keys) {
      const existing = (await world.store.read(key, neverAborted)) ?? assert.fail(`${key} is gone`);
      const headers = world.store.headersOf(key) ?? assert.fail();
      await world.store.put(key, new Uint8Array(3), existing.generation, headers, neverAborted);
    }
    let hasSlept = false;
    const sleeper = world.wiring({
      async around(call, perform) {
        if (call.operation === "delete" && call.key === sleptAt) {
          hasSlept = true;
          world.clock.now += memoryLimits.chunkLeaseMs;
          await world.run({ force: true });
          await assertContent(world, present(4));
        }
        return perform();
      },
    });
    const [identity] = await identitiesOf(world);
    const isRemoved = await removeDamaged({ ...sleeper, dataset: world.dataset, identity }, 0, neverAborted);
    assert.ok(hasSlept);
    for (const key of keys) assert.ok(await world.store.read(key, neverAborted), `${key} stands`);
    assert.equal(isRemoved, false, "its lease was taken over");
    await assertContent(world, present(4));
  });
}
