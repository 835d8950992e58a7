/**
 * The estimate's counts are those of the real stages: all of them run on memory adapters, every call counted as it is
 * billed.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { extend as extendFunction } from "../../../functions/extend.ts";
import { plan as planFunction } from "../../../functions/plan.ts";
import trmm3b42rt from "../../../shared/dataset/catalogue/trmm-3b42rt.ts";
import {
  type Calls,
  callsAtOnceMax,
  type Publication,
  publicationCalls,
} from "../../../shared/estimate/calls.ts";
import { courseOf } from "../../../shared/estimate/course.ts";
import { shapeOf, type Work } from "../../../shared/estimate/shape.ts";
import { chunkRecordKey, datasetRecordKey, NO_RECORD } from "../../../shared/ledger/ledger.ts";
import { emptyChunk, type StepRecord, withSteps } from "../../../shared/ledger/records.ts";
import { commit } from "../../../shared/pipeline/commit/commit.ts";
import { extend } from "../../../shared/pipeline/extend/extend.ts";
import { plan } from "../../../shared/pipeline/plan/plan.ts";
import * as stages from "../../../shared/pipeline/wiring.ts";
import { billedCalls } from "../../support/billedCalls.ts";
import { memoryCloud, publishedWorld } from "../../support/memoryCloud.ts";
import { tinyDataset } from "../../support/tinyDataset.ts";
import {
  assertContent,
  neverAborted,
  present,
  type TinyWorld,
  type WorldOptions,
} from "../../support/tinyWorld.ts";
import { deployment, weightless } from "./scenes.ts";

interface Asked extends Calls {
  /** Of plans and batches. */
  readonly requests: number;
  readonly commits: number;
}

/** What the functions ask when a plan is asked for: one worker, who ends each batch before the plan looks again. */
async function real(world: TinyWorld, message: object): Promise<Asked> {
  const bill = billedCalls();
  const cloud = memoryCloud([world]);
  const done = new Set<unknown>();
  async function workOff(): Promise<void> {
    for (const batch of cloud.batches().filter((one) => !done.has(one))) {
      done.add(batch);
      assert.equal((await cloud.deliver(extendFunction, batch)).status, 200);
    }
  }
  cloud.options = { around: bill.around, meanwhile: workOff };
  const asked: object[] = [message];
  for (const one of asked) {
    world.clock.now += 1000; // two looks at the provider are told of as two
    assert.equal((await cloud.deliver(planFunction, one)).status, 200);
    asked.push(...cloud.plans().slice(asked.length - 1));
  }
  await workOff();
  const commits = cloud.sent.filter(({ topic }) => topic === "extended").length;
  return { ...bill.calls, messages: 1 + cloud.sent.length, requests: asked.length + done.size, commits };
}

/** What the model makes of it, where a batch has ended before a plan looks again. */
function modelled(world: TinyWorld, work: Work): Asked {
  const shape = shapeOf(world.dataset, 1000);
  const quick = weightless({ queue: { deliveryMs: 100 }, provider: { listMs: 500 } });
  const { calls, requests, commits } = courseOf(work, deployment(1, { shape }), quick);
  return { ...calls, requests, commits };
}

describe("plans, batches and commits of a whole backfill ask what the model says", () => {
  const cases: readonly { what: string; steps: number; options: WorldOptions; isUsual: boolean }[] = [
    { what: "one batch of a range", steps: 4, options: {}, isUsual: false },
    { what: "one batch of the usual window", steps: 4, options: {}, isUsual: true },
    { what: "a last batch that is not full", steps: 10, options: {}, isUsual: true },
    { what: "more batches than one plan sends", steps: 4 * 70, options: {}, isUsual: false },
    { what: "the same of the usual window", steps: 4 * 70, options: {}, isUsual: true },
    {
      what: "more directories than one plan lists",
      steps: 48 * 30,
      options: { chunkLength: 48, stepsPerGranule: 24 },
      isUsual: false,
    },
  ];
  for (const { what, steps, options, isUsual } of cases) {
    test(what, async () => {
      const world = await publishedWorld(steps, { batchesMax: 1, ...options });
      const { chunkLength = 4, stepsPerGranule = 1 } = options;
      const until = new Date(world.dataset.time.start + (steps - 1) * 3_600_000).toISOString().slice(0, 19);
      const message = { dataset: "tiny", ...(isUsual ? {} : { to: `${until}Z` }) };
      const asked = await real(world, message);
      await assertContent(world, present(steps));
      const granules = steps / stepsPerGranule;
      const work = { batches: Math.ceil(steps / chunkLength), granules, visibleSteps: 0, isUsual };
      assert.deepEqual(modelled(world, work), asked);
    });
  }
});

describe("a dataset that is there", () => {
  /** Of 58 timesteps: its last chunk has 2 of 4. */
  async function existing(): Promise<TinyWorld> {
    const world = await publishedWorld(58, { batchesMax: 1 });
    await world.run();
    world.at(58);
    return world;
  }

  test("a tick of the schedule without news asks what the model says", async () => {
    const world = await existing();
    const asked = await real(world, { dataset: "tiny" });
    assert.deepEqual(modelled(world, { batches: 0, granules: 0, visibleSteps: 58, isUsual: true }), asked);
  });

  test("so does one with a new granule, which is merged into the last chunk", async () => {
    const world = await existing();
    world.publish(58);
    world.at(59);
    const asked = await real(world, { dataset: "tiny" });
    await assertContent(world, present(59));
    assert.deepEqual(modelled(world, { batches: 1, granules: 1, visibleSteps: 58, isUsual: true }), asked);
  });
});

describe("one commit of what others recorded asks what the model says", () => {
  async function asked(world: TinyWorld): Promise<Calls> {
    const bill = billedCalls();
    const wiring = world.wiring({ around: bill.around });
    await commit(wiring, neverAborted);
    return { ...bill.calls, messages: wiring.sent.length };
  }

  /** Records these batches while somebody holds the commit lease; then the commit. */
  async function committed(
    chunks: readonly number[],
    before: readonly number[] = [],
    broken: readonly number[] = [],
  ): Promise<Calls> {
    const world = await publishedWorld(4 * 80, { batchesMax: 1 });
    for (const index of broken) world.publish(index, { bytes: new Uint8Array(100) });
    const planning = world.wiring({ limits: { planBatchesMax: 80 } });
    await plan(planning, { force: false }, neverAborted);
    const messages = planning.sent.flatMap(({ topic, message }) => (topic === "extend" ? [message] : []));
    const take = async (chunk: number) =>
      extend(world.wiring(), messages[chunk] as (typeof messages)[number], neverAborted);
    for (const chunk of before) await take(chunk);
    const key = datasetRecordKey("tiny");
    const hold = async (holder: string | undefined) => {
      const found = await world.ledger.read(key, neverAborted);
      assert.ok(found);
      const lease = holder ? { holder, expiresAt: world.clock.now + 1_000_000 } : null;
      await world.ledger.write(key, { ...found.record, lease }, found.version, neverAborted);
    };
    await hold("another");
    for (const chunk of chunks) await take(chunk);
    await hold(undefined);
    return asked(world);
  }

  const upTo = (count: number) => Array.from({ length: count }, (_, chunk) => chunk);
  const usual = {
    grows: true,
    timeChunks: 0,
    statusChunks: 1,
    statusChunksNew: 0,
    failing: 0,
  };
  const shape = shapeOf(tinyDataset(), 1000);
  const model = (publication: Publication): Calls => publicationCalls(shape, publication);

  test("three chunks at once, the first of all", async () => {
    const published = { ...usual, chunks: 3, statusChunksNew: 1, chunksAhead: 4, knownAhead: 3, revised: 3 };
    assert.deepEqual(await committed([0, 1, 2]), model(published));
  });

  test("seventy at once, which takes three pages of records", async () => {
    // Of the revision window of 48 timesteps: 12 chunks.
    const published = {
      ...usual,
      chunks: 70,
      statusChunksNew: 1,
      chunksAhead: 71,
      knownAhead: 70,
      revised: 12,
    };
    assert.deepEqual(await committed(upTo(70)), model(published));
  });

  test("one beyond a gap, which does not make it longer", async () => {
    const published = {
      ...usual,
      chunks: 1,
      grows: false,
      chunksAhead: 1,
      knownAhead: 1,
      revised: 2,
    };
    assert.deepEqual(await committed([3], [0, 1]), model(published));
  });

  test("three with failing timesteps in two of them", async () => {
    const published = { ...usual, chunks: 3, statusChunksNew: 1, chunksAhead: 4, knownAhead: 3, revised: 3 };
    assert.deepEqual(await committed([0, 1, 2], [], [1, 9]), model({ ...published, failing: 2 }));
  });

  test("one that grows into the next chunk of time, of 16,384 timesteps", async () => {
    const world = await publishedWorld(0, { chunkLength: 504 });
    world.at(504 * 33);
    const record = async (chunk: number) => {
      const granule = {
        path: "granule",
        sizeBytes: 1,
        version: "",
        modifiedAt: 0,
        crc32c: "00000000",
        ingestedAt: 0,
      };
      const step: StepRecord = { status: "present", granule: { ...granule, revision: 0 }, failed: null };
      const steps = new Map(upTo(504).map((offset) => [offset, step]));
      await world.ledger.write(
        chunkRecordKey("tiny", chunk),
        withSteps(emptyChunk(chunk), steps, true),
        NO_RECORD,
        neverAborted,
      );
    };
    for (const chunk of upTo(32)) await record(chunk);
    await commit(world.wiring(), neverAborted);
    await record(32);
    // Its statuses lie in two chunks; the one that is new is made from the records of the chunks that it is of.
    const published = {
      chunks: 1,
      timeChunks: 1,
      statusChunks: 2,
      statusChunksNew: 1,
      chunksAhead: 2,
      knownAhead: 1,
    };
    assert.deepEqual(await asked(world), model({ ...usual, ...published, revised: 1 }));
  });
});

test("for 3B42RT those are the calls that terraform/README.md counts on the local cloud", () => {
  const real3b42rt = deployment(2, { shape: shapeOf(trmm3b42rt, 400_000) });
  const tick = (batches: number) =>
    courseOf({ batches, granules: batches, visibleSteps: 50_020, isUsual: true }, real3b42rt, weightless())
      .calls;
  assert.deepEqual(tick(0), { storeReads: 22, storePuts: 1, ledgerReads: 19, ledgerWrites: 4, messages: 1 });
  // The plan's 22, 21 and 4, and those of `extend`.
  assert.deepEqual(tick(1), {
    storeReads: 22 + 22,
    storePuts: 18,
    ledgerReads: 21 + 22,
    ledgerWrites: 4 + 5,
    messages: 3,
  });
});

test("calls are made together as often as the stages make them", () => {
  assert.equal(callsAtOnceMax, stages.callsAtOnceMax);
});
