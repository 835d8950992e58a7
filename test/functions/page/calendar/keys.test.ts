/** The calendar by keys, and read out. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { calendarLayoutOf } from "../../../../functions/page/calendar/calendarLayout.ts";
import { cellAnnouncement, keyAction, spanOf } from "../../../../functions/page/calendar/keys.ts";
import { tally } from "../../../../functions/page/calendar/kinds.ts";
import { rootView } from "../../../../functions/page/calendar/views.ts";
import { fixedAxis } from "../../../../shared/dataset/timeAxis.ts";

const axis = fixedAxis({ start: Date.UTC(2014, 3, 1), stepMs: 3 * 3_600_000 });

describe("the calendar for those who cannot see it", () => {
  const codes = Uint8Array.of(0, 0, 2, 0);
  const layout = calendarLayoutOf(rootView(axis, 4), axis, 4);
  const tallies = layout.cells.map(({ first, end }) => tally(codes, first, end));
  const press = (key: string, shiftKey = false) =>
    keyAction(layout, 1, { key, shiftKey, ctrlKey: false, metaKey: false, altKey: false });

  test("a cell is read out in words", () => {
    assert.equal(cellAnnouncement(layout, 2, tallies, axis), "1 Apr 2014 06:00 UTC: corrupt");
  });

  test("a timestep is read out by its own time, not by where its cell begins", () => {
    const announced = (one: typeof axis, place: number) => {
      const cells = calendarLayoutOf(rootView(one, 4), one, 4);
      return cellAnnouncement(cells, place, tallies, one);
    };
    const fiveHours = fixedAxis({ start: Date.UTC(2016, 2, 16, 2), stepMs: 5 * 3_600_000 });
    assert.equal(announced(fiveHours, 1), "16 Mar 2016 07:00 UTC: present");
    const quarterPast = fixedAxis({ start: Date.UTC(2016, 2, 16, 0, 15), stepMs: 1_800_000 });
    assert.equal(announced(quarterPast, 2), "16 Mar 2016 01:15 UTC: corrupt");
  });

  test("Enter goes deeper, Escape and Backspace go back, arrows move, and extend with shift", () => {
    assert.deepEqual(press("Enter"), { kind: "enter" });
    assert.deepEqual([press("Escape"), press("Backspace")], [{ kind: "leave" }, { kind: "leave" }]);
    assert.deepEqual(press("ArrowRight"), { kind: "move", cellIndex: 2, extends: false });
    assert.deepEqual(press("ArrowRight", true), { kind: "move", cellIndex: 2, extends: true });
    assert.equal(press("a"), undefined);
  });

  test("a range holds both its ends, whichever was first", () => {
    assert.deepEqual(spanOf(layout, 3, 1), { first: 1, last: 3 });
  });
});
