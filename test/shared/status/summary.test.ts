/** What `status.json` tells besides lengths and failures: latency, commits, and the provider. Each agrees with its schema. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readDatasetStatus, readOverview } from "../../../functions/runtime/datasetStatus.ts";
import { SourceError } from "../../../shared/errors.ts";
import { isUnmatched } from "../../../shared/pipeline/matching.ts";
import type { StatusSummary } from "../../../shared/status/summary.ts";
import { ABSENT } from "../../../shared/store/store.ts";
import { checkExtended, checkStatus } from "../../support/schemas.ts";
import { instantText } from "../../support/tinyDataset.ts";
import { neverAborted, type TinyWorld, tinyWorld } from "../../support/tinyWorld.ts";

const hour = 3600;
const key = "tiny.accrete/status.json";

/** What stands there; throws unless its schema agrees. */
async function status(world: TinyWorld): Promise<StatusSummary> {
  const found = await world.status();
  checkStatus(found);
  return found;
}

/** In whole hours: the clock goes on by milliseconds. */
const hours = (seconds: readonly (number | null)[]) =>
  seconds.map((one) => (one === null ? null : Math.round((10 * one) / hour) / 10));

describe("latency", () => {
  test("is told for each timestep: published by its file's date, visible by the commit that showed it", async () => {
    const world = tinyWorld();
    world.publishAll(0, 2); // an hour after its time each
    world.at(4);
    await world.run();
    world.publish(3, { modifiedAt: Date.UTC(2020, 0, 1, 11, 30) });
    world.at(6);
    await world.run();
    const { latency } = await status(world);
    assert.equal(latency.from, "2020-01-01T06:00:00Z");
    assert.deepEqual(hours(latency.published_seconds), [1, 1, 1, 2.5]);
    assert.deepEqual(hours(latency.visible_seconds), [4, 3, 2, 3]);
  });

  test("is not known of a gap, and of one that was healed only when it was published", async () => {
    const world = tinyWorld({ patience: "PT1H" });
    world.publishAll(0, 3);
    world.remove(1);
    world.at(5);
    await world.run();
    assert.deepEqual(hours((await status(world)).latency.published_seconds), [1, null, 1, 1]);
    world.publish(1);
    world.at(9);
    await world.run();
    const { latency } = await status(world);
    assert.deepEqual(hours(latency.published_seconds), [1, 1, 1, 1]);
    assert.deepEqual(hours(latency.visible_seconds), [5, null, 3, 2]);
  });

  test("of a granule that was replaced is when it was first visible, and no more when it was published", async () => {
    const world = tinyWorld();
    world.publishAll(0, 2);
    world.at(3);
    await world.run();
    world.publish(1, { revision: 1 });
    world.at(5);
    await world.run();
    const { latency } = await status(world);
    assert.deepEqual(hours(latency.published_seconds), [1, null, 1]);
    assert.deepEqual(hours(latency.visible_seconds), [3, 2, 1]);
  });

  test("is kept where a timestep is held back by an elder: visible when the elder is", async () => {
    const world = tinyWorld();
    world.publish(0);
    world.at(2);
    await world.run();
    world.publish(2);
    world.at(4);
    await world.run();
    assert.equal((await status(world)).length, 1);
    world.publish(1);
    world.at(7);
    await world.run();
    assert.deepEqual(hours((await status(world)).latency.visible_seconds), [2, 6, 5]);
  });

  test("reaches back as far as granules are revised: 48 timesteps here", async () => {
    const world = tinyWorld();
    world.publishAll(0, 59);
    world.at(62);
    await world.run();
    const { latency } = await status(world);
    assert.equal(latency.from, "2020-01-01T18:00:00Z");
    assert.equal(latency.published_seconds.length, 48);
    assert.equal(latency.visible_seconds.length, 48);
  });
});

test("commits are told, the latest first, with the timesteps that each of them told of", async () => {
  const world = tinyWorld({ batchesMax: 1, chunkLength: 8 });
  world.publishAll(0, 3);
  world.at(5);
  await world.run();
  world.publishAll(4, 5);
  world.at(7);
  const { wiring } = await world.run();
  const told = await status(world);
  const [last, before] = told.commits;
  assert.deepEqual(last, {
    seq: told.commit_seq,
    at: told.committed_at,
    length: 6,
    from: "2020-01-01T06:00:00Z",
    to: "2020-01-01T11:00:00Z",
    gap_count: 0,
  });
  assert.deepEqual([before?.length, before?.to], [4, "2020-01-01T09:00:00Z"]);
  assert.deepEqual(
    told.commits.map(({ seq }) => seq),
    Array.from({ length: told.commits.length }, (_, i) => told.commit_seq - i),
  );
  const heard = wiring.sent.flatMap(({ topic, message }) => (topic === "extended" ? [message] : []));
  for (const event of heard) checkExtended({ schema: 2, ...event });
  const { seq: commitSeq, from, to, length } = last as StatusSummary["commits"][number];
  assert.deepEqual(heard.at(-1), { dataset: "tiny", from, to, length, commitSeq });
});

test("of commits the last fifty are kept", async () => {
  const world = tinyWorld({ batchesMax: 1 });
  for (let index = 0; index < 55; index++) {
    world.publish(index);
    world.at(index + 1);
    await world.run();
  }
  const { commits, commit_seq } = await status(world);
  assert.deepEqual([commits.length, commits[0]?.seq, commits[49]?.seq], [50, commit_seq, commit_seq - 49]);
});

describe("the provider", () => {
  async function grown(): Promise<TinyWorld> {
    const world = tinyWorld();
    world.publishAll(0, 3);
    world.at(4);
    await world.run();
    return world;
  }
  const refuse = (world: TinyWorld, reason: string | undefined) => {
    world.source.meddle = reason
      ? () => {
          throw new SourceError("unreachable", reason);
        }
      : undefined;
  };
  const runInVain = (world: TinyWorld) => assert.rejects(world.run(), SourceError);

  test("was looked at by each plan, also where it had nothing new", async () => {
    const world = await grown();
    const { commit_seq } = await status(world);
    world.at(5);
    await world.run();
    const { provider, ...told } = await status(world);
    assert.deepEqual(provider, { looked_at: "2020-01-01T11:00:00Z", failing: null, unmatched: null });
    assert.equal(told.commit_seq, commit_seq);
  });

  test("that fails is told of with the reason, since when, until it can be looked at again", async () => {
    const world = await grown();
    const { looked_at } = (await status(world)).provider;
    refuse(world, "no route");
    world.at(6);
    await runInVain(world);
    assert.deepEqual((await status(world)).provider, {
      looked_at,
      failing: { since: "2020-01-01T12:00:00Z", tried_at: "2020-01-01T12:00:00Z", reason: "no route" },
      unmatched: null,
    });
    world.at(8);
    refuse(world, "no login");
    await runInVain(world);
    assert.deepEqual((await status(world)).provider.failing, {
      since: "2020-01-01T12:00:00Z",
      tried_at: "2020-01-01T14:00:00Z",
      reason: "no login",
    });
    world.at(9);
    refuse(world, undefined);
    await world.run();
    assert.deepEqual((await status(world)).provider, {
      looked_at: "2020-01-01T15:00:00Z",
      failing: null,
      unmatched: null,
    });
  });

  test("lacks what somebody asked for, and is sound: only what the usual window lacks is told", async () => {
    const world = await grown();
    world.at(12);
    const told = async () => (await status(world)).provider;
    const { matching } = await world.run({ from: 8, to: 10 });
    assert.ok(isUnmatched(matching));
    assert.deepEqual(await told(), { looked_at: "2020-01-01T18:00:00Z", failing: null, unmatched: null });
    for (let index = 0; index < 4; index++) world.remove(index);
    await world.run();
    const { unmatched } = await told();
    assert.equal(unmatched?.since, "2020-01-01T18:00:00Z");
    await world.run({ from: 8, to: 10 });
    assert.deepEqual((await told()).unmatched, unmatched, "stands until something is found");
    world.publish(9);
    await world.run({ from: 9, to: 9 });
    assert.equal((await told()).unmatched, null);
  });

  test("was not looked at by a plan that had nothing to ask of it", async () => {
    const world = await grown();
    refuse(world, "no route");
    world.at(6);
    await runInVain(world);
    const before = (await status(world)).provider;
    await world.run({ from: 50 }); // nothing is due there yet
    assert.deepEqual((await status(world)).provider, before);
  });

  test("is told of as the latest plan saw it, however long an earlier one took", async () => {
    const world = await grown();
    world.at(6);
    let isOvertaken = false;
    const slow = world.wiring({
      around: async (call, perform) => {
        const result = await perform();
        if (call.port !== "source" || call.operation !== "list" || isOvertaken) return result;
        isOvertaken = true;
        world.at(7);
        refuse(world, "no route");
        await runInVain(world);
        refuse(world, undefined);
        return result;
      },
    });
    await world.run({}, slow);
    assert.ok(isOvertaken);
    assert.deepEqual((await status(world)).provider.failing, {
      since: "2020-01-01T13:00:00Z",
      tried_at: "2020-01-01T13:00:00Z",
      reason: "no route",
    });
  });

  test("that fails before there is any granule is told of too", async () => {
    const world = tinyWorld();
    world.at(0);
    await world.run(); // nothing is expected yet, and the dataset is created
    refuse(world, "no route");
    world.at(2);
    await runInVain(world);
    const { length, provider } = await status(world);
    assert.deepEqual([length, provider.failing?.reason], [0, "no route"]);
  });
});

/** What stands there, replaced by what `change` makes of it. */
async function restate(world: TinyWorld, change: (told: StatusSummary) => object): Promise<Uint8Array> {
  const existing = await world.store.read(key, neverAborted);
  const bytes = new TextEncoder().encode(JSON.stringify(change(await world.status())));
  const headers = { contentType: "application/json", cacheControl: "no-cache" };
  await world.store.put(key, bytes, existing?.generation ?? ABSENT, headers, neverAborted);
  return bytes;
}

async function grown(): Promise<TinyWorld> {
  const world = tinyWorld();
  world.publishAll(0, 3);
  world.at(4);
  await world.run();
  return world;
}

test("a status of before there was a schema, which said version 2, is carried on", async () => {
  const world = await grown();
  const { commits } = await status(world);
  await restate(world, ({ schema: _, ...told }) => ({ version: 2, ...told }));
  world.at(4.5);
  await world.run();
  assert.deepEqual((await status(world)).commits, commits);
  await restate(world, ({ schema: _, ...told }) => ({ version: 2, ...told }));
  world.publish(4);
  world.at(5.5);
  await world.run();
  assert.deepEqual((await status(world)).commits.slice(1), commits);
});

test("a newer status is left as it is, by a commit too, which says so; whoever asks for it is told", async () => {
  const world = await grown();
  const bytes = await restate(world, (told) => ({ ...told, schema: 3, failing: { by: "part" } }));
  world.publishAll(4, 5);
  world.at(6);
  const { wiring } = await world.run();
  assert.equal((await world.read()).length, 6);
  assert.deepEqual((await world.store.read(key, neverAborted))?.bytes, bytes);
  const left = wiring.events.find(({ event }) => event === "statusLeft");
  const reason =
    "status.json was written by a newer Accrete (schema 3; this one knows 2): it is left as it is; upgrade this one";
  assert.deepEqual(left, { event: "statusLeft", dataset: "tiny", reason });
  await assert.rejects(readDatasetStatus(world.wiring(), neverAborted), { tag: "newer", message: reason });
  await assert.rejects(readOverview(world.wiring(), neverAborted), { tag: "newer", message: reason });
});

describe("what stands there of another kind", () => {
  for (const [what, text] of [
    ["a status of version 1", JSON.stringify({ version: 1, dataset: "tiny", length: 4, commit_seq: 1 })],
    ["no JSON", "{"],
    ["null", "null"],
    ["a status whose lists are none", JSON.stringify({ version: 2, commit_seq: 0, commits: 3, length: 1 })],
    [
      "a status that lists no failing granules, but nothing",
      JSON.stringify({
        version: 2,
        commit_seq: 1,
        length: 1,
        commits: [],
        latency: { from: null, visible_seconds: [] },
        provider: { looked_at: null, failing: null, unmatched: null },
        failing: [null],
      }),
    ],
  ] as const) {
    test(`${what} is replaced, and its lists begin anew`, async () => {
      const world = tinyWorld();
      world.publishAll(0, 3);
      world.at(4);
      await world.run();
      const existing = await world.store.read(key, neverAborted);
      const headers = { contentType: "application/json", cacheControl: "no-cache" };
      const bytes = new TextEncoder().encode(text);
      await world.store.put(key, bytes, existing?.generation ?? ABSENT, headers, neverAborted);
      world.at(4.5);
      await world.run();
      const told = await status(world);
      assert.deepEqual(
        [told.length, told.commits, told.latency.visible_seconds],
        [4, [], [null, null, null, null]],
      );
      assert.equal(told.provider.looked_at, instantText(Date.UTC(2020, 0, 1, 10, 30)));
    });
  }
});
