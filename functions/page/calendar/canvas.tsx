import type { TargetedPointerEvent } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { useDark } from "../ui/hooks.ts";
import type { CalendarLayout } from "./calendarLayout.ts";
import { type CalendarPalette, drawCalendar, type Marks } from "./draw.ts";
import { cellAtPoint, geometryOf } from "./geometry.ts";
import { kinds, type Tally } from "./kinds.ts";

/** Mostly the left button of a mouse; the touch of fingers and pens. */
const mainButton = 0;

interface Props {
  readonly layout: CalendarLayout;
  readonly tallies: readonly Tally[];
  readonly marks: Marks;
  readonly width: number;
  /** The index of the cell under the pointer; -1 when it has left. */
  onHover(cell: number): void;
  onChoose(cell: number): void;
  /** Dragged from one cell to another. */
  onDrag(from: number, to: number): void;
}

/** The calendar on a canvas: elements for each of 58,000 timesteps would take seconds. */
export function CalendarCanvas({ layout, tallies, marks, width, onHover, onChoose, onDrag }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const pressed = useRef(-1);
  const isDragged = useRef(false);
  const isDark = useDark();
  const ratio = usePixelRatio();
  const geometry = geometryOf(layout, width, ratio);

  useLayoutEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!canvas.current || !context) return;
    const [pixelsWide, pixelsHigh] = [Math.round(width * ratio), Math.round(geometry.height * ratio)];
    if (canvas.current.width !== pixelsWide) canvas.current.width = pixelsWide;
    if (canvas.current.height !== pixelsHigh) canvas.current.height = pixelsHigh;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const { palette, font } = stylesOf(canvas.current);
    drawCalendar(context, { layout, geometry, tallies }, { palette, marks, font });
  }, [layout, tallies, marks, width, ratio, isDark]);

  const cellUnder = (event: TargetedPointerEvent<HTMLCanvasElement>) => {
    const { left, top } = event.currentTarget.getBoundingClientRect();
    return cellAtPoint(layout, geometry, event.clientX - left, event.clientY - top);
  };
  return (
    <canvas
      ref={canvas}
      class="calendar-canvas"
      style={{ width: `${width}px`, height: `${geometry.height}px` }}
      onPointerDown={(event) => {
        if (event.button !== mainButton) return;
        pressed.current = cellUnder(event);
        isDragged.current = false;
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={(event) => {
        const cell = cellUnder(event);
        onHover(cell);
        const from = pressed.current;
        if (from < 0 || cell < 0 || (!isDragged.current && cell === from)) return;
        isDragged.current = true;
        onDrag(from, cell);
      }}
      onPointerUp={(event) => {
        const cell = cellUnder(event);
        if (!isDragged.current && cell >= 0 && cell === pressed.current) onChoose(cell);
        pressed.current = -1;
      }}
      onPointerCancel={() => {
        pressed.current = -1;
      }}
      onPointerLeave={() => onHover(-1)}
    />
  );
}

function stylesOf(element: Element): { readonly palette: CalendarPalette; readonly font: string } {
  const style = getComputedStyle(element);
  const names = [...kinds, "ink", "paper", "muted", "accent"] as const;
  const palette = Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
  return { palette: palette as CalendarPalette, font: `11px ${style.fontFamily}` };
}

/** Device pixels in a CSS pixel: changes with zooming and between screens. */
function usePixelRatio(): number {
  const [ratio, setRatio] = useState(devicePixelRatio);
  useEffect(() => {
    const query = matchMedia(`(resolution: ${ratio}dppx)`);
    const changed = () => setRatio(devicePixelRatio);
    query.addEventListener("change", changed);
    return () => query.removeEventListener("change", changed);
  }, [ratio]);
  return ratio;
}
