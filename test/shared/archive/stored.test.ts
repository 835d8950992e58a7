/** Before anything is written, the stored dataset is compared with its descriptor; where it begins is decided once. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { zstdCompressSync } from "node:zlib";
import { DriftError, UsageError } from "../../../shared/errors.ts";
import { plan } from "../../../shared/pipeline/plan/plan.ts";
import { createMemoryStore } from "../../../shared/store/memory.ts";
import { memoryWiring } from "../../support/memoryWiring.ts";
import { readStore } from "../../support/readStore.ts";
import { type TinyOptions, tinyDataset, tinyTime } from "../../support/tinyDataset.ts";
import { assertContent, neverAborted, present, type TinyWorld, tinyWorld } from "../../support/tinyWorld.ts";

async function sixSteps(): Promise<TinyWorld> {
  const world = tinyWorld();
  world.publishAll(0, 9);
  world.at(5);
  await world.run();
  await assertContent(world, present(6));
  world.at(10);
  return world;
}

const drifts: readonly (readonly [string, TinyOptions, RegExp])[] = [
  [
    "another chunk length",
    { chunkLength: 5 },
    /rain\/\.zarray chunks: the descriptor says \[5,2,3\], the store \[4,2,3\]/,
  ],
  [
    "another type",
    { windType: "float64" },
    /wind\/\.zarray dtype: the descriptor says "<f8", the store "<f4"/,
  ],
  [
    "other units",
    { rainUnits: "m s-1" },
    /rain\/\.zattrs units: the descriptor says "m s-1", the store "mm h-1"/,
  ],
  [
    "another step",
    { step: "PT2H" },
    /\.zattrs time_coverage_resolution: the descriptor says "PT2H", the store "PT1H"/,
  ],
  [
    "another place of the stamp in its window",
    { stamp: "start" },
    /time\/\.zattrs long_name: the descriptor says "time, start of the window", the store "time, end of the window"/,
  ],
  ["another coordinate", { firstLon: 101 }, /lon\/0: the coordinate's values are not the descriptor's/],
];

for (const [what, options, message] of drifts) {
  test(`a descriptor with ${what} is refused with both sides named, and nothing is written`, async () => {
    const world = await sixSteps();
    const before = [await world.generations(), await world.record(0), await world.record(1)];
    const wiring = world.wiring({ dataset: tinyDataset(options) });
    await assert.rejects(world.run({}, wiring), (error: unknown) => {
      assert.ok(error instanceof DriftError);
      assert.match(error.message, message);
      return true;
    });
    assert.deepEqual([await world.generations(), await world.record(0), await world.record(1)], before);
    await world.run();
    await assertContent(world, present(10));
  });
}

test("a dataset whose coordinates were made by adding up steps is extended as it is", async () => {
  const world = await sixSteps();
  const key = "tiny.zarr/lon/0";
  const putLongitudes = async (...degrees: readonly number[]) => {
    const bytes = zstdCompressSync(new Uint8Array(Float64Array.from(degrees).buffer));
    const existing = await world.store.read(key, neverAborted);
    const headers = { contentType: "application/octet-stream", cacheControl: "no-cache" };
    const { outcome } = await world.store.put(key, bytes, existing?.generation ?? "", headers, neverAborted);
    assert.equal(outcome, "written");
  };
  await putLongitudes(100, 105.00000000000001, 110);
  await world.run();
  await assertContent(world, present(10));
  await putLongitudes(100, 105.0000001, 110);
  await assert.rejects(world.run(), /lon\/0: the coordinate's values are not the descriptor's/);
});

for (const [what, bytes] of [
  ["no JSON", "{"],
  ["another document", "[]"],
  ["of another format", '{"zarr_consolidated_format":1}'],
  ["empty of arrays", '{"zarr_consolidated_format":1,"metadata":{}}'],
] as const) {
  test(`consolidated metadata that are ${what} are refused, and nothing is written`, async () => {
    const world = await sixSteps();
    const key = "tiny.zarr/.zmetadata";
    const existing = await world.store.read(key, neverAborted);
    const headers = { contentType: "application/json", cacheControl: "no-cache" };
    await world.store.put(
      key,
      new TextEncoder().encode(bytes),
      existing?.generation ?? "",
      headers,
      neverAborted,
    );
    const before = await world.generations();
    await assert.rejects(world.run(), DriftError);
    assert.deepEqual(await world.generations(), before);
  });
}

test("a descriptor that words something differently is published without a new granule, once", async () => {
  const world = await sixSteps();
  await world.run();
  const dataset = tinyDataset({ title: "Reworded" });
  await world.run({}, world.wiring({ dataset }));
  assert.equal((await world.read()).attributes.title, "Reworded");
  const before = await world.generations();
  await world.run({}, world.wiring({ dataset }));
  assert.deepEqual(await world.generations(), before);
  await assertContent(world, present(10));
});

test("a dataset may begin later than its descriptor: it is recorded, and another start is refused with both named", async () => {
  const world = tinyWorld();
  world.publishAll(0, 12);
  world.at(13);
  const start = tinyTime(6);
  await world.run({}, world.wiring({ start }));
  await assertContent(world, present(7), 6);
  assert.equal((await world.status()).start, "2020-01-01T12:00:00Z");
  assert.equal((await world.provenance(0)).start, "2020-01-01T12:00:00Z");

  const before = await world.generations();
  await assert.rejects(world.run({}, world.wiring({ start: tinyTime(7) })), (error: unknown) => {
    assert.ok(error instanceof DriftError);
    assert.match(error.message, /2020-01-01T13:00:00Z.*2020-01-01T12:00:00Z/);
    return true;
  });
  assert.deepEqual(await world.generations(), before);

  world.publish(13);
  await world.run();
  await world.run({}, world.wiring({ start }));
  await assertContent(world, present(8), 6);
});

test("a start that is no timestep is refused, and nothing is created", async () => {
  for (const start of [tinyTime(2.5), tinyTime(-1), tinyTime(9)]) {
    const world = tinyWorld({ end: 8 });
    world.publishAll(0, 8);
    world.at(9);
    await assert.rejects(world.run({}, world.wiring({ start })), UsageError);
    assert.deepEqual(await world.generations(), {});
  }
});

test("of two that create a dataset at once with different starts, one is refused and the other's stands", async () => {
  const world = tinyWorld();
  world.publishAll(0, 9);
  world.at(10);
  let once = false;
  const slow = world.wiring({
    start: tinyTime(4),
    around: async (call, perform) => {
      if (call.operation === "put" && !once) {
        once = true;
        await world.run({}, world.wiring({ start: tinyTime(2) }));
      }
      return perform();
    },
  });
  await assert.rejects(plan(slow, { force: false }, neverAborted), DriftError);
  await assertContent(world, present(8), 2);
});

test("of two that create a dataset at once, the slower goes on with what the other made, wherever it is overtaken", async () => {
  for (let late = 0; ; late++) {
    const world = tinyWorld();
    world.publishAll(0, 2);
    world.at(3);
    let calls = 0;
    const slow = world.wiring({
      around: async (call, perform) => {
        const isMeant = call.port === "ledger" || call.operation === "put";
        if (isMeant && calls++ === late) await world.run();
        return perform();
      },
    });
    const { wiring } = await world.run({}, slow);
    await assertContent(world, present(3));
    if (wiring.events.some(({ event }) => event === "granule")) {
      assert.ok(late > 20);
      return;
    }
  }
});

test("a ledger that belongs to another store is refused", async () => {
  const world = await sixSteps();
  const store = createMemoryStore();
  const other = memoryWiring({ ...world, store });
  await assert.rejects(plan(other, { force: false }, neverAborted), {
    tag: "pair",
    message: /the ledger knows 6 timesteps, the store has no such dataset/,
  });
  assert.equal(await readStore(store), undefined);
});
