/** How quickly one object is written, by a clock that the tests move. */
import assert from "node:assert/strict";
import { describe, mock, type TestContext, test } from "node:test";
import type { GcsLimits } from "../../../shared/store/gcs/gcsStore.ts";
import { ABSENT } from "../../../shared/store/store.ts";
import { neverAborted as never } from "../../../shared/testing/neverAborted.ts";
import { headers, text, written } from "../../../shared/testing/objects.ts";
import { bucket, startGcs } from "../../support/gcsWorld.ts";
import type { StorageServerOptions } from "../../support/storageServer.ts";

// For all of the file: what the store keeps waiting between calls would not survive the end of the mock.
mock.timers.enable({ apis: ["setTimeout"] });

const startedAt = Date.UTC(2026, 10, 1);
/** No try ends by the clock, however far it is moved. */
const fixture = { callMs: 2 ** 31 - 1, idleMs: 2 ** 31 - 1, backoffLongestMs: 30_000 };

async function startPaced(
  t: TestContext,
  limits: Partial<GcsLimits>,
  serverOptions: Partial<StorageServerOptions> = {},
) {
  let present = startedAt;
  const now = () => present;
  const world = await startGcs(t, { now, limits: { ...fixture, ...limits } }, { now, ...serverOptions });

  /** Moves the clock on, a little at a time, until the work is done. */
  async function passTime<T>(work: Promise<T>): Promise<T> {
    let isDone = false;
    const done = work.finally(() => {
      isDone = true;
    });
    done.catch(() => undefined);
    while (!isDone) {
      await new Promise((resolve) => setImmediate(resolve));
      present += 10;
      mock.timers.tick(10);
    }
    return done;
  }
  const setBack = (ms: number) => {
    present -= ms;
  };
  return { ...world, passTime, now, setBack };
}

/** The times between writes. */
function gaps(times: readonly number[]): readonly number[] {
  return times.slice(1).map((time, i) => time - (times[i] as number));
}

describe("the pace of a store in a bucket", () => {
  test("one object is written at most once a second, one write after the other", async (t) => {
    const { server, store, passTime } = await startPaced(t, { writeEveryMs: 1_000 });
    let generation = ABSENT;
    for (let i = 0; i < 4; i++) generation = await passTime(written(store, "a", text(String(i)), generation));
    const times = server.writeTimes(bucket, "a");
    assert.equal(times.length, 4);
    for (const gap of gaps(times)) assert.ok(gap >= 1_000, `${gap} ms`);
  });

  test("different objects do not wait for each other", async (t) => {
    const { server, store } = await startPaced(t, { writeEveryMs: 1_000 });
    await Promise.all(["a", "b", "c"].map((key) => written(store, key, text(key))));
    assert.equal(server.count("insert"), 3);
  });

  test("of puts that race for one object the losers are refused without waiting a second each", async (t) => {
    const { server, store, passTime, now } = await startPaced(t, { writeEveryMs: 1_000 });
    const generation = await written(store, "a", text("first"));
    const put = () => store.put("a", text("again"), ABSENT, headers, never);
    const results = await passTime(Promise.all([put(), put(), put(), put()]));
    assert.deepEqual(new Set(results.map(({ outcome }) => outcome)), new Set(["preconditionFailed"]));
    assert.equal(String(server.find(bucket, "a")?.generation), generation);
    assert.ok(server.writeTimes(bucket, "a").length === 1 && now() > startedAt);
  });

  test("who is aborted in the row writes nothing, and the next one still waits for the one before", async (t) => {
    const { server, store, passTime } = await startPaced(t, { writeEveryMs: 1_000 });
    const generation = await written(store, "a", text("first"));
    const deadline = new Error("deadline");
    const controller = new AbortController();
    const given = store.put("a", text("given up"), generation, headers, controller.signal);
    const next = store.put("a", text("next"), generation, headers, never);
    controller.abort(deadline);
    await assert.rejects(given, (thrown) => thrown === deadline);
    assert.equal(server.count("insert"), 1);
    assert.equal((await passTime(next)).outcome, "written");
    for (const gap of gaps(server.writeTimes(bucket, "a"))) assert.ok(gap >= 1_000, `${gap} ms`);
  });

  test("what is no longer remembered is not waited for, so that memory has a bound", async (t) => {
    const { store } = await startPaced(t, { writeEveryMs: 1_000, writesRememberedMax: 2 });
    const generation = await written(store, "a", text("a"));
    for (const key of ["b", "c"]) await written(store, key, text(key));
    await written(store, "a", text("again"), generation);
  });

  test("a clock that is set back makes nobody wait longer", async (t) => {
    const { server, store, passTime, now, setBack } = await startPaced(t, { writeEveryMs: 1_000 });
    const generation = await written(store, "a", text("a"));
    setBack(86_400_000);
    const before = now();
    await passTime(written(store, "a", text("again"), generation));
    assert.equal(server.count("insert"), 2);
    assert.ok(now() - before < 3_600_000, `${now() - before} ms`);
  });

  test("a server that says it is too quick is left alone for a second, and then for longer", async (t) => {
    const { server, store, passTime, now } = await startPaced(t, { rateBackoffFirstMs: 1_000 });
    server.faults.tooManyRequests = 3;
    const times: number[] = [];
    const noteCalls = async () => {
      for (let i = 1; i <= 4; i++) {
        await server.awaitCall("media", i);
        times.push(now());
      }
    };
    const noted = noteCalls();
    await passTime(store.read("a", never));
    await noted;
    const [first = 0, second = 0, third = 0] = gaps(times);
    assert.ok(first >= 1_000 && second >= 2_000 && third >= 4_000, `${first}, ${second}, ${third} ms`);
  });

  test("with another writer beside it, the limit of one write a second costs waits and no write", async (t) => {
    const { server, store, passTime } = await startPaced(
      t,
      { rateBackoffFirstMs: 1_000 },
      { writeEveryMs: 1_000 },
    );
    server.put(bucket, "a", text("theirs"));
    const existing = String(server.find(bucket, "a")?.generation);
    await passTime(written(store, "a", text("mine"), existing));
    assert.equal(server.count("insert"), 2);
    for (const gap of gaps(server.writeTimes(bucket, "a"))) assert.ok(gap >= 1_000, `${gap} ms`);
  });
});
