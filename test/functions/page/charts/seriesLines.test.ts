/** A series out of the chunks that are there. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { extendRange, seriesLines, valueAxisRange } from "../../../../functions/page/charts/seriesLines.ts";
import { fixedAxis } from "../../../../shared/dataset/timeAxis.ts";

const start = Date.UTC(2014, 3, 1);
const time = fixedAxis({ start, stepMs: 3_600_000 });
const hours = (...places: number[]) => places.map((place) => start / 1000 + 3600 * place);

describe("a place's series", () => {
  test("ends with the dataset, and has gaps where there is no value or no chunk yet", () => {
    const chunks = new Map([[2, Float64Array.of(1, Number.NaN, 3)]]);
    assert.deepEqual(seriesLines([1, 2], chunks, { time, length: 8, chunkLength: 3 }), [
      hours(3, 4, 5, 6, 7),
      [null, null, null, 1, null],
    ]);
  });

  test("grows by neighbouring chunks, and begins anew elsewhere", () => {
    assert.deepEqual(extendRange([3, 4], 4), [3, 4]);
    assert.deepEqual(extendRange([3, 4], 5), [3, 5]);
    assert.deepEqual(extendRange([3, 4], 2), [2, 4]);
    assert.deepEqual(extendRange([3, 4], 9), [9, 9]);
  });

  test("amounts are drawn from 0 on, even where nothing has fallen", () => {
    assert.deepEqual(valueAxisRange(0, 0, "amount"), [0, 1]);
    assert.equal(valueAxisRange(2, 10, "amount")[0], 0);
    const [from, to] = valueAxisRange(265, 275, "temperature");
    assert.ok(from > 260 && from < 265 && to > 275 && to < 280);
    assert.deepEqual(valueAxisRange(null, null, "plain"), [0, 1]);
  });
});
