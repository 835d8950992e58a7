/** What the map says in words. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Plane } from "../../../../functions/page/dataset/field.ts";
import { readFieldMetadata } from "../../../../functions/page/dataset/fieldMetadata.ts";
import { gridAxisOf, longitudeAxisOf } from "../../../../functions/page/dataset/gridAxis.ts";
import { gapText, limitationText, measuredText, placeText } from "../../../../functions/page/map/mapText.ts";
import { latitudeText, longitudeText } from "../../../../functions/page/ui/valueFormat.ts";

const plane: Plane = {
  rows: gridAxisOf([10.125, 9.875]),
  columns: longitudeAxisOf([359.875, 360.125]),
  isEarth: true,
  names: { row: "y", column: "x" },
};

describe("the map in words", () => {
  test("places on the earth", () => {
    assert.deepEqual([12.125, -0.5, 0].map(latitudeText), ["12.125° N", "0.5° S", "0°"]);
    assert.deepEqual([359.875, 180, 200, 0, 27.5].map(longitudeText), [
      "0.125° W",
      "180° W",
      "160° W",
      "0°",
      "27.5° E",
    ]);
    assert.equal(placeText(plane, { row: 1, column: 1 }), "9.875° N, 0.125° E");
  });

  test("places in a plain picture, and that it is one", () => {
    const plain = { ...plane, isEarth: false };
    assert.equal(placeText(plain, { row: 1, column: 0 }), "y 1, x 0");
    assert.match(limitationText(plain, []) ?? "", /y and x, not latitude and longitude/);
    assert.equal(limitationText(plane, []), undefined);
    assert.equal(limitationText(plane, ["level"]), "Only the first index along level is shown.");
  });

  test("what a cell holds", () => {
    const rain = readFieldMetadata("rain", { units: "mm h-1", scale_factor: 0.01 }, -31_999);
    assert.equal(measuredText(rain.unpack(37), rain), "0.37 mm h⁻¹");
    assert.equal(measuredText(rain.unpack(-31_999), rain), "no value");
    const sensor = readFieldMetadata(
      "source",
      { units: "1", flag_values: [0, 5], flag_meanings: "none SSMIS_sparse" },
      -128,
    );
    assert.equal(measuredText(5, sensor), "SSMIS sparse (5)");
  });

  test("why a timestep holds nothing", () => {
    const failing = {
      time: "2014-04-01T03:00:00Z",
      status: "corrupt",
      fault: "gzipCrc",
      reason: "its checksum is wrong",
      path: null,
      attempts: 2,
      next_try_at: "2014-04-02T00:00:00Z",
    } as const;
    assert.equal(gapText(0, undefined), undefined);
    assert.equal(gapText(1, undefined), "missing: the provider has no granule of this timestep");
    assert.equal(gapText(2, failing), "corrupt: its checksum is wrong");
    assert.match(gapText(3, undefined) ?? "", /^pending: /);
  });
});
