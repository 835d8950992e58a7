import "./charts.css";
import { useEffect, useRef, useState } from "preact/hooks";
import type uPlot from "uplot";
import { instantText } from "../ui/format.ts";
import { useDark, useWidth } from "../ui/hooks.ts";
import { inkOf } from "../ui/palette.ts";

export interface Inks {
  readonly ink: string;
  readonly muted: string;
  readonly line: string;
  readonly accent: string;
  readonly second: string;
}

/** What is special about a plot. It is called again where the page's colours change. */
export type Plan = (inks: Inks) => Pick<uPlot.Options, "series" | "axes" | "scales">;

interface Props {
  /** What is to be seen, in words. */
  readonly label: string;
  readonly height: number;
  readonly lines: uPlot.AlignedData;
  /** The same from one rendering to the next. */
  readonly plan: Plan;
  /** An instant that is marked, in seconds since 1970 UTC. */
  readonly marked?: number;
}

type Constructor = typeof uPlot;

/** Lines over time, in UTC. The library that draws them is loaded with the first of them. */
export function Plot({ label, height, lines, plan, marked }: Props) {
  const [frame, width] = useWidth<HTMLDivElement>();
  const { Made, fault } = useLibrary();
  const isDark = useDark();
  const plot = useRef<uPlot>(undefined);
  const mark = useRef(marked);
  const isReady = width > 0;
  // Lines and size are set below, without a new plot.
  useEffect(() => {
    if (!Made || !frame.current || !isReady) return;
    const inks = inksOf(frame.current, isDark);
    const options = plan(inks);
    const made = new Made(
      {
        width,
        height,
        tzDate: (seconds) => Made.tzDate(new Date(seconds * 1000), "Etc/UTC"),
        cursor: { drag: { x: false, y: false } },
        ...options,
        axes: (options.axes ?? []).map((axis) => ({ ...axisInks(inks, frame.current as Element), ...axis })),
        hooks: { draw: [(drawn) => drawMark(drawn, mark.current, inks.accent)] },
      },
      lines,
      frame.current,
    );
    plot.current = made;
    return () => made.destroy();
  }, [Made, plan, isDark, isReady]);
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
  readonly Made?: Constructor;
  readonly fault?: string;
}

function useLibrary(): Library {
  const [library, setLibrary] = useState<Library>({});
  useEffect(() => {
    let isWanted = true;
    import("uplot").then(
      ({ default: Made }) => isWanted && setLibrary({ Made }),
      () =>
        isWanted && setLibrary({ fault: "What draws this chart could not be loaded: load the page again." }),
    );
    return () => {
      isWanted = false;
    };
  }, []);
  return library;
}

function inksOf(element: Element, isDark: boolean): Inks {
  const ink = (variable: string, light: string, dark: string) =>
    inkOf(element, variable, isDark ? dark : light);
  return {
    ink: ink("--ink", "#1a1d21", "#e8eaed"),
    muted: ink("--muted", "#5c6470", "#9aa3ad"),
    line: ink("--line", "#d5d8dc", "#3a3f46"),
    accent: ink("--accent", "#2a8f7f", "#56c8b4"),
    second: isDark ? "#e0a458" : "#b35c00",
  };
}

function axisInks({ muted, line }: Inks, element: Element): Partial<uPlot.Axis> {
  const drawn = { stroke: line, width: 1 };
  return { stroke: muted, font: `12px ${getComputedStyle(element).fontFamily}`, grid: drawn, ticks: drawn };
}

function drawMark({ ctx, bbox, valToPos }: uPlot, seconds: number | undefined, ink: string): void {
  if (seconds === undefined) return;
  const x = valToPos(seconds, "x", true);
  if (!(x >= bbox.left && x <= bbox.left + bbox.width)) return;
  ctx.save();
  ctx.strokeStyle = ink;
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

/** The series of times, as the legend tells them. */
export const timeSeries: uPlot.Series = {
  label: "Time",
  value: (_, seconds) => (seconds == null ? "–" : instantText(seconds * 1000)),
};
