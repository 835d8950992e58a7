/** Promise 1: opened consolidated, every array has the same length, at every instant. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readStore } from "../support/readStore.ts";
import { assertContent, present, type TinyWorld, tinyWorld } from "../support/tinyWorld.ts";

/** A process after each of whose puts a reader opens the dataset, which fails if the arrays differ in length. */
function withReader(world: TinyWorld) {
  const lengths: (number | undefined)[] = [];
  const wiring = world.wiring({
    around: async (call, perform) => {
      const result = await perform();
      if (call.operation === "put") lengths.push((await readStore(world.store))?.length);
      return result;
    },
  });
  return { wiring, lengths };
}

test("a reader finds arrays of one length after every single put, from the dataset's creation on", async () => {
  const world = tinyWorld();
  const seen: (number | undefined)[] = [];
  const run = async () => {
    const { wiring, lengths } = withReader(world);
    await world.run({}, wiring);
    seen.push(...lengths);
  };
  world.publishAll(0, 6);
  world.remove(3);
  world.publish(5, { bytes: new Uint8Array(4) });
  world.at(7);
  await run();
  assert.equal(seen[0], undefined, "before its metadata are there, there is no dataset");
  world.at(13);
  await run();
  world.publishAll(3, 12);
  await run();
  world.publish(2, { revision: 1 });
  await run();
  await assertContent(world, present(13).with(2, 1));
  const lengths = seen.filter((length) => length !== undefined);
  assert.deepEqual(
    lengths,
    lengths.toSorted((a, b) => a - b),
  );
  for (const length of [0, 3, 7, 13]) assert.ok(lengths.includes(length), `${length} timesteps`);
});

test("an array on its own is never shorter than what the consolidated metadata say", async () => {
  const world = tinyWorld();
  const shapes: string[] = [];
  const wiring = world.wiring({
    around: async (call, perform) => {
      const result = await perform();
      const length = (await readStore(world.store))?.length;
      if (call.operation !== "put" || length === undefined) return result;
      for (const name of ["rain", "wind", "time", "time_bnds", "granule_status"]) {
        const { shape } = (await world.json(`tiny.zarr/${name}/.zarray`)) as { shape: number[] };
        assert.ok((shape[0] as number) >= length, `${name} ${shape} after ${call.key}`);
        shapes.push(`${name} ${shape[0]}`);
      }
      return result;
    },
  });
  world.publishAll(0, 8);
  world.at(9);
  await world.run({}, wiring);
  assert.ok(shapes.includes("time 9"));
});
