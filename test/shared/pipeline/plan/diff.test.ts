/** A plan's rounds are bounded, each directory is listed once, and the cost grows with what is new, not with what is stored. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { openStored } from "../../../../shared/archive/stored.ts";
import { SourceError } from "../../../../shared/errors.ts";
import { chunkRecordKey } from "../../../../shared/ledger/ledger.ts";
import { emptyChunk } from "../../../../shared/ledger/records.ts";
import { diff } from "../../../../shared/pipeline/plan/diff.ts";
import { unreachable } from "../../../support/memoryProvider.ts";
import type { MemoryWiring } from "../../../support/memoryWiring.ts";
import { hourMs, instantText, tinyTime } from "../../../support/tinyDataset.ts";
import {
  assertContent,
  generationsBesideStatus,
  neverAborted,
  present,
  type TinyWorld,
  tinyWorld,
} from "../../../support/tinyWorld.ts";

/** Every call to the ledger, with the records that it gave. */
function countingLedger(world: TinyWorld): {
  wiring: MemoryWiring;
  records: () => number;
  calls: () => number;
} {
  let [records, calls] = [0, 0];
  const wiring = world.wiring({
    around: async (call, perform) => {
      const result = await perform();
      if (call.port === "ledger" && call.operation !== "write") {
        calls++;
        records += Array.isArray(result) ? result.length : Number(result !== undefined);
      }
      return result;
    },
  });
  return { wiring, records: () => records, calls: () => calls };
}

test("small rounds and their continuations reach the same dataset as one large round", async () => {
  const [small, large] = [tinyWorld(), tinyWorld()];
  for (const world of [small, large]) {
    world.publishAll(0, 99);
    world.remove(40);
    world.publish(70, { bytes: new Uint8Array(3) });
    world.at(100);
  }
  const one = await large.run();
  const { wiring } = await small.run(
    {},
    small.wiring({ limits: { planBatchesMax: 2, planDirectoriesMax: 1 } }),
  );
  const plans = (of: MemoryWiring) => of.events.filter(({ event }) => event === "planned").length;
  assert.ok(plans(wiring) > 13, `${plans(wiring)} plans of at most two batches`);
  assert.ok(plans(one.wiring) < 6);
  for (const event of wiring.events) if (event.event === "planned") assert.ok(event.batches <= 2);
  const steps = present(100).with(40, "missing").with(70, "corrupt");
  await assertContent(small, steps);
  await assertContent(large, steps);
});

test("rounds that look at a few timesteps reach the same dataset too", async () => {
  const world = tinyWorld();
  world.publishAll(0, 99);
  world.remove(40);
  world.publish(70, { bytes: new Uint8Array(3) });
  world.at(100);
  const { wiring } = await world.run({}, world.wiring({ limits: { planStepsMax: 8 } }));
  const batches = wiring.events.flatMap((event) => (event.event === "planned" ? [event.batches] : []));
  assert.ok(batches.length > 12, `${batches.length} plans of at most two chunks`);
  assert.ok(batches.every((count) => count <= 2));
  await assertContent(world, present(100).with(40, "missing").with(70, "corrupt"));
});

test("a due timestep whose directory cannot be listed keeps nothing new from being ingested, and is told of", async () => {
  const world = tinyWorld();
  world.publishAll(0, 80);
  world.publish(2, { bytes: new Uint8Array(3) });
  world.at(81);
  await world.run();
  world.publishAll(81, 85);
  world.publish(2);
  world.at(90);
  world.source.meddle = (operation, path) => {
    if (operation === "list" && path === "2020/001") throw new SourceError("listing", "no list: <html>");
  };
  const { wiring } = await world.run();
  await assertContent(world, present(86).with(2, "corrupt"));
  assert.deepEqual(
    wiring.events.find(({ event }) => event === "skipped"),
    { event: "skipped", dataset: "tiny", chunk: 0, reason: "no list: <html>" },
  );
  world.source.meddle = undefined;
  await world.run();
  await assertContent(world, present(86));
});

test("each directory is listed once in a plan, though many chunks and both names need it", async () => {
  const world = tinyWorld();
  world.publishAll(0, 89);
  world.at(89);
  const wiring = world.wiring();
  const stored = await createdBy(world);
  world.source.forget();
  await diff(wiring, stored, { force: false }, neverAborted);
  assert.deepEqual(world.source.asked.list, ["2020/001", "2020/002", "2020/003", "2020/004"]);
});

test("a directory that was listed before another worker ingested what came later says nothing of it", async () => {
  const world = tinyWorld();
  world.publishAll(0, 12);
  world.publish(1, { bytes: new Uint8Array(3) });
  world.at(13);
  await world.run();
  // Listed for timestep 1, which is due, while the provider has the first revision of timestep 9, and later the second.
  world.publish(9, { revision: 1 });
  world.at(15);
  let isRevised = false;
  const wiring = world.wiring({
    around: async ({ port, operation }, perform) => {
      if (port === "ledger" && operation === "window" && !isRevised) {
        isRevised = true;
        world.publish(9, { revision: 2 });
        await world.run();
      }
      return perform();
    },
  });
  const stored = await openStored(wiring, neverAborted);
  assert.ok(stored);
  const { batches } = await diff(wiring, stored, { force: false }, neverAborted);
  assert.ok(isRevised);
  assert.deepEqual(
    batches.flatMap(({ chunk, steps }) => steps.map(({ offset }) => 4 * chunk + offset)),
    [1],
  );
});

test("a round lists no more directories than it may, and says where to go on", async () => {
  const world = tinyWorld();
  world.publishAll(0, 89);
  world.at(90);
  const stored = await createdBy(world);
  world.source.forget();
  const wiring = world.wiring({ limits: { planDirectoriesMax: 2 } });
  const { next } = await diff(wiring, stored, { force: false }, neverAborted);
  assert.equal(world.source.asked.list.length, 2);
  // The first chunk with a timestep on the third day, which begins 42 hours after the first timestep.
  assert.deepEqual(next, { from: tinyTime(40), to: tinyTime(90) });
});

test("a run that finds nothing new fetches nothing, writes no object, and leaves every generation", async () => {
  const world = tinyWorld();
  world.publishAll(0, 20);
  world.at(21);
  await world.run();
  const before = await world.generations();
  world.source.forget();
  const { wiring } = await world.run();
  assert.deepEqual(world.source.asked.fetch, []);
  assert.deepEqual(await world.generations(), before);
  assert.deepEqual(
    wiring.sent.map(({ topic }) => topic),
    ["plan"],
  );
});

test("a round that finds nothing new reads as many ledger records of a long dataset as of a short one", async () => {
  const counts: number[][] = [];
  for (const length of [96, 288]) {
    const world = tinyWorld({ chunkLength: 8 });
    world.publishAll(0, length - 1);
    world.at(length);
    await world.run();
    const { wiring, records, calls } = countingLedger(world);
    await world.run({}, wiring);
    counts.push([records(), calls()]);
  }
  assert.deepEqual(counts[0], counts[1]);
  // The revision window is 6 chunks, touched on both sides; the dataset's record, the chunk of the next timestep.
  assert.ok((counts[0]?.[0] as number) < 16, `${counts[0]?.[0]} records`);
});

test("chunks that somebody works on are left out, and when the first of their leases ends is told", async () => {
  const world = tinyWorld();
  world.publishAll(0, 11);
  world.at(12);
  const stored = await createdBy(world);
  const lease = (chunk: number, expiresAt: number) =>
    world.ledger.write(
      chunkRecordKey("tiny", chunk),
      { ...emptyChunk(chunk), lease: { holder: "another", expiresAt } },
      "0",
      neverAborted,
    );
  await lease(0, world.clock.now + 5000);
  await lease(1, world.clock.now + 3000);
  await lease(2, world.clock.now - 1);
  const wiring = world.wiring();
  const found = await diff(wiring, stored, { force: false }, neverAborted);
  assert.deepEqual(
    found.batches.map(({ chunk, steps }) => [chunk, steps.length]),
    [[2, 4]],
  );
  assert.equal(found.leases.size, 2);
  assert.equal(found.leases.get(1), (await world.record(1)).lease?.expiresAt);
});

test("a range is compared from its first timestep to its last, both included, and no further than now", async () => {
  const world = tinyWorld();
  world.publishAll(0, 30);
  world.at(20);
  const stored = await createdBy(world);
  const offsets = async (from: number | undefined, to: number | undefined) => {
    const range = {
      ...(from === undefined ? {} : { from: tinyTime(0) + from * hourMs }),
      ...(to === undefined ? {} : { to: tinyTime(0) + to * hourMs }),
      force: false,
    };
    const { batches } = await diff(world.wiring(), stored, range, neverAborted);
    const found = batches.flatMap(({ chunk, steps }) => steps.map(({ offset }) => 4 * chunk + offset));
    return [found.length, found[0], found.at(-1)];
  };
  assert.deepEqual(await offsets(3, 9), [7, 3, 9]);
  assert.deepEqual(await offsets(2.5, 9.5), [7, 3, 9]);
  assert.deepEqual(await offsets(undefined, 4), [5, 0, 4]);
  assert.deepEqual(await offsets(18, undefined), [3, 18, 20]);
  assert.deepEqual(await offsets(-50, 0), [1, 0, 0]);
  assert.deepEqual(await offsets(25, 28), [0, undefined, undefined]);
});

test("forcing takes exactly the range in again, once, in small rounds too", async () => {
  const world = tinyWorld();
  world.publishAll(0, 60);
  world.at(61);
  await world.run();
  const before = await world.generations();
  world.source.forget();
  const wiring = world.wiring({ limits: { planBatchesMax: 2, planDirectoriesMax: 1 } });
  const { taken } = await world.run({ from: 6, to: 37, force: true }, wiring);
  assert.equal(taken, 32);
  const forced = Array.from({ length: 32 }, (_, i) => world.path(6 + i));
  assert.deepEqual(world.source.asked.fetch.toSorted(), forced);
  await assertContent(world, present(61));
  const after = await world.generations();
  const changed = Object.keys(after).filter((key) => /rain\/\d/.test(key) && after[key] !== before[key]);
  assert.deepEqual(changed.length, 9, "chunks 1 to 9");
  world.source.forget();
  await world.run();
  assert.deepEqual(world.source.asked.fetch, []);
});

test("a plan that a provider fails writes nothing but that it failed, and the next one is whole", async () => {
  const world = tinyWorld();
  world.publishAll(0, 9);
  world.at(10);
  await world.run();
  world.publishAll(10, 30);
  world.at(31);
  const before = await generationsBesideStatus(world);
  world.source.meddle = (operation, path) => {
    if (operation === "list" && path === "2020/002") throw unreachable();
  };
  await assert.rejects(world.run(), { tag: "source", fault: "unreachable" });
  assert.deepEqual(await generationsBesideStatus(world), before);
  world.source.meddle = undefined;
  await world.run();
  await assertContent(world, present(31));
});

test("what a plan found is told: batches, granules, bytes", async () => {
  const world = tinyWorld({ compression: "none" });
  world.publishAll(0, 5);
  world.at(6);
  const { wiring } = await world.run();
  assert.deepEqual(
    wiring.events.flatMap((event) =>
      event.event === "planned" ? [[event.batches, event.granules, event.bytes, event.continues]] : [],
    ),
    [
      [2, 6, 6 * 356, false],
      [0, 0, 0, false],
    ],
  );
  assert.equal(instantText(tinyTime(0)), (await world.read()).times[0]);
});

async function createdBy(world: TinyWorld) {
  const empty = world.clock.asOf;
  world.clock.asOf = tinyTime(-1);
  await world.run();
  world.clock.asOf = empty;
  const stored = await openStored(world.wiring(), neverAborted);
  assert.ok(stored);
  return stored;
}
