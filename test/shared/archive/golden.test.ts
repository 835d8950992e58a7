/**
 * What a difference from golden metadata is said to mean is what becomes of a dataset that is stored as they say: each change is
 * made to the descriptor of one that is there.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  compareGolden,
  type GoldenDifference,
  goldenBytes,
  type Meaning,
  readGolden,
} from "../../../shared/archive/golden.ts";
import type { Dataset } from "../../../shared/dataset/dataset.ts";
import type { ArraySpec, FixedDimension } from "../../../shared/dataset/descriptor.ts";
import { isFault } from "../../../shared/doctor/evidence/differences.ts";
import { examine } from "../../../shared/doctor/examine.ts";
import { repair } from "../../../shared/doctor/repair.ts";
import { DriftError } from "../../../shared/errors.ts";
import { hourMs, tinyDataset, tinyFields, tinyTime } from "../../support/tinyDataset.ts";
import { neverAborted, type TinyWorld, tinyWorld } from "../../support/tinyWorld.ts";

type Change = (descriptor: Dataset) => Dataset;

const tiny = tinyDataset();
const band = {
  name: "band",
  dimension: "lat",
  values: [0, 1],
  attributes: { long_name: "band", flag_values: [0, 1], flag_meanings: "near far" },
};
const ofArray =
  (name: string, change: Partial<ArraySpec>): Change =>
  (dataset) => ({
    ...dataset,
    arrays: dataset.arrays.map((one) => (one.name === name ? { ...one, ...change } : one)),
  });
const ofDimension =
  (name: string, change: Partial<FixedDimension>): Change =>
  (dataset) => ({
    ...dataset,
    dimensions: dataset.dimensions.map((one) => (one.name === name ? { ...one, ...change } : one)),
  });
const ofTime =
  (change: Partial<Dataset["time"]>): Change =>
  (dataset) => ({ ...dataset, time: { ...dataset.time, ...change } });
const without =
  (name: string): Change =>
  (dataset) => ({
    ...dataset,
    arrays: dataset.arrays.filter((one) => one.name !== name),
  });
const rain = tiny.arrays[0] as ArraySpec;

const changes: readonly (readonly [
  what: string,
  meaning: Meaning,
  after: Change,
  told: readonly string[],
  before?: Change,
])[] = [
  ["another title", "harmless", () => tinyDataset({ title: "Other" }), [".zattrs title"]],
  [
    "a long name",
    "harmless",
    ofArray("rain", { attributes: { ...rain.attributes, long_name: "rain rate" } }),
    ["rain/.zattrs long_name"],
  ],
  [
    "an attribute less",
    "harmless",
    ofDimension("lat", { attributes: { units: "degrees_north", standard_name: "latitude" } }),
    ["lat/.zattrs long_name"],
  ],
  [
    "a valid range",
    "harmless",
    () => tinyDataset({ ranges: { rain: [0, 50] } }),
    ["rain/.zattrs valid_range"],
  ],
  [
    "an earlier start: what is stored goes on from where it begins",
    "harmless",
    ofTime({ start: tinyTime(-2), granulesFrom: tinyTime(-2) }),
    [".zattrs append_start"],
  ],
  [
    "a coordinate whose last digits are others",
    "harmless",
    ofDimension("lon", { first: 100.00000000000001 }),
    [".zattrs geospatial_lon_min", ".zattrs geospatial_lon_max", "lon values"],
  ],
  ["an array more", "repair", (dataset) => dataset, ["wind/.zarray"], without("wind")],
  [
    "a coordinate more along a dimension",
    "repair",
    (dataset) => ({ ...dataset, auxiliaries: [band] }),
    ["rain/.zattrs coordinates", "wind/.zattrs coordinates", "band/.zarray"],
  ],
  ["an array less", "newDataset", without("wind"), ["wind/.zarray"]],
  ["another type", "newDataset", () => tinyDataset({ windType: "float64" }), ["wind/.zarray dtype"]],
  [
    "another chunk length",
    "newDataset",
    () => tinyDataset({ chunkLength: 5 }),
    ["rain/.zarray chunks", "wind/.zarray chunks"],
  ],
  ["another codec", "newDataset", ofArray("wind", { codec: { id: "gzip" } }), ["wind/.zarray compressor"]],
  [
    "another level of the codec",
    "newDataset",
    ofArray("wind", { codec: { id: "zstd", level: 9 } }),
    ["wind/.zarray compressor"],
  ],
  ["another fill value", "newDataset", ofArray("wind", { fillValue: -1 }), ["wind/.zarray fill_value"]],
  ["another scale", "newDataset", ofArray("rain", { scaleFactor: 0.1 }), ["rain/.zattrs scale_factor"]],
  ["other units", "newDataset", () => tinyDataset({ rainUnits: "m s-1" }), ["rain/.zattrs units"]],
  ["another calendar", "newDataset", ofTime({ calendar: "proleptic_gregorian" }), ["time/.zattrs calendar"]],
  [
    "other units of time",
    "newDataset",
    ofTime({ units: "hours since 2019-01-01 00:00:00", epoch: Date.UTC(2019, 0, 1) }),
    ["time/.zattrs units"],
  ],
  ["another step", "newDataset", () => tinyDataset({ step: "PT2H" }), [".zattrs time_coverage_resolution"]],
  [
    "another place of the stamp",
    "newDataset",
    () => tinyDataset({ stamp: "start" }),
    ["time/.zattrs long_name"],
  ],
  [
    "a later start",
    "newDataset",
    ofTime({ start: tinyTime(2), granulesFrom: tinyTime(2) }),
    [".zattrs append_start"],
  ],
  [
    "a start between the steps",
    "newDataset",
    ofTime({ start: tinyTime(0) - hourMs / 2 }),
    [".zattrs append_start", "time_bnds/.zarray dtype"],
  ],
  [
    "another longitude",
    "newDataset",
    () => tinyDataset({ firstLon: 101 }),
    [".zattrs geospatial_lon_min", ".zattrs geospatial_lon_max", "lon values"],
  ],
  [
    "another size of the grid",
    "newDataset",
    ofDimension("lon", { count: 4 }),
    [
      ".zattrs geospatial_lon_max",
      "rain/.zarray shape",
      "rain/.zarray chunks",
      "wind/.zarray shape",
      "wind/.zarray chunks",
      "lon/.zarray shape",
      "lon/.zarray chunks",
      "lon values",
    ],
  ],
  [
    "another name of a dimension",
    "newDataset",
    ofDimension("lat", { name: "y" }),
    ["rain/.zattrs _ARRAY_DIMENSIONS", "wind/.zattrs _ARRAY_DIMENSIONS", "lat/.zarray", "y/.zarray"],
  ],
  [
    "another value of a coordinate along a dimension",
    "newDataset",
    (dataset) => ({ ...dataset, auxiliaries: [{ ...band, values: [1, 1] }] }),
    ["band values"],
    (dataset) => ({ ...dataset, auxiliaries: [band] }),
  ],
];

const gravity: readonly Meaning[] = ["harmless", "repair", "newDataset"];
const worst = (differences: readonly GoldenDifference[]) =>
  gravity.findLast((meaning) => differences.some((one) => one.meaning === meaning));
const named = ({ key, field }: GoldenDifference) => (field === undefined ? key : `${key} ${field}`);

/** Six timesteps of a dataset of that descriptor, and one more that is pending. */
async function stored(dataset: Dataset): Promise<TinyWorld> {
  const world = tinyWorld();
  world.publishAll(0, 5);
  world.at(6);
  await world.run({}, world.wiring({ dataset }));
  assert.equal((await world.read()).length, 6);
  world.publish(6);
  world.at(8);
  return world;
}

describe("what a change would mean for a stored dataset:", () => {
  for (const [what, meaning, after, told, before = (dataset: Dataset) => dataset] of changes)
    test(`${what}: ${meaning}`, async () => {
      const [was, is] = [before(tiny), after(tiny)];
      const differences = compareGolden(is, readGolden(was, goldenBytes(was)));
      assert.deepEqual(differences.map(named), told);
      assert.equal(worst(differences), meaning);

      const world = await stored(was);
      const wiring = () => world.wiring({ dataset: is });
      if (meaning === "harmless") {
        await world.run({}, wiring());
        assert.equal((await world.read()).length, 7);
        return;
      }
      await assert.rejects(world.run({}, wiring()), DriftError);
      const found = await examine(wiring(), {}, neverAborted);
      if (meaning === "newDataset") {
        await assert.rejects(repair(wiring(), found, { adopt: false }, neverAborted), DriftError);
        return;
      }
      await repair(wiring(), found, { adopt: false }, neverAborted);
      const again = await examine(wiring(), {}, neverAborted);
      assert.deepEqual(again.differences.filter(isFault), []);
      await world.run({}, wiring());
      const { arrays, length } = await world.read();
      assert.equal(length, 7);
      for (const name of ["rain", "wind"] as const)
        for (let index = 0; index < 7; index++)
          assert.deepEqual(arrays[name]?.[index], tinyFields(index)[name]);
    });

  test("of several at once each has its own", () => {
    const is = { ...tinyDataset({ title: "Other", windType: "float64" }), auxiliaries: [band] };
    const differences = compareGolden(is, readGolden(tiny, goldenBytes(tiny)));
    assert.deepEqual(
      differences.map((one) => [named(one), one.meaning, one.golden, one.field && one.now]).slice(0, 3),
      [
        [".zattrs title", "harmless", "Tiny grids", "Other"],
        ["rain/.zattrs coordinates", "harmless", undefined, "band"],
        ["wind/.zarray dtype", "newDataset", "<f4", "<f8"],
      ],
    );
    assert.deepEqual(
      differences.slice(3).map((one) => [named(one), one.meaning]),
      [
        ["wind/.zattrs coordinates", "harmless"],
        ["band/.zarray", "repair"],
      ],
    );
  });

  test("nothing where nothing has changed", () => {
    assert.deepEqual(compareGolden(tiny, readGolden(tiny, goldenBytes(tiny))), []);
  });
});

test("golden metadata that are none are refused with what is wrong", () => {
  for (const [text, message] of [
    ["{", /^it is not JSON/],
    ["[]", /^it is not a JSON object$/],
    ["{}", /^of its group, it has no metadata$/],
    ['{"group": {"metadata": {}}}', /^it has no coordinates$/],
  ] as const)
    assert.throws(() => readGolden(tiny, new TextEncoder().encode(text)), { name: "TypeError", message });
});
