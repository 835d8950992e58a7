import type { TimeAxis } from "../../../shared/dataset/timeAxis.ts";
import { dayText, instantText } from "../ui/format.ts";
import type { CalendarLayout } from "./calendarLayout.ts";
import { type Tally, tallyText } from "./kinds.ts";
import { cellAfterKey } from "./moves.ts";

export type KeyAction =
  | { readonly kind: "enter" }
  | { readonly kind: "leave" }
  /** `extends`: the selection reaches to there. */
  | { readonly kind: "move"; readonly cellIndex: number; readonly extends: boolean };

type Key = Pick<KeyboardEvent, "key" | "shiftKey" | "ctrlKey" | "metaKey" | "altKey">;

/** What a key does at the cell `cellIndex`; `undefined` if the calendar does not use it. */
export function keyAction(
  layout: CalendarLayout,
  cellIndex: number,
  { key, shiftKey, ctrlKey, metaKey, altKey }: Key,
): KeyAction | undefined {
  if (altKey || metaKey) return undefined;
  if (key === "Enter" || key === " ") return { kind: "enter" };
  if (key === "Escape" || key === "Backspace") return { kind: "leave" };
  const to = cellAfterKey(layout, cellIndex, key, ctrlKey);
  return to === undefined ? undefined : { kind: "move", cellIndex: to, extends: shiftKey };
}

/** The timesteps from one cell to another, in either order, both included. */
export function spanOf(
  { cells }: CalendarLayout,
  from: number,
  to: number,
): { readonly first: number; readonly last: number } | undefined {
  const [one, other] = [cells[from], cells[to]];
  if (!one || !other) return undefined;
  return { first: Math.min(one.first, other.first), last: Math.max(one.end, other.end) - 1 };
}

/** A cell as screen readers read it: a single timestep by its own time. */
export function cellAnnouncement(
  { level, cells }: CalendarLayout,
  cellIndex: number,
  tallies: readonly Tally[],
  axis: TimeAxis,
): string {
  const [cell, tally] = [cells[cellIndex], tallies[cellIndex]];
  if (!cell || !tally) return "no cell";
  const isDay = level === "years" || level === "months";
  const isSingle = cell.end - cell.first === 1;
  const at = isSingle ? axis.at(cell.first) : cell.at;
  const when = isDay ? dayText(at) : instantText(at);
  return `${when}: ${isSingle ? tally.worst : tallyText(tally)}`;
}
