/** A local run works until nothing is pending that is not another's, waits for what others hold, and always ends. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { runUntilCurrent } from "../../../functions/runtime/runUntilCurrent.ts";
import { ContentionError } from "../../../shared/errors.ts";
import { chunkRecordKey, datasetRecordKey } from "../../../shared/ledger/ledger.ts";
import { emptyChunk } from "../../../shared/ledger/records.ts";
import { assertContent, neverAborted, present, type TinyWorld, tinyWorld } from "../../support/tinyWorld.ts";

test("a run waits until the lease that another died with has run out, then does the work", async () => {
  const world = await created();
  const leaseEndsAt = world.clock.now + 5000;
  await holdChunk(world, 1, 5000);
  const waits: number[] = [];
  const { taken, wiring } = await world.run({}, world.wiring({ meanwhile: (ms) => void waits.push(ms) }));
  assert.equal(taken, 8);
  await assertContent(world, present(8));
  const waitedMs = waits.reduce((sum, ms) => sum + ms, 0);
  assert.ok(waitedMs >= 4900 && waitedMs < 6000, `${waitedMs} ms`);
  assert.deepEqual(waits.slice(0, 2), [1000, 2000]);
  assert.ok(waits.every((ms, i) => ms > 0 && ms <= 2 * (waits[i - 1] ?? 500)));
  assert.ok(wiring.events.some((event) => event.event === "planned" && event.leased === 1));
  const waiting = wiring.events.filter((event) => event.event === "waiting");
  // The other chunk is ingested first, and what else there is is asked again.
  assert.deepEqual(
    waiting.slice(0, 4).map(({ waitsFor }) => waitsFor),
    ["listing", "listing", "others", "listing"],
  );
  assert.equal(waiting[2]?.until, leaseEndsAt);
});

test("a run looks again after ever longer waits, at most half a minute each", async () => {
  const world = await created();
  await holdChunk(world, 1, 120_000);
  const waits: number[] = [];
  await world.run({}, world.wiring({ meanwhile: (ms) => void waits.push(ms) }));
  assert.deepEqual(waits.slice(0, 7), [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  assert.ok(waits.every((ms) => ms <= 30_000));
  await assertContent(world, present(8));
});

test("a run that waits takes over early what another gives back, or sees that it is done", async () => {
  const world = await created();
  await holdChunk(world, 1, 3_600_000);
  let waits = 0;
  const meanwhile = async () => {
    if (++waits < 3) return;
    const found = await world.ledger.read(chunkRecordKey("tiny", 1), neverAborted);
    assert.ok(found);
    await world.ledger.write(
      chunkRecordKey("tiny", 1),
      { ...found.record, lease: null },
      found.version,
      neverAborted,
    );
  };
  await world.run({}, world.wiring({ meanwhile }));
  assert.equal(waits, 3);
  await assertContent(world, present(8));
});

test("a run waits for another's commit and sees that all is told", async () => {
  const world = await created();
  await holdCommit(world, 2500);
  let waitedMs = 0;
  const meanwhile = (ms: number) => {
    waitedMs += ms;
  };
  await world.run({}, world.wiring({ meanwhile }));
  assert.ok(waitedMs > 2000 && waitedMs < 4000, `${waitedMs} ms`);
  await assertContent(world, present(8));
});

test("a run that is stopped while it waits ends with the reason", async () => {
  const world = await created();
  await holdChunk(world, 1, 3_600_000);
  const stop = new AbortController();
  const reason = new Error("stopped by hand");
  const meanwhile = () => stop.abort(reason);
  await assert.rejects(runUntilCurrent(world.wiring({ meanwhile }), { force: false }, stop.signal), reason);
});

test("a provider that words a file's date differently all the time does not keep a run for ever", async () => {
  const world = tinyWorld({ listing: "coarse" });
  world.publish(0);
  world.at(1);
  await world.run();
  await holdCommit(world, 9_000_000);
  let listings = 0;
  world.source.meddle = (operation) => {
    if (operation === "list") world.publish(0, { listedDate: `wording ${++listings}` });
  };
  await assert.rejects(world.run(), (error: unknown) => {
    assert.ok(error instanceof ContentionError);
    assert.match(error.message, /after 1000 rounds/);
    return true;
  });
});

test("a file that is listed with another size each time, and never fetched so, does not keep a run going", async () => {
  const world = await created();
  let listings = 0;
  world.source.meddle = (operation) => {
    if (operation === "list") world.publish(5, { listedBytes: 1000 + ++listings });
  };
  const { taken, failed } = await world.run();
  assert.deepEqual({ taken, failed }, { taken: 7, failed: 1 });
  assert.ok(listings <= 3, `${listings} listings`);
  assert.equal((await world.step(5))?.failed?.fault, "size");

  world.source.meddle = undefined;
  world.publish(5);
  const whole = await world.run();
  assert.deepEqual([whole.taken, whole.failed], [1, 0]);
  await assertContent(world, present(8));
});

test("what was ingested and what failed is counted over all rounds", async () => {
  const world = await created();
  world.publish(3, { bytes: new Uint8Array(2) });
  const wiring = world.wiring({ limits: { planBatchesMax: 1 } });
  const { taken, failed } = await world.run({}, wiring);
  assert.deepEqual({ taken, failed }, { taken: 7, failed: 1 });
  const again = await world.run();
  assert.deepEqual([again.taken, again.failed], [0, 0]);
});

test("a range goes to the plan as it was asked for, and through its continuations", async () => {
  const world = await created();
  const wiring = world.wiring({ limits: { planBatchesMax: 1 } });
  await world.run({ from: 1, to: 6, force: true }, wiring);
  const plans = wiring.sent.flatMap(({ topic, message }) => (topic === "plan" ? [message] : []));
  assert.deepEqual(plans.slice(0, 2), [
    { dataset: "tiny", from: "2020-01-01T07:00:00Z", to: "2020-01-01T12:00:00Z", force: true },
    { dataset: "tiny", from: "2020-01-01T10:00:00Z", to: "2020-01-01T12:00:00Z", force: true },
  ]);
  assert.deepEqual(
    [...Array(8).keys()].map((index) => world.source.asked.fetch.includes(world.path(index))),
    [false, true, true, true, true, true, true, false],
  );
});

test("forcing waits for the chunks that others hold, and takes each timestep in again once", async () => {
  const world = await created();
  await world.run();
  const found = await world.ledger.read(chunkRecordKey("tiny", 1), neverAborted);
  assert.ok(found);
  const lease = { holder: "another", expiresAt: world.clock.now + 3000 };
  await world.ledger.write(
    chunkRecordKey("tiny", 1),
    { ...found.record, lease },
    found.version,
    neverAborted,
  );
  world.source.forget();
  const { taken } = await world.run({ from: 1, to: 6, force: true });
  assert.equal(taken, 6);
  assert.deepEqual(
    world.source.asked.fetch.toSorted(),
    [1, 2, 3, 4, 5, 6].map((index) => world.path(index)),
  );
  await assertContent(world, present(8));
});

test("a run that nothing keeps from its end does not wait", async () => {
  const world = await created();
  const meanwhile = () => assert.fail("it waits");
  await runUntilCurrent(world.wiring({ meanwhile }), { force: false }, neverAborted);
  await assertContent(world, present(8));
});

/** A dataset without timesteps; eight are about to be ingested. */
async function created(): Promise<TinyWorld> {
  const world = tinyWorld();
  world.at(-1);
  await world.run();
  world.publishAll(0, 7);
  world.at(8);
  return world;
}

async function holdChunk(world: TinyWorld, chunk: number, ms: number): Promise<void> {
  const lease = { holder: "another", expiresAt: world.clock.now + ms };
  await world.ledger.write(chunkRecordKey("tiny", chunk), { ...emptyChunk(chunk), lease }, "0", neverAborted);
}

async function holdCommit(world: TinyWorld, ms: number): Promise<void> {
  const existing = await world.ledger.read(datasetRecordKey("tiny"), neverAborted);
  assert.ok(existing);
  const lease = { holder: "another", expiresAt: world.clock.now + ms };
  await world.ledger.write(
    datasetRecordKey("tiny"),
    { ...existing.record, lease },
    existing.version,
    neverAborted,
  );
}
