/** The function `status`: what anybody may ask about the datasets. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Deadline } from "../../functions/runtime/http/deadline.ts";
import type { Asked } from "../../functions/runtime/http/serve.ts";
import { status } from "../../functions/status.ts";
import { DescriptorError, StorageError } from "../../shared/errors.ts";
import { ABSENT } from "../../shared/store/store.ts";
import { handDeadline, type MemoryCloud, memoryCloud } from "../support/memoryCloud.ts";
import { removeObject } from "../support/removeObject.ts";
import { neverAborted, type TinyWorld, tinyWorld } from "../support/tinyWorld.ts";

/** Four hourly timesteps from 2020-01-01T06:00Z on, of which the third is broken; each is expected after an hour. */
async function grown(id: string): Promise<TinyWorld> {
  const world = tinyWorld({ id, patience: "PT1H" });
  world.publishAll(0, 3);
  world.publish(2, { bytes: new Uint8Array(9) });
  world.at(4);
  await world.run();
  return world;
}

const ask = (path: string, method = "GET") => ({ path, method });

/** What it answers in JSON, without its headers: they are looked at in servedFiles.test.ts. */
async function json(cloud: MemoryCloud, asked: Partial<Asked>, deadline?: Deadline) {
  const answer = await cloud.ask(status, asked, deadline);
  assert.ok("body" in answer);
  return { status: answer.status, body: answer.body };
}

/** Half an hour later there is what is expected. */
const seen = {
  title: "Tiny grids",
  state: "current",
  why: "everything is there that is expected by now",
  next: { time: "2020-01-01T10:00:00Z", expected_at: "2020-01-01T11:00:00Z" },
  length: 4,
  valid_through: "2020-01-01T09:00:00Z",
  committed_at: "2020-01-01T10:00:00Z",
  expected_through: "2020-01-01T09:00:00Z",
  lag_seconds: 5400,
  overdue_seconds: 0,
  gap_count: 1,
  failing_count: 1,
  provider: { looked_at: "2020-01-01T10:00:00Z", failing: null, unmatched: null },
};

describe("status of every dataset", () => {
  test("tells what matters most of each, and of one that does not exist yet that it is absent", async () => {
    const one = await grown("one");
    one.at(4.5);
    const cloud = memoryCloud([one, tinyWorld({ id: "two" })]);
    const { commit_seq } = await one.status();
    const answer = {
      status: 200,
      body: {
        as_of: "2020-01-01T10:30:00.000Z",
        store: "gs://memory",
        plan_topic: null,
        datasets: [
          { dataset: "one", commit_seq, ...seen },
          { dataset: "two", title: "Tiny grids", state: "absent" },
        ],
      },
    };
    assert.deepEqual(await json(cloud, ask("/")), answer);
    assert.deepEqual(await json(cloud, ask("")), answer);
    assert.deepEqual(await json(cloud, ask("/", "HEAD")), answer);
  });

  test("tells of one that cannot be read that it cannot, and of the others all the same", async () => {
    const [good, bad] = [await grown("good"), await grown("bad")];
    good.at(4.5);
    await spoil(bad);
    const { body } = await json(memoryCloud([bad, good]), ask("/"));
    const [first, second] = (body as { datasets: Record<string, unknown>[] }).datasets;
    assert.deepEqual([first?.dataset, first?.state], ["bad", "unreadable"]);
    assert.match(String(first?.faults), /\.zmetadata/);
    assert.deepEqual(second, { dataset: "good", commit_seq: (await good.status()).commit_seq, ...seen });
  });

  test("tells of one whose descriptor is faulty what is wrong with it, and so wherever it is asked for", async () => {
    const cloud = memoryCloud([tinyWorld({ id: "good" })]);
    cloud.faulty.set("bad", new DescriptorError("bad", ["its file does not parse"]));
    const faults = ['descriptor of "bad": its file does not parse'];
    const { body } = await json(cloud, ask("/"));
    assert.deepEqual((body as { datasets: unknown }).datasets, [
      { dataset: "good", title: "Tiny grids", state: "absent" },
      { dataset: "bad", title: "bad", state: "unreadable", faults },
    ]);
    for (const path of ["/bad", "/data/bad.zarr/.zmetadata", "/data/bad.accrete/status.json"])
      assert.deepEqual(await json(cloud, ask(path)), { status: 500, body: { faults } }, path);
    const metrics = await cloud.ask(status, ask("/metrics", "GET"));
    assert.ok("content" in metrics);
    assert.match(Buffer.from(metrics.content).toString(), /^accrete_readable\{dataset="bad"\} 0$/m);
    assert.match(JSON.stringify(await json(cloud, ask("/none"))), /there are: good, bad"/);
  });

  test("says in the log alone what nobody expected of one", async () => {
    const cloud = memoryCloud([await grown("one")], {
      around: () => Promise.reject(new TypeError("secret")),
    });
    const { status: code, body } = await json(cloud, ask("/"));
    assert.equal(code, 200);
    assert.match(JSON.stringify(body), /"dataset":"one","title":"Tiny grids","state":"unreadable"/);
    assert.doesNotMatch(JSON.stringify(body), /secret/);
    const [{ severity, dataset, message }] = cloud.entries as [Record<string, unknown>];
    assert.deepEqual([severity, dataset, message], ["ERROR", "one", "secret"]);
  });

  test("is late once more is expected than is there", async () => {
    const world = await grown("one");
    world.at(5);
    const { body } = await json(memoryCloud([world]), ask("/"));
    const [{ state, expected_through, lag_seconds }] = (body as { datasets: [Record<string, unknown>] })
      .datasets;
    assert.deepEqual([state, expected_through, lag_seconds], ["late", "2020-01-01T10:00:00Z", 7200]);
  });

  test("whose time is over is answered with 503", async () => {
    const { deadline, isOver } = handDeadline();
    isOver();
    const cloud = memoryCloud([await grown("one")], {
      around: async (_, perform) => {
        deadline.signal.throwIfAborted();
        return perform();
      },
    });
    assert.equal((await json(cloud, ask("/"), deadline)).status, 503);
  });
});

describe("status of one dataset", () => {
  test("tells all about it", async () => {
    const world = await grown("one");
    world.at(4.5);
    const cloud = memoryCloud([world]);
    for (const path of ["/one", "/one/"]) {
      const { status: code, body } = await json(cloud, ask(path));
      assert.equal(code, 200);
      const { dataset, start, step, failing, gaps, ...told } = body as Record<string, unknown>;
      assert.deepEqual(
        { dataset, start, step },
        { dataset: "one", start: "2020-01-01T06:00:00Z", step: "PT1H" },
      );
      for (const [name, value] of Object.entries(seen))
        if (name !== "failing_count") assert.deepEqual(told[name], value, name);
      assert.deepEqual(gaps, [
        { from: "2020-01-01T08:00:00Z", to: "2020-01-01T08:00:00Z", status: "corrupt" },
      ]);
      const [{ time, fault, path: granule }] = failing as [Record<string, unknown>];
      assert.deepEqual([time, fault, granule], ["2020-01-01T08:00:00Z", "notGzip", world.path(2)]);
    }
  });

  test("changes nothing", async () => {
    const world = await grown("one");
    const before = await world.generations();
    const writes: string[] = [];
    const cloud = memoryCloud([world], {
      around(call, perform) {
        if (call.operation !== "read" && call.operation !== "window" && call.operation !== "due") {
          writes.push(call.operation);
        }
        return perform();
      },
    });
    await json(cloud, ask("/one"));
    await json(cloud, ask("/"));
    assert.deepEqual([writes, cloud.sent, await world.generations()], [[], [], before]);
  });

  for (const [name, path, fault] of [
    ["that nobody knows", "/huge", /no dataset "huge"; there are: one, two/],
    ["below another path", "/one/zarr", /no dataset "one\/zarr"/],
    ["of a very long name", `/${"x".repeat(5000)}`, /^.{1,300}$/],
    ["that does not exist yet", "/two", /two does not exist yet; a plan that finds its granules creates it/],
  ] as const) {
    test(`${name} is not found`, async () => {
      const cloud = memoryCloud([await grown("one"), tinyWorld({ id: "two" })]);
      const { status: code, body } = await json(cloud, ask(path));
      assert.equal(code, 404);
      const { faults } = body as { faults: string[] };
      assert.equal(faults.length, 1);
      assert.match(faults[0] ?? "", fault);
    });
  }

  test("that drifted is answered with 500 and both sides, as somebody has to see to it", async () => {
    const world = await grown("one");
    await spoil(world);
    const { status: code, body } = await json(memoryCloud([world]), ask("/one"));
    assert.equal(code, 500);
    assert.match(JSON.stringify(body), /dataset \\"one\\" in the store is not what the descriptor says/);
  });

  test("whose store does not answer is answered with 503", async () => {
    const fail = () => Promise.reject(new StorageError("read", "one.zarr/.zmetadata", "no answer"));
    const cloud = memoryCloud([await grown("one")], { around: fail });
    assert.equal((await json(cloud, ask("/one"))).status, 503);
  });
});

for (const method of ["POST", "PUT", "DELETE", "PATCH"]) {
  test(`status answers no ${method}`, async () => {
    const cloud = memoryCloud([await grown("one")]);
    for (const path of ["/", "/one"]) {
      const { status: code, body } = await json(cloud, ask(path, method));
      assert.equal(code, 405);
      assert.match(JSON.stringify(body), new RegExp(`${method} .*GET`));
    }
  });
}

/** Puts something else in the place of the dataset's metadata. */
async function spoil({ store, dataset }: TinyWorld): Promise<void> {
  const key = `${dataset.id}.zarr/.zmetadata`;
  await removeObject(store, key);
  const headers = { contentType: "application/json", cacheControl: "no-cache" };
  await store.put(key, new TextEncoder().encode("half a docu"), ABSENT, headers, neverAborted);
}
