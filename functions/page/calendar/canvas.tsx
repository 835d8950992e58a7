import type { TargetedPointerEvent } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { useDark } from "../ui/hooks.ts";
import type { Sheet } from "./calendarLayout.ts";
import { drawSheet, type Marks, type Palette } from "./draw.ts";
import { cellAtPoint, geometryOf } from "./geometry.ts";
import { kinds, type Tally } from "./kinds.ts";

/** Of a mouse the left one, mostly; of fingers and pens their touch. */
const mainButton = 0;

interface Props {
  readonly sheet: Sheet;
  readonly tallies: readonly Tally[];
  readonly marks: Marks;
  readonly width: number;
  /** The cell under the pointer, by place; -1 when it has left. */
  onPoint(place: number): void;
  onChoose(place: number): void;
  /** Dragged from one cell to another. */
  onDrag(from: number, to: number): void;
}

/** A sheet, drawn: elements for each of 58,000 timesteps would take seconds. */
export function SheetCanvas({ sheet, tallies, marks, width, onPoint, onChoose, onDrag }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const pressed = useRef(-1);
  const isDragged = useRef(false);
  const isDark = useDark();
  const ratio = usePixelRatio();
  const geometry = geometryOf(sheet, width, ratio);

  useLayoutEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!canvas.current || !context) return;
    const [pixelsWide, pixelsHigh] = [Math.round(width * ratio), Math.round(geometry.height * ratio)];
    if (canvas.current.width !== pixelsWide) canvas.current.width = pixelsWide;
    if (canvas.current.height !== pixelsHigh) canvas.current.height = pixelsHigh;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const { palette, font } = stylesOf(canvas.current);
    drawSheet(context, { sheet, geometry, tallies }, { palette, marks, font });
  }, [sheet, tallies, marks, width, ratio, isDark]);

  const placeOf = (event: TargetedPointerEvent<HTMLCanvasElement>) => {
    const { left, top } = event.currentTarget.getBoundingClientRect();
    return cellAtPoint(sheet, geometry, event.clientX - left, event.clientY - top);
  };
  return (
    <canvas
      ref={canvas}
      class="sheet"
      style={{ width: `${width}px`, height: `${geometry.height}px` }}
      onPointerDown={(event) => {
        if (event.button !== mainButton) return;
        pressed.current = placeOf(event);
        isDragged.current = false;
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={(event) => {
        const place = placeOf(event);
        onPoint(place);
        const from = pressed.current;
        if (from < 0 || place < 0 || (!isDragged.current && place === from)) return;
        isDragged.current = true;
        onDrag(from, place);
      }}
      onPointerUp={(event) => {
        const place = placeOf(event);
        if (!isDragged.current && place >= 0 && place === pressed.current) onChoose(place);
        pressed.current = -1;
      }}
      onPointerCancel={() => {
        pressed.current = -1;
      }}
      onPointerLeave={() => onPoint(-1)}
    />
  );
}

function stylesOf(element: Element): { readonly palette: Palette; readonly font: string } {
  const style = getComputedStyle(element);
  const names = [...kinds, "ink", "paper", "muted", "accent"] as const;
  const palette = Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
  return { palette: palette as Palette, font: `11px ${style.fontFamily}` };
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
