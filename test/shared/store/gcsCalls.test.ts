/**
 * What a store in a bucket makes of a network on which anything can get lost: each put is written or refused, once, and is
 * told so; each read is whole; what cannot be done is told; an abort ends everything.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type GcsLimits, gcsLimitsDefault } from "../../../shared/store/gcs/gcsStore.ts";
import { ABSENT, type Store } from "../../../shared/store/store.ts";
import { neverAborted as never } from "../../../shared/testing/neverAborted.ts";
import { headers, text, written } from "../../../shared/testing/objects.ts";
import { bucket, gcsStore, startGcs } from "../../support/gcsWorld.ts";
import { seeded } from "../../support/seeded.ts";
import { type StorageFaultKind, storageFaultKinds } from "../../support/storageFaults.ts";
import type { StorageServer } from "../../support/storageServer.ts";

const content = async (store: Store, key: string) =>
  new TextDecoder().decode((await store.read(key, never))?.bytes);
const large = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 31 + (i >> 9)) & 255);
const deadline = new Error("deadline");
const isDeadline = (thrown: unknown) => thrown === deadline;

describe("a put whose answer is lost", () => {
  for (const fault of ["resetAfter", "unavailableAfter"] as const) {
    test(`is known to be written, whether it created or replaced (${fault})`, async (t) => {
      const { server, store } = await startGcs(t);
      server.faults[fault] = 1;
      const first = await written(store, "a", text("first"));
      server.faults[fault] = 1;
      const second = await written(store, "a", text("second"), first);
      assert.equal(String(server.find(bucket, "a")?.generation), second);
      assert.equal(await content(store, "a"), "second");
      assert.equal(server.writeTimes(bucket, "a").length, 2);
    });

    test(`is known to be written where every try of it fails (${fault})`, async (t) => {
      const { server, store } = await startGcs(t, { limits: { attemptsMax: 3 } });
      server.faults.operations = ["insert"];
      server.faults[fault] = 3;
      const generation = await written(store, "a", text("first"));
      assert.equal(String(server.find(bucket, "a")?.generation), generation);
    });
  }

  test("is known to be written where the server falls silent", async (t) => {
    const { server, store } = await startGcs(t, { limits: { callMs: tryMs } });
    server.faults.hangAfter = 1;
    await written(store, "a", text("a"));
    assert.equal(server.count("insert"), 2);
  });

  test("is refused where somebody else wrote in between", async (t) => {
    const { server, store } = await startGcs(t);
    const generation = await written(store, "a", text("first"));
    for (const ifGenerationMatch of [generation, ABSENT]) {
      server.faults.resetBefore = 1;
      const putting = store.put("a", text("mine"), ifGenerationMatch, headers, never);
      const calls = server.count("insert");
      await server.awaitCall("insert", calls + 1);
      server.put(bucket, "a", text("theirs"));
      assert.deepEqual(await putting, { outcome: "preconditionFailed" });
      assert.equal(await content(store, "a"), "theirs");
    }
  });

  test("is refused where somebody else wrote, and no try got through", async (t) => {
    const { server, store } = await startGcs(t, { limits: { attemptsMax: 2 } });
    server.faults.operations = ["insert"];
    server.faults.resetBefore = 2;
    const putting = store.put("a", text("mine"), ABSENT, headers, never);
    await server.awaitCall("insert");
    server.put(bucket, "a", text("theirs"));
    assert.deepEqual(await putting, { outcome: "preconditionFailed" });
  });

  test("fails where no try got through and nobody wrote", async (t) => {
    const { server, store } = await startGcs(t, { limits: { attemptsMax: 2 } });
    server.faults.operations = ["insert"];
    server.faults.resetBefore = 2;
    await assert.rejects(store.put("a", text("mine"), ABSENT, headers, never), {
      tag: "storage",
      message:
        /^put gs:\/\/archive\/a: no answer from http.*, after 2 tries; nothing is lost, try again later$/,
    });
    assert.deepEqual(server.names(bucket), []);
  });

  test("says that it does not know, where that cannot be found out", async (t) => {
    const { server, store } = await startGcs(t);
    server.faults.resetAfter = 1;
    server.faults.forbidden.add("metadata");
    await assert.rejects(store.put("a", text("a"), ABSENT, headers, never), {
      tag: "storage",
      message: /whether it was written could not be found out; read it to see what stands$/,
    });
  });

  test("8 writers who each add 10 names to one object lose none, though a fifth of all calls fail", async (t) => {
    const { store } = await startGcs(
      t,
      { limits: { attemptsMax: 30 } },
      { faults: { share: 0.2 }, random: seeded(7) },
    );
    async function add(name: string): Promise<void> {
      for (let attempt = 0; attempt < 500; attempt++) {
        const found = await store.read("names", never);
        const names = new Set(found ? (JSON.parse(Buffer.from(found.bytes).toString()) as string[]) : []);
        const bytes = text(JSON.stringify([...names.add(name)]));
        const result = await store.put("names", bytes, found?.generation ?? ABSENT, headers, never);
        if (result.outcome === "written") return;
      }
      assert.fail(`${name} was never written`);
    }
    const writer = async (_: unknown, i: number) => {
      for (let j = 0; j < 10; j++) await add(`${i}-${j}`);
    };
    await Promise.all(Array.from({ length: 8 }, writer));
    const names = JSON.parse(await content(store, "names")) as string[];
    assert.equal(names.length, 80);
  });
});

/** Of a try that the server leaves unanswered: longer than a busy machine takes for the others. */
const tryMs = 4_000;
const unanswered: readonly StorageFaultKind[] = ["hang", "hangAfter", "stalledBody"];

describe("a call that fails for a while", { concurrency: true }, () => {
  for (const kind of storageFaultKinds) {
    test(`is tried until it succeeds (${kind})`, async (t) => {
      const limits = unanswered.includes(kind) ? { callMs: tryMs, idleMs: tryMs } : {};
      const { server, store } = await startGcs(t, { limits }, { faults: { faultAfterBytes: 100_000 } });
      server.put(bucket, "a", large);
      server.faults[kind] = 2;
      const found = await store.read("a", never);
      assert.equal(Buffer.compare(found?.bytes ?? text(""), large), 0);
      assert.equal(found?.generation, String(server.find(bucket, "a")?.generation));
      assert.equal(server.count("media"), 3);
      if (server.faults[kind] > 0) return;
      server.faults[kind] = 1;
      assert.deepEqual(await store.list("", never), ["a"]);
      server.faults[kind] = 1;
      assert.deepEqual(await store.delete("a", found?.generation ?? ABSENT, never), { outcome: "deleted" });
      assert.deepEqual(server.names(bucket), []);
    });
  }

  test("is told with the server's words once the tries are used up", async (t) => {
    const { server, store } = await startGcs(t, { limits: { attemptsMax: 3 } });
    server.faults.unavailable = 1000;
    const told = (operation: string) => ({
      tag: "storage",
      message: `${operation} gs://archive/a: the server answered 503 (We encountered an internal error. Please try again.), after 3 tries; nothing is lost, try again later`,
    });
    await assert.rejects(store.read("a", never), told("read"));
    await assert.rejects(store.delete("a", "1", never), told("delete"));
    await assert.rejects(store.list("a", never), told("list"));
    assert.equal(server.count(), 12); // and it was looked whether the deletion had been done
  });

  test("is told what was wrong with the bytes where they never came right", async (t) => {
    const { server, store } = await startGcs(t, { limits: { attemptsMax: 2 } });
    server.put(bucket, "a", text("right"));
    server.faults.wrongBytes = 2;
    await assert.rejects(store.read("a", never), {
      message: /^read gs:\/\/archive\/a: the object has crc32c \S+, but bytes of \S+ came, after 2 tries/,
    });
  });

  test("ends where the server never answers, after the time of each try", async (t) => {
    const { server, store } = await startGcs(t, { limits: { attemptsMax: 2, idleMs: 300 } });
    server.faults.hang = 1000;
    await assert.rejects(store.read("a", never), { message: /nothing came within 300 ms, after 2 tries/ });
    const impatient = gcsStore(server.url, { limits: { attemptsMax: 2, callMs: 300 } });
    await assert.rejects(impatient.put("a", text("a"), ABSENT, headers, never), { tag: "storage" });
    await server.awaitConnections(0);
  });
});

describe("a deletion whose answer is lost", () => {
  for (const kind of ["resetAfter", "unavailableAfter"] as const) {
    test(`is done, and no refusal, but where another write came after it (${kind})`, async (t) => {
      const { server, store } = await startGcs(t);
      const put = () => {
        server.put(bucket, "a", text("a"));
        return String(server.find(bucket, "a")?.generation);
      };
      server.faults[kind] = 1;
      assert.deepEqual(await store.delete("a", put(), never), { outcome: "deleted" });
      assert.deepEqual(server.names(bucket), []);
      server.faults[kind] = 1;
      server.faults.meanwhile = async () => void put();
      assert.deepEqual(await store.delete("a", put(), never), { outcome: "preconditionFailed" });
      assert.deepEqual(server.names(bucket), ["a"]);
    });
  }

  test("is resolved by what stands, where every try of it fails", async (t) => {
    const { server, store } = await startGcs(t, { limits: { attemptsMax: 2 } });
    server.put(bucket, "a", text("a"));
    const generation = String(server.find(bucket, "a")?.generation);
    Object.assign(server.faults, { operations: ["delete"], resetBefore: 2 });
    await assert.rejects(store.delete("a", generation, never), { tag: "storage" });
    assert.deepEqual(server.names(bucket), ["a"]);
    Object.assign(server.faults, { resetBefore: 0, resetAfter: 2, sparedCalls: 0 });
    assert.deepEqual(await store.delete("a", generation, never), { outcome: "deleted" });
  });
});

describe("an abort", () => {
  for (const verb of ["read", "put", "delete", "list"] as const) {
    const call = (store: Store, server: StorageServer, signal: AbortSignal): Promise<unknown> => {
      if (verb === "put") return store.put("a", text("late"), ABSENT, headers, signal);
      if (verb === "delete") {
        server.put(bucket, "a", text("stays"));
        return store.delete("a", String(server.find(bucket, "a")?.generation), signal);
      }
      return store[verb]("a", signal);
    };
    const operations = { read: "media", put: "insert", delete: "delete", list: "list" } as const;

    test(`ends a ${verb} that the server does not answer, and its connection`, async (t) => {
      const { server, store } = await startGcs(t);
      const controller = new AbortController();
      server.faults.hang = 1;
      const calling = call(store, server, controller.signal);
      await server.awaitCall(operations[verb]);
      controller.abort(deadline);
      await assert.rejects(calling, isDeadline);
      assert.deepEqual(server.names(bucket), verb === "delete" ? ["a"] : []);
      // That on which it was found out what became of the write is kept for the next call.
      await server.awaitConnections(verb === "put" || verb === "delete" ? 1 : 0);
    });

    test(`ends a ${verb} that waits for its next try`, async (t) => {
      const hour = { backoffFirstMs: 3_600_000, backoffLongestMs: 3_600_000, rateBackoffFirstMs: 3_600_000 };
      const { server, store } = await startGcs(t, { limits: hour });
      const controller = new AbortController();
      server.faults.tooManyRequests = 1;
      const calling = call(store, server, controller.signal);
      await server.awaitCall(operations[verb]);
      await server.awaitConnections(1);
      controller.abort(deadline);
      await assert.rejects(calling, isDeadline);
    });
  }

  test("of a read ends no other read that is under way", async (t) => {
    const { server, store } = await startGcs(t, { limits: { attemptsMax: 1 } });
    for (const name of ["a", "b", "c"]) server.put(bucket, name, large);
    server.faults.names = /^[ab]$/;
    server.faults.stalledBody = 2;
    const [first, second] = [new AbortController(), new AbortController()];
    const reads = [store.read("a", first.signal), store.read("b", second.signal)] as const;
    await server.awaitCall("media", 2);
    first.abort(deadline);
    await assert.rejects(reads[0], isDeadline);
    await written(store, "d", text("d"));
    await server.awaitConnections(2);
    second.abort(deadline);
    await assert.rejects(reads[1], isDeadline);
  });

  test("of a put that is written already, and only not answered, leaves it written and says so", async (t) => {
    const { server, store } = await startGcs(t);
    const controller = new AbortController();
    server.faults.hangAfter = 1;
    const putting = store.put("a", text("in time"), ABSENT, headers, controller.signal);
    await server.awaitCall("insert");
    controller.abort(deadline);
    assert.deepEqual(await putting, {
      outcome: "written",
      generation: String(server.find(bucket, "a")?.generation),
    });
  });

  test("of a deletion that is done already, and only not answered, says that it is done", async (t) => {
    const { server, store } = await startGcs(t);
    const controller = new AbortController();
    server.put(bucket, "a", text("a"));
    server.faults.hangAfter = 1;
    const deleting = store.delete("a", String(server.find(bucket, "a")?.generation), controller.signal);
    await server.awaitCall("delete");
    controller.abort(deadline);
    assert.deepEqual(await deleting, { outcome: "deleted" });
  });

  test("of a put is over soon also where nothing answers any more", async (t) => {
    const { server, store } = await startGcs(t, { limits: { settleMs: 50 } });
    const controller = new AbortController();
    server.faults.hang = 1000;
    const putting = store.put("a", text("late"), ABSENT, headers, controller.signal);
    await server.awaitCall("insert");
    controller.abort(deadline);
    await assert.rejects(putting, isDeadline);
  });
});

test("the limits of a store are those that Cloud Storage asks for, unless others are given", () => {
  const { writeEveryMs, rateBackoffFirstMs }: GcsLimits = gcsLimitsDefault;
  assert.ok(writeEveryMs >= 1_000 && rateBackoffFirstMs >= 1_000);
  assert.throws(() => gcsStore("http://127.0.0.1:1", { bucket: "" }), { tag: "usage" });
});
