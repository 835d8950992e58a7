import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { StorageError } from "../errors.ts";
import { ABSENT, type Generation, type Store } from "../store/store.ts";
import { neverAborted as never } from "./neverAborted.ts";
import { countUp, numberedObject, numberIn } from "./numberedObject.ts";
import { headers, text, unusableKeys, written } from "./objects.ts";

export interface StartedStore {
  readonly store: Store;
  /** Frees what it holds. Called once, also after a test that failed. */
  stop(): Promise<void>;
}

const usablePrefixes = ["", "a/b/"];

/**
 * Registers the tests of what every adapter must give through the `Store` port: generations that never come back, puts and deletions on
 * their condition, also where many race for one object, reads and lists that are whole, keys that are refused, signals that end a call.
 * `start` hands over a store of its own for each test, without any object.
 */
export function storeContract(name: string, start: () => Promise<StartedStore>): void {
  async function started(t: TestContext): Promise<Store> {
    const { store, stop } = await start();
    t.after(stop);
    return store;
  }

  describe(`store contract: ${name}`, () => {
    test("an object that was never put is undefined", async (t) => {
      const store = await started(t);
      assert.equal(await store.read("a", never), undefined);
      assert.equal(await store.read("a/b/c", never), undefined);
      await written(store, "a/b", text("there"));
      assert.equal(await store.read("a/c", never), undefined);
    });

    test("ABSENT creates, once", async (t) => {
      const store = await started(t);
      const generation = await written(store, "group/array/0.0", text("first"));
      assert.notEqual(generation, ABSENT);
      const second = await store.put("group/array/0.0", text("second"), ABSENT, headers, never);
      assert.deepEqual(second, { outcome: "preconditionFailed" });
      assert.deepEqual(await read(store, "group/array/0.0"), ["first", generation]);
    });

    test("a put on the generation that stands replaces, and read tells the new one", async (t) => {
      const store = await started(t);
      const first = await written(store, "a", text("first"));
      assert.deepEqual(await read(store, "a"), ["first", first]);
      const second = await written(store, "a", text("2nd"), first);
      assert.notEqual(second, first);
      assert.deepEqual(await read(store, "a"), ["2nd", second]);
    });

    test("a put on any other generation changes nothing", async (t) => {
      const store = await started(t);
      const first = await written(store, "a", text("first"));
      const existing = await written(store, "a", text("second"), first);
      const other = await written(store, "b", text("other"));
      for (const [key, generation] of [
        ["a", first],
        ["a", other],
        ["a", ABSENT],
        ["never put", first],
      ] as const) {
        const result = await store.put(key, text("refused"), generation, headers, never);
        assert.deepEqual(result, { outcome: "preconditionFailed" }, `${key} on ${generation}`);
      }
      assert.deepEqual(await read(store, "a"), ["second", existing]);
      assert.deepEqual(await store.list("", never), ["a", "b"]);
    });

    test("bytes come back as they were put: none, every value, 5 MB", async (t) => {
      const store = await started(t);
      const everyValue = Uint8Array.from({ length: 256 }, (_, i) => i);
      const large = Uint8Array.from({ length: 5_000_000 }, (_, i) => (i * 31 + (i >> 9)) & 255);
      for (const [key, bytes] of Object.entries({ none: new Uint8Array(), everyValue, large })) {
        await written(store, key, bytes);
        const found = await store.read(key, never);
        assert.equal(Buffer.compare(found?.bytes ?? text("missing"), bytes), 0, key);
      }
    });

    test("a part of a larger buffer is put as that part alone", async (t) => {
      const store = await started(t);
      await written(store, "part", text("before, the part, after").subarray(8, 16));
      assert.equal((await read(store, "part"))?.[0], "the part");
    });

    test("what callers do to their bytes afterwards changes no object", async (t) => {
      const store = await started(t);
      for (const mine of [text("as it was put"), Buffer.from("as it was put")]) {
        const key = mine.constructor.name;
        const generation = await written(store, key, mine);
        mine.fill(0);
        (await store.read(key, never))?.bytes.fill(0);
        assert.deepEqual(await read(store, key), ["as it was put", generation]);
      }
    });

    test("no generation of a key comes back in 300 rapid rewrites of the same size", async (t) => {
      const store = await started(t);
      const seen = new Set<Generation>([ABSENT]);
      let generation = ABSENT;
      for (let i = 0; i < 300; i++) {
        generation = await written(store, "a", text(String(i % 10)), generation);
        assert.ok(!seen.has(generation), `rewrite ${i} has generation ${generation} again`);
        seen.add(generation);
      }
    });

    test("no generation comes back with an object that is deleted and created anew", async (t) => {
      const store = await started(t);
      const seen = new Set<Generation>();
      for (let i = 0; i < 100; i++) {
        const generation = await written(store, "a", text(String(i % 10)));
        assert.ok(!seen.has(generation), `creation ${i} has generation ${generation} again`);
        seen.add(generation);
        await store.delete("a", generation, never);
      }
    });

    test("of 20 racing creations exactly one wins, and it is the one that stands", async (t) => {
      const store = await started(t);
      await assertOneWinner(store, "a", ABSENT);
    });

    test("of 20 racing puts on one generation exactly one wins, and it is the one that stands", async (t) => {
      const store = await started(t);
      await assertOneWinner(store, "a", await written(store, "a", text("before")));
    });

    test("8 racing writers who each count to 10 by read and put lose nothing", async (t) => {
      const store = await started(t);
      const counter = async () => {
        for (let i = 0; i < 10; i++) await countUp(store, "count");
      };
      await Promise.all(Array.from({ length: 8 }, counter));
      assert.equal(numberIn((await store.read("count", never))?.bytes ?? text("missing!")), 80);
    });

    test("a reader during 100 rewrites always sees one whole object, with its own generation", async (t) => {
      const store = await started(t);
      const extraWords = 20_000;
      const numbers = new Map([[await written(store, "a", numberedObject(0, extraWords)), 0]]);
      const seen: [Generation, number][] = [];
      let rewriting = true;
      const rewrite = async () => {
        let [generation] = numbers.keys() as Iterable<Generation> as [Generation];
        try {
          for (let number = 1; number <= 100; number++) {
            generation = await written(store, "a", numberedObject(number, extraWords), generation);
            numbers.set(generation, number);
          }
        } finally {
          rewriting = false;
        }
      };
      const readOn = async () => {
        while (rewriting) {
          const found = await store.read("a", never);
          assert.ok(found, "it was missing for a moment");
          seen.push([found.generation, numberIn(found.bytes, extraWords)]);
        }
      };
      await Promise.all([rewrite(), readOn(), readOn()]);
      for (const [generation, number] of seen) assert.equal(number, numbers.get(generation), generation);
    });

    test("an open object is read in any parts, and all of it, as it was put", async (t) => {
      const store = await started(t);
      const bytes = Uint8Array.from({ length: 2_500_001 }, (_, i) => (i * 31 + (i >> 9)) & 255);
      const generation = await written(store, "a/b", bytes);
      const opened = (await store.open("a/b", never)) ?? assert.fail("it is missing");
      assert.deepEqual([opened.generation, opened.sizeBytes], [generation, bytes.length]);
      for (const [first, end] of [
        [0, bytes.length],
        [0, 0],
        [0, 1],
        [1_000_000, 1_100_000],
        [7, 2_400_000],
        [bytes.length - 1, bytes.length],
        [bytes.length, bytes.length],
      ] as const) {
        const part = await wholeOf(opened.read(first, end));
        assert.equal(Buffer.compare(part, bytes.subarray(first, end)), 0, `${first} to ${end}`);
      }
      const both = await Promise.all(
        [opened.read(0, 200_000), opened.read(1_000_000, 1_200_000)].map(wholeOf),
      );
      assert.equal(
        Buffer.compare(
          Buffer.concat(both.reverse()),
          Buffer.concat([bytes.subarray(1_000_000, 1_200_000), bytes.subarray(0, 200_000)]),
        ),
        0,
      );
      await opened.close();
    });

    test("no object is opened where none is, and an empty one has no bytes", async (t) => {
      const store = await started(t);
      assert.equal(await store.open("a", never), undefined);
      await written(store, "a/b", new Uint8Array());
      assert.equal(await store.open("a", never), undefined);
      assert.equal(await store.open("a/c", never), undefined);
      const opened = (await store.open("a/b", never)) ?? assert.fail("it is missing");
      assert.equal(opened.sizeBytes, 0);
      assert.equal((await wholeOf(opened.read(0, 0))).length, 0);
      await opened.close();
    });

    for (const [what, change] of Object.entries({
      replaced: (store: Store, generation: Generation) =>
        store.put("a", new Uint8Array(2_500_000).fill(2), generation, headers, never),
      deleted: (store: Store, generation: Generation) => store.delete("a", generation, never),
    })) {
      test(`an open object that is ${what} meanwhile is read as it was, or not at all`, async (t) => {
        const store = await started(t);
        const generation = await written(store, "a", new Uint8Array(2_500_000).fill(1));
        const opened = (await store.open("a", never)) ?? assert.fail("it is missing");
        const pieces = opened.read(0, opened.sizeBytes)[Symbol.asyncIterator]();
        const { value: first } = await pieces.next();
        await change(store, generation);
        const seen = [new Uint8Array(first)];
        try {
          for (let next = await pieces.next(); !next.done; next = await pieces.next())
            seen.push(new Uint8Array(next.value));
          assert.equal(Buffer.concat(seen).length, 2_500_000);
        } catch (error) {
          assert.ok(error instanceof StorageError, String(error));
        }
        assert.ok(
          seen.every((piece) => piece.every((value) => value === 1)),
          "another version's bytes came",
        );
        await opened.close();
      });
    }

    test("an abort ends the reading of an open object with its reason", async (t) => {
      const store = await started(t);
      await written(store, "a", new Uint8Array(2_500_000));
      const reason = new Error("nobody listens");
      const controller = new AbortController();
      const opened = (await store.open("a", controller.signal)) ?? assert.fail("it is missing");
      const pieces = opened.read(0, opened.sizeBytes)[Symbol.asyncIterator]();
      await pieces.next();
      controller.abort(reason);
      await assert.rejects(pieces.next(), (thrown) => thrown === reason);
      await opened.close();
    });

    test("list gives the keys that start with the prefix, sorted, and no others", async (t) => {
      const store = await started(t);
      const keys = ["b.zarr/.zattrs", "b.zarr/air/0.0", "a/10", "a/9", "a/b/c", "ab", "a.b"];
      for (const key of keys) await written(store, key, text(key));
      for (const [prefix, expected] of [
        ["", ["a.b", "a/10", "a/9", "a/b/c", "ab", "b.zarr/.zattrs", "b.zarr/air/0.0"]],
        ["a/", ["a/10", "a/9", "a/b/c"]],
        ["a", ["a.b", "a/10", "a/9", "a/b/c", "ab"]],
        ["a/b", ["a/b/c"]],
        ["b.zarr/.z", ["b.zarr/.zattrs"]],
        ["a/b/c", ["a/b/c"]],
        ["a/b/c/", []],
        ["c", []],
        ["c/d/", []],
      ] as const) {
        assert.deepEqual(await store.list(prefix, never), expected, `prefix "${prefix}"`);
      }
    });

    test("keys keep their case, dots, blanks and letters of any script", async (t) => {
      const store = await started(t);
      const keys = [".zgroup", "A b/ü.1", "a b/ü.1", "percent%20", "x?y#z"];
      for (const key of keys) await written(store, key, text(key));
      for (const key of keys) assert.equal((await read(store, key))?.[0], key);
      assert.deepEqual(await store.list("", never), keys);
    });

    test("a deleted object is missing, the others stay, and it can be created again", async (t) => {
      const store = await started(t);
      const generation = await written(store, "a/b", text("b"));
      const other = await written(store, "a/c", text("c"));
      assert.deepEqual(await store.delete("a/b", generation, never), { outcome: "deleted" });
      assert.equal(await store.read("a/b", never), undefined);
      assert.deepEqual(await store.list("", never), ["a/c"]);
      assert.deepEqual(await read(store, "a/c"), ["c", other]);
      await written(store, "a/b", text("again"));
    });

    test("a deletion on any other generation is refused and changes nothing, as is that of what is not there", async (t) => {
      const store = await started(t);
      const refused = { outcome: "preconditionFailed" };
      assert.deepEqual(await store.delete("a/b", ABSENT, never), refused);
      const first = await written(store, "a/b", text("1"));
      const second = await written(store, "a/b", text("2"), first);
      for (const generation of [first, ABSENT])
        assert.deepEqual(await store.delete("a/b", generation, never), refused, generation);
      for (const key of ["a/c", "a/b/c", "a"])
        assert.deepEqual(await store.delete(key, second, never), refused, key);
      assert.deepEqual(await read(store, "a/b"), ["2", second]);
      assert.deepEqual(await store.list("", never), ["a/b"]);
      assert.deepEqual(await store.delete("a/b", second, never), { outcome: "deleted" });
      assert.deepEqual(await store.delete("a/b", second, never), refused);
    });

    test("who deletes late does not remove what was created anew, though it holds the same bytes", async (t) => {
      const store = await started(t);
      const generation = await written(store, "a", text("same"));
      await store.delete("a", generation, never);
      const anew = await written(store, "a", text("same"));
      assert.deepEqual(await store.delete("a", generation, never), { outcome: "preconditionFailed" });
      assert.deepEqual(await read(store, "a"), ["same", anew]);
    });

    // Two that both lost their answers may both think so.
    test("of 10 racing deletions one at least removed the object; of a deletion and a put on one generation, one wins", async (t) => {
      const store = await started(t);
      const generation = await written(store, "a", text("a"));
      const deletions = await Promise.all(
        Array.from({ length: 10 }, () => store.delete("a", generation, never)),
      );
      assert.ok(deletions.some(({ outcome }) => outcome === "deleted"));
      assert.equal(await store.read("a", never), undefined);
      const existing = await written(store, "b", text("before"));
      const [put, deletion] = await Promise.all([
        store.put("b", text("after"), existing, headers, never),
        store.delete("b", existing, never),
      ]);
      assert.notEqual(put.outcome === "written", deletion.outcome === "deleted");
      assert.equal((await read(store, "b"))?.[0], put.outcome === "written" ? "after" : undefined);
    });

    test("a deletion that is aborted on its way is either done, or rejects and changes nothing", async (t) => {
      const store = await started(t);
      const controller = new AbortController();
      const generation = await written(store, "a", text("a"));
      const reason = new Error("deadline");
      const deleting = store.delete("a", generation, controller.signal);
      controller.abort(reason);
      const [settled] = await Promise.allSettled([deleting]);
      if (settled.status === "rejected") {
        assert.equal(settled.reason, reason);
        assert.deepEqual(await read(store, "a"), ["a", generation]);
      } else {
        assert.deepEqual(settled.value, { outcome: "deleted" });
        assert.equal(await store.read("a", never), undefined);
      }
    });

    test("a put on the generation of a deleted object is refused", async (t) => {
      const store = await started(t);
      const generation = await written(store, "a", text("a"));
      await store.delete("a", generation, never);
      const result = await store.put("a", text("late"), generation, headers, never);
      assert.deepEqual(result, { outcome: "preconditionFailed" });
      assert.equal(await store.read("a", never), undefined);
    });

    for (const [what, key] of Object.entries(unusableKeys)) {
      test(`an unusable key (${what}) is refused by every verb`, async (t) => {
        const store = await started(t);
        const refused = { name: "StorageError", tag: "storage", message: /not a usable key/ };
        await assert.rejects(store.read(key, never), refused);
        await assert.rejects(store.open(key, never), refused);
        await assert.rejects(store.put(key, text("x"), ABSENT, headers, never), refused);
        await assert.rejects(store.delete(key, "1", never), refused);
        if (!usablePrefixes.includes(key)) await assert.rejects(store.list(key, never), refused);
        assert.deepEqual(await store.list("", never), []);
      });
    }

    test("a refused key is told without its whole length", async (t) => {
      const store = await started(t);
      await assert.rejects(
        store.read("a".repeat(100_000), never),
        (error) => error instanceof StorageError && error.message.length < 300,
      );
    });

    test("an aborted signal rejects with its reason and changes nothing", async (t) => {
      const store = await started(t);
      const generation = await written(store, "a", text("stays"));
      const reason = new Error("deadline");
      const aborted = AbortSignal.abort(reason);
      const isReason = (thrown: unknown) => thrown === reason;
      await assert.rejects(store.read("a", aborted), isReason);
      await assert.rejects(store.open("a", aborted), isReason);
      await assert.rejects(store.put("a", text("late"), generation, headers, aborted), isReason);
      await assert.rejects(store.put("b", text("late"), ABSENT, headers, aborted), isReason);
      await assert.rejects(store.delete("a", generation, aborted), isReason);
      await assert.rejects(store.list("", aborted), isReason);
      assert.deepEqual(await read(store, "a"), ["stays", generation]);
      assert.deepEqual(await store.list("", never), ["a"]);
    });

    test("a put that is aborted on its way is either written, or rejects and changes nothing", async (t) => {
      const store = await started(t);
      const controller = new AbortController();
      const generation = await written(store, "a", text("before"));
      const reason = new Error("deadline");
      const putting = store.put("a", text("after"), generation, headers, controller.signal);
      controller.abort(reason);
      const [settled] = await Promise.allSettled([putting]);
      if (settled.status === "rejected") {
        assert.equal(settled.reason, reason);
        assert.deepEqual(await read(store, "a"), ["before", generation]);
      } else {
        assert.equal(settled.value.outcome, "written");
        assert.equal((await read(store, "a"))?.[0], "after");
      }
    });
  });
}

async function read(store: Store, key: string): Promise<[content: string, Generation] | undefined> {
  const found = await store.read(key, never);
  return found && [new TextDecoder().decode(found.bytes), found.generation];
}

async function wholeOf(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const came: Uint8Array[] = [];
  for await (const piece of pieces) came.push(new Uint8Array(piece));
  return Buffer.concat(came);
}

async function assertOneWinner(store: Store, key: string, generation: Generation): Promise<void> {
  const racers = Array.from({ length: 20 }, (_, i) => `racer ${i}`);
  const results = await Promise.all(
    racers.map((racer) => store.put(key, text(racer), generation, headers, never)),
  );
  const winners = racers.filter((_, i) => results[i]?.outcome === "written");
  assert.equal(winners.length, 1, `winners: ${winners.join(", ") || "none"}`);
  const won = results.find(({ outcome }) => outcome === "written") as { generation: Generation };
  assert.deepEqual(await read(store, key), [winners[0], won.generation]);
}
