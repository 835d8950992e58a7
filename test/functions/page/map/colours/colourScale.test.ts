/** Colours by the kind of a field. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readFieldMetadata } from "../../../../../functions/page/dataset/fieldMetadata.ts";
import {
  colourScaleOf,
  scaleKindOf,
  ticksOf,
} from "../../../../../functions/page/map/colours/colourScale.ts";

const rain = readFieldMetadata(
  "precipitation",
  { long_name: "precipitation rate", units: "mm h-1", scale_factor: 0.01 },
  -31_999,
);
const air = readFieldMetadata("air", { standard_name: "air_temperature", units: "K" }, Number.NaN);

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
