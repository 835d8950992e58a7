import { coordinateRange } from "../../dataset/coordinates.ts";
import type { FixedDimension } from "../../dataset/descriptor.ts";

/** One grid, row by row from the top; NaN where nothing is known. */
export interface Pixels {
  readonly columns: number;
  readonly rows: number;
  readonly values: Float64Array;
}

export interface Picture extends Pixels {
  /** What stands at its edges, from the top down and from the left to the right. */
  readonly down: Edge | undefined;
  readonly across: Edge;
}

/** The coordinates of a picture's outermost rows or columns. */
export interface Edge {
  readonly dimension: FixedDimension;
  readonly first: number;
  readonly last: number;
}

/** Pixels of a terminal are about square: two stand in a character, one above the other. */
export interface PictureSize {
  readonly columnsMax: number;
  readonly rowsMax: number;
}

/**
 * A small picture of a grid over the last two dimensions (of more, the first of each), north up and east right, at most as large as `size`
 * and never larger than the grid. A pixel is the mean of what is known in it; of codes, which have no mean, the middle one.
 */
export function pictureOf(
  value: (index: number) => number,
  dimensions: readonly FixedDimension[],
  size: PictureSize,
  isCodes: boolean,
): Picture {
  const across = dimensions.at(-1) as FixedDimension;
  const down = dimensions.at(-2);
  const [gridColumns, gridRows] = [across.count, down?.count ?? 1];
  const shrink = Math.max(1, gridColumns / size.columnsMax, gridRows / size.rowsMax);
  const columns = Math.max(1, Math.round(gridColumns / shrink));
  const rows = Math.max(1, Math.round(gridRows / shrink));
  const isFromSouth = down !== undefined && down.step > 0;
  const isFromEast = across.step < 0;
  const values = new Float64Array(columns * rows);
  for (let row = 0; row < rows; row++) {
    const place = isFromSouth ? rows - 1 - row : row;
    const gridRow = spanOf(place, rows, gridRows);
    for (let column = 0; column < columns; column++) {
      const gridColumn = spanOf(isFromEast ? columns - 1 - column : column, columns, gridColumns);
      values[row * columns + column] = isCodes
        ? value(middle(gridRow) * gridColumns + middle(gridColumn))
        : meanOf(value, gridRow, gridColumn, gridColumns);
    }
  }
  const [west, east] = coordinateRange(across);
  const [south, north] = down ? coordinateRange(down) : [0, 0];
  return {
    columns,
    rows,
    values,
    down: down && { dimension: down, first: north, last: south },
    across: { dimension: across, first: west, last: east },
  };
}

type Span = readonly [from: number, until: number];

function spanOf(place: number, places: number, count: number): Span {
  const from = Math.floor((place * count) / places);
  return [from, Math.max(from + 1, Math.floor(((place + 1) * count) / places))];
}

function middle([from, until]: Span): number {
  return Math.floor((from + until - 1) / 2);
}

function meanOf(value: (index: number) => number, rows: Span, columns: Span, gridColumns: number): number {
  let [sum, count] = [0, 0];
  for (let row = rows[0]; row < rows[1]; row++) {
    for (let column = columns[0]; column < columns[1]; column++) {
      const here = value(row * gridColumns + column);
      if (!Number.isFinite(here)) continue;
      sum += here;
      count++;
    }
  }
  return count === 0 ? Number.NaN : sum / count;
}
