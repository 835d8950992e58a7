import type { CalendarLayout } from "./calendarLayout.ts";

/**
 * The cell to which a key leads from cell `from`, by index in the layout: neighbours in time to the left and right, rows
 * up and down, `Home` and `End` the ends of the row, with `toEnds` those of the layout. `undefined` if the key moves nothing.
 */
export function cellAfterKey(
  layout: CalendarLayout,
  from: number,
  key: string,
  toEnds = false,
): number | undefined {
  const last = layout.cells.length - 1;
  const within = (index: number) => Math.min(last, Math.max(0, index));
  switch (key) {
    case "ArrowLeft":
      return within(from - 1);
    case "ArrowRight":
      return within(from + 1);
    case "ArrowUp":
      return inRow(layout, from, -1);
    case "ArrowDown":
      return inRow(layout, from, 1);
    case "Home":
      return toEnds ? 0 : endOfRow(layout, from, -1);
    case "End":
      return toEnds ? last : endOfRow(layout, from, 1);
    default:
      return undefined;
  }
}

/** The cell of the next row with any, up (-1) or down (1), that is nearest to the same column. */
function inRow({ cells }: CalendarLayout, from: number, direction: -1 | 1): number {
  const here = cells[from];
  if (!here) return from;
  let [best, bestRow, bestApart] = [from, -1, Number.POSITIVE_INFINITY];
  for (let index = from + direction; ; index += direction) {
    const cell = cells[index];
    if (!cell || (bestRow >= 0 && cell.row !== bestRow)) return best;
    if (cell.row === here.row) continue;
    bestRow = cell.row;
    const apart = Math.abs(cell.column - here.column);
    if (apart < bestApart) [best, bestApart] = [index, apart];
  }
}

function endOfRow({ cells }: CalendarLayout, from: number, direction: -1 | 1): number {
  let index = from;
  while (cells[index + direction] && cells[index + direction]?.row === cells[from]?.row) index += direction;
  return index;
}
