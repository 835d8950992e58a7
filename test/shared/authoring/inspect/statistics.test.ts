import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { statisticsOf } from "../../../../shared/authoring/inspect/statistics.ts";

describe("statistics of a field", () => {
  test("leave out what is missing, and are in units", () => {
    const found = statisticsOf(Int16Array.of(100, -31999, 300, 200, -31999, 400), {
      fillValue: -31999,
      scaleFactor: 0.01,
    });
    assert.deepEqual(found, {
      count: 6,
      missing: 2,
      infinite: 0,
      moments: {
        min: 1,
        max: 4,
        mean: 2.5,
        // Of 1, 2, 3, 4: the root of (1.5² + 0.5² + 0.5² + 1.5²) / 4.
        standardDeviation: 1.11803398875,
        // The sorted values stand at 0, 33⅓, 66⅔ and 100 %.
        percentiles: [1.03, 1.15, 1.75, 2.5, 3.25, 3.85, 3.97],
      },
    });
  });

  test("tell NaN and infinite values apart from the others", () => {
    const values = Float32Array.of(Number.NaN, Number.POSITIVE_INFINITY, 7, 7, Number.NEGATIVE_INFINITY);
    const { count, missing, infinite, moments } = statisticsOf(values, { fillValue: Number.NaN });
    assert.deepEqual([count, missing, infinite], [5, 1, 2]);
    assert.deepEqual([moments?.min, moments?.max, moments?.standardDeviation], [7, 7, 0]);
  });

  test("are absent where nothing is known", () => {
    const found = statisticsOf(new Int8Array(4).fill(-128), { fillValue: -128 });
    assert.deepEqual(found, { count: 4, missing: 4, infinite: 0, moments: undefined });
  });

  test("of very many values are those of all, but for percentiles, which an even sample has nearly", () => {
    const length = 2 ** 23 + 1;
    const values = new Float32Array(length);
    for (let i = 0; i < length; i++) values[i] = i % 1000;
    const { moments } = statisticsOf(values, { fillValue: Number.NaN });
    assert.ok(Math.abs((moments?.mean ?? 0) - 499.5) < 0.05);
    assert.ok(Math.abs((moments?.percentiles[3] ?? 0) - 499.5) < 2);
  });
});
