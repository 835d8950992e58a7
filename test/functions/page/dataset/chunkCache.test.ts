/** Decoded chunks are large: few are kept, none is loaded twice at once, and none that nobody wants any more. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createChunkCache } from "../../../../functions/page/dataset/chunkCache.ts";

interface Chunk {
  readonly byteLength: number;
  readonly key: string;
}

/** A cache whose loads are ended by hand. */
function createBench(bytesMax: number) {
  const cache = createChunkCache<Chunk>(bytesMax);
  const loads: {
    readonly key: string;
    readonly signal: AbortSignal;
    end(byteLength?: number): void;
    fail(): void;
  }[] = [];
  return {
    loads,
    keys: () => loads.map(({ key }) => key).join(" "),
    get: (key: string, signal?: AbortSignal) =>
      cache.get(
        key,
        (until) =>
          new Promise<Chunk>((resolve, reject) => {
            until.addEventListener("abort", () => reject(until.reason));
            const end = (byteLength = 40) => resolve({ byteLength, key });
            loads.push({ key, signal: until, end, fail: () => reject(new Error(`${key} is damaged`)) });
          }),
        signal,
      ),
    async loaded(key: string, byteLength = 40) {
      const got = this.get(key);
      loads.findLast((load) => load.key === key)?.end(byteLength);
      return got;
    },
  };
}

describe("createChunkCache", () => {
  test("loads a chunk once, for however many ask meanwhile and later", async () => {
    const bench = createBench(100);
    const both = Promise.all([bench.get("a"), bench.get("a")]);
    bench.loads[0]?.end();
    const [first, second] = await both;
    assert.equal(first, second);
    assert.equal(await bench.get("a"), first);
    assert.equal(bench.keys(), "a");
  });

  test("drops what was not used for longest once there are too many bytes", async () => {
    const bench = createBench(100);
    await bench.loaded("a");
    await bench.loaded("b");
    await bench.get("a");
    await bench.loaded("c"); // 120 bytes with all three
    await bench.get("a");
    assert.equal(bench.keys(), "a b c");
    await bench.loaded("b");
    assert.equal(bench.keys(), "a b c b");
  });

  test("keeps one chunk, however large", async () => {
    const bench = createBench(100);
    await bench.loaded("a", 5000);
    await bench.get("a");
    assert.equal(bench.keys(), "a");
  });

  test("aborts a load when the last who wanted it wants it no longer", async () => {
    const bench = createBench(100);
    const [first, second] = [new AbortController(), new AbortController()];
    const gets = [bench.get("a", first.signal), bench.get("a", second.signal)];
    const ended = Promise.allSettled(gets);
    first.abort();
    await assert.rejects(gets[0] as Promise<Chunk>, { name: "AbortError" });
    assert.equal(bench.loads[0]?.signal.aborted, false);
    second.abort();
    await ended;
    assert.equal(bench.loads[0]?.signal.aborted, true);
  });

  test("goes on with a load that is wanted again at once, as from one timestep of a chunk to the next", async () => {
    const bench = createBench(100);
    const first = new AbortController();
    const left = bench.get("a", first.signal);
    first.abort();
    const again = bench.get("a");
    await assert.rejects(left);
    bench.loads[0]?.end();
    assert.equal((await again).key, "a");
    assert.equal(bench.keys(), "a");
  });

  test("loads anew what could not be loaded, or was no longer wanted", async () => {
    const bench = createBench(100);
    const failing = bench.get("a");
    bench.loads[0]?.fail();
    await assert.rejects(failing, { message: "a is damaged" });
    const unwanted = new AbortController();
    const left = bench.get("a", unwanted.signal);
    unwanted.abort();
    await assert.rejects(left);
    assert.equal((await bench.loaded("a")).key, "a");
    assert.equal(bench.keys(), "a a a");
  });
});
