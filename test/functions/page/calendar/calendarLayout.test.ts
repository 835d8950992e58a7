/** Where each timestep stands in the calendar, from years down to single timesteps. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  type CalendarCell,
  calendarLayoutOf,
  cellHolding,
} from "../../../../functions/page/calendar/calendarLayout.ts";
import { pathInto, rootView, type View, viewInto } from "../../../../functions/page/calendar/views.ts";
import { fixedAxis } from "../../../../shared/dataset/timeAxis.ts";

const hourMs = 3_600_000;
const threeHourly = fixedAxis({ start: Date.UTC(2014, 3, 1), stepMs: 3 * hourMs });
const longSeries = fixedAxis({ start: Date.UTC(2000, 2, 1), stepMs: 3 * hourMs });
const longCount = 58_000;
const daily = fixedAxis({ start: Date.UTC(2012, 0, 1), stepMs: 24 * hourMs });
const halfHourly = fixedAxis({ start: Date.UTC(2020, 5, 30, 22), stepMs: hourMs / 4 });

const into = (view: View, cell: CalendarCell, axis: typeof daily) => viewInto(view, cell, axis) as View;
const instant = (t: number) => new Date(t).toISOString().slice(0, 16);

describe("the calendar's levels", () => {
  test("ten days of 3-hourly timesteps begin at single timesteps, a row a day", () => {
    const root = rootView(threeHourly, 77);
    const layout = calendarLayoutOf(root, threeHourly, 77);
    assert.equal(root.level, "days");
    assert.deepEqual([layout.rows.length, layout.columns, layout.cells.length], [10, 8, 77]);
    assert.deepEqual([layout.rows[0], layout.rows[9]], ["1 Apr", "10 Apr"]);
    assert.deepEqual(layout.cells[76], {
      row: 9,
      column: 4,
      at: Date.UTC(2014, 3, 10, 12),
      first: 76,
      end: 77,
    });
    assert.equal(viewInto(root, layout.cells[76] as CalendarCell, threeHourly), undefined);
  });

  test("58,000 timesteps begin at years, and lead over a year's days to single timesteps", () => {
    const root = rootView(longSeries, longCount);
    const years = calendarLayoutOf(root, longSeries, longCount);
    assert.equal(root.level, "years");
    // 58,000 timesteps of 3 hours are 7,250 days: from 1 March 2000 through 5 January 2020.
    assert.deepEqual([years.rows[0], years.rows.at(-1), years.cells.length], ["2000", "2020", 7250]);
    const leapDay = years.cells.find(({ at }) => at === Date.UTC(2012, 1, 29)) as CalendarCell;
    assert.deepEqual([leapDay.row, leapDay.column, leapDay.end - leapDay.first], [12, 59, 8]);

    const year = into(root, leapDay, longSeries);
    const months = calendarLayoutOf(year, longSeries, longCount);
    assert.deepEqual(
      [year.level, year.name, months.rows.length, months.cells.length],
      ["months", "2012", 12, 366],
    );
    const day = months.cells[cellHolding(months, leapDay.first)] as CalendarCell;
    assert.deepEqual([day.row, day.column], [1, 28]);

    const month = into(year, day, longSeries);
    const days = calendarLayoutOf(month, longSeries, longCount);
    assert.deepEqual([month.level, month.name, days.cells.length], ["days", "February 2012", 29 * 8]);
    assert.deepEqual(days.columnLabels.map(({ text }) => text).slice(0, 3), ["00:00", "03:00", "06:00"]);
  });

  test("a year that has only begun has rows only so far", () => {
    const root = rootView(longSeries, longCount);
    const years = calendarLayoutOf(root, longSeries, longCount);
    const layout = calendarLayoutOf(
      into(root, years.cells.at(-1) as CalendarCell, longSeries),
      longSeries,
      longCount,
    );
    assert.deepEqual(layout.rows, ["Jan 2020"]);
  });

  test("every timestep is in exactly one cell, in order, on every level and in every width", () => {
    for (const parts of [1, 2, 4]) {
      const { cells } = calendarLayoutOf(rootView(longSeries, longCount), longSeries, longCount, parts);
      assert.equal(cells[0]?.first, 0);
      assert.equal(cells.at(-1)?.end, longCount);
      assert.ok(cells.every((cell, place) => place === 0 || cell.first === cells[place - 1]?.end));
    }
  });

  test("what is looked at stays open and grows when more timesteps come", () => {
    const zoomedTo = { level: "days", at: Date.UTC(2019, 11, 20) } as const;
    const last = (count: number) => pathInto(longSeries, count, zoomedTo).at(-1) as View;
    // The first 57,880 timesteps end with 21 December 2019, 8 more are a day.
    assert.deepEqual(
      [57_880, 57_888].map((count) => calendarLayoutOf(last(count), longSeries, count).rows.at(-1)),
      ["21 Dec", "22 Dec"],
    );
  });

  test("what is looked at stays open when the whole has become too long for its level", () => {
    const zoomedTo = { level: "days", at: Date.UTC(2014, 4, 20) } as const;
    const names = (count: number) => pathInto(threeHourly, count, zoomedTo).map(({ name }) => name);
    // From 1 April on: 35 days are shown at once, 36 by months, and more than 14 months by years.
    assert.deepEqual(names(35 * 8), ["35 days"]);
    assert.deepEqual(names(51 * 8), ["2 months", "May 2014"]);
    assert.deepEqual(names(426 * 8), ["14 months", "May 2014"]);
    assert.deepEqual(names(427 * 8), ["All years", "2014", "May 2014"]);
    const wholes = [35 * 8, 35 * 8 + 1].map((count) => pathInto(threeHourly, count));
    assert.deepEqual(
      wholes.map((path) => path.map(({ level }) => level)),
      [["days"], ["months"]],
    );
  });

  test("what is looked at is left where a dataset that was made anew does not reach", () => {
    const zoomedTo = { level: "days", at: Date.UTC(2019, 11, 20) } as const;
    assert.deepEqual(
      pathInto(longSeries, 8 * 366 * 2, zoomedTo).map(({ name }) => name),
      ["All years"],
    );
  });

  test("columns of single timesteps are labelled by their times, also where those are at no round hour", () => {
    const labels = (axis: typeof daily, count: number) =>
      calendarLayoutOf(rootView(axis, count), axis, count).columnLabels.map(({ text }) => text);
    const quarterPast = fixedAxis({ start: Date.UTC(2016, 2, 16, 0, 15), stepMs: hourMs / 2 });
    assert.deepEqual(labels(quarterPast, 48).slice(0, 3), ["00:15", "03:15", "06:15"]);
    const odd = fixedAxis({ start: Date.UTC(2016, 2, 16, 4, 30), stepMs: 3 * hourMs });
    assert.deepEqual(labels(odd, 8).slice(0, 2), ["01:30", "04:30"]);
    // Five hours do not divide a day: there a column is a part of it.
    const five = fixedAxis({ start: Date.UTC(2016, 2, 16, 2), stepMs: 5 * hourMs });
    assert.deepEqual(labels(five, 9), ["00:00", "05:00", "10:00", "15:00", "20:00"]);
  });

  test("days are the smallest cells of a daily series", () => {
    const root = rootView(daily, 800);
    const layout = calendarLayoutOf(root, daily, 800);
    const year = into(root, layout.cells[400] as CalendarCell, daily);
    assert.equal(year.name, "2013");
    assert.equal(viewInto(year, layout.cells[400] as CalendarCell, daily), undefined);
    assert.equal(rootView(daily, 20).level, "months");
  });

  test("many timesteps a day are shown by hours, and a day's below them", () => {
    const root = rootView(halfHourly, 4 * 26);
    const hours = calendarLayoutOf(root, halfHourly, 4 * 26);
    assert.deepEqual([root.level, hours.columns, hours.cells.length], ["days", 24, 26]);
    const day = into(root, hours.cells[2] as CalendarCell, halfHourly);
    const layout = calendarLayoutOf(day, halfHourly, 4 * 26);
    assert.deepEqual([day.level, day.name, layout.columns], ["hours", "1 Jul 2020", 4]);
    assert.equal(instant(layout.cells[5]?.at as number), "2020-07-01T01:15");
  });

  test("no timesteps make no cells", () => {
    assert.deepEqual(calendarLayoutOf(rootView(daily, 0), daily, 0).cells, []);
  });
});
