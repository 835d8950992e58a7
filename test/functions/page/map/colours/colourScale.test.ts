/** Colours that tell values apart, and no value from zero. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Grid } from "../../../../../functions/page/dataset/field.ts";
import {
  type FieldMetadata,
  readFieldMetadata,
} from "../../../../../functions/page/dataset/fieldMetadata.ts";
import { gridAxisOf, longitudeAxisOf } from "../../../../../functions/page/dataset/gridAxis.ts";
import {
  colourScaleOf,
  scaleKindOf,
  ticksOf,
} from "../../../../../functions/page/map/colours/colourScale.ts";
import { niceStep, percentile, rangeOf } from "../../../../../functions/page/map/colours/valueRange.ts";
import { fillPixels, pixelOf } from "../../../../../functions/page/map/picture/pixels.ts";

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

function painted(
  grid: Grid,
  metadata: FieldMetadata,
  range: readonly [number, number] = [0, 10],
): Uint32Array {
  const pixels = new Uint32Array(grid.packed.length);
  fillPixels(grid, metadata, colourScaleOf(metadata, range, false), pixels);
  return pixels;
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

describe("colourScaleOf", () => {
  test("goes by what the metadata say of a field", () => {
    const kind = (attributes: object) =>
      scaleKindOf(readFieldMetadata("x", attributes as Record<string, unknown>, null));
    assert.equal(scaleKindOf(rain), "amount");
    assert.equal(scaleKindOf(air), "temperature");
    assert.equal(kind({ long_name: "sea surface temperature anomaly", units: "K" }), "difference");
    assert.equal(kind({ standard_name: "eastward_wind", units: "m s-1" }), "difference");
    assert.equal(kind({ flag_values: [0, 1], flag_meanings: "no yes" }), "flags");
    assert.equal(kind({ units: "hPa" }), "plain");
  });

  test("of amounts gives light rain the larger part of the colours", () => {
    const scale = colourScaleOf(rain, [0, 100], false);
    assert.equal(scale.fraction(25), 0.5);
    assert.deepEqual([-1, 0, 100, 1000].map(scale.fraction), [0, 0, 1, 1]);
  });

  test("of differences has 0 in its middle", () => {
    const wind = readFieldMetadata("u", { standard_name: "eastward_wind" }, null);
    const scale = colourScaleOf(wind, [-5, 20], false);
    assert.deepEqual(scale.range, [-20, 20]);
    assert.equal(scale.fraction(0), 0.5);
  });

  test("writes round values that do not touch each other", () => {
    assert.deepEqual(ticksOf(colourScaleOf(air, [250, 300], false), 400), [250, 260, 270, 280, 290, 300]);
    assert.deepEqual(ticksOf(colourScaleOf(rain, [0, 50], false), 400), [0, 1, 5, 10, 20, 50]);
    assert.deepEqual(ticksOf(colourScaleOf(rain, [0, 100], false), 400), [0, 2, 10, 20, 50, 100]);
    const amounts = ticksOf(colourScaleOf(rain, [0, 30], false), 400);
    assert.equal(amounts[0], 0);
    const places = amounts.map((tick) => colourScaleOf(rain, [0, 30], false).fraction(tick) * 400);
    assert.ok(
      places.every((place, i) => i === 0 || place - (places[i - 1] as number) >= 50),
      String(places),
    );
  });
});

test("ticks of amounts are 0 and 1, 2 or 5 times a power of ten, in every range and width", () => {
  for (const to of [0.3, 7, 33, 50, 66, 250, 17.5]) {
    for (const width of [140, 300, 576]) {
      const ticks = ticksOf(colourScaleOf(rain, [0, to], false), width);
      assert.match(ticks.join(" "), /^0( 0\.0*[125]| [125]0*)+$/, `0 to ${to} on ${width} pixels`);
    }
  }
});

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
