import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { TimeAxis } from "../../../shared/dataset/timeAxis.ts";
import type { Selection } from "../backfill.tsx";
import { useServer } from "../server.tsx";
import { keyAction, spanOf, spokenCell } from "./keys.ts";
import { type Tally, tally } from "./kinds.ts";
import { cellHolding, type Sheet, sheetOf } from "./sheet.ts";
import { pathInto, type View, viewInto } from "./views.ts";

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
  const [instants, setInstants] = useState<readonly number[]>([]);
  const [cursor, setCursor] = useState(-1);
  const [pointed, setPointed] = useState(-1);
  const anchor = useRef(-1);
  const count = codes.length;
  const path = pathInto(axis, count, instants);
  const view = path.at(-1) as View;
  const { level, from, to } = view;
  const sheet = useMemo(() => sheetOf(view, axis, count, parts), [level, from, to, axis, count, parts]);
  const tallies = useMemo(
    () => sheet.cells.map(({ first, end }) => tally(codes, first, end)),
    [sheet, codes],
  );
  const place = pointed >= 0 ? pointed : cursor;
  const standing = cursor >= 0 ? cursor : Math.max(0, cellHolding(sheet, props.shown));

  useEffect(() => {
    anchor.current = -1;
  }, [level, from, to]);

  return { path, sheet, tallies, cursor, place, point: setPointed, enter, goTo, select, press, focus };

  function focus(): void {
    setCursor(standing);
  }

  function show(inside: readonly number[], index: number): void {
    const last = pathInto(axis, count, inside).at(-1) as View;
    setInstants(inside);
    setPointed(-1);
    setCursor(cellHolding(sheetOf(last, axis, count, parts), index));
    announcer.say(`${last.name} opened`);
  }

  function enter(at: number): void {
    const chosen = sheet.cells[at];
    if (!chosen) return;
    if (viewInto(view, chosen, axis)) {
      show([...instants, chosen.at], chosen.first);
      return;
    }
    setCursor(at);
    if (chosen.first < props.length) props.onShown(chosen.first);
    announcer.say(`${spokenCell(sheet, at, tallies)}, chosen`);
  }

  function goTo(depth: number): void {
    show(instants.slice(0, depth), sheet.cells[place]?.first ?? sheet.cells[0]?.first ?? props.shown);
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
    else if (anchor.current < 0) anchor.current = standing;
    if (isExtending) select(anchor.current, at);
    setPointed(-1);
    setCursor(at);
    announcer.say(spokenCell(sheet, at, tallies) + (isExtending ? ", range extended" : ""));
  }
}
