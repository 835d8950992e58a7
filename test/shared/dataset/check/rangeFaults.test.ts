import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { airTemperature } from "../../../../shared/dataset/catalogue/air-temperature.ts";
import { trmm3b42rt } from "../../../../shared/dataset/catalogue/trmm-3b42rt.ts";
import { fillFaults, rangeFaults } from "../../../../shared/dataset/check/rangeFaults.ts";
import type { ArraySpec, Block, DataType } from "../../../../shared/dataset/descriptor.ts";

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

const block = (type: DataType, more: Partial<Block> = {}): Block => ({ name: "rain", type, ...more });
const filled = (dtype: DataType, fillValue: number, validRange?: ArraySpec["validRange"]): ArraySpec => ({
  ...plain,
  dtype,
  fillValue,
  ...(validRange && { validRange }),
});
const negated = { rules: [{ kind: "negated", dimension: "lat", beyond: 50 }] } as const;

describe("a fill is refused that", () => {
  for (const [what, array, of] of [
    ["a block without its missing value may hold", filled("uint8", 0), block("uint8", { missing: 255 })],
    ["any value of a block may be, since none means missing", filled("int8", -128), block("int8")],
    ["is the end of a wider type that is no wider here", filled("int16", 0), block("uint8")],
    ["is a value of floats", filled("float32", -9999), block("float32")],
    ["is infinite, as floats may be", filled("float64", Number.POSITIVE_INFINITY), block("float32")],
    [
      "is the value of another one than means missing",
      filled("float32", -9999),
      block("float32", { missing: -999 }),
    ],
    ["a scaled block may mean", filled("float32", -99.99), block("int16", { scale: 100 })],
    ["a rule makes of other values", filled("int16", 9), block("int16", { missing: 9, ...negated })],
  ] as const) {
    test(what, () => {
      const [fault = "", ...others] = fillFaults("arrays.rain", array, of);
      assert.match(fault, new RegExp(`^arrays\\.rain\\.fillValue ${array.fillValue} may be measured: `));
      assert.deepEqual(others, []);
    });
  }

  test("lies in the valid range, whatever the block's missing value is", () => {
    const fault = (fillValue: number) =>
      `arrays.rain.fillValue ${fillValue} is within validRange: it would hide measured values`;
    const of = block("int16", { missing: 0, scale: 100 });
    const within = { ...packed, validRange: [0, 300] } as const;
    assert.deepEqual(fillFaults("arrays.rain", { ...within, fillValue: 0 }, of), [fault(0)]);
    assert.deepEqual(fillFaults("arrays.rain", { ...within, fillValue: 30_000 }, of), [fault(30_000)]);
    assert.deepEqual(fillFaults("arrays.rain", { ...within, fillValue: 30_001 }, of), []);
    assert.deepEqual(fillFaults("arrays.rain", filled("float32", 0.1, [0.1, 1]), block("float32")), [
      fault(0.1),
    ]);
  });
});

test("a fill is taken that no value can be", () => {
  for (const [array, of] of [
    [filled("float32", Number.NaN), block("float32")],
    [filled("float32", -9.99e33), block("float32", { missing: -9.99e33 })],
    [filled("float32", -9999), block("int16", { scale: 100 })],
    [filled("float32", -99.99), block("int16", { scale: 100, missing: -9999 })],
    [filled("uint8", 255), block("uint8", { missing: 255 })],
    [filled("int16", -1), block("uint8")],
    [filled("int16", -9), block("int16", { missing: -9, ...negated })],
    [filled("int8", -128, [0, 106]), block("int8")],
  ] as const)
    assert.deepEqual(fillFaults("arrays.rain", array, of), []);
});

test("3B42RT's source is filled with what only its range keeps from being a sensor", () => {
  const source = trmm3b42rt.arrays.find(({ name }) => name === "source") as ArraySpec;
  const of = trmm3b42rt.decoding.blocks.find(({ name }) => name === "source") as Block;
  const { validRange, ...unranged } = source;
  assert.deepEqual(validRange, [0, 106]);
  assert.deepEqual(fillFaults("arrays.source", source, of), []);
  assert.equal(fillFaults("arrays.source", unranged, of).length, 1);
});
