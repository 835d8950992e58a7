/** No value outside its array's valid range is made visible. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type TinyOptions, tinyDataset, tinyHeaderBytes } from "../support/tinyDataset.ts";
import { assertContent, type Expected, present, tinyWorld } from "../support/tinyWorld.ts";

const broken = 2;
const lastIndex = 8;
const ranges = { rain: [0, 50], wind: [-300, 500] } as const;

/** Rain whose bytes come in the other order, as 2.56 mm/h instead of 0.01. */
function swapped(raw: Uint8Array): Uint8Array {
  const copy = Buffer.from(raw);
  copy.subarray(tinyHeaderBytes, tinyHeaderBytes + 12).swap16();
  return copy;
}

/** One value of wind that cannot be. */
function stormy(raw: Uint8Array): Uint8Array {
  const copy = Buffer.from(raw);
  copy.writeFloatBE(501.5, tinyHeaderBytes + 12 + 4 * 4);
  return copy;
}

type Consolidated = { readonly metadata: Record<string, { readonly valid_range?: unknown }> };

const withBroken = (at: Expected): Expected[] => present(lastIndex + 1).with(broken, at);

describe("a granule with a value outside is corrupt, in every array, and the rest of its batch is ingested", () => {
  for (const [what, mutate, reason] of [
    [
      "a wrong byte order",
      swapped,
      /^2020-01-01T08:00:00Z: rain is -?\d+(\.\d+)? mm h-1 at lat \d+, lon \d+; valid is 0 to 50$/,
    ],
    [
      "one value of the last array",
      stormy,
      /^2020-01-01T08:00:00Z: wind is 501.5 m s-1 at lat 0, lon 105; valid is -300 to 500$/,
    ],
  ] as const) {
    test(what, async () => {
      const world = tinyWorld({ ranges });
      world.publishAll(0, lastIndex);
      world.publish(broken, { mutate });
      world.at(lastIndex + 1);
      const { taken, failed } = await world.run();
      assert.deepEqual({ taken, failed }, { taken: lastIndex, failed: 1 });
      await assertContent(world, withBroken("corrupt"));
      const step = await world.step(broken);
      assert.equal(step?.failed?.fault, "range");
      assert.match(step.failed.reason, reason);
      const [told] = (await world.status()).failing;
      assert.deepEqual([told?.fault, told?.reason], ["range", step.failed.reason]);

      world.publish(broken, { modifiedAt: world.clock.asOf });
      await world.run();
      await assertContent(world, withBroken(0));
    });
  }
});

test("a present timestep whose revised granule is outside keeps its values", async () => {
  const world = tinyWorld({ ranges });
  world.publishAll(0, lastIndex);
  world.at(lastIndex + 1);
  await world.run();
  world.publish(broken, { revision: 1, mutate: stormy });
  world.publish(broken + 1, { revision: 1 });
  await world.run();
  await assertContent(world, present(lastIndex + 1).with(broken + 1, 1));
  assert.equal((await world.step(broken))?.failed?.fault, "range");
});

test("of a granule of several timesteps nothing is believed when one of them is outside", async () => {
  const world = tinyWorld({ ranges, stepsPerGranule: 4 });
  world.publishAll(0, 8);
  const frameBytes = 36;
  world.publish(4, {
    mutate: (raw) => {
      const copy = Buffer.from(raw);
      copy.writeInt16BE(5001, tinyHeaderBytes + 3 * frameBytes);
      return copy;
    },
  });
  world.at(16);
  const { taken, failed } = await world.run();
  assert.deepEqual({ taken, failed }, { taken: 8, failed: 4 });
  for (const index of [4, 5, 6, 7])
    assert.match(
      (await world.step(index))?.failed?.reason ?? "",
      /^2020-01-01T13:00:00Z: rain is 50.01 mm h-1 at lat 10, lon 100; /,
    );
  await assertContent(world, [...present(4), ...Array<Expected>(4).fill("corrupt"), ...present(4)]);
});

test("a range that is added, changed or removed is no drift: readers are told of it by the next commit", async () => {
  const world = tinyWorld();
  const toldAfter = async (hours: number, given: TinyOptions["ranges"] = {}) => {
    world.publish(hours - 1);
    world.at(hours);
    await world.run({}, world.wiring({ dataset: tinyDataset({ ranges: given }) }));
    await assertContent(world, present(hours));
    const { metadata } = (await world.json("tiny.zarr/.zmetadata")) as Consolidated;
    const told = ["rain", "wind"].map((name) => metadata[`${name}/.zattrs`]);
    assert.deepEqual(told, [
      await world.json("tiny.zarr/rain/.zattrs"),
      await world.json("tiny.zarr/wind/.zattrs"),
    ]);
    return told.map((attributes) => attributes?.valid_range);
  };
  world.publish(0);
  assert.deepEqual(await toldAfter(2), [undefined, undefined]);
  assert.deepEqual(await toldAfter(3, ranges), [
    [0, 5000],
    [-300, 500],
  ]);
  // What is visible already is changed by no run.
  assert.deepEqual(await toldAfter(4, { wind: [-250, 0] }), [undefined, [-250, 0]]);
});
