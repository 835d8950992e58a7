import type { Edge, Picture } from "../../../shared/authoring/inspect/picture.ts";
import { isLatitude, isLongitude } from "../../../shared/dataset/degrees.ts";

/** A picture's lines between two that say where its corners lie, and where north is. */
export function framed(
  { columns, down, across }: Pick<Picture, "columns" | "down" | "across">,
  lines: readonly string[],
): string[] {
  const corner = (row: "first" | "last", column: "first" | "last") =>
    [down && placeText(down, row), placeText(across, column)].filter(Boolean).join(" ");
  const edge = (row: "first" | "last", middle: string) =>
    spread(corner(row, "first"), middle, corner(row, "last"), columns);
  if (!down) return [...lines, edge("last", "")];
  return [edge("first", isLatitude(down.dimension) ? "N" : ""), ...lines, edge("last", "")];
}

/** As in `59.875°N`, or `level 1000` of what is neither latitude nor longitude. */
function placeText({ dimension, ...edge }: Edge, end: "first" | "last"): string {
  const value = edge[end];
  if (isLatitude(dimension)) return `${degreesText(value)}${value < 0 ? "S" : "N"}`;
  if (isLongitude(dimension)) return `${degreesText(value)}${value < 0 ? "W" : "E"}`;
  return `${dimension.name} ${value}`;
}

function degreesText(degrees: number): string {
  return `${Number(Math.abs(degrees).toFixed(4))}°`;
}

/** Texts at the left, in the middle and at the right of so many columns; closer together where there is no room. */
function spread(left: string, middle: string, right: string, columns: number): string {
  const before = Math.floor(columns / 2) - left.length;
  const start = middle === "" ? left : `${left}${" ".repeat(Math.max(1, before))}${middle}`;
  return `${start}${" ".repeat(Math.max(1, columns - start.length - right.length))}${right}`;
}
