import "./charts.css";
import { useEffect, useRef, useState } from "preact/hooks";
import type uPlot from "uplot";
import { instantText } from "../ui/format.ts";
import { useDark, useWidth } from "../ui/hooks.ts";
import { cssColour } from "../ui/palette.ts";

export interface ChartPalette {
  readonly ink: string;
  readonly muted: string;
  readonly line: string;
  readonly accent: string;
  readonly second: string;
}

/** A plot's own options. Called again when the page's colours change. */
export type PlotOptionsFor = (palette: ChartPalette) => Pick<uPlot.Options, "series" | "axes" | "scales">;

interface Props {
  /** What the plot shows, in words. */
  readonly label: string;
  readonly height: number;
  readonly lines: uPlot.AlignedData;
  /** The same from one rendering to the next. */
  readonly optionsFor: PlotOptionsFor;
  /** A marked instant, in seconds since 1970 UTC. */
  readonly marked?: number;
}

type Constructor = typeof uPlot;

/** Lines over time, in UTC. The library that draws them is loaded with the first plot. */
export function Plot({ label, height, lines, optionsFor, marked }: Props) {
  const [frame, width] = useWidth<HTMLDivElement>();
  const { PlotClass, fault } = useLibrary();
  const isDark = useDark();
  const plot = useRef<uPlot>(undefined);
  const mark = useRef(marked);
  const isReady = width > 0;
  // Lines and size are set below, without a new plot.
  useEffect(() => {
    if (!PlotClass || !frame.current || !isReady) return;
    const palette = paletteOf(frame.current, isDark);
    const options = optionsFor(palette);
    const created = new PlotClass(
      {
        width,
        height,
        tzDate: (seconds) => PlotClass.tzDate(new Date(seconds * 1000), "Etc/UTC"),
        cursor: { drag: { x: false, y: false } },
        ...options,
        axes: (options.axes ?? []).map((axis) => ({
          ...axisColours(palette, frame.current as Element),
          ...axis,
        })),
        hooks: { draw: [(drawn) => drawMark(drawn, mark.current, palette.accent)] },
      },
      lines,
      frame.current,
    );
    plot.current = created;
    return () => created.destroy();
  }, [PlotClass, optionsFor, isDark, isReady]);
  useEffect(() => plot.current?.setData(lines), [lines]);
  useEffect(() => plot.current?.setSize({ width: Math.max(1, width), height }), [width, height]);
  useEffect(() => {
    mark.current = marked;
    plot.current?.redraw(false);
  }, [marked]);
  if (fault) return <p class="fault-line">{fault}</p>;
  return (
    <div class="chart-plot" role="img" aria-label={label} ref={frame} style={{ minHeight: `${height}px` }} />
  );
}

interface Library {
  readonly PlotClass?: Constructor;
  readonly fault?: string;
}

function useLibrary(): Library {
  const [library, setLibrary] = useState<Library>({});
  useEffect(() => {
    let isMounted = true;
    import("uplot").then(
      ({ default: PlotClass }) => isMounted && setLibrary({ PlotClass }),
      () =>
        isMounted &&
        setLibrary({ fault: "The library that draws this chart could not be loaded: reload the page." }),
    );
    return () => {
      isMounted = false;
    };
  }, []);
  return library;
}

function paletteOf(element: Element, isDark: boolean): ChartPalette {
  const colour = (variable: string, light: string, dark: string) =>
    cssColour(element, variable, isDark ? dark : light);
  return {
    ink: colour("--ink", "#1a1d21", "#e8eaed"),
    muted: colour("--muted", "#5c6470", "#9aa3ad"),
    line: colour("--line", "#d5d8dc", "#3a3f46"),
    accent: colour("--accent", "#2a8f7f", "#56c8b4"),
    second: isDark ? "#e0a458" : "#b35c00",
  };
}

function axisColours({ muted, line }: ChartPalette, element: Element): Partial<uPlot.Axis> {
  const drawn = { stroke: line, width: 1 };
  return { stroke: muted, font: `12px ${getComputedStyle(element).fontFamily}`, grid: drawn, ticks: drawn };
}

function drawMark({ ctx, bbox, valToPos }: uPlot, seconds: number | undefined, colour: string): void {
  if (seconds === undefined) return;
  const x = valToPos(seconds, "x", true);
  if (!(x >= bbox.left && x <= bbox.left + bbox.width)) return;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.lineWidth = 2 * devicePixelRatio;
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.restore();
}

const [hour, day] = [3600, 86_400];

/** The axis of time: days and hours as the rest of the page writes them. */
export const timeAxis: uPlot.Axis = {
  space: 70,
  values: [
    [365 * day, "{YYYY}", null, null, null, null, null, null, 1],
    [28 * day, "{MMM}", "\n{YYYY}", null, null, null, null, null, 1],
    [day, "{D} {MMM}", "\n{YYYY}", null, null, null, null, null, 1],
    [hour / 60, "{HH}:{mm}", "\n{D} {MMM} {YYYY}", null, "\n{D} {MMM}", null, null, null, 1],
  ],
};

/** The series of times, as the legend shows them. */
export const timeSeries: uPlot.Series = {
  label: "Time",
  value: (_, seconds) => (seconds == null ? "–" : instantText(seconds * 1000)),
};
