/** What one publication shows: long series, whose statuses and times lie in several chunks of 16,384, and who hears of it. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { chunkRecordKey } from "../../../../shared/ledger/ledger.ts";
import { createMemoryLedger } from "../../../../shared/ledger/memory.ts";
import {
  type ChunkRecord,
  emptyChunk,
  type StepRecord,
  withSteps,
} from "../../../../shared/ledger/records.ts";
import { commit } from "../../../../shared/pipeline/commit/commit.ts";
import { createFillObjects } from "../../../../shared/pipeline/commit/fillObjects.ts";
import { type MemoryWiringOptions, memoryWiring } from "../../../support/memoryWiring.ts";
import { removeObject } from "../../../support/removeObject.ts";
import { instantText, tinyTime } from "../../../support/tinyDataset.ts";
import {
  assertContent,
  neverAborted,
  present,
  type TinyWorld,
  tinyWorld,
} from "../../../support/tinyWorld.ts";

const chunkLength = 500;
const boundary = 16_384;

/** An empty dataset of long chunks, at an instant after `length` timesteps. */
async function longWorld(length: number, publish: "settled" | "latest" = "settled"): Promise<TinyWorld> {
  const world = tinyWorld({ chunkLength, publish });
  world.at(-1);
  await world.run();
  world.at(length);
  return world;
}

/** Records a chunk, and puts some objects, as a worker would that ingested all of its timesteps but the `gaps`, up to `length`. */
async function recordChunk(world: TinyWorld, chunk: number, length: number, gaps: readonly number[]) {
  const steps: Record<string, StepRecord> = {};
  const first = chunk * chunkLength;
  const failed = {
    granule: null,
    fault: "notThere",
    reason: "-",
    attempts: 1,
    nextTryAt: Date.UTC(2100, 0),
  } as const;
  const granule = {
    path: "-",
    sizeBytes: 1,
    version: "-",
    modifiedAt: 0,
    crc32c: "00000000",
    ingestedAt: 0,
    revision: 0,
  };
  for (let offset = 0; offset < chunkLength && first + offset < length; offset++) {
    const isGap = gaps.includes(first + offset);
    steps[offset] = isGap
      ? { status: "missing", granule: null, failed }
      : { status: "present", granule, failed: null };
  }
  await createFillObjects(world, [chunk], neverAborted);
  const record = withSteps({ ...emptyChunk(chunk), steps }, new Map(), true);
  assert.equal(
    (await world.ledger.write(chunkRecordKey("tiny", chunk), record, "0", neverAborted)).outcome,
    "written",
  );
}

/** Records a change as a worker would. */
async function changeSteps(
  world: TinyWorld,
  chunk: number,
  change: (steps: ChunkRecord["steps"]) => ChunkRecord["steps"],
): Promise<void> {
  const found = await world.ledger.read(chunkRecordKey("tiny", chunk), neverAborted);
  assert.ok(found);
  const record = withSteps({ ...found.record, steps: change(found.record.steps) }, new Map(), true);
  await world.ledger.write(chunkRecordKey("tiny", chunk), record, found.version, neverAborted);
}

async function assertLongSeries(
  world: TinyWorld,
  length: number,
  recorded: readonly number[],
): Promise<void> {
  const gaps = recorded.filter((index) => index < length);
  const found = await world.read();
  assert.equal(found.length, length);
  for (const index of [
    0,
    1,
    boundary - 1,
    boundary,
    boundary + 1,
    2 * boundary - 1,
    2 * boundary,
    length - 1,
  ]) {
    if (index >= length) continue;
    assert.equal(found.times[index], instantText(tinyTime(index)), `time ${index}`);
    assert.deepEqual(found.bounds?.[index], [instantText(tinyTime(index - 1)), instantText(tinyTime(index))]);
  }
  const steps = new Set(
    found.times.slice(1).map((time, i) => Date.parse(time) - Date.parse(found.times[i] as string)),
  );
  assert.deepEqual([...steps], [3_600_000], "the times are an hour apart, all of them");
  assert.deepEqual(
    found.statuses.flatMap((status, index) => (status === "present" ? [] : [`${index} ${status}`])),
    gaps.map((index) => `${index} missing`),
  );
  assert.equal(found.attributes.granule_gap_count, gaps.length);
  const perChunk = Array.from({ length: Math.ceil(length / boundary) }, () => 0);
  for (const gap of gaps)
    perChunk[Math.floor(gap / boundary)] = (perChunk[Math.floor(gap / boundary)] ?? 0) + 1;
  assert.deepEqual(found.attributes.granule_gap_counts, perChunk);
  assert.equal(found.attributes.valid_through, instantText(tinyTime(length - 1)));
}

test("a series that grows past 16,384 timesteps has the right times, statuses and numbers of gaps beyond", async () => {
  const length = 16_700;
  const gaps = [3, 16_000, boundary - 1, boundary, 16_500];
  const world = await longWorld(length);
  const last = Math.floor((length - 1) / chunkLength);
  for (let chunk = 0; chunk < last; chunk++) await recordChunk(world, chunk, length, gaps);
  await commit(world.wiring(), neverAborted);
  await assertLongSeries(world, last * chunkLength, gaps);
  await recordChunk(world, last, length, gaps);
  await commit(world.wiring(), neverAborted);
  await assertLongSeries(world, length, gaps);
});

test("a series grows onto the boundary and past it, one timestep at a time", async () => {
  const world = await longWorld(boundary + 100);
  const whole = Math.floor(boundary / chunkLength);
  for (let chunk = 0; chunk <= whole; chunk++) await recordChunk(world, chunk, boundary - 1, []);
  for (let length = boundary - 1; length <= boundary + 1; length++) {
    await commit(world.wiring(), neverAborted);
    await assertLongSeries(world, length, []);
    await changeSteps(world, whole, (steps) => ({
      ...steps,
      [length % chunkLength]: steps[0] as StepRecord,
    }));
  }
});

test("one commit shows everything that the last gap held back, however much that is", async () => {
  const length = 33_500;
  const world = await longWorld(length);
  for (let chunk = 1; chunk < length / chunkLength; chunk++)
    await recordChunk(world, chunk, length, [33_000]);
  await commit(world.wiring(), neverAborted);
  assert.equal((await world.read()).length, 0);
  assert.deepEqual(await world.ledger.uncommitted("tiny", 10, neverAborted), []);
  await recordChunk(world, 0, length, [7]);
  assert.deepEqual(await commit(world.wiring(), neverAborted), { outcome: "done", length });
  await assertLongSeries(world, length, [7, 33_000]);
});

for (const publish of ["settled", "latest"] as const) {
  test(`a gap that fills a chunk of statuses, told long ago, is shown as soon as a granule follows, where the ${publish} is published`, async () => {
    const length = 2 * boundary + 1235;
    const world = await longWorld(length + 6, publish);
    const isGranule = (index: number) => index < 3 || index >= length - 2;
    const gaps = Array.from({ length }, (_, index) => index).filter((index) => !isGranule(index));
    const last = Math.floor((length - 1) / chunkLength);
    for (let chunk = 0; chunk < last; chunk++) await recordChunk(world, chunk, length, gaps);
    await recordChunk(world, last, length - 2, gaps);
    await commit(world.wiring(), neverAborted);
    assert.equal((await world.read()).length, 3);
    assert.deepEqual(await world.ledger.uncommitted("tiny", 10, neverAborted), []);

    const first = (await world.ledger.read(chunkRecordKey("tiny", 0), neverAborted))?.record
      .steps[0] as StepRecord;
    for (const [offset, visible] of [
      [(length - 2) % chunkLength, length - 1],
      [(length - 1) % chunkLength, length],
    ] as const) {
      await changeSteps(world, last, (steps) => ({ ...steps, [offset]: first }));
      await commit(world.wiring(), neverAborted);
      await assertLongSeries(world, visible, gaps);
    }
  });
}

test("what is recorded far ahead of a timestep that is waited for asks for no statuses in between", async () => {
  const length = 3 * boundary;
  const world = await longWorld(length);
  await recordChunk(world, 0, 3, []);
  await recordChunk(world, Math.floor(length / chunkLength) - 1, length, []);
  await commit(world.wiring(), neverAborted);
  assert.equal((await world.read()).length, 3);
  const kept = await world.store.list("tiny.zarr/granule_status/", neverAborted);
  assert.deepEqual(kept.filter((key) => /\d$/.test(key)).sort(), [
    "tiny.zarr/granule_status/0",
    "tiny.zarr/granule_status/2",
  ]);
});

test("gaps that heal in an earlier chunk of statuses are counted there", async () => {
  const length = 17_000;
  const world = await longWorld(length);
  for (let chunk = 0; chunk < length / chunkLength; chunk++)
    await recordChunk(world, chunk, length, [10, 11, 16_999 - 600]);
  await commit(world.wiring(), neverAborted);
  await changeSteps(world, 0, (steps) => ({ ...steps, 10: steps[0] as StepRecord }));
  await commit(world.wiring(), neverAborted);
  await assertLongSeries(world, length, [11, 16_399]);
});

test("a status chunk that is lost is made anew from the ledger by the next publication", async () => {
  for (const damage of ["lost", "garbage"]) {
    const world = tinyWorld();
    world.publishAll(0, 9);
    world.remove(2);
    world.at(10);
    await world.run();
    const key = "tiny.zarr/granule_status/0";
    const existing = await world.store.read(key, neverAborted);
    assert.ok(existing);
    if (damage === "lost") await removeObject(world.store, key);
    else {
      const headers = { contentType: "", cacheControl: "" };
      await world.store.put(key, new Uint8Array(20), existing.generation, headers, neverAborted);
    }
    world.publish(10);
    await world.run();
    await assertContent(world, present(11).with(2, "missing"));
  }
});

test("who listens is told what readers see more of, once a commit", async () => {
  const world = tinyWorld();
  world.publishAll(0, 3);
  world.at(6);
  await world.run();
  world.publishAll(4, 5);
  const { wiring } = await world.run();
  const told = wiring.sent.flatMap(({ topic, message }) => (topic === "extended" ? [message] : []));
  assert.deepEqual(told, [
    {
      dataset: "tiny",
      from: instantText(tinyTime(4)),
      to: instantText(tinyTime(5)),
      length: 6,
      commitSeq: 2,
    },
  ]);
  world.publish(1, { revision: 1 });
  const revised = await world.run();
  assert.deepEqual(
    revised.wiring.sent.flatMap(({ topic, message }) => (topic === "extended" ? [message] : [])),
    [
      {
        dataset: "tiny",
        from: instantText(tinyTime(0)),
        to: instantText(tinyTime(5)),
        length: 6,
        commitSeq: 3,
      },
    ],
  );
  const committed = revised.wiring.events.filter((event) => event.event === "committed");
  assert.deepEqual(committed, [
    {
      event: "committed",
      dataset: "tiny",
      length: 6,
      commitSeq: 3,
      validThrough: tinyTime(5),
      gaps: 0,
    },
  ]);
  assert.equal((await world.read()).attributes.commit_seq, 3);
});

test("status.json says what readers may rely on, and what is wrong with which timestep", async () => {
  const world = tinyWorld();
  world.publishAll(0, 9);
  world.remove(2);
  world.publish(5, { bytes: new TextEncoder().encode("<html>") });
  world.at(12);
  await world.run();
  // What it tells of latency, commits and the provider: test/shared/status/summary.test.ts.
  const { committed_at, store_identity, latency, commits, provider, ...status } = await world.status();
  assert.equal(store_identity, (await world.read()).attributes.store_identity);
  assert.match(committed_at ?? "", /^2020-01-01T18:00:\d\dZ$/);
  assert.deepEqual(status, {
    schema: 2,
    dataset: "tiny",
    title: "Tiny grids",
    start: "2020-01-01T06:00:00Z",
    end: null,
    step: "PT1H",
    chunk_length: 4,
    expected_latency: "PT1H",
    patience: "PT6H",
    length: 10,
    valid_through: "2020-01-01T15:00:00Z",
    commit_seq: (await world.read()).attributes.commit_seq,
    gap_count: 2,
    failing: [
      {
        time: "2020-01-01T08:00:00Z",
        status: "missing",
        fault: "notThere",
        reason: "the provider does not list it",
        path: null,
        attempts: 1,
        next_try_at: "2020-01-01T19:00:00Z",
      },
      {
        time: "2020-01-01T11:00:00Z",
        status: "corrupt",
        fault: "notGzip",
        reason: status.failing[1]?.reason,
        path: "2020/001/tiny.2020010111.bin.gz",
        attempts: 1,
        next_try_at: "2020-01-01T19:00:00Z",
      },
    ],
    revised: [],
  });
  assert.match(status.failing[1]?.reason ?? "", /HTML/);
});

test("status.json lists the granules that the provider has replaced", async () => {
  const world = tinyWorld();
  world.publishAll(0, 9);
  world.at(10);
  await world.run();
  assert.deepEqual((await world.status()).revised, []);
  world.publish(5, { revision: 1 });
  await world.run();
  const { revised } = await world.status();
  assert.deepEqual(revised, [
    {
      time: "2020-01-01T11:00:00Z",
      path: "2020/001/tiny.2020010111.bin.gz",
      revision: 1,
      ingested_at: instantText(Math.floor(((await world.step(5))?.granule?.ingestedAt ?? 0) / 1000) * 1000),
    },
  ]);
});

test("an array's shape that is damaged is written anew with what is published next", async () => {
  const world = tinyWorld();
  world.publishAll(0, 9);
  world.at(10);
  await world.run();
  const key = "tiny.zarr/rain/.zarray";
  const existing = await world.store.read(key, neverAborted);
  assert.ok(existing);
  const headers = { contentType: "application/json", cacheControl: "no-cache" };
  await world.store.put(key, new Uint8Array([255, 0, 123]), existing.generation, headers, neverAborted);
  world.publish(10);
  await world.run();
  const { metadata } = (await world.json("tiny.zarr/.zmetadata")) as { metadata: Record<string, unknown> };
  assert.deepEqual(await world.json(key), metadata["rain/.zarray"]);
  await assertContent(world, present(11));
});

/** A dataset of ten timesteps, a commit for each of its batches, that is thrown away with its ledger, but for its status. */
async function begunAnew(aheadMs = 0) {
  const world = tinyWorld({ batchesMax: 1 });
  const usual = world.wiring();
  for (const hours of [3, 6, 10]) {
    world.publishAll(0, hours - 1);
    world.at(hours);
    await world.run({}, { ...usual, now: () => usual.now() + aheadMs });
  }
  assert.ok((await world.status()).commit_seq >= 3);
  for (const key of await world.store.list("tiny.zarr/", neverAborted)) {
    await removeObject(world.store, key);
  }
  world.at(11);
  const emptied = { ...world, ledger: createMemoryLedger() };
  const run = (options: MemoryWiringOptions = {}) => world.run({}, memoryWiring(emptied, options));
  return { world, run };
}

for (const days of [0, 700])
  test(`a dataset that begins anew is told of by its first commit, whatever the status of the one before it, whose clock was ${days} days ahead`, async () => {
    const { world, run } = await begunAnew(days * 86_400_000);
    for (let index = 4; index < 10; index++) world.remove(index);
    await run();
    const { commit_seq, commits, length } = await world.status();
    const { attributes } = await world.read();
    assert.deepEqual([commit_seq, length], [attributes.commit_seq, 4]);
    assert.ok(commit_seq < 3);
    assert.equal(commits.length, commit_seq);
    const collection = (await world.json("tiny.accrete/collection.json")) as Record<string, unknown>;
    assert.deepEqual(
      [collection["accrete:commit_seq"], collection["accrete:store_identity"]],
      [commit_seq, attributes.store_identity],
    );
  });

test("a dataset that was begun anew and is at the commit of the one before it carries on nothing of that", async () => {
  const world = tinyWorld({ end: 3 });
  world.publishAll(0, 3);
  world.at(4);
  await world.run();
  const before = await world.status();
  for (const key of await world.store.list("tiny.zarr/", neverAborted)) await removeObject(world.store, key);
  for (const index of [1, 2, 3]) world.remove(index);
  await world.run({}, memoryWiring({ ...world, ledger: createMemoryLedger() }));
  const { commit_seq, commits, length } = await world.status();
  assert.equal(commit_seq, before.commit_seq);
  assert.deepEqual([length, commits.map((told) => told.length)], [1, [1]]);
});

test("of a store and a ledger that were restored together the status tells, though one of a later time is left", async () => {
  // One batch after the other: two at once may be told in one commit.
  const world = tinyWorld({ batchesMax: 1 });
  world.publishAll(0, 3);
  world.at(4);
  await world.run();
  const early = await world.copy();
  world.publishAll(4, 9);
  world.at(10);
  await world.run();
  const later = (await world.status()).commit_seq;
  for (const key of ["tiny.accrete/status.json", "tiny.accrete/collection.json"]) {
    const [left, existing] = [
      await world.store.read(key, neverAborted),
      await early.store.read(key, neverAborted),
    ];
    assert.ok(left && existing);
    const headers = { contentType: "application/json", cacheControl: "no-cache" };
    await early.store.put(key, left.bytes, existing.generation, headers, neverAborted);
  }
  await early.run();
  const { commit_seq, length } = await early.status();
  const now = await early.read();
  assert.deepEqual([length, commit_seq], [now.length, now.attributes.commit_seq]);
  assert.ok(commit_seq < later);
  const collection = (await early.json("tiny.accrete/collection.json")) as Record<string, unknown>;
  assert.equal(collection["accrete:commit_seq"], commit_seq);
});

test("in a dataset that begins anew, a committer that is late with its status does not set back a later one", async () => {
  for (const late of ["read", "put"]) {
    const { world, run } = await begunAnew();
    for (let index = 4; index < 10; index++) world.remove(index);
    let overtaken = false;
    await run({
      around: async (call, perform) => {
        const isFirstStatus = call.operation === late && call.key === "tiny.accrete/status.json";
        if (isFirstStatus && !overtaken && (await world.read()).length === 4) {
          overtaken = true;
          world.clock.now += 60_000;
          world.publishAll(4, 9);
          await run();
          assert.equal((await world.status()).length, 10);
        }
        const result = await perform();
        if (overtaken && call.key === "tiny.accrete/status.json")
          assert.equal((await world.status()).length, 10);
        return result;
      },
    });
    assert.ok(overtaken);
    const { commit_seq, length } = await world.status();
    assert.deepEqual([commit_seq, length], [(await world.read()).attributes.commit_seq, 10]);
  }
});

test("each array's shape is put by itself too: data before time, so that no timestep is without values, and what consolidates them last", async () => {
  const world = tinyWorld();
  world.publish(0);
  world.at(1);
  await world.run();
  world.publish(1);
  world.at(2);
  const put: string[] = [];
  const wiring = world.wiring({
    async around({ operation, key = "" }, perform) {
      if (operation === "put" && /\/\.z/.test(key)) put.push(`begins ${key.slice("tiny.zarr/".length)}`);
      const result = await perform();
      if (operation === "put" && /\/\.z/.test(key)) put.push(`ends ${key.slice("tiny.zarr/".length)}`);
      return result;
    },
  });
  await world.run({}, wiring);
  const at = (line: string) => {
    assert.ok(put.includes(line), line);
    return put.indexOf(line);
  };
  const timeLike = ["time", "time_bnds", "granule_status"].map((name) => `${name}/.zarray`);
  for (const data of ["rain/.zarray", "wind/.zarray"]) {
    for (const time of timeLike) assert.ok(at(`ends ${data}`) < at(`begins ${time}`), `${data}, ${time}`);
  }
  for (const time of timeLike) assert.ok(at(`ends ${time}`) < at("begins .zattrs"));
  assert.ok(at("ends .zattrs") < at("begins .zmetadata"));
  assert.equal(put.at(-1), "ends .zmetadata");
});
