/** The function `extend`: one batch per message, which may come twice, late, wrong, or be interrupted. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { extend } from "../../functions/extend.ts";
import { plan } from "../../functions/plan.ts";
import { StorageError } from "../../shared/errors.ts";
import { datasetRecordKey } from "../../shared/ledger/ledger.ts";
import type { ExtendMessage } from "../../shared/queue/queue.ts";
import { neverAborted } from "../../shared/testing/neverAborted.ts";
import {
  handDeadline,
  holdChunk,
  type MemoryCloud,
  memoryCloud,
  releaseChunk,
} from "../support/memoryCloud.ts";
import { refused, transferFailed, unreachable } from "../support/memoryProvider.ts";
import { assertContent, present, type TinyWorld, tinyWorld } from "../support/tinyWorld.ts";

/** A dataset of which the first chunk's batch is planned. */
async function planned(): Promise<{ world: TinyWorld; cloud: MemoryCloud; batch: ExtendMessage }> {
  const world = tinyWorld();
  world.publishAll(0, 3);
  world.at(4);
  const cloud = memoryCloud([world]);
  assert.equal((await cloud.deliver(plan, { dataset: "tiny" })).status, 200);
  return { world, cloud, batch: cloud.batches()[0] as ExtendMessage };
}

const done = (taken: number, failed = 0) => ({
  status: 200,
  body: { dataset: "tiny", chunk: 0, outcome: "extended", taken, failed, left: 0, commit: "done" },
});

const leased = {
  status: 503,
  body: { dataset: "tiny", chunk: 0, outcome: "leased", taken: 0, failed: 0, left: 0 },
};

describe("a batch", () => {
  test("is ingested, told to readers, and answered with 200", async () => {
    const { world, cloud, batch } = await planned();
    assert.deepEqual(await cloud.deliver(extend, batch), done(4));
    await assertContent(world, present(4));
    assert.equal((await world.record(0)).lease, null);
    assert.deepEqual(
      cloud.sent.flatMap(({ topic, message }) => (topic === "extended" ? [message] : [])),
      [
        {
          dataset: "tiny",
          from: "2020-01-01T06:00:00Z",
          to: "2020-01-01T09:00:00Z",
          length: 4,
          commitSeq: 1,
        },
      ],
    );
  });

  test("that comes twice, one after the other, is fetched once", async () => {
    const { world, cloud, batch } = await planned();
    await cloud.deliver(extend, batch);
    assert.equal(world.source.asked.fetch.length, 4);
    const generations = await world.generations();
    assert.deepEqual(await cloud.deliver(extend, batch), done(0));
    assert.equal(world.source.asked.fetch.length, 4);
    assert.deepEqual(await world.generations(), generations);
  });

  test("that comes twice at once is refused once, and then has nothing left to do", async () => {
    const { world, cloud, batch } = await planned();
    let second: unknown;
    world.source.meddle = async () => {
      world.source.meddle = undefined;
      second = await cloud.deliver(extend, batch);
    };
    assert.deepEqual(await cloud.deliver(extend, batch), done(4));
    assert.deepEqual(second, leased);
    assert.deepEqual(await cloud.deliver(extend, batch), done(0));
    assert.equal(world.source.asked.fetch.length, 4);
    await assertContent(world, present(4));
  });

  test("whose chunk a worker died with waits until that one's lease has run out", async () => {
    const { world, cloud, batch } = await planned();
    await holdChunk(world, 0, 5000);
    assert.deepEqual(await cloud.deliver(extend, batch), leased);
    assert.deepEqual(world.source.asked.fetch, []);
    world.clock.now += 5000;
    assert.deepEqual(await cloud.deliver(extend, batch), done(4));
    await assertContent(world, present(4));
  });

  test("whose lease was taken over meanwhile is refused, and nothing of it is put or recorded", async () => {
    const { world, cloud, batch } = await planned();
    const before = await world.generations();
    world.source.meddle = async () => {
      world.source.meddle = undefined;
      world.clock.now += 100_000;
      await holdChunk(world, 0, 100_000, "successor");
    };
    assert.deepEqual(await cloud.deliver(extend, batch), leased);
    assert.deepEqual(await world.generations(), before);
    const { steps, lease } = await world.record(0);
    assert.deepEqual(steps, {});
    assert.equal(lease?.holder, "successor");
    await releaseChunk(world, 0);
    assert.deepEqual(await cloud.deliver(extend, batch), done(4));
    await assertContent(world, present(4));
  });

  test("of which one granule is broken is done: that one is counted, and tried again by a later plan", async () => {
    const { world, cloud } = await planned();
    world.publish(2, { bytes: new Uint8Array(9) });
    await cloud.deliver(plan, { dataset: "tiny" });
    const batch = cloud.batches()[1];
    assert.deepEqual(await cloud.deliver(extend, batch), done(3, 1));
    assert.deepEqual((await world.step(2))?.failed?.fault, "notGzip");
    await assertContent(world, present(2));
    const failure = cloud.entries.find(({ event }) => event === "granuleFailed");
    assert.deepEqual([failure?.severity, failure?.timestep], ["WARNING", "2020-01-01T08:00:00Z"]);
  });

  test("of a newer Accrete is not dropped: it is delivered again until this one is upgraded, or counts as undeliverable", async () => {
    const { cloud, batch } = await planned();
    for (const [handler, message] of [
      [extend, { ...batch, schema: 3 }],
      [plan, { dataset: "tiny", schema: 3 }],
    ] as const) {
      const { status, body } = await cloud.deliver(handler, message);
      assert.equal(status, 503);
      assert.match(
        JSON.stringify(body),
        /message was written by a newer Accrete \(schema 3; this one knows 2\)/,
      );
    }
  });

  test("of which one transfer stops again and again is done without it", async () => {
    const { world, cloud, batch } = await planned();
    world.source.meddle = (operation, path) => {
      if (operation === "fetch" && path === world.path(0)) throw transferFailed();
    };
    assert.deepEqual(await cloud.deliver(extend, batch), done(3, 1));
  });

  for (const failure of [unreachable, refused]) {
    test(`of a provider that is ${failure().fault} is answered with 503, and done by a later delivery`, async () => {
      const { world, cloud, batch } = await planned();
      world.source.meddle = () => {
        throw failure();
      };
      const { status, body } = await cloud.deliver(extend, batch);
      assert.equal(status, 503);
      assert.match(JSON.stringify(body), /ftp:\/\/nowhere\.invalid/);
      const { steps, lease } = await world.record(0);
      assert.deepEqual([steps, lease], [{}, null]);
      world.source.meddle = undefined;
      assert.deepEqual(await cloud.deliver(extend, batch), done(4));
      await assertContent(world, present(4));
    });
  }

  test("of a provider that goes down in its middle keeps what came, and a later delivery fetches the rest", async () => {
    const { world, cloud, batch } = await planned();
    world.source.meddle = (_, path) => {
      if (path === world.path(3)) throw unreachable();
    };
    cloud.options = { limits: { granulesInFlightMax: 1 } };
    assert.equal((await cloud.deliver(extend, batch)).status, 503);
    await assertContent(world, present(3));
    world.source.meddle = undefined;
    world.source.forget();
    assert.deepEqual(await cloud.deliver(extend, batch), done(1));
    assert.deepEqual(world.source.asked.fetch, [world.path(3)]);
    await assertContent(world, present(4));
  });
});

describe("a batch whose time runs out", () => {
  test("keeps what came, is answered with 503, and a later delivery fetches the rest", async () => {
    const { world, cloud, batch } = await planned();
    const { deadline, isLate } = handDeadline();
    world.source.meddle = (_, path) => {
      if (path === world.path(2)) isLate();
    };
    cloud.options = { limits: { granulesInFlightMax: 1 } };
    const { status, body } = await cloud.deliver(extend, batch, deadline);
    const { taken, failed, left } = body as Record<string, number>;
    assert.equal(status, 503);
    assert.equal(failed, 0);
    assert.equal((taken ?? 0) + (left ?? 0), 4);
    assert.ok(taken === 2 || taken === 3, `${taken} ingested`);
    assert.equal((await world.record(0)).lease, null);
    await assertContent(world, present(taken));

    world.source.meddle = undefined;
    world.source.forget();
    assert.deepEqual(await cloud.deliver(extend, batch), done(4 - taken));
    assert.equal(world.source.asked.fetch.length, 4 - taken);
    await assertContent(world, present(4));
  });

  test("is not begun when it is late already", async () => {
    const { world, cloud, batch } = await planned();
    const { deadline, isLate } = handDeadline();
    isLate();
    const { status, body } = await cloud.deliver(extend, batch, deadline);
    assert.equal(status, 503);
    assert.equal((body as { left: number }).left, 4);
    assert.deepEqual(world.source.asked.fetch, []);
    assert.equal((await world.record(0)).lease, null);
  });

  test("and is over in its middle leaves nothing half-recorded", async () => {
    const { world, cloud, batch } = await planned();
    const { deadline, isOver } = handDeadline();
    world.source.meddle = (_, path) => {
      if (path === world.path(2)) isOver();
    };
    cloud.options = { limits: { granulesInFlightMax: 1 } };
    assert.deepEqual(await cloud.deliver(extend, batch, deadline), {
      status: 503,
      body: { faults: ["the time is over"] },
    });
    const { steps, lease } = await world.record(0);
    assert.deepEqual([steps, lease], [{}, null]);
    await assertContent(world, []);

    world.source.meddle = undefined;
    assert.deepEqual(await cloud.deliver(extend, batch), done(4));
    await assertContent(world, present(4));
  });

  test("between two objects is put whole by a later delivery", async () => {
    const { world, cloud, batch } = await planned();
    const { deadline, isOver } = handDeadline();
    cloud.options = {
      limits: { arraysInFlightMax: 1 },
      async around(call, perform) {
        const result = await perform();
        if (call.operation === "put" && call.key === "tiny.zarr/rain/0.0.0") isOver();
        return result;
      },
    };
    assert.equal((await cloud.deliver(extend, batch, deadline)).status, 503);
    // One object was put: the lease is not given back, and keeps nobody away.
    const { lease } = await world.record(0);
    assert.ok(lease && lease.expiresAt <= world.clock.now);
    await assertContent(world, []);
    cloud.options = {};
    assert.deepEqual(await cloud.deliver(extend, batch), done(4));
    await assertContent(world, present(4));
  });
});

describe("a message that can never work is refused, and touches nothing", () => {
  const refusals: readonly [name: string, change: (batch: ExtendMessage) => object, faults: RegExp[]][] = [
    [
      "another timestep's path",
      (batch) => ({ ...batch, steps: [{ ...batch.steps[0], granule: batch.steps[1]?.granule }] }),
      [/2020010107\.bin\.gz is no path of the timestep at offset 0/],
    ],
    [
      "a path of its own",
      (batch) => {
        const [step] = batch.steps;
        return { ...batch, steps: [{ ...step, granule: { ...step?.granule, path: "../../etc/passwd" } }] };
      },
      [/\.\.\/\.\.\/etc\/passwd is no path/],
    ],
    [
      "an offset behind the chunk",
      (batch) => ({ ...batch, steps: [{ ...batch.steps[0], offset: 4 }] }),
      [/no timestep at offset 4/],
    ],
    [
      "one offset twice",
      (batch) => ({ ...batch, steps: [batch.steps[0], batch.steps[0]] }),
      [/offset 0 is there twice/],
    ],
    [
      "another chunk, with a fault for each of its timesteps",
      (batch) => ({ ...batch, chunk: 1 }),
      [
        /is no path .* offset 0/,
        /is no path .* offset 1/,
        /is no path .* offset 2/,
        /is no path .* offset 3/,
      ],
    ],
    ["no such dataset", (batch) => ({ ...batch, dataset: "huge" }), [/no dataset "huge"/]],
  ];
  for (const [name, change, faults] of refusals) {
    test(`one of ${name}`, async () => {
      const { world, cloud, batch } = await planned();
      const { status, body } = await cloud.deliver(extend, change(batch));
      assert.equal(status, 400);
      const told = (body as { faults: string[] }).faults;
      assert.equal(told.length, faults.length, told.join("\n"));
      for (const [i, fault] of faults.entries()) assert.match(told[i] ?? "", fault);
      assert.deepEqual(world.source.asked.fetch, []);
    });
  }

  test("one of a chunk behind the end of the series", async () => {
    const world = tinyWorld({ end: 9 });
    world.publishAll(0, 3);
    world.at(4);
    const cloud = memoryCloud([world]);
    await cloud.deliver(plan, { dataset: "tiny" });
    const batch = cloud.batches()[0] as ExtendMessage;
    const { status, body } = await cloud.deliver(extend, { ...batch, chunk: 3 });
    assert.deepEqual({ status, body }, { status: 400, body: { faults: ["tiny has no chunk 3"] } });
  });

  test("an empty one", async () => {
    const { cloud } = await planned();
    assert.equal((await cloud.ask(extend, {})).status, 400);
  });
});

test("a batch of a dataset that is not there yet is to be delivered again", async () => {
  const { cloud: elsewhere, batch } = await planned();
  assert.equal(elsewhere.datasets.length, 1);
  const world = tinyWorld();
  world.at(4);
  const { status, body } = await memoryCloud([world]).deliver(extend, batch);
  assert.equal(status, 503);
  assert.match(JSON.stringify(body), /does not exist yet; a plan creates it/);
});

test("each line of the log tells the dataset, the chunk and the batch", async () => {
  const { cloud, batch } = await planned();
  cloud.entries.length = 0;
  await cloud.deliver(extend, batch);
  assert.deepEqual(
    cloud.entries.map(({ event }) => event),
    ["granule", "granule", "granule", "granule", "batch", "committed"],
  );
  for (const entry of cloud.entries) {
    const { dataset, chunk, batch: named } = entry;
    assert.deepEqual(
      { dataset, chunk, named },
      { dataset: "tiny", chunk: 0, named: `tiny/0/${batch.plannedAt}` },
    );
  }
});

test("an event that cannot be published does not undo the commit, nor its distance to the next", async () => {
  const world = tinyWorld();
  world.publishAll(0, 3);
  world.at(4);
  const cloud = memoryCloud([world]);
  await cloud.deliver(plan, { dataset: "tiny" });
  const { publish } = cloud.queue;
  cloud.queue.publish = (topic, messages) =>
    topic === "extended"
      ? Promise.reject(new StorageError("publish", "pubsub://p/accrete-extended", "no such topic"))
      : publish(topic, messages, neverAborted);
  const { status } = await cloud.deliver(extend, cloud.batches()[0]);
  await assertContent(world, present(4));
  const existing = await world.ledger.read(datasetRecordKey("tiny"), neverAborted);
  assert.notEqual(existing?.record.committedAt, null);
  assert.equal(status, 200);
  assert.match(JSON.stringify(cloud.entries), /"severity":"WARNING"[^}]*no such topic/);
});
