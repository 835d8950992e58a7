/** A chunk in the making: what is added, kept and filled, whatever the codec, without the chunk ever being whole in memory. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  createArrayEncoder,
  reencode,
  retainNothing,
  slicesOf,
} from "../../../shared/archive/arrayEncoder.ts";
import { bytesOf } from "../../../shared/dataset/chunkGrid.ts";
import type { ArraySpec } from "../../../shared/dataset/descriptor.ts";
import { codecIds } from "../../../shared/dataset/descriptor.ts";
import { StorageError } from "../../../shared/errors.ts";
import { decode, encode } from "../../../shared/zarr/codec.ts";
import { tinyDataset } from "../../support/tinyDataset.ts";

const key = "tiny.zarr/rain/0.0.0";
const steps = 6;
const dataset = tinyDataset({ chunkLength: steps });
const rain = dataset.arrays[0] as ArraySpec;
const sliceLength = dataset.dimensions.reduce((product, { count }) => product * count, 1);

/** Every value of timestep `offset` is this. */
const standingValue = (offset: number) => 100 + offset;
const addedValue = (offset: number) => 200 + offset;

const chunkOf = (value: (offset: number) => number) =>
  Int16Array.from({ length: steps * sliceLength }, (_, i) => value(Math.floor(i / sliceLength)));
const encoded = (array: ArraySpec, value: (offset: number) => number) =>
  encode(array.codec ?? { id: "zstd" }, bytesOf(chunkOf(value)));

async function decoded(array: ArraySpec, bytes: Uint8Array): Promise<number[]> {
  const raw = await decode(array.codec ?? { id: "zstd" }, bytes, steps * sliceLength * 2, key);
  return [...new Int16Array(raw.buffer, raw.byteOffset, raw.length / 2)];
}

const offsets = fc.uniqueArray(fc.nat(steps - 1)).map((some) => new Set(some));
const anyArray = fc.constantFrom(...codecIds).map((id): ArraySpec => ({ ...rain, codec: { id } }));

test("every timestep is what was added, else what stood there and is kept, else fill", async () => {
  await fc.assert(
    fc.asyncProperty(anyArray, offsets, offsets, fc.boolean(), async (array, added, kept, stands) => {
      const isRetained = (offset: number) => kept.has(offset);
      const existing = stands ? { bytes: await encoded(array, standingValue), key } : undefined;
      const encoder = createArrayEncoder(dataset, array, { existing, isRetained });
      for (const offset of [...added].sort((a, b) => a - b)) {
        await encoder.add(offset, (values) => values.fill(addedValue(offset)));
      }
      const expected = chunkOf((offset) => {
        if (added.has(offset)) return addedValue(offset);
        return stands && kept.has(offset) ? standingValue(offset) : array.fillValue;
      });
      assert.deepEqual(await decoded(array, await encoder.finish()), [...expected]);
    }),
  );
});

test("a chunk that is made again has its own timesteps, and the others of what stands there now", async () => {
  await fc.assert(
    fc.asyncProperty(anyArray, offsets, async (array, taken) => {
      const mine = await encoded(array, addedValue);
      const existing = { bytes: await encoded(array, standingValue), key };
      const made = await reencode(dataset, array, mine, taken, { existing, isRetained: () => true });
      const expected = chunkOf((offset) => (taken.has(offset) ? addedValue(offset) : standingValue(offset)));
      assert.deepEqual(await decoded(array, made), [...expected]);
    }),
  );
});

test("a timestep that comes after a later one is refused, not put in another's place", async () => {
  const encoder = createArrayEncoder(dataset, rain, retainNothing);
  await encoder.add(3, (values) => values.fill(1));
  await assert.rejects(
    encoder.add(2, (values) => values.fill(1)),
    RangeError,
  );
  await assert.rejects(
    encoder.add(3, (values) => values.fill(1)),
    RangeError,
  );
  encoder.drop();
});

test("of a damaged chunk nothing is finished, and its key is named", async () => {
  const whole = await encoded(rain, standingValue);
  const last = whole.length - 1;
  const damages: Record<string, Uint8Array> = {
    "cut off": whole.subarray(0, last),
    "damaged at its beginning": whole.map((byte, i) => (i === 1 ? byte ^ 1 : byte)),
    "with another checksum": whole.map((byte, i) => (i === last ? byte ^ 1 : byte)),
    "with something after it": new Uint8Array([...whole, 0]),
    "of another length": await encode({ id: "zstd" }, bytesOf(chunkOf(standingValue)).subarray(2)),
  };
  for (const [what, bytes] of Object.entries(damages)) {
    const isNamed = (error: unknown) =>
      error instanceof StorageError && error.operation === "decode" && error.message.includes(key);
    const encoder = createArrayEncoder(dataset, rain, { existing: { bytes, key }, isRetained: () => true });
    await assert.rejects(encoder.finish(), isNamed, what);
    encoder.drop();
    for (const taken of [new Set<number>(), new Set([steps - 1])]) {
      const existing = { existing: { bytes, key }, isRetained: () => true };
      await assert.rejects(reencode(dataset, rain, whole, taken, existing), isNamed, `${what}, in a race`);
    }
    await assert.rejects(async () => {
      for await (const _ of slicesOf(dataset, rain, { bytes, key }));
    }, isNamed);
  }
});
