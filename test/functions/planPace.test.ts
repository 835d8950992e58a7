/** The function `plan` lets no more batches be worked on at once than its dataset allows, and no longer than it has time. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { extend } from "../../functions/extend.ts";
import { plan } from "../../functions/plan.ts";
import { StorageError } from "../../shared/errors.ts";
import type { PlanMessage } from "../../shared/queue/queue.ts";
import { neverAborted } from "../../shared/testing/neverAborted.ts";
import {
  chunksOf,
  handDeadline,
  holdChunk,
  type MemoryCloud,
  memoryCloud,
  publishedWorld,
  pushed,
  releaseChunk,
  workOff,
} from "../support/memoryCloud.ts";
import { unreachable } from "../support/memoryProvider.ts";
import { assertContent, present, tinyWorld } from "../support/tinyWorld.ts";

// Chunks have 4 timesteps, and at most 2 of them are worked on at once.
describe("a plan of more batches than may be worked on at once", () => {
  test("sends as many as may, and each further one as one has ended", async () => {
    const world = await publishedWorld(24);
    const cloud = memoryCloud([world]);
    const done = new Set<unknown>();
    const seen: number[][] = [];
    cloud.options = {
      async meanwhile() {
        const working = cloud.batches().filter((batch) => !done.has(batch));
        seen.push(working.map(({ chunk }) => chunk));
        const [first] = working;
        done.add(first);
        assert.equal((await cloud.deliver(extend, first)).status, 200);
      },
    };
    assert.equal((await cloud.deliver(plan, { dataset: "tiny" })).status, 200);
    assert.deepEqual(seen, [
      [0, 1],
      [1, 2],
      [2, 3],
      [3, 4],
    ]);
    await workOff(cloud, done);
    await assertContent(world, present(24));
    assert.deepEqual(chunksOf(cloud), [0, 1, 2, 3, 4, 5]);
  });

  test("counts the chunks that other workers hold", async () => {
    const world = await publishedWorld(24);
    for (const chunk of [0, 3]) await holdChunk(world, chunk, 80_000_000);
    const cloud = memoryCloud([world]);
    const seen: number[][] = [];
    cloud.options = {
      async meanwhile() {
        seen.push(chunksOf(cloud));
        if (seen.length === 3) await releaseChunk(world, 3);
        if (seen.length > 3) await workOff(cloud);
        if (seen.length === 5) await releaseChunk(world, 0);
      },
    };
    await cloud.deliver(plan, { dataset: "tiny" });
    assert.deepEqual(seen.slice(0, 5), [[], [], [], [1], [1, 2]]);
    assert.ok(!chunksOf(cloud).includes(0) && !chunksOf(cloud).includes(3));
  });

  test("of the usual window leaves out what others work on, and says until when", async () => {
    const world = await publishedWorld(8);
    await holdChunk(world, 0, 60_000);
    const cloud = memoryCloud([world]);
    const { status, body } = await cloud.deliver(plan, { dataset: "tiny" });
    assert.equal(status, 200);
    // It is 2020-01-01T14:00Z, some milliseconds past.
    assert.equal((body as { leasedUntil: string }).leasedUntil, "2020-01-01T14:01:00Z");
    assert.deepEqual(chunksOf(cloud), [1]);
  });

  for (const [name, asked] of [
    ["of a range", { from: "2020-01-01T06:00:00Z", to: "2020-01-01T17:00:00Z" }],
    ["that forces", { force: true }],
  ] as const) {
    test(`${name} sends what others work on last, when they are done`, async () => {
      const world = await publishedWorld(12);
      await holdChunk(world, 0, 80_000_000);
      const cloud = memoryCloud([world]);
      let looks = 0;
      const done = new Set<unknown>();
      cloud.options = {
        async meanwhile() {
          await workOff(cloud, done);
          if (++looks === 5) await releaseChunk(world, 0);
          assert.ok(looks >= 5 || !chunksOf(cloud).includes(0), "chunk 0 is another's");
        },
      };
      const { status, body } = await cloud.deliver(plan, { dataset: "tiny", ...asked });
      assert.equal(status, 200);
      assert.deepEqual(chunksOf(cloud), [1, 2, 0]);
      assert.equal((body as { continues: boolean }).continues, false);
      await workOff(cloud, done);
      await assertContent(world, present(12));
    });
  }

  test("that is late asks for a continuation from the first that it has not sent", async () => {
    const world = await publishedWorld(24);
    const { deadline, isLate } = handDeadline();
    const cloud = memoryCloud([world]);
    cloud.options = { meanwhile: isLate };
    const { status, body } = await cloud.deliver(plan, { dataset: "tiny" }, deadline);
    assert.equal(status, 200);
    assert.equal((body as { continues: boolean }).continues, true);
    assert.deepEqual(chunksOf(cloud), [0, 1]);
    // Chunk 2 begins with timestep 8, eight hours after the first.
    assert.deepEqual(cloud.plans(), [
      { dataset: "tiny", from: "2020-01-01T14:00:00Z", to: "2020-01-02T06:00:00Z", turn: turnOf(cloud) },
    ]);
    assert.deepEqual(
      cloud.entries.flatMap(({ event, from, to }) => (event === "continued" ? [[from, to]] : [])),
      [["2020-01-01T14:00:00Z", "2020-01-02T06:00:00Z"]],
    );

    cloud.options = { meanwhile: () => workOff(cloud) };
    await workOff(cloud);
    for (const message of cloud.plans()) assert.equal((await cloud.deliver(plan, message)).status, 200);
    await workOff(cloud);
    await assertContent(world, present(24));
  });

  test("that is late keeps in its continuation what was forced", async () => {
    const world = await publishedWorld(12);
    await world.run();
    const { deadline, isLate } = handDeadline();
    const cloud = memoryCloud([world], { meanwhile: isLate });
    await cloud.deliver(plan, { dataset: "tiny", from: "2020-01-01T07:00:00Z", force: true }, deadline);
    assert.deepEqual(cloud.plans(), [
      { dataset: "tiny", from: "2020-01-01T14:00:00Z", to: "2020-01-01T18:00:00Z", force: true },
    ]);
  });

  test("whose time is over is answered with 503, and delivered again does the rest", async () => {
    const world = await publishedWorld(24);
    const { deadline, isOver } = handDeadline();
    const cloud = memoryCloud([world], { meanwhile: isOver });
    const { status, body } = await cloud.deliver(plan, { dataset: "tiny" }, deadline);
    assert.deepEqual({ status, body }, { status: 503, body: { faults: ["the time is over"] } });
    assert.deepEqual(chunksOf(cloud), [0, 1]);
    const done = new Set<unknown>();
    cloud.options = { meanwhile: () => workOff(cloud, done) };
    assert.equal((await cloud.deliver(plan, { dataset: "tiny" })).status, 200);
    await workOff(cloud, done);
    await assertContent(world, present(24));
  });

  test("counts a batch that nobody has begun, though the plan itself resolves a gap of its chunk", async () => {
    const world = tinyWorld({ patience: "PT2H" });
    for (const index of [0, 2]) world.publish(index);
    world.at(2);
    await world.run();
    world.publishAll(3, 15);
    world.at(16);
    const cloud = memoryCloud([world]);
    const seen: number[][] = [];
    const { deadline, isLate } = handDeadline();
    cloud.options = {
      meanwhile() {
        seen.push(chunksOf(cloud));
        if (seen.length === 4) isLate();
      },
    };
    await cloud.deliver(plan, { dataset: "tiny" }, deadline);
    assert.equal((await world.step(1))?.status, "missing");
    assert.deepEqual(seen, Array(4).fill([0, 1]));
  });

  test("counts a batch that nobody has begun, until it must have got lost", async () => {
    const world = await publishedWorld(16);
    const cloud = memoryCloud([world]);
    const seen: number[][] = [];
    const meanwhile = () => void seen.push(chunksOf(cloud));
    cloud.options = { meanwhile, limits: { batchLookMs: 1000, batchStartMs: 2500 } };
    await cloud.deliver(plan, { dataset: "tiny" });
    assert.deepEqual(seen, [
      [0, 1],
      [0, 1],
      [0, 1],
    ]);
    assert.deepEqual(chunksOf(cloud), [0, 1, 2, 3]);
  });
});

test("a backfill and the usual plan together send no more batches than may be worked on at once", async () => {
  const world = tinyWorld();
  world.publishAll(0, 239);
  world.at(240);
  await world.run();
  world.publishAll(241, 250);
  world.at(251);
  const cloud = memoryCloud([world]);
  const { deadline, isLate } = handDeadline();
  cloud.options = {
    async meanwhile() {
      for (const { chunk } of cloud.batches()) await holdChunk(world, chunk, 80_000_000);
      const usual = handDeadline();
      cloud.options = { meanwhile: usual.isLate };
      await cloud.deliver(plan, { dataset: "tiny" }, usual.deadline);
      isLate();
    },
  };
  const range = { from: "2020-01-01T06:00:00Z", to: "2020-01-01T17:00:00Z", force: true };
  await cloud.deliver(plan, { dataset: "tiny", ...range }, deadline);
  assert.deepEqual(
    cloud.batches().map(({ chunk }) => chunk),
    [0, 1],
  );
});

test("a continuation does not force again what was forced already", async () => {
  const world = tinyWorld();
  world.publishAll(0, 23);
  world.at(24);
  await world.run();
  await holdChunk(world, 0, 80_000_000);
  const cloud = memoryCloud([world]);
  const done = new Set<unknown>();
  for (let round = 0, messages: object[] = [{ dataset: "tiny", force: true }]; round < 3; round++) {
    const { deadline, isLate } = handDeadline();
    let looks = 0;
    cloud.options = {
      async meanwhile() {
        for (const batch of cloud.batches().filter((one) => !done.has(one))) {
          done.add(batch);
          await cloud.deliver(extend, batch);
        }
        if (++looks === 3) isLate();
      },
    };
    const before = cloud.plans().length;
    for (const message of messages) await cloud.deliver(plan, message, deadline);
    messages = cloud.plans().slice(before);
  }
  const chunks = cloud.batches().map(({ chunk }) => chunk);
  assert.equal(new Set(chunks).size, chunks.length, `sent were ${chunks}`);
});

/** The name by which the last continuation may take the turn over. */
function turnOf(cloud: MemoryCloud): string {
  const turn = cloud.plans().at(-1)?.turn;
  assert.ok(turn, "the continuation has a turn");
  return turn;
}

describe("plans of the usual window take turns", () => {
  /** A backlog of six chunks of which the first plan has sent two, and its continuation the rest. */
  async function backlog() {
    const world = await publishedWorld(24);
    const cloud = memoryCloud([world]);
    const { deadline, isLate } = handDeadline();
    cloud.options = { meanwhile: isLate };
    await cloud.deliver(plan, { dataset: "tiny" }, deadline);
    cloud.options = {};
    assert.deepEqual(chunksOf(cloud), [0, 1]);
    return { world, cloud, continuation: cloud.plans()[0] as PlanMessage };
  }

  test("so that ticks of a schedule, however many, begin no second chain over the same backlog", async () => {
    const { world, cloud, continuation } = await backlog();
    for (let tick = 0; tick < 3; tick++) {
      assert.equal((await cloud.deliver(plan, { dataset: "tiny" })).status, 200);
    }
    assert.deepEqual(chunksOf(cloud), [0, 1]);
    assert.equal(cloud.plans().length, 1);
    assert.match(JSON.stringify(cloud.entries), /left to the plan that is under way/);

    await workOff(cloud);
    cloud.options = { meanwhile: () => workOff(cloud) };
    assert.equal((await cloud.deliver(plan, continuation)).status, 200);
    await workOff(cloud);
    assert.deepEqual(chunksOf(cloud), [0, 1, 2, 3, 4, 5]);
    await assertContent(world, present(24));
  });

  test("so that a continuation that comes twice goes on once", async () => {
    const { cloud, continuation } = await backlog();
    await workOff(cloud);
    const { deadline, isLate } = handDeadline();
    cloud.options = { meanwhile: isLate };
    await cloud.deliver(plan, continuation, deadline);
    const sent = chunksOf(cloud);
    assert.deepEqual(sent, [0, 1, 2, 3]);
    assert.equal((await cloud.deliver(plan, continuation)).status, 200);
    assert.deepEqual(chunksOf(cloud), sent);
    assert.equal(cloud.plans().length, 2);
  });

  test("and give them back: a plan that its provider fails does not keep the next from sending", async () => {
    const world = await publishedWorld(8);
    const cloud = memoryCloud([world]);
    world.source.meddle = () => {
      throw unreachable();
    };
    assert.equal((await cloud.deliver(plan, { dataset: "tiny" })).status, 503);
    world.source.meddle = undefined;
    assert.equal((await cloud.deliver(plan, { dataset: "tiny" })).status, 200);
    assert.deepEqual(chunksOf(cloud), [0, 1]);
  });

  test("but for those that somebody asks for, which are sent beside them", async () => {
    const { cloud } = await backlog();
    await workOff(cloud);
    await cloud.deliver(plan, { dataset: "tiny", from: "2020-01-02T02:00:00Z", to: "2020-01-02T05:00:00Z" });
    assert.deepEqual(chunksOf(cloud), [0, 1, 5]);
  });
});

test("a forced plan that is delivered again forces what is older than the request, and nothing twice", async () => {
  const world = await publishedWorld(8);
  await world.run();
  const cloud = memoryCloud([world]);
  const publishTime = new Date(world.clock.now + 1).toISOString();
  const asked = { ...pushed({ dataset: "tiny", from: "2020-01-01T06:00:00Z", force: true }, publishTime) };
  world.source.forget();
  for (let delivery = 0; delivery < 2; delivery++) {
    world.at(9 + delivery);
    assert.equal((await cloud.ask(plan, { body: asked })).status, 200);
    await workOff(cloud);
  }
  assert.equal(world.source.asked.fetch.length, 8);
});

test("a plan whose continuation cannot be sent gives its turn back: delivered again, it goes on at once", async () => {
  const world = await publishedWorld(24);
  const cloud = memoryCloud([world]);
  const { publish } = cloud.queue;
  const { deadline, isLate } = handDeadline();
  cloud.options = { meanwhile: isLate };
  cloud.queue.publish = (topic, messages) =>
    topic === "plan"
      ? Promise.reject(new StorageError("publish", "plan", "no"))
      : publish(topic, messages, neverAborted);
  assert.equal((await cloud.deliver(plan, { dataset: "tiny" }, deadline)).status, 503);
  await workOff(cloud);
  cloud.queue.publish = publish;
  cloud.options = { meanwhile: () => workOff(cloud) };
  assert.equal((await cloud.deliver(plan, { dataset: "tiny" })).status, 200);
  await workOff(cloud);
  await assertContent(world, present(24));
});
