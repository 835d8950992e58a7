/** How late timesteps were, in numbers and words. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  delayLines,
  delaysOf,
  delaysText,
  durationMarks,
  durationRange,
  markText,
} from "../../../../functions/page/charts/delays.ts";

const hour = 3600;

describe("delays", () => {
  test("median, 90th percentile and longest of those that are known, and how many were late", () => {
    const delays = [7, 8, null, 6, 10, 9, 5, 4, 3, 2, 1].map((hours) => hours && hours * hour);
    assert.deepEqual(delaysOf(delays, 9 * hour), {
      count: 10,
      median: 5 * hour,
      ninetieth: 9 * hour,
      longest: 10 * hour,
      late: 1,
    });
    assert.equal(delaysOf([null, null], 9 * hour), undefined);
  });

  test("in a sentence", () => {
    const delays = delaysOf([7 * hour, 7.5 * hour, 34 * hour], 9 * hour);
    assert.equal(
      delaysText("Visible after", delays),
      "Visible after: median 7 h 30 min, 90 % within 1 d 10 h, at most 1 d 10 h; 1 of 3 timesteps later than expected.",
    );
    assert.equal(delaysText("Visible after", undefined), "Visible after: not known.");
  });

  test("lines over time: gaps stay gaps, and what a logarithmic axis cannot show is at its lower end", () => {
    const measured = {
      step: "PT3H",
      expected_latency: "PT9H",
      latency: {
        from: "2014-04-01T00:00:00Z",
        published_seconds: [25_200, null, -50],
        visible_seconds: [26_000, null, 27_000],
      },
    };
    const first = Date.UTC(2014, 3, 1) / 1000;
    assert.deepEqual(delayLines(measured), [
      [first, first + 10_800, first + 21_600],
      [25_200, null, 60],
      [26_000, null, 27_000],
      [32_400, 32_400, 32_400],
    ]);
  });

  test("an axis has round durations, no more than there is room for", () => {
    assert.deepEqual(durationMarks(hour, 24 * hour, 10).map(markText), ["1 h", "3 h", "6 h", "12 h", "1 d"]);
    assert.equal(durationMarks(60, 400 * 86_400, 5).length <= 5, true);
    assert.equal(markText(3 * 365 * 86_400), "3 y");
    const [from, to] = durationRange(7 * hour, 9 * hour);
    assert.deepEqual([from, to], [6 * hour, 12 * hour]);
  });
});
