import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import airTemperatureDescriptor from "../../../shared/dataset/catalogue/air-temperature.ts";
import trmm3b42rtDescriptor from "../../../shared/dataset/catalogue/trmm-3b42rt.ts";
import {
  bytesOf,
  chunkShape,
  chunkValues,
  filledValues,
  lastChunkUntil,
  placeOf,
  regionsOf,
  stepsOfChunk,
  timeInChunk,
} from "../../../shared/dataset/chunkGrid.ts";
import { asDescribed, type Dataset, startingAt } from "../../../shared/dataset/dataset.ts";
import { dataTypes } from "../../../shared/dataset/values.ts";

const airTemperature = asDescribed(airTemperatureDescriptor);

const trmm3b42rt = asDescribed(trmm3b42rtDescriptor);

const endless = (): Dataset => {
  const { end: _, ...time } = trmm3b42rt.time;
  return { ...trmm3b42rt, time };
};

describe("the chunk grid along time", () => {
  test("has each timestep at one place, and places follow each other as timesteps do", () => {
    fc.assert(
      fc.property(fc.nat(10_000_000), fc.integer({ min: 1, max: 20_000 }), (index, chunkLength) => {
        const { chunk, offset } = placeOf(index, chunkLength);
        assert.ok(offset >= 0 && offset < chunkLength);
        assert.equal(chunk * chunkLength + offset, index);
        const next = placeOf(index + 1, chunkLength);
        const expected = offset === chunkLength - 1 ? [chunk + 1, 0] : [chunk, offset + 1];
        assert.deepEqual([next.chunk, next.offset], expected);
      }),
    );
  });

  test("has its boundaries at whole chunks", () => {
    assert.deepEqual(placeOf(0, 40), { chunk: 0, offset: 0 });
    assert.deepEqual(placeOf(39, 40), { chunk: 0, offset: 39 });
    assert.deepEqual(placeOf(40, 40), { chunk: 1, offset: 0 });
    assert.deepEqual(placeOf(57_959, 40), { chunk: 1448, offset: 39 });
  });

  test("knows the instant of a place", () => {
    assert.equal(timeInChunk(trmm3b42rt, 0, 0), Date.UTC(2000, 2, 1));
    // 40 timesteps of 3 hours are 5 days.
    assert.equal(timeInChunk(trmm3b42rt, 3, 1), Date.UTC(2000, 2, 16, 3));
    assert.equal(timeInChunk(trmm3b42rt, 1448, 39), Date.UTC(2019, 11, 31, 21));
  });

  test("has in the last chunk of an ended series what is left of it, and after that nothing", () => {
    // 57,960 timesteps are 1449 whole chunks of 40.
    assert.deepEqual(
      [0, 1447, 1448, 1449].map((chunk) => stepsOfChunk(trmm3b42rt, chunk)),
      [40, 40, 40, 0],
    );
    assert.deepEqual(
      [0, 1, 2].map((chunk) => stepsOfChunk(airTemperature, chunk)),
      [4, 0, 0],
    );
    const oneDayLater = startingAt(trmm3b42rt, Date.UTC(2000, 2, 2));
    assert.deepEqual(
      [1447, 1448, 1449].map((chunk) => stepsOfChunk(oneDayLater, chunk)),
      [40, 32, 0],
    );
  });

  test("goes on for ever where the series does", () => {
    assert.equal(stepsOfChunk(endless(), 1_000_000), 40);
  });

  test("finds the chunk of the last timestep until an instant, and the end", () => {
    for (const [t, chunk] of [
      [Date.UTC(2000, 1, 29, 23), -1],
      [Date.UTC(2000, 2, 1), 0],
      [Date.UTC(2000, 2, 5, 23), 0],
      [Date.UTC(2000, 2, 6), 1],
      [Date.UTC(2026, 0, 1), 1448],
    ] as const) {
      assert.equal(lastChunkUntil(trmm3b42rt, t), chunk);
    }
    // 25 more days of 8 timesteps are 5 more chunks.
    assert.equal(lastChunkUntil(endless(), Date.UTC(2020, 0, 25, 21)), 1453);
  });
});

describe("a data array's chunk", () => {
  test("holds whole grids", () => {
    assert.deepEqual(chunkShape(trmm3b42rt), [40, 480, 1440]);
    assert.equal(chunkValues(trmm3b42rt), 27_648_000);
    assert.deepEqual(chunkShape(airTemperature), [40, 25, 53]);
    assert.equal(chunkValues(airTemperature), 53_000);
  });

  test("covers the timesteps of the chunk and the whole grid of its array", () => {
    const regions = regionsOf(trmm3b42rt, 12).map(({ array, ...covered }) => [array.name, covered]);
    const covered = {
      coordinates: [12, 0, 0],
      region: [
        [480, 520],
        [0, 480],
        [0, 1440],
      ],
    };
    assert.deepEqual(
      regions,
      trmm3b42rt.arrays.map(({ name }) => [name, covered]),
    );
  });

  test("begins as nothing but fill", () => {
    for (const dtype of dataTypes) {
      const values = filledValues(dtype, 1000, 7);
      assert.equal(values.length, 1000);
      assert.ok(values.every((value) => value === 7));
    }
    assert.ok(filledValues("float32", 10, Number.NaN).every(Number.isNaN));
    assert.ok(filledValues("int16", 10, 0).every((value) => value === 0));
    assert.ok(filledValues("int16", 10, -31999).every((value) => value === -31999));
  });

  test("is little endian", () => {
    const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
    assert.equal(hex(bytesOf(Int16Array.of(1, -2))), "0100feff");
    assert.equal(hex(bytesOf(Float32Array.of(1))), "0000803f");
    assert.equal(hex(bytesOf(BigInt64Array.of(-2n))), "feffffffffffffff");
  });
});
