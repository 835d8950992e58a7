/** Pixels that tell values apart, and no value from zero. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Grid } from "../../../../../functions/page/dataset/field.ts";
import {
  type FieldMetadata,
  readFieldMetadata,
} from "../../../../../functions/page/dataset/fieldMetadata.ts";
import { gridAxisOf, longitudeAxisOf } from "../../../../../functions/page/dataset/gridAxis.ts";
import { colourScaleOf } from "../../../../../functions/page/map/colours/colourScale.ts";
import { fillPixels, pixelOf } from "../../../../../functions/page/map/picture/pixels.ts";

const rain = readFieldMetadata(
  "precipitation",
  { long_name: "precipitation rate", units: "mm h-1", scale_factor: 0.01 },
  -31_999,
);

/** A grid of one row from west to east, or the rows given. */
function gridOf(packed: Grid["packed"], latitudes = [0]): Grid {
  const columns = packed.length / latitudes.length;
  return {
    index: 0,
    packed,
    offset: 0,
    rowStride: columns,
    columnStride: 1,
    plane: {
      rows: gridAxisOf(latitudes),
      columns: longitudeAxisOf(Array.from({ length: columns }, (_, place) => place)),
      isEarth: true,
      names: { row: "lat", column: "lon" },
    },
  };
}

function painted(
  grid: Grid,
  metadata: FieldMetadata,
  range: readonly [number, number] = [0, 10],
): Uint32Array {
  const pixels = new Uint32Array(grid.packed.length);
  fillPixels(grid, metadata, colourScaleOf(metadata, range, false), pixels);
  return pixels;
}

describe("fillPixels", () => {
  test("no value is transparent, and zero is not", () => {
    const [none, zero, much] = painted(gridOf(Int16Array.of(-31_999, 0, 1000)), rain);
    assert.equal(none, 0);
    assert.notEqual(zero, 0);
    assert.notEqual(zero, much);
  });

  test("numbers of any type are coloured by what they mean", () => {
    const plain = readFieldMetadata("x", {}, -1);
    const numbers = [0, 5, 10, -1];
    const types = [Int8Array, Int16Array, Int32Array, Float32Array, Float64Array];
    const [first, ...others] = types.map((type) => painted(gridOf(type.from(numbers)), plain));
    for (const other of others) assert.deepEqual(other, first);
    assert.deepEqual(painted(gridOf(BigInt64Array.from(numbers.map(BigInt))), plain), first);
    assert.equal(new Set(first).size, 4);
  });

  test("north is up, whichever way the rows run", () => {
    const plain = readFieldMetadata("x", {}, null);
    const southward = painted(gridOf(Int16Array.of(10, 5, 0), [1, 0, -1]), plain);
    assert.deepEqual(painted(gridOf(Int16Array.of(0, 5, 10), [-1, 0, 1]), plain), southward);
  });

  test("categories have colours of their own, and numbers that are none have none", () => {
    const flags = Array.from({ length: 16 }, (_, i) => i * 2);
    const sensor = readFieldMetadata(
      "source",
      { flag_values: flags, flag_meanings: flags.map((f) => `s${f}`).join(" ") },
      -128,
    );
    const pixels = painted(gridOf(Int8Array.from([...flags, 1, -128])), sensor);
    assert.equal(new Set(pixels.subarray(0, 16)).size, 16);
    assert.deepEqual([...pixels.subarray(16)], [0, 0]);
  });

  test("a pixel has the bytes of its CSS colour", () => {
    for (const colour of ["#0a0b0c", "rgb(10, 11, 12)"])
      assert.deepEqual([...new Uint8Array(Uint32Array.of(pixelOf(colour)).buffer)], [10, 11, 12, 255]);
  });
});
