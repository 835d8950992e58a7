/** The function `plan`: what it takes, what it sends on, what it answers. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { extend } from "../../functions/extend.ts";
import { plan } from "../../functions/plan.ts";
import { chunksOf, type MemoryCloud, memoryCloud, publishedWorld, workOff } from "../support/memoryCloud.ts";
import { refused, unreachable } from "../support/memoryProvider.ts";
import { assertContent, present, tinyWorld } from "../support/tinyWorld.ts";

describe("a plan that nothing was said to", () => {
  test("of one dataset plans its usual window", async () => {
    const world = await publishedWorld(4);
    const cloud = memoryCloud([world]);
    for (const body of [undefined, {}, { message: { data: "", messageId: "1" } }]) {
      const { status, body: told } = await cloud.ask(plan, { body });
      assert.equal(status, 200);
      assert.deepEqual(told, {
        dataset: "tiny",
        batches: 1,
        settled: 0,
        continues: false,
        committed: { outcome: "done", length: 0 },
      });
    }
    assert.deepEqual(chunksOf(cloud), [0, 0, 0]);
    const { dataset, steps } = cloud.batches()[0] as { dataset: string; steps: readonly object[] };
    assert.equal(dataset, "tiny");
    assert.deepEqual(
      steps.map((step) => (step as { granule: { path: string } }).granule.path),
      [0, 1, 2, 3].map((index) => world.path(index)),
    );
    await workOff(cloud);
    await assertContent(world, present(4));
  });

  test("of several datasets asks for a plan of each, and looks at no provider", async () => {
    const worlds = [await publishedWorld(4, { id: "one" }), await publishedWorld(4, { id: "two" })];
    const cloud = memoryCloud(worlds);
    const answer = await cloud.ask(plan, { body: {} });
    assert.deepEqual(answer, { status: 200, body: { sentOn: ["one", "two"] } });
    assert.deepEqual(
      cloud.sent.map(({ topic, message }) => [topic, message]),
      [
        ["plan", { dataset: "one" }],
        ["plan", { dataset: "two" }],
      ],
    );
    for (const { source } of worlds) assert.deepEqual(source.asked.list, []);
    for (const message of cloud.plans()) assert.equal((await cloud.deliver(plan, message)).status, 200);
    assert.deepEqual(
      cloud.batches().map(({ dataset, chunk }) => [dataset, chunk]),
      [
        ["one", 0],
        ["two", 0],
      ],
    );
  });

  test("creates a dataset that is not there yet", async () => {
    const world = tinyWorld();
    world.at(-1);
    assert.equal((await memoryCloud([world]).ask(plan, {})).status, 200);
    await assertContent(world, []);
  });
});

describe("a plan message", () => {
  test("of a range sends that range alone, by day and by hour", async () => {
    const world = await publishedWorld(12);
    const cloud = memoryCloud([world]);
    const range = { from: "2020-01-01T08:00:00Z", to: "2020-01-01T11:00:00Z" };
    assert.equal((await cloud.deliver(plan, { dataset: "tiny", ...range })).status, 200);
    assert.deepEqual(
      cloud.batches().map(({ chunk, steps }) => [chunk, steps.map(({ offset }) => offset)]),
      [
        [0, [2, 3]],
        [1, [0, 1]],
      ],
    );
  });

  test("that forces sends what is there already", async () => {
    const world = await publishedWorld(4);
    await world.run();
    const cloud = memoryCloud([world]);
    await cloud.deliver(plan, { dataset: "tiny" });
    assert.deepEqual(chunksOf(cloud), []);
    await cloud.deliver(plan, { dataset: "tiny", force: true });
    assert.deepEqual(
      cloud.batches().map(({ steps }) => steps.length),
      [4],
    );
    world.source.forget();
    await workOff(cloud);
    assert.equal(world.source.asked.fetch.length, 4);
  });

  test("that cannot be used is refused with every fault, and nothing is done", async () => {
    const world = await publishedWorld(4);
    const cloud = memoryCloud([world]);
    const answer = await cloud.deliver(plan, { dataset: "tiny", from: "soon", force: 1 });
    assert.equal(answer.status, 400);
    assert.equal((answer.body as { faults: string[] }).faults.length, 2);
    assert.equal((await cloud.ask(plan, { body: "tiny" })).status, 400);
    assert.equal((await cloud.deliver(plan, { dataset: "huge" })).status, 400);
    assert.deepEqual([cloud.sent, world.source.asked.list], [[], []]);
  });
});

test("an unreachable provider is answered with 503, and what workers recorded is told all the same", async () => {
  const world = await publishedWorld(4);
  const cloud = memoryCloud([world]);
  await cloud.ask(plan, {});
  // Its commit fails: what it recorded is not told.
  cloud.options = {
    around: (call, perform) =>
      call.port === "store" && call.operation === "put" && call.key.endsWith(".zmetadata")
        ? Promise.reject(new TypeError("gone"))
        : perform(),
  };
  assert.equal((await cloud.deliver(extend, cloud.batches()[0])).status, 500);
  await assertContent(world, []);
  cloud.options = {};
  for (const failure of [unreachable, refused]) {
    world.source.meddle = () => {
      throw failure();
    };
    const { status, body } = await cloud.ask(plan, {});
    assert.equal(status, 503);
    assert.match(JSON.stringify(body), /ftp:\/\/nowhere\.invalid/);
    await assertContent(world, present(4));
  }
});

test("what a plan did is in the log: the dataset, its counts, a sentence", async () => {
  const world = await publishedWorld(12);
  const cloud = memoryCloud([world]);
  cloud.options = { meanwhile: () => workOff(cloud) };
  await cloud.deliver(plan, { dataset: "tiny" });
  const planned = cloud.entries.find(({ event }) => event === "planned");
  const { severity, message, dataset, batches, granules, settled, leased, continues } = planned ?? {};
  assert.deepEqual(
    { severity, dataset, batches, granules, settled, leased, continues },
    { severity: "INFO", dataset: "tiny", batches: 3, granules: 12, settled: 0, leased: 0, continues: false },
  );
  assert.match(String(message), /12 granules, 0\.0 MB, 3 batches/);
});

describe("how fresh the dataset is", () => {
  const freshness = (cloud: MemoryCloud) =>
    cloud.entries
      .filter(({ event }) => event === "freshness")
      .map(({ severity, dataset, state, validThrough, overdueSeconds, message }) => [
        severity,
        dataset,
        state,
        validThrough,
        overdueSeconds,
        message,
      ]);

  test("is said by every plan, after its commit", async () => {
    const world = await publishedWorld(4);
    const cloud = memoryCloud([world]);
    await cloud.ask(plan, {});
    await workOff(cloud);
    cloud.entries.splice(0);
    await cloud.ask(plan, {});
    const through = "2020-01-01T09:00:00Z";
    assert.deepEqual(freshness(cloud), [
      ["INFO", "tiny", "current", through, 0, "current: nothing is overdue"],
    ]);
  });

  test("is said where the provider cannot be reached: the first timestep that is not there was expected an hour after its own time", async () => {
    const world = await publishedWorld(4);
    await world.run();
    const cloud = memoryCloud([world]);
    world.source.meddle = () => {
      throw unreachable();
    };
    world.at(7.5);
    assert.equal((await cloud.ask(plan, {})).status, 503);
    const through = "2020-01-01T09:00:00Z";
    assert.deepEqual(freshness(cloud), [
      ["INFO", "tiny", "late", through, 2.5 * 3600, "late: overdue by 2 h 30 min"],
    ]);
  });

  test("is not said by a backfill, which looks at nothing new", async () => {
    const world = await publishedWorld(4);
    const cloud = memoryCloud([world]);
    await cloud.deliver(plan, { dataset: "tiny", from: "2020-01-01T06:00:00Z", to: "2020-01-01T07:00:00Z" });
    await cloud.deliver(plan, { dataset: "tiny", force: true });
    assert.deepEqual(freshness(cloud), []);
    await cloud.deliver(plan, { dataset: "tiny" });
    assert.equal(freshness(cloud).length, 1);
  });

  test("is not said where readers could not know either", async () => {
    const world = await publishedWorld(4);
    await world.run();
    const cloud = memoryCloud([world], { around: () => Promise.reject(new TypeError("gone")) });
    assert.equal((await cloud.ask(plan, {})).status, 500);
    assert.deepEqual(freshness(cloud), []);
  });
});
