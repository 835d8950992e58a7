import assert from "node:assert/strict";
import { describe, test } from "node:test";
import trmm3b42rt from "../../../../shared/dataset/catalogue/trmm-3b42rt.ts";
import type { ArraySpec } from "../../../../shared/dataset/descriptor.ts";
import type { DataType } from "../../../../shared/dataset/values.ts";
import { fillFaults } from "../../../../shared/format/flatBinary/arrayFaults.ts";
import type { Block } from "../../../../shared/format/flatBinary/spec.ts";

const plain = {
  name: "rain",
  block: "rain",
  attributes: { units: "mm h-1", long_name: "rain" },
};
const packed = { ...plain, dtype: "int16", scaleFactor: 0.01 } as const;
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
