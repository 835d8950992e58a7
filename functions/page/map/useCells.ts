import { useState } from "preact/hooks";
import { type Cell, type Field, type Grid, valueAt } from "../dataset/field.ts";
import { measuredText, placeText } from "./mapText.ts";

/** The cells of a map that somebody looks at. */
export interface Cells {
  readonly crosshair: Cell | undefined;
  /** Whose series is shown. */
  readonly chosen: Cell | undefined;
  /** What is under the pointer, or else under the crosshair; `undefined` where neither is on the grid. */
  readonly readout: string | undefined;
  /** What is read out after a key has moved the crosshair. */
  readonly said: string;
  hover(cell: Cell | undefined): void;
  move(cell: Cell | undefined): void;
  choose(cell: Cell | undefined): void;
}

/** They stay from one timestep and one field to the next. */
export function useCells(field: Field, grid: Grid | undefined): Cells {
  const [hovered, hover] = useState<Cell>();
  const [crosshair, setCrosshair] = useState<Cell>();
  const [chosen, setChosen] = useState<Cell>();
  const [said, setSaid] = useState("");
  const told = (cell: Cell | undefined) => grid && cell && cellText(grid, field, cell);
  return {
    crosshair: inside(grid, crosshair),
    chosen: inside(grid, chosen),
    readout: told(inside(grid, hovered ?? crosshair)),
    said,
    hover,
    move(cell) {
      setCrosshair(cell);
      setSaid(told(cell) ?? "no crosshair");
    },
    choose(cell) {
      if (cell) setCrosshair(cell);
      setChosen(cell);
    },
  };
}

function cellText(grid: Grid, { meaning }: Field, cell: Cell): string {
  return `${placeText(grid.plane, cell)}: ${measuredText(valueAt(grid, meaning, cell), meaning)}`;
}

/** A cell of another field's grid need not be one of this. */
function inside(grid: Grid | undefined, cell: Cell | undefined): Cell | undefined {
  const isInside = grid && cell && cell.row < grid.plane.rows.count && cell.column < grid.plane.columns.count;
  return isInside ? cell : undefined;
}
