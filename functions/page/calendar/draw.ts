import { type CalendarLayout, cellHolding } from "./calendarLayout.ts";
import { type Geometry, type Rectangle, rectangleOf, rowTop } from "./geometry.ts";
import { type StepKind, type Tally, worstFirst } from "./kinds.ts";

/** Colours by name, as the style sheet names them. */
export type CalendarPalette = Readonly<Record<StepKind | "ink" | "paper" | "muted" | "accent", string>>;

/** What is marked. `cursor` is an index in the list of cells, the others are indices of timesteps. */
export interface Marks {
  readonly cursor: number;
  readonly shown: number;
  readonly selection: { readonly first: number; readonly last: number } | undefined;
}

/** A cell smaller than this has no room for a sign. */
const signRoom = 11;
const worstShareMin = 0.34;

/** Draws a calendar; `tallies` are those of its cells, in their order. The context's unit is a CSS pixel. */
export function drawCalendar(
  context: CanvasRenderingContext2D,
  {
    layout,
    geometry,
    tallies,
  }: { readonly layout: CalendarLayout; readonly geometry: Geometry; readonly tallies: readonly Tally[] },
  {
    palette,
    marks,
    font,
  }: { readonly palette: CalendarPalette; readonly marks: Marks; readonly font: string },
): void {
  context.clearRect(0, 0, geometry.width, geometry.height);
  drawLabels(context, layout, geometry, { palette, font });
  for (const [kind, rectangles] of rectanglesByKind(layout, geometry, tallies)) {
    for (const rectangle of rectangles)
      drawKind(context, rectangle, kind, { palette, isPlain: geometry.gap === 0 });
  }
  drawMarks(context, layout, geometry, { palette, marks });
}

/** What is drawn in the colour of each kind, the worst last. */
function rectanglesByKind(
  layout: CalendarLayout,
  geometry: Geometry,
  tallies: readonly Tally[],
): Map<StepKind, Rectangle[]> {
  const byKind = new Map<StepKind, Rectangle[]>(worstFirst.toReversed().map((kind) => [kind, []]));
  for (const [i, cell] of layout.cells.entries()) {
    const rectangle = rectangleOf(geometry, cell);
    const { worst, most, worstShare } = tallies[i] as Tally;
    add(most, rectangle);
    if (worst === most) continue;
    // A single bad timestep of a day must be visible: its part is drawn larger than its share.
    const height = Math.max(worstShareMin, worstShare) * rectangle.height;
    add(worst, { ...rectangle, y: rectangle.y + rectangle.height - height, height });
  }
  return byKind;

  /** Adjacent cells without a gap are drawn together: most of 7,000 days are like their neighbours. */
  function add(kind: StepKind, rectangle: Rectangle): void {
    const rectangles = byKind.get(kind) as Rectangle[];
    const last = rectangles.at(-1);
    const isNext =
      last?.y === rectangle.y && last.height === rectangle.height && last.x + last.width === rectangle.x;
    if (!last || !isNext) rectangles.push(rectangle);
    else rectangles[rectangles.length - 1] = { ...last, width: last.width + rectangle.width };
  }
}

function drawLabels(
  context: CanvasRenderingContext2D,
  { rows, columnLabels }: CalendarLayout,
  geometry: Geometry,
  { palette, font }: { readonly palette: CalendarPalette; readonly font: string },
): void {
  const { left, top, cellWidth, cellHeight } = geometry;
  context.font = font;
  context.fillStyle = palette.muted;
  context.textBaseline = "middle";
  context.textAlign = "right";
  for (const [row, text] of rows.entries()) {
    context.fillText(text, left - 7, rowTop(geometry, row) + cellHeight / 2);
  }
  context.textAlign = "left";
  let free = 0;
  for (const { column, text } of columnLabels) {
    const x = left + column * cellWidth;
    if (x < free) continue;
    context.fillText(text, x, top / 2);
    free = x + context.measureText(text).width + 6;
  }
}

/** Each kind has a sign where there is room, since colour alone is not accessible. */
function drawKind(
  context: CanvasRenderingContext2D,
  { x, y, width, height }: Rectangle,
  kind: StepKind,
  { palette, isPlain }: { readonly palette: CalendarPalette; readonly isPlain: boolean },
): void {
  context.fillStyle = palette[kind];
  const hasRoom = !isPlain && width >= signRoom && height >= signRoom;
  if (!isPlain && (kind === "pending" || kind === "unknown")) {
    context.globalAlpha = 0.28;
    context.fillRect(x, y, width, height);
    context.globalAlpha = 1;
    context.strokeStyle = palette[kind];
    context.lineWidth = 1;
    context.strokeRect(x + 0.5, y + 0.5, width - 1, height - 1);
    return;
  }
  context.fillRect(x, y, width, height);
  if (!hasRoom || kind === "present") return;
  const [middleX, middleY, reach] = [x + width / 2, y + height / 2, 3];
  context.strokeStyle = palette.paper;
  context.fillStyle = palette.paper;
  context.lineWidth = 1.6;
  context.beginPath();
  if (kind === "revised") {
    context.arc(middleX, middleY, 2, 0, 2 * Math.PI);
    context.fill();
    return;
  }
  context.moveTo(middleX - reach, kind === "missing" ? middleY : middleY - reach);
  context.lineTo(middleX + reach, kind === "missing" ? middleY : middleY + reach);
  if (kind === "corrupt") {
    context.moveTo(middleX + reach, middleY - reach);
    context.lineTo(middleX - reach, middleY + reach);
  }
  context.stroke();
}

function drawMarks(
  context: CanvasRenderingContext2D,
  layout: CalendarLayout,
  geometry: Geometry,
  {
    palette,
    marks: { cursor, shown, selection },
  }: { readonly palette: CalendarPalette; readonly marks: Marks },
): void {
  if (selection) {
    context.fillStyle = palette.accent;
    for (const cell of layout.cells) {
      if (cell.end <= selection.first || cell.first > selection.last) continue;
      const { x, y, width } = rectangleOf(geometry, cell);
      context.fillRect(x, y - 1, width + geometry.gap, 4);
    }
  }
  outline(cellHolding(layout, shown), palette.ink, 1.5);
  outline(cursor, palette.accent, 2.5);

  function outline(cellIndex: number, colour: string, lineWidth: number): void {
    const cell = layout.cells[cellIndex];
    if (!cell) return;
    const { x, y, width, height } = rectangleOf(geometry, cell);
    context.lineWidth = lineWidth;
    context.strokeStyle = colour;
    context.strokeRect(x - 1, y - 1, width + 2, height + 2);
  }
}
