import { useMemo } from "preact/hooks";
import type { StatusSummary } from "../../../shared/status/summary.ts";
import { span } from "../../runtime/log/humanText.ts";
import {
  delayLines,
  delaysOf,
  delaysText,
  durationMarks,
  durationRange,
  expectedOf,
  markText,
} from "./delays.ts";
import { type ChartPalette, Plot, type PlotOptionsFor, timeAxis, timeSeries } from "./plot.tsx";

const height = 240;
/** Pixels from one duration to the next along the axis. */
const markPixels = 24;

/** How long after its time each recent timestep was published and visible, beside what is expected. */
export function LatencyChart({ status }: { readonly status: StatusSummary }) {
  const { latency, step, expected_latency } = status;
  const measured = useMemo(() => ({ latency, step, expected_latency }), [latency, step, expected_latency]);
  const lines = useMemo(() => delayLines(measured), [measured]);
  const expected = expectedOf(measured);
  const published = delaysOf(latency.published_seconds, expected);
  const visible = delaysOf(latency.visible_seconds, expected);
  if (!published && !visible) return <p class="muted">No granule is visible yet, so no delay is known.</p>;
  return (
    <div class="chart">
      <Plot
        label="Delay of each recent timestep; the text below says the same"
        {...{ height, lines, optionsFor }}
      />
      <p class="muted">
        {delaysText("Published after", published)} {delaysText("Visible after", visible)} Expected:{" "}
        {span(expected * 1000)}.
      </p>
    </div>
  );
}

const durationText = (seconds: number | null) => (seconds === null ? "–" : span(seconds * 1000));

const optionsFor: PlotOptionsFor = (palette: ChartPalette) => {
  const line = { value: (_: unknown, seconds: number | null) => durationText(seconds), width: 1.5 };
  return {
    scales: { y: { distr: 3, range: (_, from, to) => durationRange(from, to) } },
    axes: [
      timeAxis,
      {
        size: 64,
        splits: ({ height: pixels }, _, from, to) => durationMarks(from, to, pixels / markPixels),
        filter: (_, splits) => splits,
        values: (_, splits) => splits.map(markText),
      },
    ],
    series: [
      timeSeries,
      { ...line, label: "Published after", stroke: palette.second, points: { size: 4 } },
      { ...line, label: "Visible after", stroke: palette.accent, points: { size: 4 } },
      { ...line, label: "Expected", stroke: palette.muted, dash: [6, 4], points: { show: false } },
    ],
  };
};
