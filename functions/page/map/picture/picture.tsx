import type { MultiLineString } from "geojson";
import type { ComponentChildren, RefObject } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Cell } from "../../dataset/field.ts";
import { useWidth } from "../../ui/hooks.ts";
import { cssColour } from "../../ui/palette.ts";
import { drawLines, loadCoast } from "./coast.ts";
import { type Content, createCellPicture, prepareCanvas } from "./drawField.ts";
import { cellAt, cellBeside, middleOf, type Viewport, viewportOf } from "./viewport.ts";

interface Props {
  readonly content: Content;
  readonly label: string;
  /** The id of the text that says what is under the crosshair. */
  readonly describedBy: string;
  readonly isStale: boolean;
  readonly crosshair: Cell | undefined;
  /** The pointer is over a cell, or over none. */
  onHover(cell: Cell | undefined): void;
  /** The crosshair was moved by a key. */
  onMove(cell: Cell | undefined): void;
  /** A cell was chosen. */
  onChoose(cell: Cell): void;
  /** What is written over the picture. */
  readonly children?: ComponentChildren;
}

const arrows: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
/** By how many cells an arrow moves the crosshair together with the shift key. */
const leap = 10;
const firstCell: Cell = { row: 0, column: 0 };

/** A field at one timestep, with coastlines where its grid is on the earth, and a crosshair that keys and clicks move. */
export function MapPicture(props: Props) {
  const { content, label, describedBy, isStale, crosshair, children } = props;
  const { plane } = content.grid;
  const [frame, width] = useWidth<HTMLDivElement>();
  const view = useMemo(() => viewportOf(plane, Math.max(1, width)), [plane, width]);
  const cells = useRef<HTMLCanvasElement>(null);
  const lines = useRef<HTMLCanvasElement>(null);
  const picture = useMemo(createCellPicture, []);
  const coast = useCoast(plane.isEarth);

  useEffect(() => {
    if (cells.current && width > 0) picture.draw(cells.current, view, content);
  }, [picture, content, view, width]);
  useEffect(() => {
    const context = lines.current && width > 0 ? prepareCanvas(lines.current, view) : null;
    if (!context || !plane.isEarth) return;
    const colour = (variable: string, fallback: string) => cssColour(context.canvas, variable, fallback);
    drawLines(context, view, coast, {
      coast: colour("--coast", "#333"),
      halo: colour("--halo", "#fff8"),
      graticule: colour("--graticule", "#8888"),
    });
  }, [coast, view, width, plane, content.isDark]);

  const middle = crosshair && middleOf(plane, view, crosshair);
  useScrolling(frame, view, middle?.x);
  const cellUnder = (event: PointerEvent | MouseEvent) => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    // A click has no fractions of a pixel: a move must not be more exact, or both could be in different cells.
    const [x, y] = [Math.floor(event.clientX) + 0.5, Math.floor(event.clientY) + 0.5];
    return cellAt(plane, view, { x: x - box.left, y: y - box.top });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const arrow = arrows[event.key];
    const at = crosshair ?? cellAt(plane, view, { x: view.width / 2, y: view.height / 2 }) ?? firstCell;
    const far = event.shiftKey ? leap : 1;
    if (arrow) props.onMove(crosshair ? cellBeside(plane, at, arrow[0] * far, arrow[1] * far) : at);
    else if (event.key === "Enter" || event.key === " ") props.onChoose(at);
    else if (event.key === "Escape" && crosshair) props.onMove(undefined);
    else return;
    event.preventDefault();
  };
  return (
    <div class="map-frame" ref={frame}>
      <div
        class={isStale ? "map-picture is-stale" : "map-picture"}
        style={{ width: `${view.width}px`, height: `${view.height}px` }}
        role="application"
        aria-roledescription="map"
        aria-label={label}
        aria-describedby={describedBy}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it takes keys
        tabIndex={0}
        onPointerMove={(event: PointerEvent) => props.onHover(cellUnder(event))}
        onPointerLeave={() => props.onHover(undefined)}
        onClick={(event: MouseEvent) => {
          const cell = cellUnder(event);
          if (cell) props.onChoose(cell);
        }}
        onKeyDown={onKeyDown}
      >
        <canvas ref={cells} />
        <canvas ref={lines} />
        {middle && <div class="map-meridian" style={{ left: `${middle.x}px` }} />}
        {middle && <div class="map-parallel" style={{ top: `${middle.y}px` }} />}
        {children}
      </div>
    </div>
  );
}

/** A map that is wider than its frame shows its middle first, and then where the crosshair is. */
function useScrolling(frame: RefObject<HTMLDivElement | null>, view: Viewport, x: number | undefined): void {
  const shown = x ?? view.width / 2;
  useLayoutEffect(() => {
    const element = frame.current;
    if (!element) return;
    const { scrollLeft, clientWidth } = element;
    const isSeen = x !== undefined && x >= scrollLeft && x <= scrollLeft + clientWidth;
    if (!isSeen) element.scrollLeft = shown - clientWidth / 2;
  }, [frame, view, shown]);
}

/** Coastlines, once they are loaded. A map without them is still a map, so that a failure to load them is not reported. */
function useCoast(isEarth: boolean): MultiLineString | undefined {
  const [coast, setCoast] = useState<MultiLineString>();
  useEffect(() => {
    if (isEarth) loadCoast().then(setCoast, () => undefined);
  }, [isEarth]);
  return coast;
}
