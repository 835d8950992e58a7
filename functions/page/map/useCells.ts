import { useState } from "preact/hooks";
import { type Cell, type Field, type Grid, valueAt } from "../dataset/field.ts";
import { measuredText, placeText } from "./mapText.ts";

/** The cells of a map that somebody points at or has chosen. */
export interface Cells {
  readonly crosshair: Cell | undefined;
  /** The one whose series is shown. */
  readonly chosen: Cell | undefined;
  /** What is under the pointer, or else under the crosshair; `undefined` where neither is on the grid. */
  readonly readout: string | undefined;
  /** What screen readers read after a key has moved the crosshair. */
  readonly announcement: string;
  hover(cell: Cell | undefined): void;
  move(cell: Cell | undefined): void;
  choose(cell: Cell | undefined): void;
}

/** They stay when the timestep or the field changes. */
export function useCells(field: Field, grid: Grid | undefined): Cells {
  const [hovered, hover] = useState<Cell>();
  const [crosshair, setCrosshair] = useState<Cell>();
  const [chosen, setChosen] = useState<Cell>();
  const [announcement, setAnnouncement] = useState("");
  const textOf = (cell: Cell | undefined) => grid && cell && cellText(grid, field, cell);
  return {
    crosshair: inside(grid, crosshair),
    chosen: inside(grid, chosen),
    readout: textOf(inside(grid, hovered ?? crosshair)),
    announcement,
    hover,
    move(cell) {
      setCrosshair(cell);
      setAnnouncement(textOf(cell) ?? "no crosshair");
    },
    choose(cell) {
      if (cell) setCrosshair(cell);
      setChosen(cell);
    },
  };
}

function cellText(grid: Grid, { metadata }: Field, cell: Cell): string {
  return `${placeText(grid.plane, cell)}: ${measuredText(valueAt(grid, metadata, cell), metadata)}`;
}

/** A cell of another field's grid need not be in this one. */
function inside(grid: Grid | undefined, cell: Cell | undefined): Cell | undefined {
  const isInside = grid && cell && cell.row < grid.plane.rows.count && cell.column < grid.plane.columns.count;
  return isInside ? cell : undefined;
}
