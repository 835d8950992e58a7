/** What a plan resolves without a worker never overrides what a worker found out meanwhile. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { examine } from "../../../../shared/doctor/examine.ts";
import { repair } from "../../../../shared/doctor/repair.ts";
import { createMemoryLedger } from "../../../../shared/ledger/memory.ts";
import type { PipelineEvent } from "../../../../shared/pipeline/events.ts";
import { extend } from "../../../../shared/pipeline/extend/extend.ts";
import { plan } from "../../../../shared/pipeline/plan/plan.ts";
import { callsAtOnceMax } from "../../../../shared/pipeline/wiring.ts";
import type { ExtendMessage } from "../../../../shared/queue/queue.ts";
import { dieAfterPuts } from "../../../support/dieAfterPuts.ts";
import { unreachable } from "../../../support/memoryProvider.ts";
import { memoryWiring } from "../../../support/memoryWiring.ts";
import {
  assertContent,
  neverAborted,
  present,
  type TinyWorld,
  tinyWorld,
} from "../../../support/tinyWorld.ts";

/** A wiring whose plan is overtaken, between its diff and what it resolves. */
function overtaken(world: TinyWorld, meanwhile: () => Promise<unknown>) {
  let once = false;
  return world.wiring({
    around: async (call, perform) => {
      const result = await perform();
      if (call.port === "queue" && call.key === "extend" && !once) {
        once = true;
        await meanwhile();
      }
      return result;
    },
  });
}

test("a gap that a worker fills meanwhile is not called missing", async () => {
  const world = tinyWorld();
  world.publishAll(0, 9);
  world.remove(2);
  world.at(7);
  await world.run();
  world.at(9);
  const wiring = overtaken(world, async () => {
    world.publish(2);
    await world.run();
    await assertContent(world, present(10));
  });
  await plan(wiring, { force: false }, neverAborted);
  await assertContent(world, present(10));
});

test("a gap that a worker finds corrupt meanwhile stays corrupt, with its reason and its tries", async () => {
  const world = tinyWorld();
  world.publishAll(0, 9);
  world.remove(2);
  world.at(7);
  await world.run();
  world.at(9);
  const wiring = overtaken(world, async () => {
    world.publish(2, { bytes: new Uint8Array(4) });
    await world.run();
  });
  await plan(wiring, { force: false }, neverAborted);
  assert.equal((await world.step(2))?.failed?.fault, "notGzip");
  await assertContent(world, present(10).with(2, "corrupt"));
});

test("a date that is remembered does not undo a failure that a worker recorded meanwhile", async () => {
  const world = tinyWorld({ listing: "coarse", compression: "none" });
  world.publishAll(0, 9);
  world.at(10);
  await world.run();
  const modifiedAt = (await world.step(5))?.granule?.modifiedAt as number;
  world.publish(5, { modifiedAt, listedDate: "worded otherwise" });
  const wiring = overtaken(world, async () => {
    world.publish(5, { bytes: new Uint8Array(4), listedDate: "replaced" });
    await world.run();
    assert.equal((await world.step(5))?.failed?.fault, "length");
  });
  await plan(wiring, { force: false }, neverAborted);
  assert.equal((await world.step(5))?.failed?.fault, "length");
  assert.equal((await world.status()).failing.length, 1);
});

test("a plan commits what a worker left unsaid", async () => {
  const world = tinyWorld();
  world.publishAll(0, 3);
  world.at(4);
  let died = false;
  const wiring = world.wiring({
    around: async (call, perform) => {
      if (call.operation === "put" && call.key.endsWith("granule_status/0")) died = true;
      if (died) throw new Error("killed");
      return perform();
    },
  });
  await assert.rejects(world.run({}, wiring), /killed/);
  await assertContent(world, []);
  world.clock.now += 60_000;
  world.source.forget();
  const { committed, batches } = await plan(world.wiring(), { force: false }, neverAborted);
  assert.deepEqual([batches, committed], [0, { outcome: "done", length: 4 }]);
  assert.deepEqual(world.source.asked.fetch, []);
  await assertContent(world, present(4));
});

test("what is recorded is told to readers even while the provider cannot be reached", async () => {
  const world = tinyWorld();
  world.publishAll(0, 3);
  world.at(4);
  let died = false;
  const wiring = world.wiring({
    around: async (call, perform) => {
      if (call.operation === "put" && call.key.endsWith("granule_status/0")) died = true;
      if (died) throw new Error("killed");
      return perform();
    },
  });
  await assert.rejects(world.run({}, wiring), /killed/);
  await assertContent(world, []);
  world.clock.now += 60_000;
  world.source.meddle = () => {
    throw unreachable();
  };
  await assert.rejects(world.run(), { tag: "source", fault: "unreachable" });
  await assertContent(world, present(4));
});

test("a ledger that is lost takes back nothing that readers see, and what is new goes on", async () => {
  const world = tinyWorld();
  world.publishAll(0, 9);
  world.remove(4);
  world.at(11);
  await world.run();
  world.remove(6);
  world.publish(8, { revision: 1 });
  world.publishAll(10, 12);
  world.at(14);
  const forgetful = { ...world, ledger: createMemoryLedger() };
  await assert.rejects(world.run({}, memoryWiring(forgetful)), { tag: "pair" });
  await assertContent(world, present(10).with(4, "missing"));
  const found = await examine(memoryWiring(forgetful), {}, neverAborted);
  await repair(memoryWiring(forgetful), found, { adopt: true }, neverAborted);
  await world.run({}, memoryWiring(forgetful));
  await assertContent(world, present(13).with(4, "missing").with(8, 1));
});

test("messages that are lost, doubled or late change nothing in the end", async () => {
  const world = tinyWorld();
  world.publishAll(0, 11);
  world.at(12);
  const wiring = world.wiring();
  await plan(wiring, { force: false }, neverAborted);
  const messages = wiring.sent.flatMap(({ topic, message }) =>
    topic === "extend" ? [message as ExtendMessage] : [],
  );
  const [first, second] = messages as [ExtendMessage, ExtendMessage, ExtendMessage];
  await extend(wiring, second, neverAborted);
  await extend(wiring, second, neverAborted);
  world.source.forget();
  await world.run();
  await assertContent(world, present(12));
  assert.equal(world.source.asked.fetch.length, 8);

  world.publish(1, { revision: 1 });
  await world.run();
  world.source.forget();
  const late = await extend(world.wiring(), first, neverAborted);
  assert.deepEqual([late.taken, late.failed], [0, 0]);
  assert.deepEqual(world.source.asked.fetch, [], "what was ingested since the message was sent is newer");
  await assertContent(world, present(12).with(1, 1));
});

test("a plan resolves no gap in a chunk that a worker left in the middle of its work before what it put is cleared", async () => {
  const world = tinyWorld({ batchesMax: 1 });
  world.publishAll(0, 9);
  world.publish(11);
  world.at(12);
  await world.run();
  world.publish(10);
  await dieAfterPuts(world, 2);
  world.remove(10);
  world.at(22);
  const planned = world.wiring();
  const { settled } = await plan(planned, { force: false }, neverAborted);
  assert.equal(settled, 0);
  assert.equal(await world.step(10), undefined);
  assert.equal((await world.read()).length, 10);
  const sent = planned.sent.flatMap(({ topic, message }) => (topic === "extend" ? [message] : []));
  assert.deepEqual(
    sent.map(({ chunk, steps }) => [chunk, steps.length]),
    [[2, 0]],
  );
  await world.run();
  await assertContent(world, [...present(10), "missing", 0]);
});

test("a chunk that a worker left in the middle of its work is cleared wherever it lies", async () => {
  const world = tinyWorld({ batchesMax: 1 });
  world.publishAll(0, 99);
  world.remove(1);
  world.at(100);
  await world.run();
  world.publish(1);
  await dieAfterPuts(world, 0, { from: 0, to: 3 });
  world.remove(1);
  assert.notEqual((await world.record(0)).lease, null);
  await world.run();
  assert.equal((await world.record(0)).lease, null);
  await assertContent(world, present(100).with(1, "missing"));
});

test("a gap of many chunks is recorded side by side, and nothing is begun once the plan is late", async () => {
  const world = await gapWorld(60);
  const late = new AbortController();
  let [atOnce, most, written, begunLate] = [0, 0, 0, 0];
  const wiring = world.wiring({
    late: late.signal,
    async around(call, perform) {
      const isSettling = call.port === "ledger" && call.key !== "dataset" && !wiring.events.some(isPlanned);
      if (isSettling && call.operation === "read" && late.signal.aborted) begunLate++;
      if (!isSettling || call.operation !== "write") return perform();
      if (++written === 20) late.abort();
      most = Math.max(most, ++atOnce);
      await new Promise(setImmediate);
      return perform().finally(() => atOnce--);
    },
  });
  const { settled } = await plan(wiring, { force: false }, neverAborted);
  assert.equal(most, callsAtOnceMax);
  assert.equal(begunLate, 0);
  assert.equal(settled, written);
  assert.ok(settled >= 20 && settled < 20 + callsAtOnceMax, `${settled} of 59`);
  await world.run();
  await assertContent(world, [0, ...Array.from({ length: 59 }, () => "missing" as const), 0]);
});

test("one plan records the gaps of so many chunks, the first ones, and the next goes on", async () => {
  const world = await gapWorld(12);
  const wiring = world.wiring({ limits: { planResolvedChunksMax: 5 } });
  const rounds = [];
  for (let round = 0; round < 3; round++)
    rounds.push((await plan(wiring, { force: false }, neverAborted)).settled);
  assert.deepEqual(rounds, [5, 5, 1]);
});

/** The timesteps 0 and `last` are recorded, each in a chunk of its own; those between will be gaps. */
async function gapWorld(last: number): Promise<TinyWorld> {
  const world = tinyWorld({ chunkLength: 1 });
  for (const index of [0, last]) world.publish(index);
  world.at(last + 20);
  const planner = world.wiring();
  await plan(planner, { force: false }, neverAborted);
  for (const { topic, message } of planner.sent)
    if (topic === "extend") await extend(world.wiring(), message, neverAborted);
  return world;
}

function isPlanned({ event }: PipelineEvent): boolean {
  return event === "planned";
}
