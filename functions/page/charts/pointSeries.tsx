import { useMemo, useState } from "preact/hooks";
import type { TimeAxis } from "../../../shared/dataset/timeAxis.ts";
import type { Cell, Field } from "../dataset/field.ts";
import type { FieldMetadata } from "../dataset/fieldMetadata.ts";
import { scaleKindOf } from "../map/colours/colourScale.ts";
import { measuredText } from "../map/mapText.ts";
import { instantText } from "../ui/format.ts";
import { unitText } from "../ui/valueFormat.ts";
import { Plot, type PlotOptionsFor, timeAxis, timeSeries } from "./plot.tsx";
import { seriesLines, valueAxisRange } from "./seriesLines.ts";
import { useSeries } from "./useSeries.ts";

interface Props {
  readonly field: Field;
  readonly cell: Cell;
  /** Where the cell is, in words. */
  readonly place: string;
  /** The timestep that is shown on the map. */
  readonly index: number;
  readonly length: number;
  readonly time: TimeAxis;
  onClose(): void;
}

const height = 220;

/** The time series of a place around the shown timestep. */
export function PointSeries({ field, cell, place, index, length, time, onClose }: Props) {
  const { metadata, chunkLength } = field;
  const { range, chunks, isLoading, fault, earlier } = useSeries(field, cell, index);
  const [from, to] = range;
  const lines = useMemo(
    () => seriesLines([from, to], chunks, { time, length, chunkLength }),
    [from, to, chunks, time, length, chunkLength],
  );
  const optionsFor = useMemo(() => optionsForField(metadata), [metadata]);
  const what = `${metadata.label} at ${place}`;
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
        {...{ height, lines, optionsFor }}
        marked={time.at(index) / 1000}
      />
      <SeriesTable lines={lines} metadata={metadata} />
    </section>
  );
}

interface TableProps {
  readonly lines: ReturnType<typeof seriesLines>;
  readonly metadata: FieldMetadata;
}

/** Its many rows are made only while it is open, and anew only when they change. */
function SeriesTable({ lines, metadata }: TableProps) {
  const [isOpen, setIsOpen] = useState(false);
  const table = useMemo(() => isOpen && tableOf(lines, metadata), [isOpen, lines, metadata]);
  return (
    <details class="chart-table" onToggle={({ currentTarget }) => setIsOpen(currentTarget.open)}>
      <summary>The values as a table</summary>
      <div>{table}</div>
    </details>
  );
}

function tableOf([times, values]: TableProps["lines"], metadata: FieldMetadata) {
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">Time</th>
          <th scope="col">{metadata.label}</th>
        </tr>
      </thead>
      <tbody>
        {times.map((seconds, i) => (
          <tr key={seconds}>
            <th scope="row">{instantText(seconds * 1000)}</th>
            <td>{measuredText(values[i] ?? Number.NaN, metadata)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function optionsForField(metadata: FieldMetadata): PlotOptionsFor {
  const units = unitText(metadata.units);
  return (palette) => ({
    scales: { y: { range: (_, from, to) => valueAxisRange(from, to, scaleKindOf(metadata)) } },
    axes: [timeAxis, { size: 64, ...(units ? { label: units, labelSize: 20 } : {}) }],
    series: [
      timeSeries,
      {
        label: metadata.label,
        stroke: palette.accent,
        width: 1.5,
        points: { show: true, size: 5, fill: palette.accent },
        value: (_, value, __, at) => (at == null ? "–" : measuredText(value ?? Number.NaN, metadata)),
      },
    ],
  });
}
