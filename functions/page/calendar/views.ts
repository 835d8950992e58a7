import type { TimeAxis } from "../../../shared/dataset/timeAxis.ts";
import { counted } from "../../runtime/log/humanText.ts";
import { dayText, monthOf } from "../ui/format.ts";

/** Zoom levels, from the whole series down to single timesteps. */
export type Level = "years" | "months" | "days" | "hours";

/** A span of time on a zoom level; in milliseconds since 1970 UTC, `to` is the first instant after it. */
export interface View {
  readonly level: Level;
  readonly from: number;
  readonly to: number;
  readonly name: string;
}

/** What somebody has zoomed to: the view on a level that contains an instant. */
export type ZoomTarget = Pick<View, "level"> & { readonly at: number };

const depths: Readonly<Record<Level, number>> = { years: 0, months: 1, days: 2, hours: 3 };

export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;
/** More timesteps of a day than this do not fit in a row; its hours do. */
const stepsInRowMax = 48;
const rootDaysMax = 35;
const rootMonthsMax = 14;

/** The level at which each cell is one timestep. */
export function deepestLevel({ stepMs }: TimeAxis): Level {
  if (stepMs >= dayMs) return "months";
  return dayMs / stepMs <= stepsInRowMax ? "days" : "hours";
}

/** The view of all `count` timesteps: the deepest on which they fit. */
export function rootView(axis: TimeAxis, count: number): View {
  const [first, last] = [axis.start, axis.at(Math.max(0, count - 1))];
  const [from, to] = [startOfDay(first), startOfDay(last) + dayMs];
  const months = monthNumber(last) - monthNumber(first) + 1;
  if ((to - from) / dayMs <= rootDaysMax && axis.stepMs < dayMs) {
    return { level: "days", from, to, name: counted((to - from) / dayMs, "day") };
  }
  if (months <= rootMonthsMax) return { level: "months", from, to, name: counted(months, "month") };
  return { level: "years", from, to, name: "All years" };
}

/** The view that a cell of `view` opens, within that; `undefined` if the cell is a single timestep. */
export function viewInto(view: View, { at }: Pick<ZoomTarget, "at">, axis: TimeAxis): View | undefined {
  if (view.level === deepestLevel(axis)) return undefined;
  const inside = unitOf(view, at);
  return { ...inside, from: Math.max(view.from, inside.from), to: Math.min(view.to, inside.to) };
}

function unitOf(view: View, at: number): View {
  const date = new Date(at);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  switch (view.level) {
    case "years":
      return { level: "months", from: Date.UTC(year, 0), to: Date.UTC(year + 1, 0), name: String(year) };
    case "months":
      return { level: "days", from: Date.UTC(year, month), to: Date.UTC(year, month + 1), name: monthOf(at) };
    default:
      return { level: "hours", from: startOfDay(at), to: startOfDay(at) + dayMs, name: dayText(at) };
  }
}

/**
 * The views from the whole down to `target`: that stays, and grows, when more timesteps come, also when the whole then has
 * another level.
 */
export function pathInto(axis: TimeAxis, count: number, target?: ZoomTarget): View[] {
  const path = [rootView(axis, count)];
  for (let last = path[0]; target && last && depths[last.level] < depths[target.level]; last = path.at(-1)) {
    const next = viewInto(last, target, axis);
    if (!next || next.from >= next.to) break;
    path.push(next);
  }
  return path;
}

/** The indices in a span of time, of `count` in all: from `first` to before `end`. */
export function indicesIn(
  axis: TimeAxis,
  count: number,
  from: number,
  to: number,
): { readonly first: number; readonly end: number } {
  return {
    first: Math.min(count, axis.firstFrom(from)),
    end: Math.min(count, axis.firstFrom(to)),
  };
}

export function startOfDay(t: number): number {
  return Math.floor(t / dayMs) * dayMs;
}

/** Months since the year 0, so that neighbours differ by 1. */
export function monthNumber(t: number): number {
  const date = new Date(t);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}
