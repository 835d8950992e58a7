import type { Cell, Plane } from "../../dataset/field.ts";

/** The part of the plane that is shown, and its size. Sizes in CSS pixels; west and south may lie past 180° or 90°. */
export interface Viewport {
  readonly west: number;
  readonly east: number;
  readonly south: number;
  readonly north: number;
  readonly width: number;
  readonly height: number;
}

/** A point of a picture, in CSS pixels from its upper left corner. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A rectangle in CSS pixels. */
export interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

const [heightMin, heightMax] = [120, 560];
/** On a phone a map of the whole earth is wider than the screen, and scrolls. */
const earthHeightMin = 200;
/** What is shown beyond a region, as a share of its sides. */
const marginShare = 0.04;

/** The whole grid, if possible no more than `width` pixels wide: all the way round from 180° W, or a region with a margin. */
export function viewportOf({ rows, columns, isEarth }: Plane, width: number): Viewport {
  if (!isEarth) {
    const height = Math.min(heightMax, Math.max(heightMin, (width * rows.count) / columns.count));
    return { west: columns.from, east: columns.to, south: rows.from, north: rows.to, width, height };
  }
  const isRound = goesRound({ columns });
  const margin = isRound ? 0 : marginShare * Math.max(columns.to - columns.from, rows.to - rows.from);
  const [west, east] = isRound ? [-180, 180] : [columns.from - margin, columns.to + margin];
  const [south, north] = [Math.max(-90, rows.from - margin), Math.min(90, rows.to + margin)];
  const fitting = Math.min(width / (east - west), heightMax / (north - south));
  const pixelsPerDegree = isRound ? Math.max(fitting, earthHeightMin / (north - south)) : fitting;
  return {
    west,
    east,
    south,
    north,
    width: Math.round((east - west) * pixelsPerDegree),
    height: Math.round((north - south) * pixelsPerDegree),
  };
}

/** Whether the columns go once round the earth. */
function goesRound({ columns }: Pick<Plane, "columns">): boolean {
  const span = columns.to - columns.from;
  return span > 360 - (0.5 * span) / columns.count;
}

/** Where a point of the plane is in the picture. */
export function pointOf(view: Viewport, across: number, up: number): Point {
  return {
    x: ((across - view.west) / (view.east - view.west)) * view.width,
    y: ((view.north - up) / (view.north - view.south)) * view.height,
  };
}

/** Where the grid is drawn: once, or several times where the view crosses the meridian at which it begins. */
export function boxesOf(plane: Plane, view: Viewport): readonly Box[] {
  const { rows, columns, isEarth } = plane;
  return (isEarth ? [-720, -360, 0, 360] : [0]).flatMap((turn) => {
    const upperLeft = pointOf(view, columns.from + turn, rows.to);
    const lowerRight = pointOf(view, columns.to + turn, rows.from);
    const box = { ...upperLeft, width: lowerRight.x - upperLeft.x, height: lowerRight.y - upperLeft.y };
    return box.x < view.width && box.x + box.width > 0 ? [box] : [];
  });
}

/** The cell under a point of the picture; `undefined` outside the grid. */
export function cellAt({ rows, columns }: Plane, view: Viewport, { x, y }: Point): Cell | undefined {
  const column = columns.cellOf(view.west + (x / view.width) * (view.east - view.west));
  const row = rows.cellOf(view.north - (y / view.height) * (view.north - view.south));
  return row === undefined || column === undefined ? undefined : { row, column };
}

/** The middle of a cell in the picture. */
export function middleOf({ rows, columns, isEarth }: Plane, view: Viewport, { row, column }: Cell): Point {
  const across = columns.at(column);
  const turns = isEarth ? Math.ceil((view.west - across) / 360) * 360 : 0;
  return pointOf(view, across + turns, rows.at(row));
}

/** The cell `right` and `down` of another as seen, also round the earth; never beyond the upper and lower edge. */
export function cellBeside(plane: Plane, { row, column }: Cell, right: number, down: number): Cell {
  const { rows, columns } = plane;
  const isDescending = rows.count > 1 && rows.at(0) > rows.at(1);
  const isEastward = columns.count < 2 || columns.at(1) > columns.at(0);
  const sideways = column + (isEastward ? right : -right);
  return {
    row: within(row + (isDescending ? down : -down), rows.count),
    column:
      plane.isEarth && goesRound(plane)
        ? ((sideways % columns.count) + columns.count) % columns.count
        : within(sideways, columns.count),
  };
}

function within(index: number, count: number): number {
  return Math.min(count - 1, Math.max(0, index));
}
