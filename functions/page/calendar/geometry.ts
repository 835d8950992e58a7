import type { CalendarCell, CalendarLayout } from "./calendarLayout.ts";
import type { Level } from "./views.ts";

/** In CSS pixels. */
export interface Geometry {
  readonly left: number;
  readonly top: number;
  readonly cellWidth: number;
  readonly cellHeight: number;
  /** Between cells, part of their size. */
  readonly gap: number;
  readonly rowsPerGroup: number;
  /** After each group of rows. */
  readonly groupGap: number;
  readonly width: number;
  readonly height: number;
  /** A pixel of the screen; edges are aligned to them. */
  readonly pixel: number;
}

export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const labelHeight = 18;
/** The largest cells: larger ones are not easier to see. */
const cellSizes: Readonly<Record<Level, { readonly width: number; readonly height: number }>> = {
  years: { width: 6, height: 18 },
  months: { width: 34, height: 22 },
  days: { width: 104, height: 19 },
  hours: { width: 104, height: 20 },
};
const narrowRowHeight = 8;
/** A narrower day can be neither seen nor hit. */
const dayWidthMin = 2;

/** How many rows a year takes in so many pixels; `width` is 0 before the first layout, which is mostly on a large screen. */
export function partsPerYear(width: number): 1 | 2 | 4 {
  if (width === 0) return 1;
  const room = width - labelWidth(width);
  if (room / 366 >= dayWidthMin) return 1;
  return room / 184 >= dayWidthMin ? 2 : 4;
}

/** Where the cells of a layout are, in so many CSS pixels of width, each of `ratio` pixels of the screen. */
export function geometryOf(
  { level, rows, columns, rowsPerGroup }: CalendarLayout,
  width: number,
  ratio = 1,
): Geometry {
  const [left, top] = [labelWidth(width), labelHeight];
  const cellWidth = Math.max(1, Math.min(cellSizes[level].width, (width - left) / columns));
  const cellHeight = rowsPerGroup > 1 ? narrowRowHeight : cellSizes[level].height;
  const groupGap = rowsPerGroup > 1 ? 3 : 0;
  const height = top + rows.length * cellHeight + Math.ceil(rows.length / rowsPerGroup) * groupGap;
  const gap = cellWidth >= 5 ? 1 : 0;
  return { left, top, cellWidth, cellHeight, gap, rowsPerGroup, groupGap, width, height, pixel: 1 / ratio };
}

function labelWidth(width: number): number {
  return width < 480 ? 46 : 60;
}

/** The upper edge of a row. */
export function rowTop({ top, cellHeight, rowsPerGroup, groupGap }: Geometry, row: number): number {
  return top + row * cellHeight + Math.floor(row / rowsPerGroup) * groupGap;
}

/** Where a cell is drawn. */
export function rectangleOf(
  geometry: Geometry,
  { row, column }: Pick<CalendarCell, "row" | "column">,
): Rectangle {
  const { left, cellWidth, cellHeight, gap, pixel } = geometry;
  const onPixel = (length: number) => Math.round(length / pixel) * pixel;
  const [x, end] = [onPixel(left + column * cellWidth), onPixel(left + (column + 1) * cellWidth)];
  return { x, y: rowTop(geometry, row), width: end - x - gap, height: cellHeight - 1 - gap };
}

/** The index of the cell at a point; -1 if there is none. The gaps between cells belong to them. */
export function cellAtPoint({ cells }: CalendarLayout, geometry: Geometry, x: number, y: number): number {
  const { left, top, cellWidth, cellHeight, rowsPerGroup, groupGap } = geometry;
  const column = Math.floor((x - left) / cellWidth);
  const groupHeight = rowsPerGroup * cellHeight + groupGap;
  const group = Math.floor((y - top) / groupHeight);
  const inGroup = Math.floor((y - top - group * groupHeight) / cellHeight);
  const row = group * rowsPerGroup + Math.min(rowsPerGroup - 1, inGroup);
  return cells.findIndex((cell) => cell.row === row && cell.column === column);
}
