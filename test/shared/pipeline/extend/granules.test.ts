/** Granules are fetched ahead of their turn, and each ends in its own place whenever it comes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as drained } from "node:timers/promises";
import type { FtpClient, ListedFile } from "../../../../shared/source/ftp/client.ts";
import { sourceOf } from "../../../../shared/source/ftp/ftpSource.ts";
import {
  assertContent,
  neverAborted,
  present,
  type TinyWorld,
  tinyWorld,
} from "../../../support/tinyWorld.ts";

const steps = 4;

/** A whole chunk is about to come, and no file comes before it is let. */
function heldBack() {
  const world = tinyWorld();
  world.publishAll(0, steps - 1);
  world.at(steps);
  const waiting = new Map<string, () => void>();
  const isFree = new Set<string>();
  world.source.meddle = async (operation, path) => {
    if (operation !== "fetch" || isFree.has(path)) return;
    await new Promise<void>((resolve) => waiting.set(path, resolve));
  };
  return {
    world,
    let(index: number) {
      const path = world.path(index);
      isFree.add(path);
      waiting.get(path)?.();
    },
  };
}

/** Until so many files were asked for; what would be asked for then as well has been. */
async function asked(world: TinyWorld, count: number): Promise<string[]> {
  while (world.source.asked.fetch.length < count) await drained();
  for (let turn = 0; turn < 20; turn++) await drained();
  return world.source.asked.fetch;
}

test("granules that come in the reverse of their order are in their places", async () => {
  const { world, ...held } = heldBack();
  const run = world.run();
  assert.equal((await asked(world, steps)).length, steps, "the first, which is late, holds up no other");
  for (const index of [3, 2, 1, 0]) {
    held.let(index);
    await drained();
  }
  await run;
  await assertContent(world, present(steps));
});

test("no more bytes are fetched ahead of their turn than the limit says", async () => {
  const { world, ...held } = heldBack();
  const { sizeBytes } = (await world.source.list("2020/001", new AbortController().signal))?.files[0] ?? {};
  const run = world.run({}, world.wiring({ limits: { granuleBytesAheadMax: 2 * (sizeBytes ?? 0) + 40 } }));
  assert.equal((await asked(world, 2)).length, 2);
  held.let(1);
  assert.equal((await asked(world, 2)).length, 2, "the second has come, and waits for the first");
  held.let(0);
  assert.equal((await asked(world, 4)).length, 4);
  held.let(2);
  held.let(3);
  await run;
  await assertContent(world, present(steps));
});

test("granules of unknown size count as the largest that may come", async () => {
  const { world, ...held } = heldBack();
  const { list } = world.source;
  world.source.list = async (...given) => {
    const there = await list(...given);
    const files = there?.files.map(({ sizeBytes: _, ...unsized }): ListedFile => unsized) ?? [];
    return there && { ...there, files };
  };
  const { granuleBytesMax } = world.dataset.decoding;
  const limits = { granuleBytesAheadMax: 3 * granuleBytesMax - 1 };
  const run = world.run({}, world.wiring({ limits }));
  assert.equal((await asked(world, 2)).length, 2);
  for (const index of [0, 1, 2, 3]) held.let(index);
  await run;
  await assertContent(world, present(steps));
});

test("where a chunk turns out to be damaged, what is on its way for it is given up", async () => {
  const world = tinyWorld();
  world.publish(0);
  world.at(1);
  await world.run();
  world.publishAll(1, steps - 1);
  world.at(steps);
  const key = "tiny.zarr/rain/0.0.0";
  const { bytes, generation } = (await world.store.read(key, neverAborted)) ?? assert.fail();
  const damaged = bytes.map((byte, i) => (i === 1 ? byte ^ 1 : byte));
  await world.store.put(key, damaged, generation, { contentType: "-", cacheControl: "-" }, neverAborted);
  const wiring = world.wiring();
  let gaveUp = 0;
  const client: FtpClient = {
    ...world.source,
    async fetch(path, bytesMax, signal) {
      if (path !== world.path(steps - 1) || gaveUp > 0) return world.source.fetch(path, bytesMax, signal);
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
      gaveUp++;
      throw signal.reason;
    },
  };
  await world.run({}, { ...wiring, source: sourceOf(client) });
  assert.equal(gaveUp, 1);
  await assertContent(world, present(steps));
});

test("a granule that is larger than the limit is fetched by itself", async () => {
  const { world, ...held } = heldBack();
  const run = world.run({}, world.wiring({ limits: { granuleBytesAheadMax: 1 } }));
  for (let index = 0; index < steps; index++) {
    assert.equal((await asked(world, index + 1)).length, index + 1);
    held.let(index);
  }
  await run;
  await assertContent(world, present(steps));
});
