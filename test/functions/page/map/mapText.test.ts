/** What a field's numbers mean, in words. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Plane } from "../../../../functions/page/dataset/field.ts";
import { readFieldMetadata } from "../../../../functions/page/dataset/fieldMetadata.ts";
import { gridAxisOf, longitudeAxisOf } from "../../../../functions/page/dataset/gridAxis.ts";
import { gapText, limitationText, measuredText, placeText } from "../../../../functions/page/map/mapText.ts";
import {
  latitudeText,
  longitudeText,
  unitText,
  valueText,
} from "../../../../functions/page/ui/valueFormat.ts";

const plane: Plane = {
  rows: gridAxisOf([10.125, 9.875]),
  columns: longitudeAxisOf([359.875, 360.125]),
  isEarth: true,
  names: { row: "y", column: "x" },
};

describe("words of the map", () => {
  test("units as people write them", () => {
    const written = {
      "mm h-1": "mm h⁻¹",
      "kg m-2 s-1": "kg m⁻² s⁻¹",
      "W m**-2": "W m⁻²",
      "m^2": "m²",
      K: "K",
      degC: "°C",
      celsius: "°C",
      degrees_north: "°",
      "1": "",
      "": "",
      "%": "%",
    };
    for (const [units, text] of Object.entries(written)) assert.equal(unitText(units), text, units);
  });

  test("values with the digits that their packing tells apart, else four", () => {
    assert.equal(valueText(0.35000000000000003, 2), "0.35");
    assert.deepEqual(
      [0, 265.8249, 12_345.6, 0.01234567, 1.5e9].map((value) => valueText(value)),
      ["0", "265.8", "12346", "0.01235", "1.500e+9"],
    );
  });

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

describe("readFieldMetadata", () => {
  test("unpacks, and knows every number that stands for no value", () => {
    const metadata = readFieldMetadata(
      "t",
      { scale_factor: 0.5, add_offset: 273.15, missing_value: -2, valid_range: [-10, 10] },
      -1,
    );
    assert.equal(metadata.unpack(4), 275.15);
    for (const none of [-1, -2, 11, -11, Number.NaN])
      assert.ok(Number.isNaN(metadata.unpack(none)), String(none));
    assert.deepEqual(metadata.valid, [268.15, 278.15]);
    assert.equal(metadata.decimals, 2);
  });

  test("zero is a value where nothing says otherwise", () => {
    assert.equal(readFieldMetadata("t", {}, null).unpack(0), 0);
  });
});
