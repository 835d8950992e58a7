import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { openShown } from "../../../shared/archive/pair.ts";
import { examine } from "../../../shared/doctor/examine.ts";
import { recordMissing } from "../../../shared/doctor/repair/underLease.ts";
import { repair } from "../../../shared/doctor/repair.ts";
import { updateRecord } from "../../../shared/ledger/lease.ts";
import { chunkRecordKey, datasetRecordKey, NO_RECORD } from "../../../shared/ledger/ledger.ts";
import { type DatasetRecord, emptyChunk, emptyDataset, type Lease } from "../../../shared/ledger/records.ts";
import { storedForm } from "../../../shared/ledger/storedForm.ts";
import { commit } from "../../../shared/pipeline/commit/commit.ts";
import { extend } from "../../../shared/pipeline/extend/extend.ts";
import { plan } from "../../../shared/pipeline/plan/plan.ts";
import { takePlanLease } from "../../../shared/pipeline/plan/planLease.ts";
import type { ExtendMessage } from "../../../shared/queue/queue.ts";
import { readHoldings } from "../../../shared/removal/holdings.ts";
import { remove } from "../../../shared/removal/remove.ts";
import { ABSENT } from "../../../shared/store/store.ts";
import { forgetInLedger, forgetInStore, identitiesOf } from "../../support/halves.ts";
import type { Around } from "../../support/memoryWiring.ts";
import { assertContent, neverAborted, present, type TinyWorld, tinyWorld } from "../../support/tinyWorld.ts";

const headers = { contentType: "application/json", cacheControl: "no-cache" };

/** Six timesteps are visible, of chunks of four; two more are there. */
async function grown(): Promise<TinyWorld> {
  const world = tinyWorld();
  world.publishAll(0, 5);
  world.at(6);
  await world.run();
  world.publishAll(6, 7);
  world.at(8);
  return world;
}

const recordOf = async ({ ledger }: TinyWorld) =>
  (await ledger.read(datasetRecordKey("tiny"), neverAborted))?.record;
const change = (world: TinyWorld, changes: Partial<DatasetRecord>) =>
  updateRecord(world.ledger, datasetRecordKey("tiny"), emptyDataset, neverAborted, (found) => ({
    ...found,
    ...changes,
  }));
const lease = (world: TinyWorld, ms: number): Lease => ({
  holder: "another",
  expiresAt: world.clock.now + ms,
  spanMs: 60_000,
});

async function assertNothingLeft(world: TinyWorld): Promise<void> {
  assert.deepEqual(await world.store.list("tiny.", neverAborted), []);
  assert.deepEqual(await world.ledger.window("tiny", 0, 1000, 10, neverAborted), []);
  assert.equal(await recordOf(world), undefined);
  assert.equal(await readHoldings(world.wiring(), neverAborted), undefined);
}

/** The batch of the two timesteps that are not ingested. */
async function batchOf(world: TinyWorld): Promise<ExtendMessage> {
  const wiring = world.wiring();
  await plan(wiring, { force: false }, neverAborted);
  const [message] = wiring.sent.flatMap(({ topic, message: one }) => (topic === "extend" ? [one] : []));
  assert.ok(message);
  return message as ExtendMessage;
}

test("what there is of a dataset is told by its keys, and goes; another's of a similar name stays", async () => {
  const world = await grown();
  for (const key of ["tiny-2.zarr/.zmetadata", "tiny-2.accrete/status.json", "tiny"])
    await world.store.put(key, new Uint8Array(1), ABSENT, headers, neverAborted);
  for (const key of [datasetRecordKey("tiny-2"), chunkRecordKey("tiny-2", 0)])
    await world.ledger.write(key, key.chunk === 0 ? emptyChunk(0) : emptyDataset, NO_RECORD, neverAborted);
  const objects = (await world.store.list("tiny.", neverAborted)).length;
  assert.deepEqual(await readHoldings(world.wiring(), neverAborted), {
    length: 6,
    objects,
    records: 3,
    removedSince: undefined,
  });
  assert.deepEqual(await remove(world.wiring(), neverAborted), { objects, records: 3 });
  await assertNothingLeft(world);
  assert.deepEqual(await world.store.list("", neverAborted), [
    "tiny",
    "tiny-2.accrete/status.json",
    "tiny-2.zarr/.zmetadata",
  ]);
  assert.equal((await world.ledger.window("tiny-2", 0, 10, 10, neverAborted)).length, 1);
  assert.ok(await world.ledger.read(datasetRecordKey("tiny-2"), neverAborted));
});

test("what was removed can be created anew, from nothing, with another identity", async () => {
  const world = await grown();
  const before = await recordOf(world);
  await remove(world.wiring(), neverAborted);
  await world.run();
  await assertContent(world, present(8));
  const now = await recordOf(world);
  assert.ok(now?.identity && before?.identity && now.identity !== before.identity);
  assert.equal(now.removal, undefined);
});

test("the consolidated document goes first, then the group, then what is beside it, then the records, the dataset's last", async () => {
  const world = await grown();
  const deleted: string[] = [];
  const around: Around = async ({ port, operation, key }, perform) => {
    const result = await perform();
    if (operation === "delete") deleted.push(port === "store" ? key : `record ${key}`);
    return result;
  };
  await remove(world.wiring({ around }), neverAborted);
  const rank = (key: string) =>
    [/\.zmetadata$/, /^tiny\.zarr/, /^tiny\.accrete/, /^record \d/, /^record dataset/].findIndex((kind) =>
      kind.test(key),
    );
  assert.deepEqual(
    deleted.map(rank),
    deleted.map(rank).toSorted((a, b) => a - b),
  );
  assert.equal(deleted.length, 1 + new Set(deleted.slice(1)).size);
});

describe("while somebody works on it nothing is removed, and the dataset is as before", () => {
  const cases: Record<string, [RegExp, (world: TinyWorld) => Promise<unknown>]> = {
    commits: [
      /tiny: somebody commits \(another\), until \S+Z at least; nothing was removed/,
      (world) => change(world, { lease: lease(world, 1000) }),
    ],
    "plans, in turns": [
      /tiny: somebody plans \(process-\d+\/\S+\), until/,
      (world) => takePlanLease(world.wiring(), undefined, neverAborted),
    ],
    "ingests into a chunk": [
      /tiny: somebody works on chunk 1 \(another\), until/,
      (world) =>
        updateRecord(world.ledger, chunkRecordKey("tiny", 1), emptyChunk(1), neverAborted, (found) => ({
          ...found,
          lease: lease(world, 1000),
        })),
    ],
  };
  for (const [who, [message, begin]] of Object.entries(cases)) {
    test(`who ${who}`, async () => {
      const world = await grown();
      await begin(world);
      const before = [await world.generations(), await recordOf(world)];
      await assert.rejects(remove(world.wiring(), neverAborted), { tag: "contention", message });
      assert.deepEqual([await world.generations(), await recordOf(world)], before);
      world.clock.now += 1_000_000;
      await remove(world.wiring(), neverAborted);
      await assertNothingLeft(world);
    });
  }

  test("a lease that a wrong clock gave its end keeps nobody away", async () => {
    const world = await grown();
    await change(world, { lease: lease(world, 1e9), planLease: lease(world, 1e9) });
    await updateRecord(world.ledger, chunkRecordKey("tiny", 1), emptyChunk(1), neverAborted, (found) => ({
      ...found,
      lease: lease(world, 1e9),
    }));
    await remove(world.wiring(), neverAborted);
    await assertNothingLeft(world);
  });
});

describe("a removal that ends before it is decided leaves the record as it was", () => {
  const busy = (world: TinyWorld) =>
    updateRecord(world.ledger, chunkRecordKey("tiny", 1), emptyChunk(1), neverAborted, (found) => ({
      ...found,
      lease: lease(world, 1000),
    }));
  const scenes: Record<string, (world: TinyWorld) => Promise<unknown>> = {
    "with what a dead committer and a dead planner left": (world) =>
      change(world, { dirty: true, lease: lease(world, -1), planLease: lease(world, -1) }),
    "where it is damaged": (world) => change(world, { length: "long" } as unknown as Partial<DatasetRecord>),
    "where there is none": async (world) => {
      const found = await world.ledger.read(datasetRecordKey("tiny"), neverAborted);
      await world.ledger.delete(datasetRecordKey("tiny"), found?.version ?? "", neverAborted);
    },
  };
  for (const [name, begin] of Object.entries(scenes)) {
    test(name, async () => {
      const world = await grown();
      await begin(world);
      await busy(world);
      const before = await recordOf(world);
      await assert.rejects(remove(world.wiring(), neverAborted), { tag: "contention" });
      assert.deepEqual(await recordOf(world), before);
    });
  }

  for (const isAnswered of [true, false])
    for (const write of [0, 1])
      test(`stopped at its write ${write}, ${isAnswered ? "before" : "after"} it stands`, async () => {
        const world = await grown();
        const before = await recordOf(world);
        const stop = new AbortController();
        let writes = 0;
        const around: Around = async ({ operation }, perform) => {
          if (operation !== "write" || writes++ !== write) return perform();
          if (!isAnswered) await perform();
          stop.abort(new Error("stopped"));
          throw new Error("stopped");
        };
        await assert.rejects(remove(world.wiring({ around }), stop.signal), /stopped/);
        const now = await recordOf(world);
        // Once it stands that it is decided it is never taken back.
        if (write === 1 && !isAnswered) assert.equal(now?.removal?.decided, true);
        else assert.deepEqual(now, before);
      });
});

test("who sleeps on a lease that ran out leaves no object, whenever it puts one", async () => {
  const base = await grown();
  for (let at = 0; ; at++) {
    const world = await base.copy();
    await updateRecord(world.ledger, chunkRecordKey("tiny", 1), emptyChunk(1), neverAborted, (found) => ({
      ...found,
      lease: lease(world, -1),
    }));
    let calls = 0;
    let isPut = false;
    const around: Around = async (_, perform) => {
      if (calls++ === at) {
        // As a worker does: its lease is looked at, and then what it has is put where nothing stands.
        const found = await world.ledger.read(chunkRecordKey("tiny", 1), neverAborted);
        const bytes = new Uint8Array(1);
        if (found?.record.lease?.holder === "another")
          isPut =
            (await world.store.put("tiny.zarr/rain/9.0.0", bytes, ABSENT, headers, neverAborted)).outcome ===
            "written";
      }
      return perform();
    };
    await remove(world.wiring({ around }), neverAborted);
    if (calls <= at) {
      assert.ok(at > 40);
      return;
    }
    assert.deepEqual(await world.store.list("tiny.", neverAborted), [], `at call ${at}, ${isPut}`);
  }
});

test("while it is being removed whoever would work on it says so, and who finishes it; nothing is written", async () => {
  const world = await grown();
  const message = await batchOf(world);
  await change(world, { removal: { by: "one", at: Date.UTC(2014, 3, 2), decided: true } });
  const before = await world.generations();
  const says =
    /tiny: somebody began to remove it at 2014-04-02T00:00:00\.000Z: `accrete remove tiny` finishes that/;
  const wiring = world.wiring();
  for (const work of [
    () => plan(wiring, { force: false }, neverAborted),
    () => extend(wiring, message, neverAborted),
    () => commit(wiring, neverAborted),
    () => openShown(wiring, true, neverAborted),
    () => takePlanLease(wiring, undefined, neverAborted),
  ])
    await assert.rejects(work, { tag: "storage", message: says });
  const examined = await examine(wiring, {}, neverAborted);
  assert.deepEqual(
    examined.differences.map(({ kind, place }) => [kind, place]),
    [["removal", "ledger"]],
  );
  const { done, left } = await repair(wiring, examined, { adopt: true }, neverAborted);
  assert.deepEqual([done.length, left.length], [0, 1]);
  assert.match(left[0]?.detail ?? "", /`accrete remove tiny` finishes that/);
  assert.deepEqual(await world.generations(), before);
  assert.equal((await recordOf(world))?.lease, null);
});

test("builds that know of no removal refuse the record, and all others are stored as before", () => {
  const removal = { by: "one", at: 0, decided: false };
  assert.deepEqual(storedForm({ ...emptyDataset, removal }), { ...emptyDataset, removal, schema: 3 });
  assert.deepEqual(storedForm(emptyDataset), { ...emptyDataset, schema: 2 });
});

describe("who opened the dataset before the removal, and takes a chunk's lease", () => {
  /** What happens right before that write. */
  async function extended(world: TinyWorld, meanwhile: () => Promise<unknown>): Promise<void> {
    const message = await batchOf(world);
    let isDone = false;
    const around: Around = async ({ operation, key }, perform) => {
      if (operation === "write" && key === "1" && !isDone) {
        isDone = true;
        await meanwhile();
      }
      return perform();
    };
    await assert.rejects(extend(world.wiring({ around }), message, neverAborted), { tag: "storage" });
    assert.ok(isDone);
  }

  test("once it is over puts and records nothing", async () => {
    const world = await grown();
    await extended(world, () => remove(world.wiring(), neverAborted));
    await assertNothingLeft(world);
  });

  test("once another dataset stands there changes nothing of it", async () => {
    const world = await grown();
    let before = {};
    await extended(world, async () => {
      await remove(world.wiring(), neverAborted);
      await world.run({ to: 5 });
      before = await world.generations();
    });
    assert.deepEqual(await world.generations(), before);
    await world.run();
    await assertContent(world, present(8));
  });

  test("is seen by the removal, or sees it, however they are interleaved", async () => {
    const base = await grown();
    const message = await batchOf(base);
    for (let at = 0; ; at++) {
      const world = await base.copy();
      let calls = 0;
      let removing: Promise<string> | undefined;
      const removal = async () => {
        await remove(world.wiring(), neverAborted);
        return "removed";
      };
      const around: Around = async (_, perform) => {
        if (calls++ === at) removing = removal().catch((error: { tag: string }) => error.tag);
        // To its end, before this goes on.
        await removing;
        return perform();
      };
      const end = await extend(world.wiring({ around }), message, neverAborted).catch(
        (error: { tag: string }) => error,
      );
      const outcome = await removing;
      if (outcome === undefined) {
        assert.ok(at > 20);
        return;
      }
      if (outcome === "contention") {
        assert.ok("outcome" in end && end.outcome === "extended", `at call ${at}`);
        await assertContent(world, present(8));
      } else {
        assert.equal(outcome, "removed");
        assert.deepEqual(await world.store.list("tiny.", neverAborted), [], `at call ${at}`);
        assert.deepEqual(await world.ledger.window("tiny", 0, 9, 9, neverAborted), [], `at call ${at}`);
      }
    }
  });
});

test("a doctor leaves nothing of a dataset that is removed beside it, wherever the removal comes", async () => {
  const base = await grown();
  // Objects to make anew, a record to rebuild, provenance to tell again, and a granule that is not to be had.
  const existing = await base.store.read("tiny.zarr/rain/0.0.0", neverAborted);
  const generation = existing?.generation ?? "";
  await base.store.put("tiny.zarr/rain/0.0.0", new Uint8Array(7), generation, headers, neverAborted);
  await change(base, { length: "long" } as unknown as Partial<DatasetRecord>);
  for (const key of await base.store.list("tiny.accrete/", neverAborted)) {
    const { generation: found = "" } = (await base.store.read(key, neverAborted)) ?? {};
    await base.store.delete(key, found, neverAborted);
  }
  const record = await base.ledger.read(chunkRecordKey("tiny", 1), neverAborted);
  await base.ledger.delete(chunkRecordKey("tiny", 1), record?.version ?? "", neverAborted);
  base.remove(5);
  let removed = 0;
  for (let at = 0; ; at++) {
    const world = await base.copy();
    let calls = 0;
    let removing: Promise<string> | undefined;
    const removal = async () => {
      await remove(world.wiring(), neverAborted);
      return "removed";
    };
    const around: Around = async (_, perform) => {
      if (calls++ === at) removing = removal().catch((error: { tag: string }) => error.tag);
      await removing;
      return perform();
    };
    const wiring = world.wiring({ around });
    await examine(wiring, {}, neverAborted)
      .then((examined) => repair(wiring, examined, { adopt: true }, neverAborted))
      .catch((error: { tag?: string }) => assert.ok(error.tag, `at call ${at}: ${error}`));
    const outcome = await removing;
    if (outcome === undefined) {
      assert.ok(at > 50 && removed > 20, `${at} calls, ${removed} removals`);
      return;
    }
    if (outcome !== "removed") continue;
    removed++;
    assert.deepEqual(await world.store.list("tiny.", neverAborted), [], `at call ${at}`);
    assert.deepEqual(await world.ledger.window("tiny", 0, 9, 9, neverAborted), [], `at call ${at}`);
    assert.equal(await recordOf(world), undefined, `at call ${at}`);
  }
});

test("what a doctor found to be missing of a dataset is not recorded in another, nor where there is none", async () => {
  const world = await grown();
  const [identity] = await identitiesOf(world);
  const mend = () =>
    recordMissing({ ...world.wiring(), dataset: world.dataset, identity }, 1, [3], neverAborted);
  await remove(world.wiring(), neverAborted);
  await assert.rejects(mend, { tag: "storage", message: /it was removed/ });
  await assertNothingLeft(world);
  await world.run({ to: 6 });
  const before = await world.record(1);
  await assert.rejects(mend, { tag: "storage", message: /it was removed/ });
  assert.deepEqual((await world.record(1)).steps, before.steps);
});

test("of two without an identity, as older builds made them, one is known to be gone", async () => {
  const world = await grown();
  const message = await batchOf(world);
  await forgetInStore(world);
  await forgetInLedger(world);
  let isDone = false;
  const around: Around = async ({ operation, key }, perform) => {
    if (operation === "write" && key === "1" && !isDone) {
      isDone = true;
      await remove(world.wiring(), neverAborted);
    }
    return perform();
  };
  await assert.rejects(extend(world.wiring({ around }), message, neverAborted), { tag: "storage" });
  await assertNothingLeft(world);
});

test("a plan that compared before the removal records no gap of what is gone", async () => {
  const world = await grown();
  world.remove(6);
  await world.run();
  // Long enough for the patience, with a later timestep present.
  world.at(20);
  let isDone = false;
  const around: Around = async ({ operation }, perform) => {
    const result = await perform();
    if (operation === "window" && !isDone) {
      isDone = true;
      await remove(world.wiring(), neverAborted);
    }
    return result;
  };
  const wiring = world.wiring({ around });
  await assert.rejects(plan(wiring, { force: false }, neverAborted), {
    tag: "storage",
    message: /extend tiny: it was removed/,
  });
  await assertNothingLeft(world);
});

test("a dataset that nobody can open is removed all the same", async () => {
  const world = await grown();
  const existing = await world.store.read("tiny.zarr/.zmetadata", neverAborted);
  await world.store.put(
    "tiny.zarr/.zmetadata",
    new Uint8Array(7),
    existing?.generation ?? "",
    headers,
    neverAborted,
  );
  await change(world, { length: "long", lease: { holder: 7 } } as unknown as Partial<DatasetRecord>);
  await updateRecord(world.ledger, chunkRecordKey("tiny", 1), emptyChunk(1), neverAborted, () => ({
    ...emptyChunk(1),
    steps: 7 as never,
  }));
  assert.equal((await readHoldings(world.wiring(), neverAborted))?.length, undefined);
  await remove(world.wiring(), neverAborted);
  await assertNothingLeft(world);
});

test("who sleeps in the middle of a removal that another finishes deletes nothing of the dataset after it", async () => {
  const base = await grown();
  for (let at = 0; ; at++) {
    const world = await base.copy();
    let calls = 0;
    let before: Record<string, string> | undefined;
    const around: Around = async ({ operation }, perform) => {
      if (operation === "delete" && calls++ === at) {
        await remove(world.wiring(), neverAborted);
        await world.run();
        before = await world.generations();
      }
      return perform();
    };
    await remove(world.wiring({ around }), neverAborted);
    if (!before) {
      assert.ok(at > 15, `${at} deletions`);
      return;
    }
    assert.deepEqual(await world.generations(), before);
    assert.ok((await recordOf(world))?.identity);
    await assertContent(world, present(8));
    assert.equal((await world.run()).taken, 0);
  }
});

test("a chunk's record that is left alone keeps a dataset from being created, and says what takes it", async () => {
  const world = await grown();
  await remove(world.wiring(), neverAborted);
  await world.ledger.write(chunkRecordKey("tiny", 1), emptyChunk(1), NO_RECORD, neverAborted);
  await assert.rejects(world.run(), {
    tag: "pair",
    message: /records of chunks.*`accrete remove tiny` takes/,
  });
  await remove(world.wiring(), neverAborted);
  await world.run();
  await assertContent(world, present(8));
});

test("an object that a removal did not see is nothing to the dataset that begins after it", async () => {
  const key = "tiny.zarr/rain/1.0.0";
  const world = await grown();
  await world.run();
  const stray = await world.store.read(key, neverAborted);
  assert.ok(stray);
  await remove(world.wiring(), neverAborted);
  for (const index of [6, 7]) world.remove(index);
  const undisturbed = await world.copy();
  await undisturbed.run();
  await world.store.put(key, stray.bytes, ABSENT, headers, neverAborted);
  await world.run();
  const made = async ({ store }: TinyWorld) => (await store.read(key, neverAborted))?.bytes;
  assert.deepEqual(await made(world), await made(undisturbed));
});

test("two removals at once: both end, or one says that the other is at it, and nothing is left", async () => {
  const world = await grown();
  const ends = await Promise.allSettled([
    remove(world.wiring(), neverAborted),
    remove(world.wiring(), neverAborted),
  ]);
  for (const end of ends) if (end.status === "rejected") assert.equal(end.reason.tag, "contention");
  assert.ok(ends.some(({ status }) => status === "fulfilled"));
  await assertNothingLeft(world);
});
