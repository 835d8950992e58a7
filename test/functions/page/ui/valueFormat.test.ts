/** How values and units are written. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { unitText, valueText } from "../../../../functions/page/ui/valueFormat.ts";

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
