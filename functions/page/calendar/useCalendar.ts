import { useMemo, useRef, useState } from "preact/hooks";
import type { TimeAxis } from "../../../shared/dataset/timeAxis.ts";
import type { Selection } from "../panels/backfill.tsx";
import { useServer } from "../server/server.tsx";
import { type CalendarLayout, calendarLayoutOf, cellHolding } from "./calendarLayout.ts";
import { cellAnnouncement, keyAction, spanOf } from "./keys.ts";
import { type Tally, tally } from "./kinds.ts";
import { pathInto, type View, viewInto, type ZoomTarget } from "./views.ts";

export interface CalendarProps {
  readonly codes: Uint8Array;
  readonly axis: TimeAxis;
  /** Timesteps that readers see: others cannot be shown on the map. */
  readonly length: number;
  /** The timestep that the map shows. */
  readonly shown: number;
  onShown(index: number): void;
  onSelection(selection: Selection): void;
}

export interface Calendar {
  readonly path: readonly View[];
  readonly layout: CalendarLayout;
  readonly tallies: readonly Tally[];
  /** The cell that has the keyboard's focus, and the one whose details are shown; by index, -1 for none. */
  readonly cursor: number;
  readonly detailed: number;
  hover(cell: number): void;
  /** Zooms into the cell, or chooses its timestep. */
  enter(cell: number): void;
  /** Goes back to a view of the path. */
  goTo(depth: number): void;
  select(from: number, to: number): void;
  focus(): void;
  press(event: KeyboardEvent): void;
}

/** Where somebody is in the calendar, and how they move from there. `parts`: see `partsPerYear` of `calendarLayoutOf`. */
export function useCalendar({ codes, axis, ...props }: CalendarProps, parts: number): Calendar {
  const { announcer } = useServer();
  const [zoomedTo, setZoomedTo] = useState<ZoomTarget>();
  // Indices of timesteps, -1 for none: a cell's index changes when the dataset grows.
  const [focused, setFocused] = useState(-1);
  const [hovered, setHovered] = useState(-1);
  const anchor = useRef(-1);
  const count = codes.length;
  const path = pathInto(axis, count, zoomedTo);
  const view = path.at(-1) as View;
  const { level, from, to } = view;
  const layout = useMemo(
    () => calendarLayoutOf(view, axis, count, parts),
    [level, from, to, axis, count, parts],
  );
  const tallies = useMemo(
    () => layout.cells.map(({ first, end }) => tally(codes, first, end)),
    [layout, codes],
  );
  const cursor = cellHolding(layout, focused);
  const hoveredCell = cellHolding(layout, hovered);
  const detailed = hoveredCell >= 0 ? hoveredCell : cursor;
  const current = cursor >= 0 ? cursor : Math.max(0, cellHolding(layout, props.shown));
  const firstOf = (at: number) => layout.cells[at]?.first ?? -1;

  return { path, layout, tallies, cursor, detailed, hover, enter, goTo, select, press, focus };

  function hover(at: number): void {
    setHovered(firstOf(at));
  }

  /** A timestep that has the focus keeps it: it may belong to a layout that is about to be shown. */
  function focus(): void {
    setFocused((index) => (index >= 0 ? index : firstOf(current)));
  }

  function show(inside: ZoomTarget | undefined, index: number): void {
    const { name } = pathInto(axis, count, inside).at(-1) as View;
    anchor.current = -1;
    setZoomedTo(inside);
    setHovered(-1);
    setFocused(index);
    announcer.say(`${name} opened`);
  }

  function enter(at: number): void {
    const chosen = layout.cells[at];
    if (!chosen) return;
    const inside = viewInto(view, chosen, axis);
    if (inside) {
      show({ level: inside.level, at: chosen.at }, chosen.first);
      return;
    }
    setFocused(chosen.first);
    if (chosen.first < props.length) props.onShown(chosen.first);
    announcer.say(`${cellAnnouncement(layout, at, tallies, axis)}, chosen`);
  }

  function goTo(depth: number): void {
    const to = path[depth];
    const inside = depth > 0 && to && zoomedTo ? { level: to.level, at: zoomedTo.at } : undefined;
    show(inside, layout.cells[detailed]?.first ?? layout.cells[0]?.first ?? props.shown);
  }

  function select(one: number, other: number): void {
    const span = spanOf(layout, one, other);
    if (span) props.onSelection(span);
  }

  function press(event: KeyboardEvent): void {
    const action = keyAction(layout, current, event);
    if (!action || (action.kind === "leave" && path.length === 1)) return;
    event.preventDefault();
    if (action.kind === "enter") enter(current);
    if (action.kind === "leave") goTo(path.length - 2);
    if (action.kind === "move") moveTo(action.cellIndex, action.extends);
  }

  function moveTo(at: number, isExtending: boolean): void {
    if (!isExtending) anchor.current = -1;
    else if (anchor.current < 0) anchor.current = firstOf(current);
    if (isExtending) select(cellHolding(layout, anchor.current), at);
    setHovered(-1);
    setFocused(firstOf(at));
    announcer.say(cellAnnouncement(layout, at, tallies, axis) + (isExtending ? ", range extended" : ""));
  }
}
