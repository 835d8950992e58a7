import { type TimeAxis, timeAt } from "../../../shared/dataset/timeAxis.ts";
import { dayText, instantText } from "../ui/format.ts";
import type { Sheet } from "./calendarLayout.ts";
import { type Tally, tallyText } from "./kinds.ts";
import { cellAfterKey } from "./moves.ts";

export type KeyAction =
  | { readonly kind: "enter" }
  | { readonly kind: "leave" }
  /** `extends`: the selection reaches to there. */
  | { readonly kind: "move"; readonly place: number; readonly extends: boolean };

type Key = Pick<KeyboardEvent, "key" | "shiftKey" | "ctrlKey" | "metaKey" | "altKey">;

/** What a key does at the cell at `place`; `undefined` if it is not the calendar's. */
export function keyAction(
  sheet: Sheet,
  place: number,
  { key, shiftKey, ctrlKey, metaKey, altKey }: Key,
): KeyAction | undefined {
  if (altKey || metaKey) return undefined;
  if (key === "Enter" || key === " ") return { kind: "enter" };
  if (key === "Escape" || key === "Backspace") return { kind: "leave" };
  const to = cellAfterKey(sheet, place, key, ctrlKey);
  return to === undefined ? undefined : { kind: "move", place: to, extends: shiftKey };
}

/** The timesteps from one cell to another, whichever is first; both are included. */
export function spanOf(
  { cells }: Sheet,
  from: number,
  to: number,
): { readonly first: number; readonly last: number } | undefined {
  const [one, other] = [cells[from], cells[to]];
  if (!one || !other) return undefined;
  return { first: Math.min(one.first, other.first), last: Math.max(one.end, other.end) - 1 };
}

/** A cell as it is read out: a single timestep by its own time. */
export function spokenCell(
  { level, cells }: Sheet,
  place: number,
  tallies: readonly Tally[],
  axis: TimeAxis,
): string {
  const [cell, told] = [cells[place], tallies[place]];
  if (!cell || !told) return "no cell";
  const isDay = level === "years" || level === "months";
  const isSingle = cell.end - cell.first === 1;
  const at = isSingle ? timeAt(axis, cell.first) : cell.at;
  const when = isDay ? dayText(at) : instantText(at);
  return `${when}: ${isSingle ? told.worst : tallyText(told)}`;
}
