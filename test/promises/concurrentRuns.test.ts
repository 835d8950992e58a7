/** Runs that overlap, wherever one overtakes the other: both end, nothing is lost, and the dataset is as one run leaves it. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { neverAborted } from "../../shared/testing/neverAborted.ts";
import { assertContent, type Expected, present, type TinyWorld, tinyWorld } from "../support/tinyWorld.ts";

test("two runs at once share the work: the dataset is as of one run, and no granule that is ingested is fetched twice", async () => {
  const world = tinyWorld();
  world.publishAll(0, 23);
  world.remove(9);
  world.publish(14, { bytes: new Uint8Array(4) });
  world.at(24);
  const [one, two] = await Promise.all([world.run(), world.run()]);
  await assertContent(world, present(24).with(9, "missing").with(14, "corrupt"));
  const fetches = new Map<string, number>();
  for (const path of world.source.asked.fetch) fetches.set(path, (fetches.get(path) ?? 0) + 1);
  assert.equal(fetches.size, 23);
  const again = [...fetches].filter(([, count]) => count > 1).map(([path]) => path);
  assert.deepEqual(
    again.filter((path) => path !== world.path(14)),
    [],
    "but for the broken one",
  );
  assert.equal(one.taken + two.taken, 22);
  const before = await world.generations();
  await world.run();
  assert.deepEqual(await world.generations(), before);
});

test("a run and a backfill by force at once lose nothing of each other", async () => {
  const world = tinyWorld();
  world.publishAll(0, 11);
  world.at(12);
  await world.run();
  world.publishAll(12, 23);
  world.publish(3, { revision: 1 });
  world.at(24);
  await Promise.all([world.run({ from: 0, to: 11, force: true }), world.run()]);
  await assertContent(world, present(24).with(3, 1));
});

async function standingWorld(): Promise<[TinyWorld, Expected[]]> {
  const world = tinyWorld({ batchesMax: 1 });
  world.publishAll(0, 3);
  world.at(4);
  await world.run();
  world.publish(1, { revision: 1 });
  world.publishAll(4, 7);
  world.remove(5);
  world.at(13);
  return [world, present(8).with(1, 1).with(5, "missing")];
}

test("a run that sleeps, before any of its writes, while another goes further, takes nothing back", async () => {
  const [base, before] = await standingWorld();
  const after = before.with(6, 3).with(0, 2);
  for (let late = 0; ; late++) {
    const world = await base.copy();
    let writes = 0;
    let slept = false;
    const wiring = world.wiring({
      around: async (call, perform) => {
        if (/put|write/.test(call.operation) && writes++ === late) {
          slept = true;
          world.publish(6, { revision: 3 });
          world.publish(0, { revision: 2 });
          await world.run();
        }
        return perform();
      },
    });
    await world.run({}, wiring);
    if (!slept) {
      assert.ok(late > 20, `${late} writes`);
      return;
    }
    await assertContent(world, after).catch((error: Error) => {
      error.message = `asleep before write ${late}: ${error.message}`;
      throw error;
    });
    assert.equal((await world.status()).commit_seq, (await world.read()).attributes.commit_seq);
    assert.deepEqual(await world.ledger.uncommitted("tiny", 10, neverAborted), []);
    world.publish(6);
    world.publish(0);
  }
});
