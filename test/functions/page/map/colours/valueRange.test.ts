/** The range of values that a colour scale covers. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Grid } from "../../../../../functions/page/dataset/field.ts";
import { readFieldMetadata } from "../../../../../functions/page/dataset/fieldMetadata.ts";
import { gridAxisOf, longitudeAxisOf } from "../../../../../functions/page/dataset/gridAxis.ts";
import { niceStep, percentile, rangeOf } from "../../../../../functions/page/map/colours/valueRange.ts";

const rain = readFieldMetadata(
  "precipitation",
  { long_name: "precipitation rate", units: "mm h-1", scale_factor: 0.01 },
  -31_999,
);
const air = readFieldMetadata("air", { standard_name: "air_temperature", units: "K" }, Number.NaN);

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

describe("rangeOf", () => {
  test("of rain begins at 0 and goes by the wet cells, not by the many dry ones nor by one extreme", () => {
    // 1,000 wet cells of 0.01 to 10 mm/h, one of 300, and 9,000 dry ones.
    const packed = Int16Array.from({ length: 10_001 }, (_, i) =>
      i < 1000 ? i + 1 : i === 1000 ? 30_000 : 0,
    );
    assert.deepEqual(rangeOf(gridOf(packed), rain, true), [0, 10]);
  });

  test("of temperatures is round and holds nearly all of them", () => {
    const packed = Float32Array.from({ length: 1000 }, (_, i) => 251.3 + i * 0.04);
    assert.deepEqual(rangeOf(gridOf(packed), air, false), [250, 295]);
  });

  test("is what the field says it is, where it says", () => {
    const told = readFieldMetadata("fraction", { valid_min: 0, valid_max: 100 }, null);
    assert.deepEqual(rangeOf(gridOf(Float32Array.of(40, 50)), told, false), [0, 100]);
  });

  test("there is none where there is no value, and one even where all are the same", () => {
    assert.equal(rangeOf(gridOf(Int16Array.of(-31_999)), rain, false), undefined);
    const [from, to] = rangeOf(gridOf(Float32Array.of(280, 280)), air, false) ?? [0, 0];
    assert.ok(to > from);
  });

  test("percentiles are values that there are", () => {
    const values = [1, 2, 3, 4];
    assert.deepEqual(
      [0, 0.5, 0.75, 0.76, 1].map((share) => percentile(values, share)),
      [1, 2, 3, 4, 4],
    );
    assert.ok(Number.isNaN(percentile([], 0.5)));
  });

  test("steps are round", () => {
    assert.deepEqual([0.13, 0.2, 3, 23, 60, 0].map(niceStep), [0.2, 0.2, 5, 50, 100, 1]);
  });
});
