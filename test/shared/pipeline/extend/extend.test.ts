/** One batch: what stops it, what it keeps, and what it leaves for the next run. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { runUntilCurrent } from "../../../../functions/runtime/runUntilCurrent.ts";
import { openStored } from "../../../../shared/archive/stored.ts";
import { UsageError } from "../../../../shared/errors.ts";
import type { Lease } from "../../../../shared/ledger/records.ts";
import { extend } from "../../../../shared/pipeline/extend/extend.ts";
import { plan } from "../../../../shared/pipeline/plan/plan.ts";
import { createRepeat } from "../../../../shared/repeating.ts";
import { refused, unreachable } from "../../../support/memoryProvider.ts";
import { hourMs, tinyTime } from "../../../support/tinyDataset.ts";
import { assertContent, neverAborted, present, tinyWorld } from "../../../support/tinyWorld.ts";

for (const [what, thrown, fault] of [
  ["becomes unreachable", unreachable, "unreachable"],
  ["refuses the login", refused, "refused"],
] as const) {
  test(`when the provider ${what} in the middle, what was decoded is kept and shown, and the next run finishes`, async () => {
    const world = tinyWorld();
    world.publishAll(0, 11);
    world.at(12);
    let fetched = 0;
    world.source.meddle = (operation) => {
      if (operation === "fetch" && ++fetched > 6) throw thrown();
    };
    const wiring = world.wiring({ limits: { granulesInFlightMax: 1 } });
    await assert.rejects(world.run({}, wiring), { tag: "source", fault });
    assert.ok(fetched < 12, "it stops asking");
    const { length } = await world.read();
    assert.ok(length > 0);
    await assertContent(world, present(length));
    const kept = await Promise.all([...Array(12).keys()].map((index) => world.step(index)));
    assert.equal(kept.filter((step) => step?.status === "present").length, 6);
    assert.ok(
      kept.every((step) => !step?.failed),
      "no granule is blamed for it",
    );

    world.source.meddle = undefined;
    world.source.forget();
    await world.run();
    await assertContent(world, present(12));
    assert.equal(world.source.asked.fetch.length, 6, "only the rest is fetched");
  });
}

test("a provider that is unreachable from the beginning leaves nothing: where it begins is still open", async () => {
  const world = tinyWorld();
  world.publishAll(0, 3);
  world.at(4);
  world.source.meddle = () => {
    throw unreachable();
  };
  await assert.rejects(world.run(), { fault: "unreachable" });
  assert.deepEqual(await world.generations(), {});
  world.source.meddle = undefined;
  const start = world.dataset.time.at(2);
  const later = { ...world.wiring(), start };
  await world.run({}, later);
  const stored = await openStored(later, neverAborted);
  assert.deepEqual([stored?.dataset.time.start, stored?.state.length], [start, 2]);
});

test("a deadline in the middle ends the run with its reason, gives every lease back, and the next run finishes", async () => {
  const reason = new Error("out of time");
  for (const stopAt of ["fetch 3", "put rain", "put .zmetadata", "list 1"]) {
    const world = tinyWorld();
    world.publishAll(0, 7);
    world.at(8);
    const stop = new AbortController();
    let calls = 0;
    const [operation, which] = stopAt.split(" ") as [string, string];
    world.source.meddle = (asked) => {
      if (asked === operation && ++calls === Number(which)) stop.abort(reason);
    };
    const wiring = world.wiring({
      around: async (call, perform) => {
        const isMeant = call.operation === operation && call.key.includes(`.zarr/${which}`);
        // The dataset's creation is not what is stopped.
        if (isMeant && !/zarray|zattrs/.test(call.key) && wiring.sent.some(({ topic }) => topic === "extend"))
          stop.abort(reason);
        return perform();
      },
    });
    await assert.rejects(runUntilCurrent(wiring, { force: false }, stop.signal), reason, stopAt);
    for (const chunk of [0, 1]) {
      const found = await world.ledger.read({ dataset: "tiny", chunk }, neverAborted);
      const { lease } = (found?.record ?? { lease: null }) as { lease: Lease | null };
      // Where something may have been put it has run out, else it was given back.
      const isFree = lease === null || (/put/.test(stopAt) && lease.expiresAt <= world.clock.now);
      assert.ok(isFree, `${stopAt}: chunk ${chunk}`);
    }
    const dataset = await world.ledger.read({ dataset: "tiny" }, neverAborted);
    assert.equal(
      (dataset?.record as { lease: unknown } | undefined)?.lease ?? null,
      null,
      `${stopAt}: dataset`,
    );
    world.source.meddle = undefined;
    await world.run();
    await assertContent(world, present(8));
  }
});

test("a run that is stopped before it begins does nothing", async () => {
  const world = tinyWorld();
  world.publishAll(0, 3);
  world.at(4);
  const reason = new Error("stopped");
  await assert.rejects(runUntilCurrent(world.wiring(), { force: false }, AbortSignal.abort(reason)), reason);
  assert.deepEqual(await world.generations(), {});
});

test("a granule of several timesteps is fetched once, and every frame stands at its time", async () => {
  const world = tinyWorld({ stepsPerGranule: 4 });
  world.publishAll(0, 11);
  world.at(12);
  await world.run();
  await assertContent(world, present(12));
  assert.deepEqual(
    world.source.asked.fetch.toSorted(),
    [0, 4, 8].map((index) => world.path(index)),
  );

  world.publish(4, { revision: 2 });
  world.source.forget();
  await world.run();
  await assertContent(world, [...present(4), 2, 2, 2, 2, ...present(4)]);
  assert.deepEqual(world.source.asked.fetch, [world.path(4)]);

  world.publish(8, { bytes: new Uint8Array(9) });
  assert.equal((await world.run()).failed, 4);
  world.publish(8, { revision: 1 });
  await world.run();
  await assertContent(world, [...present(4), 2, 2, 2, 2, 1, 1, 1, 1]);
});

test("granules of several timesteps may lie across chunks, and start before the dataset does", async () => {
  const world = tinyWorld({ stepsPerGranule: 3 });
  world.publishAll(0, 11);
  world.at(12);
  const start = tinyTime(4);
  await world.run({}, world.wiring({ start }));
  await assertContent(world, present(8), 4);
});

test("a granule that lacks one of its frames is corrupt in all of them", async () => {
  const world = tinyWorld({ stepsPerGranule: 4 });
  world.publish(0);
  world.publish(4, { stepsPerGranule: 3 });
  world.publish(8);
  world.at(20);
  await world.run();
  await assertContent(world, [...present(4), "corrupt", "corrupt", "corrupt", "corrupt", ...present(4)]);
});

test("a message that can never work is refused with what is wrong, and harms nothing", async () => {
  const world = tinyWorld({ end: 5 });
  world.publishAll(0, 5);
  world.at(6);
  await world.run();
  const before = await world.generations();
  const granule = { path: "x", sizeBytes: 1, version: "", modifiedAt: null };
  const message = (chunk: number, offset: number) => ({
    dataset: "tiny",
    chunk,
    plannedAt: world.clock.now,
    steps: [{ offset, granule }],
  });
  for (const [chunk, offset] of [
    [2, 0],
    [-1, 0],
    [0.5, 0],
    [1, 2],
    [0, -1],
    [0, 1.5],
    [0, 4],
  ] as const) {
    await assert.rejects(extend(world.wiring(), message(chunk, offset), neverAborted), UsageError);
  }
  assert.deepEqual(await world.generations(), before);
});

test("a batch whose chunk somebody works on is left alone; a lease that has run out is taken over", async () => {
  const world = tinyWorld();
  world.publishAll(0, 3);
  world.at(4);
  const wiring = world.wiring();
  await plan(wiring, { force: false }, neverAborted);
  const message = wiring.sent.flatMap((sent) => (sent.topic === "extend" ? [sent.message] : []))[0];
  assert.ok(message && "steps" in message);
  let inner: string | undefined;
  let asked = false;
  world.source.meddle = async (operation) => {
    if (operation !== "fetch" || asked) return;
    asked = true;
    inner = (await extend(world.wiring(), message, neverAborted)).outcome;
  };
  assert.equal((await extend(wiring, message, neverAborted)).outcome, "extended");
  assert.equal(inner, "leased");
  await assertContent(world, present(4));

  world.publish(2, { revision: 1 });
  const late = world.wiring();
  await plan(late, { force: false }, neverAborted);
  const revised = late.sent.flatMap((sent) => (sent.topic === "extend" ? [sent.message] : []))[0];
  assert.ok(revised && "steps" in revised);
  let outcome: string | undefined;
  asked = false;
  world.source.meddle = async (operation) => {
    if (operation !== "fetch" || asked) return;
    asked = true;
    world.clock.now += hourMs;
    outcome = (await extend(world.wiring(), revised, neverAborted)).outcome;
    world.source.meddle = undefined;
  };
  assert.equal((await extend(late, revised, neverAborted)).outcome, "leased", "it lost its lease");
  assert.equal(outcome, "extended");
  await assertContent(world, present(4).with(2, 1));
});

test("a lease is prolonged for as long as its process works, however slow a granule is", async () => {
  const world = tinyWorld();
  world.publishAll(0, 3);
  world.at(4);
  const repeated = new Set<() => void>();
  const wiring = world.wiring({
    limits: { chunkLeaseMs: 9000, granulesInFlightMax: 1 },
    repeat: createRepeat((_, tick) => {
      repeated.add(tick);
      return () => repeated.delete(tick);
    }),
  });
  let runOut = 0;
  world.source.meddle = async (operation) => {
    if (operation !== "fetch") return;
    for (let third = 0; third < 6; third++) {
      world.clock.now += 3000;
      for (const task of repeated) task();
      await new Promise(setImmediate);
      if (((await world.record(0)).lease?.expiresAt ?? 0) <= world.clock.now) runOut++;
    }
  };
  await world.run({}, wiring);
  assert.equal(runOut, 0);
  assert.equal(repeated.size, 0);
  await assertContent(world, present(4));
});
