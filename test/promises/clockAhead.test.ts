/**
 * One process's clock ran ahead, by days or by years. What is newer goes by versions, counters and ids, so nothing of what it
 * wrote is taken for newer than what came after it; and none of the instants that it wrote keeps others waiting for longer than
 * it can last where clocks are right.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { examine } from "../../shared/doctor/examine.ts";
import { updateRecord } from "../../shared/ledger/lease.ts";
import { chunkRecordKey, datasetRecordKey } from "../../shared/ledger/ledger.ts";
import { emptyChunk, emptyDataset } from "../../shared/ledger/records.ts";
import { extend } from "../../shared/pipeline/extend/extend.ts";
import { plan } from "../../shared/pipeline/plan/plan.ts";
import type { ExtendMessage } from "../../shared/queue/queue.ts";
import { neverAborted } from "../../shared/testing/neverAborted.ts";
import type { MemoryWiring, MemoryWiringOptions } from "../support/memoryWiring.ts";
import { tinyGranule } from "../support/tinyDataset.ts";
import { assertContent, present, type TinyWorld, tinyWorld } from "../support/tinyWorld.ts";

const dayMs = 86_400_000;

/** A process like any other, whose clock is ahead. */
function aheadBy(days: number, world: TinyWorld, options: MemoryWiringOptions = {}): MemoryWiring {
  const wiring = world.wiring(options);
  const { now, asOf } = wiring;
  return { ...wiring, now: () => now() + days * dayMs, asOf: () => asOf() + days * dayMs };
}

/** Eight timesteps, all of them ingested by a process whose clock is two days ahead. */
async function ingestedAhead(): Promise<TinyWorld> {
  const world = tinyWorld({ end: 7 });
  world.publishAll(0, 7);
  world.at(9);
  await world.run({}, aheadBy(2, world));
  await assertContent(world, present(8));
  return world;
}

function batchesOf(wiring: MemoryWiring): ExtendMessage[] {
  return wiring.sent.flatMap(({ topic, message }) => (topic === "extend" ? [message as ExtendMessage] : []));
}

describe("what is newer is not decided by clocks", () => {
  test("a granule that is revised afterwards is ingested again", async () => {
    const world = await ingestedAhead();
    world.publish(3, { revision: 1 });
    const { taken } = await world.run();
    assert.equal(taken, 1);
    await assertContent(world, present(8).with(3, 1));
  });

  test("what is forced is ingested again", async () => {
    const world = await ingestedAhead();
    const { taken } = await world.run({ from: 0, to: 7, force: true });
    assert.equal(taken, 8);
  });

  test("a message of a plan whose batch another plan has had ingested since is late, whoever's clock is ahead", async () => {
    for (const days of [2, -2]) {
      const world = tinyWorld({ end: 7 });
      world.publishAll(0, 7);
      world.at(9);
      const { asOf } = world.wiring();
      const first = { ...aheadBy(days, world), asOf };
      await plan(first, { force: false }, neverAborted);
      await world.run({ from: 0, to: 7, force: true });
      const outcomes = [];
      for (const batch of batchesOf(first)) outcomes.push(await extend(world.wiring(), batch, neverAborted));
      assert.deepEqual(
        outcomes.map(({ taken }) => taken),
        [0, 0],
        `${days} days ahead`,
      );
    }
  });

  test("a message that comes twice forces once, and another one once more", async () => {
    const world = await ingestedAhead();
    const forced = async (request: string) => {
      const planner = world.wiring();
      await plan(planner, { force: true, request }, neverAborted);
      const taken = [];
      for (const batch of batchesOf(planner))
        taken.push((await extend(world.wiring(), batch, neverAborted)).taken);
      return taken;
    };
    assert.deepEqual(await forced("one"), [4, 4]);
    assert.deepEqual(await forced("one"), []);
    assert.deepEqual(await forced("another"), [4, 4]);
  });
});

describe("an instant that is far ahead keeps nobody waiting", () => {
  test("leases of a process that died are taken over at once, and those of one whose clock is right are not", async () => {
    for (const [days, isFree] of [
      [2, true],
      [0, false],
    ] as const) {
      const world = tinyWorld({ end: 3 });
      world.publishAll(0, 3);
      world.at(5);
      await world.run({ to: 0 });
      const { chunkLeaseMs, commitLeaseMs } = world.wiring().limits;
      const lease = (spanMs: number) => ({
        holder: "dead",
        expiresAt: world.clock.now + days * dayMs + spanMs,
        spanMs,
      });
      const { ledger, dataset } = world;
      await updateRecord(ledger, chunkRecordKey(dataset.id, 0), emptyChunk(0), neverAborted, (record) => ({
        ...record,
        lease: lease(chunkLeaseMs),
      }));
      await updateRecord(ledger, datasetRecordKey(dataset.id), emptyDataset, neverAborted, (record) => ({
        ...record,
        lease: lease(commitLeaseMs),
      }));
      const before = world.clock.now;
      await world.run();
      await assertContent(world, present(4));
      const waitedMs = world.clock.now - before;
      assert.equal(waitedMs < commitLeaseMs, isFree, `${waitedMs} ms`);
    }
  });

  test("a try that is due years ahead is made at the next look", async () => {
    const world = tinyWorld({ end: 7 });
    world.publishAll(0, 7);
    world.publish(3, { bytes: new Uint8Array(4) });
    world.at(9);
    await world.run({}, aheadBy(800, world));
    const nextTryAt = (await world.step(3))?.failed?.nextTryAt ?? 0;
    assert.ok(nextTryAt > world.clock.asOf + 799 * dayMs);
    await world.run();
    const tried = (await world.step(3))?.failed;
    assert.equal(tried?.attempts, 2);
    assert.ok(tried.nextTryAt <= world.clock.asOf + dayMs, "as far ahead as a second try may be");
  });

  test("so it is where nothing else has the plan look", async () => {
    const world = tinyWorld();
    world.publishAll(0, 100);
    world.publish(3, { bytes: new Uint8Array(4) });
    world.at(101);
    await world.run({}, aheadBy(800, world));
    assert.equal((await world.step(3))?.status, "corrupt");
    world.publish(3);
    await world.run();
    assert.equal((await world.step(3))?.status, "present");
  });

  test("a file that may still be being written waits for no longer than it may, whenever it failed first", async () => {
    const world = tinyWorld({ writtenWithin: "PT1H", patience: "PT6H", listing: "coarse" });
    world.source.modifiedAt = async () => undefined;
    world.publishAll(0, 3);
    world.publish(4, { bytes: tinyGranule({ index: 4 }).subarray(0, 40) });
    world.at(6);
    await world.run({}, aheadBy(800, world));
    assert.equal((await world.step(4))?.status, "pending");
    const { differences } = await examine(world.wiring(), {}, neverAborted);
    assert.match(JSON.stringify(differences), /failed first at 2022/);
    world.publishAll(5, 20);
    for (const hour of [10, 12]) {
      world.at(hour);
      await world.run();
    }
    assert.equal((await world.step(4))?.status, "corrupt");
    assert.ok((await world.read()).length > 10);
  });

  test("a look at the provider is told though one of a clock ahead was told before", async () => {
    const world = await ingestedAhead();
    const lookedAt = async () => Date.parse((await world.status()).provider.looked_at ?? "");
    assert.ok((await lookedAt()) > world.clock.now + dayMs);
    await world.run();
    assert.ok((await lookedAt()) <= world.clock.now);
  });
});

test("the doctor tells of instants that are still to come, and of none where every clock is right", async () => {
  const ahead = async (world: TinyWorld) => {
    const { differences } = await examine(world.wiring(), {}, neverAborted);
    return differences
      .filter(({ kind }) => kind === "clockAhead")
      .map(({ of, detail }) => `${of}: ${detail}`);
  };
  const world = await ingestedAhead();
  const told = await ahead(world);
  assert.match(told.join("\n"), /^whole: committed at \S+Z\nchunk: ingested at \S+Z$/);
  const right = tinyWorld({ end: 7 });
  right.publishAll(0, 7);
  right.at(9);
  await right.run();
  assert.deepEqual(await ahead(right), []);
});
