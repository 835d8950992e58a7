/** The STAC Collection beside a dataset: what it says, and that a commit keeps it true. */

import assert from "node:assert/strict";
import { test } from "node:test";
import airTemperatureDescriptor from "../../../shared/dataset/catalogue/air-temperature.ts";
import trmm3b42rtDescriptor from "../../../shared/dataset/catalogue/trmm-3b42rt.ts";
import { asDescribed } from "../../../shared/dataset/dataset.ts";
import { collectionOf } from "../../../shared/status/collection.ts";
import { removeObject } from "../../support/removeObject.ts";
import { tinyDataset } from "../../support/tinyDataset.ts";
import { tinyWorld } from "../../support/tinyWorld.ts";

const airTemperature = asDescribed(airTemperatureDescriptor);

const trmm3b42rt = asDescribed(trmm3b42rtDescriptor);

interface Collection {
  readonly extent: {
    readonly spatial: { readonly bbox: readonly (readonly number[])[] };
    readonly temporal: { readonly interval: readonly (readonly (string | null)[])[] };
  };
  readonly "cube:dimensions": Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly "cube:variables": Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly [member: string]: unknown;
}

const state = (length: number) => ({
  length,
  commitSeq: 7,
  modifiedAt: Date.UTC(2014, 3, 2, 1, 2, 3),
  gapCounts: [0],
});

test("of 3B42RT it has grid, times and variables as the data cube extension names them", () => {
  const found = collectionOf(trmm3b42rt, state(4)) as Collection;
  assert.equal(found.type, "Collection");
  assert.equal(found.stac_version, "1.1.0");
  assert.equal(found.license, "other");
  assert.deepEqual(found.keywords, ["precipitation", "satellite", "near real time"]);
  assert.deepEqual(found.extent, {
    spatial: { bbox: [[-180, -60, 180, 60]] },
    // Windows of three hours round each of the first four timesteps.
    temporal: { interval: [["2000-02-29T22:30:00Z", "2000-03-01T10:30:00Z"]] },
  });
  assert.deepEqual(found["cube:dimensions"], {
    time: { type: "temporal", extent: ["2000-03-01T00:00:00Z", "2000-03-01T09:00:00Z"], step: "PT3H" },
    lat: {
      type: "spatial",
      axis: "y",
      description: "latitude",
      extent: [-59.875, 59.875],
      step: 0.25,
      reference_system: 4326,
    },
    lon: {
      type: "spatial",
      axis: "x",
      description: "longitude",
      extent: [0.125, 359.875],
      step: 0.25,
      reference_system: 4326,
    },
  });
  assert.deepEqual(Object.keys(found["cube:variables"]), [
    "precipitation",
    "precipitation_error",
    "source",
    "uncal_precipitation",
    "granule_status",
    "latitude_band",
  ]);
  assert.deepEqual(found["cube:variables"].precipitation, {
    type: "data",
    dimensions: ["time", "lat", "lon"],
    description: "precipitation rate",
    unit: "mm h-1",
  });
  assert.equal((found.assets as { zarr: { href: string } }).zarr.href, "../trmm-3b42rt.zarr");
  assert.deepEqual([found.updated, found["accrete:commit_seq"]], ["2014-04-02T01:02:03Z", 7]);
});

test("of a region its box lies between -180 and 180 degrees, cells and all", () => {
  const { extent, license } = collectionOf(airTemperature, state(4)) as Collection;
  // 200 to 330 degrees east and 15 to 75 north, with half a cell of 2.5 beyond.
  assert.deepEqual(extent.spatial.bbox, [[-161.25, 13.75, -28.75, 76.25]]);
  assert.deepEqual(extent.temporal.interval, [["2013-01-01T00:00:00Z", "2013-01-01T18:00:00Z"]]);
  assert.equal(license, "MIT");
});

test("a box that ends at the antimeridian has it as its east, one that begins there as its west", () => {
  const [latitude, longitude] = airTemperature.dimensions;
  assert.ok(latitude && longitude);
  const boxFrom = (first: number) => {
    const half = { ...airTemperature, dimensions: [latitude, { ...longitude, first, step: 1, count: 90 }] };
    const [[west, , east] = []] = (collectionOf(half, state(1)) as Collection).extent.spatial.bbox;
    return [west, east];
  };
  assert.deepEqual(boxFrom(90.5), [90, 180]);
  assert.deepEqual(boxFrom(180.5), [-180, -90]);
});

test("of a region its box has the decimals that the descriptor's make", () => {
  const [latitude, longitude] = airTemperature.dimensions;
  assert.ok(latitude && longitude);
  const tenth = (first: number) => ({ first, step: 0.1, count: 10 });
  for (const [first, edges] of [
    [10.15, [10.1, 11.1]],
    [99.85, [99.8, 100.8]],
    [-0.35, [-0.4, 0.6]],
    [200.15, [-159.9, -158.9]],
    [-190.15, [169.8, 170.8]],
    [359.55, [-0.5, 0.5]],
    [719.55, [-0.5, 0.5]],
    [179.55, [179.5, -179.5]],
  ] as const) {
    const dimensions = [
      { ...latitude, ...tenth(10.15) },
      { ...longitude, ...tenth(first) },
    ];
    const found = collectionOf({ ...airTemperature, dimensions }, state(1)) as Collection;
    assert.deepEqual(found.extent.spatial.bbox, [[edges[0], 10.1, edges[1], 11.1]], String(first));
  }
});

test("a grid that says by its units alone that it has latitudes and longitudes has their box", () => {
  const found = collectionOf(tinyDataset({ isByUnits: true }), state(1)) as Collection;
  // 100 to 110 degrees east by 5, and 0 to 10 north by 10, with half a cell beyond.
  assert.deepEqual(found.extent.spatial.bbox, [[97.5, -5, 112.5, 15]]);
  const { lat, lon } = found["cube:dimensions"];
  assert.deepEqual([lat?.type, lat?.axis, lon?.type, lon?.axis], ["spatial", "y", "spatial", "x"]);
});

test("a grid whose step is no decimal still goes round the whole earth", () => {
  const [latitude, longitude] = trmm3b42rt.dimensions;
  assert.ok(latitude && longitude);
  for (const [perDegree, step] of [
    [6, 1 / 6],
    [6, 0.1666667],
    [24, 1 / 24],
    [24, 0.0416666],
    [3, 1 / 3],
    [7, 1 / 7],
  ] as const) {
    for (const west of [-180, 0]) {
      const dimensions = [
        { ...latitude, first: 90 - 0.5 / perDegree, step: -1 / perDegree, count: 180 * perDegree },
        { ...longitude, first: west + 0.5 / perDegree, step, count: 360 * perDegree },
      ];
      const found = collectionOf({ ...trmm3b42rt, dimensions }, state(1)) as Collection;
      assert.deepEqual(found.extent.spatial.bbox, [[-180, -90, 180, 90]], `${west} by ${step}`);
    }
  }
  // One column less is a gap.
  const dimensions = [latitude, { ...longitude, first: -180 + 1 / 12, step: 1 / 6, count: 2159 }];
  const [[west, , east] = []] = (collectionOf({ ...trmm3b42rt, dimensions }, state(1)) as Collection).extent
    .spatial.bbox;
  assert.equal(west, -180);
  assert.ok(Math.abs((east ?? 0) - (180 - 1 / 6)) < 1e-9);
});

test("a box that crosses the antimeridian has its west east of its east", () => {
  const [latitude, longitude] = airTemperature.dimensions;
  assert.ok(latitude && longitude);
  const pacific = { ...airTemperature, dimensions: [latitude, { ...longitude, first: 170, count: 9 }] };
  // 170 to 190 degrees east.
  assert.deepEqual((collectionOf(pacific, state(1)) as Collection).extent.spatial.bbox, [
    [168.75, 13.75, -168.75, 76.25],
  ]);
});

test("each commit keeps it true", async () => {
  const world = tinyWorld();
  const read = () => world.json("tiny.accrete/collection.json") as Promise<Collection>;
  world.publishAll(0, 1);
  world.at(2);
  await world.run();
  const first = await read();
  assert.deepEqual(first.extent.temporal.interval, [["2020-01-01T05:00:00Z", "2020-01-01T07:00:00Z"]]);
  world.publishAll(2, 5);
  world.at(6);
  await world.run();
  const { extent, updated, "accrete:commit_seq": seq, ...found } = await read();
  assert.deepEqual(extent.temporal.interval, [["2020-01-01T05:00:00Z", "2020-01-01T11:00:00Z"]]);
  assert.deepEqual(found["cube:dimensions"].time?.extent, ["2020-01-01T06:00:00Z", "2020-01-01T11:00:00Z"]);
  const { commit_seq, committed_at } = await world.status();
  assert.deepEqual([seq, updated], [commit_seq, committed_at]);
});

test("one that is lost, or that a killed process abandoned, is written by the next plan", async () => {
  const key = "tiny.accrete/collection.json";
  const world = tinyWorld();
  world.publishAll(0, 3);
  world.at(4);
  const dying = world.wiring({
    around: (call, perform) =>
      call.operation === "put" && call.key === key ? Promise.reject(new Error("killed")) : perform(),
  });
  await assert.rejects(world.run({}, dying), /killed/);
  world.clock.now += 60_000; // its leases are over
  await world.run();
  const whole = (await world.json(key)) as Collection;
  assert.equal(whole["accrete:commit_seq"], (await world.status()).commit_seq);
  await removeObject(world.store, key);
  world.at(4.5);
  await world.run();
  assert.deepEqual(await world.json(key), whole);
});

test("a committer that is late with it does not set back a later one's", async () => {
  for (const operation of ["read", "put"]) {
    const world = tinyWorld();
    world.publishAll(0, 3);
    world.at(4);
    let isOvertaken = false;
    const late = world.wiring({
      around: async (call, perform) => {
        if (call.operation !== operation || call.key !== "tiny.accrete/collection.json" || isOvertaken)
          return perform();
        isOvertaken = true;
        world.clock.now += 60_000; // its lease is over
        world.publishAll(4, 9);
        world.at(10);
        await world.run();
        return perform();
      },
    });
    await world.run({}, late);
    assert.ok(isOvertaken);
    const found = (await world.json("tiny.accrete/collection.json")) as Collection;
    assert.equal(found.extent.temporal.interval[0]?.[1], "2020-01-01T15:00:00Z", operation);
  }
});
