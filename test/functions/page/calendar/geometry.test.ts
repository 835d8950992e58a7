/** Where cells are drawn, and found again. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type CalendarCell, calendarLayoutOf } from "../../../../functions/page/calendar/calendarLayout.ts";
import {
  cellAtPoint,
  geometryOf,
  partsPerYear,
  rectangleOf,
} from "../../../../functions/page/calendar/geometry.ts";
import { rootView } from "../../../../functions/page/calendar/views.ts";
import { fixedAxis } from "../../../../shared/dataset/timeAxis.ts";

const hourMs = 3_600_000;
const threeHourly = fixedAxis({ start: Date.UTC(2014, 3, 1), stepMs: 3 * hourMs });
const longSeries = fixedAxis({ start: Date.UTC(2000, 2, 1), stepMs: 3 * hourMs });
const longCount = 58_000;

describe("the calendar under a pointer", () => {
  test("each cell is found at the middle of where it is drawn, on a phone and on a screen", () => {
    for (const width of [300, 600, 1240]) {
      const layout = calendarLayoutOf(
        rootView(longSeries, longCount),
        longSeries,
        longCount,
        partsPerYear(width),
      );
      const geometry = geometryOf(layout, width, 2);
      for (let place = 0; place < layout.cells.length; place += 397) {
        const { x, y, width: wide, height } = rectangleOf(geometry, layout.cells[place] as CalendarCell);
        assert.ok(x >= 0 && x + wide <= width + 1, `cell ${place} is within ${width} px`);
        assert.equal(cellAtPoint(layout, geometry, x + wide / 2, y + height / 2), place);
      }
    }
  });

  test("labels and what lies outside are no cell", () => {
    const layout = calendarLayoutOf(rootView(threeHourly, 77), threeHourly, 77);
    const geometry = geometryOf(layout, 1200);
    for (const [x, y] of [
      [5, 30],
      [100, 5],
      [1150, 30],
      [100, 900],
    ] as const) {
      assert.equal(cellAtPoint(layout, geometry, x, y), -1);
    }
  });

  test("a year takes more rows where there is less room", () => {
    assert.deepEqual([1240, 600, 330].map(partsPerYear), [1, 2, 4]);
  });
});
