/** Group commit: one committer at a time tells readers what all have done, and a committer that wakes up late harms nothing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ContentionError } from "../../../../shared/errors.ts";
import { datasetRecordKey } from "../../../../shared/ledger/ledger.ts";
import { commit } from "../../../../shared/pipeline/commit/commit.ts";
import { type BatchOutcome, extend } from "../../../../shared/pipeline/extend/extend.ts";
import { plan } from "../../../../shared/pipeline/plan/plan.ts";
import type { ExtendMessage } from "../../../../shared/queue/queue.ts";
import { ABSENT } from "../../../../shared/store/store.ts";
import { type Around, memoryLimits } from "../../../support/memoryWiring.ts";
import {
  assertContent,
  neverAborted,
  present,
  type TinyWorld,
  tinyWorld,
} from "../../../support/tinyWorld.ts";

/** A dataset without timesteps, and the messages of three batches of four. */
async function threeBatches(): Promise<[TinyWorld, readonly [ExtendMessage, ExtendMessage, ExtendMessage]]> {
  const world = tinyWorld();
  world.publishAll(0, 11);
  world.at(11);
  const wiring = world.wiring();
  await plan(wiring, { force: false }, neverAborted);
  const messages = wiring.sent.flatMap((sent) =>
    sent.topic === "extend" ? [sent.message as ExtendMessage] : [],
  );
  return [world, messages as unknown as [ExtendMessage, ExtendMessage, ExtendMessage]];
}

/** Does something once, just before a call whose operation and key match. */
function before(operation: string, key: RegExp, meanwhile: () => Promise<unknown>): Around {
  let once = false;
  return async (call, perform) => {
    if (!once && call.operation === operation && key.test(call.key)) {
      once = true;
      await meanwhile();
    }
    return perform();
  };
}

test("who finds the lease held marks the record once and goes; the holder looks again and tells all", async () => {
  const [world, [first, second, third]] = await threeBatches();
  const outcomes: BatchOutcome[] = [];
  const writes: number[] = [];
  const around = before("put", /\.zmetadata$/, async () => {
    for (const message of [second, third]) {
      let count = 0;
      const other = world.wiring({
        around: async (call, perform) => {
          if (call.port === "ledger" && call.operation === "write" && call.key === "dataset") count++;
          return perform();
        },
      });
      outcomes.push(await extend(other, message, neverAborted));
      writes.push(count);
    }
  });
  const holder = world.wiring({ around });
  const { committed } = await extend(holder, first, neverAborted);
  assert.deepEqual(committed, { outcome: "done", length: 12 });
  assert.deepEqual(
    outcomes.map((outcome) => outcome.committed?.outcome),
    ["left", "left"],
  );
  assert.deepEqual(writes, [1, 0], "the mark is set where it is not set yet");
  assert.equal(holder.events.filter(({ event }) => event === "committed").length, 2);
  const record = (await world.ledger.read(datasetRecordKey("tiny"), neverAborted))?.record;
  assert.deepEqual([record?.dirty, record?.lease, record?.length], [false, null, 12]);
  await assertContent(world, present(12));
});

test("the lease of a committer that died holds others off until it runs out, then is taken over", async () => {
  const [world, [first, second]] = await threeBatches();
  let dead = false;
  const dying = world.wiring({
    around: async (call, perform) => {
      if (call.operation === "put" && call.key.endsWith(".zmetadata")) dead = true;
      if (dead) throw new Error("killed");
      return perform();
    },
  });
  await assert.rejects(extend(dying, first, neverAborted), /killed/);
  const other = await extend(world.wiring(), second, neverAborted);
  const expiresAt = (await world.ledger.read(datasetRecordKey("tiny"), neverAborted))?.record.lease
    ?.expiresAt as number;
  assert.deepEqual(other.committed, { outcome: "left", heldUntil: expiresAt });
  await assertContent(world, []);
  world.clock.now = expiresAt;
  assert.deepEqual(await commit(world.wiring(), neverAborted), { outcome: "done", length: 8 });
  await assertContent(world, present(8));
});

test("a committer that wakes up late, at any of its calls, takes nothing back", async () => {
  const [base, [first, second]] = await threeBatches();
  await extend(base.wiring(), first, neverAborted);
  for (let late = 0; ; late++) {
    const world = await base.copy();
    world.publish(1);
    let calls = 0;
    let slept = false;
    const zombie = world.wiring({
      around: async (call, perform) => {
        const isCommitting = sawLease;
        if (call.port === "ledger" && call.operation === "write" && call.key === "dataset") sawLease = true;
        if (isCommitting && calls++ === late) {
          slept = true;
          world.clock.now += memoryLimits.commitLeaseMs + 1;
          world.publish(1, { revision: 1 });
          await world.run();
          await assertContent(world, present(12).with(1, 1));
        }
        return perform();
      },
    });
    let sawLease = false;
    await extend(zombie, second, neverAborted).catch((error: unknown) => {
      if (!(error instanceof ContentionError)) throw error;
    });
    await assertContent(
      world,
      present(12)
        .with(1, slept ? 1 : 0)
        .slice(0, slept ? 12 : 8),
    );
    const status = await world.status();
    assert.equal(status.length, slept ? 12 : 8, `status.json after a sleep before call ${late}`);
    const { commit_seq } = (await world.read()).attributes;
    assert.equal(status.commit_seq, commit_seq);
    if (!slept) {
      assert.ok(late > 20, `${late} calls`);
      return;
    }
    const record = (await world.ledger.read(datasetRecordKey("tiny"), neverAborted))?.record;
    assert.deepEqual([record?.length, record?.lease], [12, null]);
    await world.run();
    await assertContent(world, present(12).with(1, 1));
  }
});

test("a commit that comes between a late committer's readings makes it begin again", async () => {
  const [world, [first, second]] = await threeBatches();
  await extend(world.wiring(), first, neverAborted);
  let [isCommitting, overtaken] = [false, false];
  const around: Around = async (call, perform) => {
    const result = await perform();
    if (call.operation === "write" && call.key === "dataset") isCommitting = true;
    if (isCommitting && !overtaken && call.operation === "read" && call.key.endsWith("/.zmetadata")) {
      overtaken = true;
      world.clock.now += memoryLimits.commitLeaseMs + 1;
      await world.run();
    }
    return result;
  };
  await extend(world.wiring({ around }), second, neverAborted);
  assert.ok(overtaken);
  const { metadata } = (await world.json("tiny.zarr/.zmetadata")) as { metadata: Record<string, unknown> };
  assert.deepEqual(await world.json("tiny.zarr/.zattrs"), metadata[".zattrs"]);
  await assertContent(world, present(12));
});

test("a put whose answer is lost in the middle of a commit leaves a dataset that reads well and the next commit completes", async () => {
  const [base, [first]] = await threeBatches();
  for (let lost = 0; ; lost++) {
    const world = await base.copy();
    let puts = 0;
    let failed = false;
    const wiring = world.wiring({
      around: async (call, perform) => {
        const result = await perform();
        const isCommit = call.operation === "put" && !/\/(rain|wind)\/\d/.test(call.key);
        if (isCommit && puts++ === lost) {
          failed = true;
          throw new Error("connection reset");
        }
        return result;
      },
    });
    await extend(wiring, first, neverAborted).catch(() => undefined);
    await assertContent(world, present((await world.read()).length));
    if (!failed) {
      assert.ok(lost >= 8, `${lost} puts`);
      return;
    }
    assert.equal(
      (await world.ledger.read(datasetRecordKey("tiny"), neverAborted))?.record.lease,
      null,
      "the lease is released",
    );
    assert.deepEqual(await commit(world.wiring(), neverAborted), { outcome: "done", length: 4 });
    await assertContent(world, present(4));
    assert.equal((await world.status()).length, 4);
    assert.equal((await world.provenance(0)).steps.length, 4);
  }
});

test("a commit that publishes a few chunks at once publishes all of them in the end", async () => {
  for (const commitChunksMax of [1, 2]) {
    const world = tinyWorld();
    world.publishAll(0, 19);
    world.remove(9);
    world.at(20);
    const wiring = world.wiring();
    await plan(wiring, { force: false }, neverAborted);
    const lease = { holder: "another", expiresAt: world.clock.now + 10_000 };
    const existing = await world.ledger.read(datasetRecordKey("tiny"), neverAborted);
    assert.ok(existing);
    await world.ledger.write(
      datasetRecordKey("tiny"),
      { ...existing.record, lease },
      existing.version,
      neverAborted,
    );
    for (const sent of wiring.sent) {
      if (sent.topic === "extend") await extend(world.wiring(), sent.message, neverAborted);
    }
    world.clock.now += 10_000;
    const limits = { commitChunksMax };
    const committer = world.wiring({ limits });
    const outcome = await commit(committer, neverAborted);
    assert.deepEqual(outcome, { outcome: "done", length: 9 });
    assert.equal(
      committer.events.filter(({ event }) => event === "committed").length,
      Math.ceil(5 / commitChunksMax),
    );
    await assertContent(world, present(9));
    await world.run({}, world.wiring({ limits }));
    await assertContent(world, present(20).with(9, "missing"));
  }
});

test("a commit that others always overtake gives up, releases its lease, and the next one does the rest", async () => {
  const [world, [first]] = await threeBatches();
  const key = "tiny.zarr/granule_status/0";
  const headers = { contentType: "application/octet-stream", cacheControl: "no-cache" };
  const wiring = world.wiring({
    limits: { racesMax: 3 },
    around: async (call, perform) => {
      if (call.operation === "put" && call.key === key) {
        const found = await world.store.read(key, neverAborted);
        const bytes = found?.bytes ?? new Uint8Array(3);
        await world.store.put(key, bytes, found?.generation ?? ABSENT, headers, neverAborted);
      }
      return perform();
    },
  });
  await assert.rejects(extend(wiring, first, neverAborted), ContentionError);
  assert.equal((await world.ledger.read(datasetRecordKey("tiny"), neverAborted))?.record.lease, null);
  await assertContent(world, []);
  await commit(world.wiring(), neverAborted);
  await assertContent(world, present(4));
});

test("what is recorded while a commit is under way keeps its flag and is published by the next", async () => {
  const [world, [first, second]] = await threeBatches();
  const around = before("put", /provenance\/00000000/, async () => {
    world.publish(0, { revision: 1 });
    const other = world.wiring();
    await plan(other, { force: false }, neverAborted);
    const message = other.sent.flatMap((sent) => (sent.topic === "extend" ? [sent.message] : []))[0];
    assert.equal((message as ExtendMessage).chunk, 0);
    await extend(other, message as ExtendMessage, neverAborted);
  });
  await extend(world.wiring({ around }), first, neverAborted);
  await extend(world.wiring(), second, neverAborted);
  await assertContent(world, present(8).with(0, 1));
  assert.equal((await world.provenance(0)).steps[0]?.granule?.revision, 1);
  assert.equal((await world.record(0)).uncommitted, false);
});

test("commits keep the distance that the store asks for, whoever makes them, and tell what was recorded meanwhile", async () => {
  const [world, messages] = await threeBatches();
  const commitEveryMs = 60_000;
  const toldAt: number[] = [];
  let waits = 0;
  const worker = (meanwhile?: () => Promise<unknown>) =>
    world.wiring({
      limits: { commitEveryMs, commitLeaseMs: 10 * commitEveryMs },
      around: (call, perform) => {
        if (call.operation === "put" && call.key.endsWith("/.zmetadata")) toldAt.push(world.clock.now);
        return perform();
      },
      async meanwhile() {
        waits++;
        await meanwhile?.();
      },
    });
  const [first, second, third] = messages;
  assert.equal((await extend(worker(), first, neverAborted)).committed?.outcome, "done");
  // While the second waits, the third comes and leaves its part to it.
  let left: BatchOutcome | undefined;
  const meanwhile = async () => {
    left ??= await extend(worker(), third, neverAborted);
  };
  assert.equal((await extend(worker(meanwhile), second, neverAborted)).committed?.outcome, "done");
  assert.equal(left?.committed?.outcome, "left");
  await assertContent(world, present(12));
  assert.ok(waits > 0);
  const apartMs = toldAt.slice(1).map((at, i) => at - (toldAt[i] as number));
  assert.ok(apartMs.length > 0 && apartMs.every((ms) => ms >= commitEveryMs), apartMs.join(", "));
});

test("a committer whose time runs out releases the lease between two publications, and says that more is left", async () => {
  const [world, [first, second, third]] = await threeBatches();
  const late = new AbortController();
  const around = before("put", /\.zmetadata$/, async () => {
    await extend(world.wiring(), second, neverAborted);
    late.abort(new Error("late"));
  });
  const { committed } = await extend(world.wiring({ around, late: late.signal }), first, neverAborted);
  assert.deepEqual(committed, { outcome: "unfinished", length: 4 });
  assert.equal((await world.ledger.read(datasetRecordKey("tiny"), neverAborted))?.record.lease, null);
  assert.deepEqual((await extend(world.wiring(), third, neverAborted)).committed, {
    outcome: "done",
    length: 12,
  });
});
