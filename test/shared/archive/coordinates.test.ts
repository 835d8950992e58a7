import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type CoordinateChunk, fixedChunks, timeChunks } from "../../../shared/archive/coordinates.ts";
import airTemperatureDescriptor from "../../../shared/dataset/catalogue/air-temperature.ts";
import trmm3b42rtDescriptor from "../../../shared/dataset/catalogue/trmm-3b42rt.ts";
import { asDescribed, type Dataset, startingAt } from "../../../shared/dataset/dataset.ts";

const airTemperature = asDescribed(airTemperatureDescriptor);

const trmm3b42rt = asDescribed(trmm3b42rtDescriptor);

/** Timesteps in a chunk of time, whatever the length of the dataset. */
const chunkLength = 16_384;

function rawOf(chunks: readonly CoordinateChunk[], key: string): DataView {
  const chunk = chunks.find((candidate) => candidate.key === key);
  assert.ok(chunk, `no ${key} among ${chunks.map((candidate) => candidate.key)}`);
  return new DataView(chunk.raw.buffer, chunk.raw.byteOffset, chunk.raw.byteLength);
}
/** Value `i`, as little-endian int64 or float64. */
const integerAt = (view: DataView, i: number) => view.getBigInt64(8 * i, true);
const floatAt = (view: DataView, i: number) => view.getFloat64(8 * i, true);

describe("time of 3B42RT", () => {
  test("counts hours since 1 March 2000, each in the middle of its window of 3 hours", () => {
    const chunks = timeChunks(trmm3b42rt, 0);
    const time = rawOf(chunks, "time/0");
    const bounds = rawOf(chunks, "time_bnds/0.0");
    for (const [i, hours] of [
      [0, 0],
      [1, 3],
      [94, 282],
      [16_383, 49_149],
    ] as const) {
      assert.equal(integerAt(time, i), BigInt(hours));
      assert.deepEqual([floatAt(bounds, 2 * i), floatAt(bounds, 2 * i + 1)], [hours - 1.5, hours + 1.5]);
    }
  });

  test("goes on in the next chunk where the one before it ends", () => {
    const chunks = timeChunks(trmm3b42rt, 1);
    assert.equal(integerAt(rawOf(chunks, "time/1"), 0), 49_152n);
    assert.equal(floatAt(rawOf(chunks, "time_bnds/1.0"), 0), 49_150.5);
  });

  test("goes on past the end of the series to the end of its chunk", () => {
    // The series ends within chunk 3: 57,960 = 3 · 16,384 + 8808.
    const time = rawOf(timeChunks(trmm3b42rt, 3), "time/3");
    assert.equal(integerAt(time, 8807), 173_877n);
    assert.equal(integerAt(time, chunkLength - 1), 3n * (4n * 16_384n - 1n));
  });

  test("of one that begins a day later counts from the same hour", () => {
    const chunks = timeChunks(startingAt(trmm3b42rt, Date.UTC(2000, 2, 2)), 0);
    assert.equal(integerAt(rawOf(chunks, "time/0"), 0), 24n);
    assert.equal(floatAt(rawOf(chunks, "time_bnds/0.0"), 0), 22.5);
  });
});

test("the longitudes of a grid by 0.1° are those that people write", () => {
  const [latitude, longitude] = trmm3b42rt.dimensions;
  assert.ok(latitude && longitude);
  const dimensions = [latitude, { ...longitude, first: -179.95, step: 0.1, count: 3600 }];
  const view = rawOf(fixedChunks({ ...trmm3b42rt, dimensions }), "lon/0");
  const written = Array.from({ length: 3600 }, (_, i) => Number(`${10 * i - 17_995}e-2`));
  const added = written.filter((degrees, i) => -179.95 + i * 0.1 !== degrees);
  const wrong = written.filter((degrees, i) => floatAt(view, i) !== degrees);
  assert.deepEqual([added.length, wrong], [3058, []]);
  assert.equal(floatAt(view, 1923), 12.35);
});

describe("chunks of time", () => {
  test("are full, however short the dataset is", () => {
    const chunks = timeChunks(airTemperature, 0);
    assert.deepEqual(
      chunks.map(({ key, raw }) => [key, raw.length]),
      [["time/0", 8 * chunkLength]],
    );
    assert.deepEqual(
      timeChunks(trmm3b42rt, 3).map(({ key, raw }) => [key, raw.length]),
      [
        ["time/3", 8 * chunkLength],
        ["time_bnds/3.0", 16 * chunkLength],
      ],
    );
    const time = rawOf(chunks, "time/0");
    for (let i = 0; i < chunkLength; i++) assert.equal(integerAt(time, i), 6n * BigInt(i));
  });

  test("have whole bounds as integers", () => {
    const ended: Dataset = { ...trmm3b42rt, time: { ...trmm3b42rt.time, stamp: "end" } };
    const bounds = rawOf(timeChunks(ended, 0), "time_bnds/0.0");
    assert.deepEqual([integerAt(bounds, 0), integerAt(bounds, 1)], [-3n, 0n]);
    assert.deepEqual([integerAt(bounds, 2), integerAt(bounds, 3)], [0n, 3n]);
  });
});

describe("coordinates that never grow", () => {
  test("of 3B42RT are the centres of its boxes, from the north-west, and the rows' reliability", () => {
    const chunks = fixedChunks(trmm3b42rt);
    assert.deepEqual(
      chunks.map(({ key, raw }) => [key, raw.length]),
      [
        ["lat/0", 8 * 480],
        ["lon/0", 8 * 1440],
        ["latitude_band/0", 480],
      ],
    );
    const [lat, lon, band] = ["lat/0", "lon/0", "latitude_band/0"].map((key) => rawOf(chunks, key));
    assert.ok(lat && lon && band);
    assert.deepEqual(
      [0, 1, 239, 240, 479].map((i) => floatAt(lat, i)),
      [59.875, 59.625, 0.125, -0.125, -59.875],
    );
    assert.deepEqual(
      [0, 1, 720, 1439].map((i) => floatAt(lon, i)),
      [0.125, 0.375, 180.125, 359.875],
    );
    assert.deepEqual(
      [0, 39, 40, 439, 440, 479].map((i) => band.getInt8(i)),
      [1, 1, 0, 0, 1, 1],
    );
    assert.deepEqual([floatAt(lat, 39), floatAt(lat, 40)], [50.125, 49.875]);
  });

  test("of the air temperatures are their grid points, from the north", () => {
    const chunks = fixedChunks(airTemperature);
    const [lat, lon] = [rawOf(chunks, "lat/0"), rawOf(chunks, "lon/0")];
    assert.deepEqual([floatAt(lat, 0), floatAt(lat, 1), floatAt(lat, 24)], [75, 72.5, 15]);
    assert.deepEqual([floatAt(lon, 0), floatAt(lon, 1), floatAt(lon, 52)], [200, 202.5, 330]);
    assert.equal(chunks.length, 2);
  });
});
