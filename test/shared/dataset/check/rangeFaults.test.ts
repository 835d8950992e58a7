import assert from "node:assert/strict";
import { describe, test } from "node:test";
import airTemperature from "../../../../shared/dataset/catalogue/air-temperature.ts";
import trmm3b42rt from "../../../../shared/dataset/catalogue/trmm-3b42rt.ts";
import { rangeFaults } from "../../../../shared/dataset/check/rangeFaults.ts";
import type { ArraySpec } from "../../../../shared/dataset/descriptor.ts";

const packed: ArraySpec = {
  name: "rain",
  block: "rain",
  dtype: "int16",
  scaleFactor: 0.01,
  fillValue: -9,
  attributes: { units: "mm h-1", long_name: "rain" },
};
const { scaleFactor: _, ...plain } = packed;
const float: ArraySpec = { ...plain, dtype: "float32", fillValue: Number.NaN };

const faultsOf = (array: ArraySpec) => rangeFaults("arrays.rain", array);

describe("a valid range is refused", () => {
  for (const [what, array, fault] of [
    [
      "that is empty",
      { ...float, validRange: [5, 4.9] },
      "arrays.rain.validRange 5 to 4.9 ends before it begins",
    ],
    [
      "with a bound that no stored integer means",
      { ...packed, validRange: [0.005, 300] },
      "arrays.rain.validRange has 0.005, which is no whole multiple of scaleFactor 0.01",
    ],
    [
      "wider than its integers",
      { ...packed, validRange: [0, 327.68] },
      "arrays.rain.validRange 0 to 327.68 does not fit int16",
    ],
    [
      "wider than its floats",
      { ...float, validRange: [0, 1e39] },
      /^arrays\.rain\.validRange 0 to 1e\+39 does not fit float32$/,
    ],
  ] as const) {
    test(what, () => {
      const [found, ...others] = faultsOf(array);
      assert.deepEqual(others, []);
      if (typeof fault === "string") assert.equal(found, fault);
      else assert.match(found ?? "", fault);
    });
  }
});

test("a bound may be any number of stored units, however its decimals are rounded, and both may be one", () => {
  for (let stored = 0; stored <= 32_767; stored += 7)
    assert.deepEqual(faultsOf({ ...packed, validRange: [Number((stored / 100).toFixed(2)), 327.67] }), []);
  assert.deepEqual(faultsOf({ ...float, validRange: [0.1, 0.1] }), []);
  assert.deepEqual(faultsOf(packed), []);
});

test("every array of the catalogue has one", () => {
  for (const { arrays } of [trmm3b42rt, airTemperature])
    for (const { validRange } of arrays) assert.ok(validRange);
});
