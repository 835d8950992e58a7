/** Promise 4 of a process that does all at once: it is killed, or loses an answer. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { StorageError } from "../../../shared/errors.ts";
import { assertNotTorn } from "../../support/notTorn.ts";
import { readStore } from "../../support/readStore.ts";
import { assertContent, present, tinyWorld } from "../../support/tinyWorld.ts";
import { assertAtRest, type Scenario, testDeaths } from "./deaths.ts";

/** Six timesteps are visible, of which one is missing and one corrupt; then all that can happen to a granule does. */
async function everything(): Promise<Scenario> {
  const world = tinyWorld({ batchesMax: 1 });
  world.publishAll(0, 5);
  world.remove(2);
  world.publish(4, { bytes: new Uint8Array(3) });
  world.at(11);
  await world.run();
  const before = present(6).with(2, "missing").with(4, "corrupt");
  await assertContent(world, before);
  world.publish(1, { revision: 1 });
  world.publish(4, { revision: 2 });
  world.publish(6, { bytes: new Uint8Array(3) });
  world.publish(7);
  world.at(20);
  return { world, before, after: [0, 1, "missing", 0, 2, 0, "corrupt", 0] };
}

testDeaths("heals, revises, meets what is broken and extends, all in one run", everything);

test("a process that loses one answer of the store or the ledger leaves what the next run completes", async () => {
  const base = await everything();
  for (let lost = 0; ; lost++) {
    const world = await base.world.copy();
    let writes = 0;
    const wiring = world.wiring({
      around: async (call, perform) => {
        const result = await perform();
        if (/put|write/.test(call.operation) && writes++ === lost)
          throw new StorageError(call.operation, call.key, "no answer came");
        return result;
      },
    });
    await world.run({}, wiring).catch((error: unknown) => {
      if (!(error instanceof StorageError)) throw error;
    });
    assertNotTorn(await readStore(world.store), base.before, base.after);
    if (writes <= lost) {
      assert.ok(lost > 20, `${lost} writes`);
      return;
    }
    await world.run();
    await assertAtRest(world, base.after).catch((error: Error) => {
      error.message = `answer ${lost} lost: ${error.message}`;
      throw error;
    });
  }
});
