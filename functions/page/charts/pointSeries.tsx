import { useMemo, useState } from "preact/hooks";
import { type TimeAxis, timeAt } from "../../../shared/dataset/timeAxis.ts";
import type { Cell, Field } from "../dataset/field.ts";
import type { Meaning } from "../dataset/fieldMetadata.ts";
import { kindOf } from "../map/colours/colourScale.ts";
import { measuredText } from "../map/mapText.ts";
import { instantText } from "../ui/format.ts";
import { unitText } from "../ui/valueFormat.ts";
import { type Plan, Plot, timeAxis, timeSeries } from "./plot.tsx";
import { seriesLines, valueRange } from "./seriesLines.ts";
import { useSeries } from "./useSeries.ts";

interface Props {
  readonly field: Field;
  readonly cell: Cell;
  /** Where that is, in words. */
  readonly place: string;
  /** The timestep that is shown on the map. */
  readonly index: number;
  readonly length: number;
  readonly time: TimeAxis;
  onClose(): void;
}

const height = 220;

/** What a place has seen around the shown timestep. */
export function PointSeries({ field, cell, place, index, length, time, onClose }: Props) {
  const { meaning, chunkLength } = field;
  const { range, pieces, isLoading, fault, earlier } = useSeries(field, cell, index);
  const [from, to] = range;
  const lines = useMemo(
    () => seriesLines([from, to], pieces, { time, length, chunkLength }),
    [from, to, pieces, time, length, chunkLength],
  );
  const plan = useMemo(() => planOf(meaning), [meaning]);
  const what = `${meaning.label} at ${place}`;
  return (
    <section class="chart" aria-label={what}>
      <div class="chart-head">
        <strong>{what}</strong>
        <button type="button" disabled={isLoading || from === 0} onClick={earlier}>
          Earlier
        </button>
        <button type="button" onClick={onClose}>
          Close
        </button>
        {isLoading && <span class="muted">loading</span>}
      </div>
      {fault && (
        <p class="fault-line" role="alert">
          {fault}
        </p>
      )}
      <Plot
        label={`${what}; the table below holds the same`}
        {...{ height, lines, plan }}
        marked={timeAt(time, index) / 1000}
      />
      <SeriesTable lines={lines} meaning={meaning} />
    </section>
  );
}

interface TableProps {
  readonly lines: ReturnType<typeof seriesLines>;
  readonly meaning: Meaning;
}

/** Of many rows, made only where they are seen, and anew only when they change. */
function SeriesTable({ lines, meaning }: TableProps) {
  const [isOpen, setIsOpen] = useState(false);
  const table = useMemo(() => isOpen && tableOf(lines, meaning), [isOpen, lines, meaning]);
  return (
    <details class="chart-table" onToggle={({ currentTarget }) => setIsOpen(currentTarget.open)}>
      <summary>The values as a table</summary>
      <div>{table}</div>
    </details>
  );
}

function tableOf([times, values]: TableProps["lines"], meaning: Meaning) {
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">Time</th>
          <th scope="col">{meaning.label}</th>
        </tr>
      </thead>
      <tbody>
        {times.map((seconds, place) => (
          <tr key={seconds}>
            <th scope="row">{instantText(seconds * 1000)}</th>
            <td>{measuredText(values[place] ?? Number.NaN, meaning)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function planOf(meaning: Meaning): Plan {
  const units = unitText(meaning.units);
  return (inks) => ({
    scales: { y: { range: (_, from, to) => valueRange(from, to, kindOf(meaning)) } },
    axes: [timeAxis, { size: 64, ...(units ? { label: units, labelSize: 20 } : {}) }],
    series: [
      timeSeries,
      {
        label: meaning.label,
        stroke: inks.accent,
        width: 1.5,
        points: { show: true, size: 5, fill: inks.accent },
        value: (_, value, __, at) => (at == null ? "–" : measuredText(value ?? Number.NaN, meaning)),
      },
    ],
  });
}
