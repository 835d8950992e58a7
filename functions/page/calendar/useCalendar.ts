import { useMemo, useRef, useState } from "preact/hooks";
import type { TimeAxis } from "../../../shared/dataset/timeAxis.ts";
import type { Selection } from "../panels/backfill.tsx";
import { useServer } from "../server/server.tsx";
import { cellHolding, type Sheet, sheetOf } from "./calendarLayout.ts";
import { keyAction, spanOf, spokenCell } from "./keys.ts";
import { type Tally, tally } from "./kinds.ts";
import { type Opened, pathInto, type View, viewInto } from "./views.ts";

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
  readonly sheet: Sheet;
  readonly tallies: readonly Tally[];
  /** The cell that the keys are at, and the one that is told of; by place, -1 for none. */
  readonly cursor: number;
  readonly place: number;
  point(place: number): void;
  /** Looks into the cell, or chooses its timestep. */
  enter(place: number): void;
  /** Goes back to a view of the path. */
  goTo(depth: number): void;
  select(from: number, to: number): void;
  focus(): void;
  press(event: KeyboardEvent): void;
}

/** Where somebody is in the calendar, and what leads on from there. `parts`: see `sheetOf`. */
export function useCalendar({ codes, axis, ...props }: CalendarProps, parts: number): Calendar {
  const { announcer } = useServer();
  const [opened, setOpened] = useState<Opened>();
  // Indices of timesteps, -1 for none: a place in a sheet is another one's when the dataset has grown.
  const [held, hold] = useState(-1);
  const [pointed, setPointed] = useState(-1);
  const anchor = useRef(-1);
  const count = codes.length;
  const path = pathInto(axis, count, opened);
  const view = path.at(-1) as View;
  const { level, from, to } = view;
  const sheet = useMemo(() => sheetOf(view, axis, count, parts), [level, from, to, axis, count, parts]);
  const tallies = useMemo(
    () => sheet.cells.map(({ first, end }) => tally(codes, first, end)),
    [sheet, codes],
  );
  const cursor = cellHolding(sheet, held);
  const pointedAt = cellHolding(sheet, pointed);
  const place = pointedAt >= 0 ? pointedAt : cursor;
  const standing = cursor >= 0 ? cursor : Math.max(0, cellHolding(sheet, props.shown));
  const firstOf = (at: number) => sheet.cells[at]?.first ?? -1;

  return { path, sheet, tallies, cursor, place, point, enter, goTo, select, press, focus };

  function point(at: number): void {
    setPointed(firstOf(at));
  }

  /** What is held already may be of a sheet that is about to be shown. */
  function focus(): void {
    hold((index) => (index >= 0 ? index : firstOf(standing)));
  }

  function show(inside: Opened | undefined, index: number): void {
    const { name } = pathInto(axis, count, inside).at(-1) as View;
    anchor.current = -1;
    setOpened(inside);
    setPointed(-1);
    hold(index);
    announcer.say(`${name} opened`);
  }

  function enter(at: number): void {
    const chosen = sheet.cells[at];
    if (!chosen) return;
    const inside = viewInto(view, chosen, axis);
    if (inside) {
      show({ level: inside.level, at: chosen.at }, chosen.first);
      return;
    }
    hold(chosen.first);
    if (chosen.first < props.length) props.onShown(chosen.first);
    announcer.say(`${spokenCell(sheet, at, tallies, axis)}, chosen`);
  }

  function goTo(depth: number): void {
    const to = path[depth];
    const inside = depth > 0 && to && opened ? { level: to.level, at: opened.at } : undefined;
    show(inside, sheet.cells[place]?.first ?? sheet.cells[0]?.first ?? props.shown);
  }

  function select(one: number, other: number): void {
    const span = spanOf(sheet, one, other);
    if (span) props.onSelection(span);
  }

  function press(event: KeyboardEvent): void {
    const action = keyAction(sheet, standing, event);
    if (!action || (action.kind === "leave" && path.length === 1)) return;
    event.preventDefault();
    if (action.kind === "enter") enter(standing);
    if (action.kind === "leave") goTo(path.length - 2);
    if (action.kind === "move") moveTo(action.place, action.extends);
  }

  function moveTo(at: number, isExtending: boolean): void {
    if (!isExtending) anchor.current = -1;
    else if (anchor.current < 0) anchor.current = firstOf(standing);
    if (isExtending) select(cellHolding(sheet, anchor.current), at);
    setPointed(-1);
    hold(firstOf(at));
    announcer.say(spokenCell(sheet, at, tallies, axis) + (isExtending ? ", range extended" : ""));
  }
}
