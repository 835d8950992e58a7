import type { TimeAxis } from "../../../shared/dataset/timeAxis.ts";
import { clockText, dayText, monthName } from "../ui/format.ts";
import {
  dayMs,
  deepestLevel,
  hourMs,
  indicesIn,
  type Level,
  monthNumber,
  startOfDay,
  type View,
} from "./views.ts";

/** A span of time with its timesteps, from `first` to before `end`: at least one. */
export interface CalendarCell {
  readonly row: number;
  readonly column: number;
  /** Its first instant. */
  readonly at: number;
  readonly first: number;
  readonly end: number;
}

/** A view laid out in rows and columns. Cells are in the order of time, so also of their indices. */
export interface CalendarLayout {
  readonly level: Level;
  readonly rows: readonly string[];
  /** Rows that belong together, such as those of a year. */
  readonly rowsPerGroup: number;
  readonly columns: number;
  readonly columnLabels: readonly { readonly column: number; readonly text: string }[];
  readonly cells: readonly CalendarCell[];
}

/** A cell before it is known which timesteps it has. */
type Slot = Pick<CalendarCell, "row" | "column" | "at"> & { readonly until: number };

/**
 * Lays out a view of `count` timesteps. `partsPerYear`: rows that a year takes on the level of years, 1, 2 or 4, where there is
 * little room.
 */
export function calendarLayoutOf(
  view: View,
  axis: TimeAxis,
  count: number,
  partsPerYear = 1,
): CalendarLayout {
  const { slots, ...grid } = layOut(view, axis, partsPerYear);
  const cells: CalendarCell[] = [];
  for (const { row, column, at, until } of slots) {
    const { first, end } = indicesIn(axis, count, at, until);
    if (end > first) cells.push({ row, column, at, first, end });
  }
  return { level: view.level, ...grid, cells };
}

function layOut(view: View, axis: TimeAxis, partsPerYear: number) {
  switch (view.level) {
    case "years":
      return yearRows(view, partsPerYear);
    case "months":
      return monthRows(view);
    case "days":
      return clockRows(view, axis, dayMs, deepestLevel(axis) === "days" ? axis.stepMs : hourMs);
    case "hours":
      return clockRows(view, axis, hourMs, axis.stepMs);
  }
}

function yearRows({ from, to }: View, parts: number) {
  const firstYear = new Date(from).getUTCFullYear();
  const years = new Date(to - 1).getUTCFullYear() - firstYear + 1;
  const monthsPerPart = 12 / parts;
  const slots = daysOf(from, to).map(({ at, until }): Slot => {
    const date = new Date(at);
    const part = Math.floor(date.getUTCMonth() / monthsPerPart);
    const partStart = Date.UTC(date.getUTCFullYear(), part * monthsPerPart);
    const row = (date.getUTCFullYear() - firstYear) * parts + part;
    return { row, column: (at - partStart) / dayMs, at, until };
  });
  const rows = Array.from({ length: years * parts }, (_, row) =>
    row % parts === 0 ? String(firstYear + row / parts) : "",
  );
  const columnLabels = Array.from({ length: parts === 1 ? 12 : 0 }, (_, month) => ({
    column: (Date.UTC(2001, month) - Date.UTC(2001, 0)) / dayMs,
    text: monthName(month),
  }));
  return {
    slots,
    rows,
    rowsPerGroup: parts,
    columns: { 1: 366, 2: 184, 4: 92 }[parts] ?? 366,
    columnLabels,
  };
}

function monthRows({ from, to }: View) {
  const first = monthNumber(from);
  const rows = Array.from({ length: monthNumber(to - 1) - first + 1 }, (_, row) => {
    const month = (first + row) % 12;
    return row === 0 || month === 0
      ? `${monthName(month)} ${Math.floor((first + row) / 12)}`
      : monthName(month);
  });
  const slots = daysOf(from, to).map(
    ({ at, until }): Slot => ({
      row: monthNumber(at) - first,
      column: new Date(at).getUTCDate() - 1,
      at,
      until,
    }),
  );
  const columnLabels = [1, 5, 10, 15, 20, 25, 30].map((day) => ({ column: day - 1, text: String(day) }));
  return { slots, rows, rowsPerGroup: 1, columns: 31, columnLabels };
}

/** A row for each day or hour, and in it a cell for each timestep or hour. */
function clockRows({ from, to }: View, { start, stepMs }: TimeAxis, rowMs: number, cellMs: number) {
  const columns = Math.ceil(rowMs / cellMs);
  const rowStarts = Array.from({ length: Math.ceil((to - from) / rowMs) }, (_, row) => from + row * rowMs);
  const slots = rowStarts.flatMap((rowStart, row) =>
    Array.from({ length: columns }, (_, column): Slot => {
      const at = rowStart + column * cellMs;
      return { row, column, at, until: Math.min(at + cellMs, rowStart + rowMs) };
    }),
  );
  const rows = rowStarts.map((at) => (rowMs === dayMs ? dayText(at).slice(0, -5) : clockText(at)));
  const every = Math.ceil(columns / 8);
  // Where each row's timestep in a column has the same time of day, the column is labelled with it.
  const isOneTime = cellMs === stepMs && rowMs % cellMs === 0;
  const labelled = from + (isOneTime ? modulo(start - from, stepMs) : 0);
  const columnLabels = Array.from({ length: Math.ceil(columns / every) }, (_, i) => ({
    column: i * every,
    text: clockText(labelled + i * every * cellMs),
  }));
  return { slots, rows, rowsPerGroup: 1, columns, columnLabels };
}

/** The remainder, never negative. */
function modulo(ms: number, of: number): number {
  return ((ms % of) + of) % of;
}

function daysOf(from: number, to: number): { readonly at: number; readonly until: number }[] {
  const first = startOfDay(from);
  return Array.from({ length: Math.ceil((to - first) / dayMs) }, (_, day) => ({
    at: first + day * dayMs,
    until: first + (day + 1) * dayMs,
  }));
}

/** Which cell holds timestep `index`; -1 if none does. */
export function cellHolding({ cells }: CalendarLayout, index: number): number {
  let [low, high] = [0, cells.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const cell = cells[middle] as CalendarCell;
    if (index < cell.first) high = middle - 1;
    else if (index >= cell.end) low = middle + 1;
    else return middle;
  }
  return -1;
}
