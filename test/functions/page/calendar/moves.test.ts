/** Where keys lead in the calendar. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { calendarLayoutOf } from "../../../../functions/page/calendar/calendarLayout.ts";
import { cellAfterKey } from "../../../../functions/page/calendar/moves.ts";
import { rootView } from "../../../../functions/page/calendar/views.ts";
import { fixedAxis } from "../../../../shared/dataset/timeAxis.ts";

const threeHourly = fixedAxis({ start: Date.UTC(2014, 3, 1), stepMs: 3 * 3_600_000 });

describe("the calendar by keys", () => {
  // 1 April to 10 April 12:00: ten rows of eight cells, the last of five.
  const layout = calendarLayoutOf(rootView(threeHourly, 77), threeHourly, 77);
  const after = (from: number, ...keys: string[]) =>
    keys.reduce((place, key) => cellAfterKey(layout, place, key) as number, from);

  test("left and right go through time, also over the ends of rows, and stop at the ends of all", () => {
    assert.equal(after(7, "ArrowRight"), 8);
    assert.equal(after(8, "ArrowLeft"), 7);
    assert.equal(after(0, "ArrowLeft"), 0);
    assert.equal(after(76, "ArrowRight"), 76);
  });

  test("up and down go to the same time of the next day, or the nearest that is there", () => {
    assert.equal(after(10, "ArrowDown"), 18);
    assert.equal(after(10, "ArrowUp"), 2);
    assert.equal(after(71, "ArrowDown"), 76);
    assert.equal(after(2, "ArrowUp"), 2);
    assert.equal(after(74, "ArrowDown"), 74);
  });

  test("Home and End go to the ends of the row, with ctrl to those of all", () => {
    assert.deepEqual([after(11, "Home"), after(11, "End"), after(73, "End")], [8, 15, 76]);
    assert.deepEqual(
      [cellAfterKey(layout, 11, "Home", true), cellAfterKey(layout, 11, "End", true)],
      [0, 76],
    );
  });

  test("other keys are the browser's", () => {
    assert.equal(cellAfterKey(layout, 3, "Tab"), undefined);
  });
});
