import { useId, useMemo, useRef } from "preact/hooks";
import { parseInstant } from "../../../shared/dataset/timeAxis.ts";
import type { StatusSummary } from "../../../shared/status/summary.ts";
import { PointSeries } from "../charts/pointSeries.tsx";
import type { Field } from "../dataset/field.ts";
import type { OpenDataset } from "../dataset/openDataset.ts";
import { axisOf } from "../server/status.ts";
import { instantText } from "../ui/format.ts";
import { useDark } from "../ui/hooks.ts";
import { ColourBar } from "./colours/colourBar.tsx";
import { useColourScale } from "./colours/useColourScale.ts";
import { MapControls } from "./controls.tsx";
import { gapText, limitationText, placeText } from "./mapText.ts";
import { MapPicture } from "./picture/picture.tsx";
import { useCells } from "./useCells.ts";
import { useGrid } from "./useGrid.ts";
import { usePlayback } from "./usePlayback.ts";

interface Props {
  readonly dataset: OpenDataset;
  /** Of every visible timestep. */
  readonly flags: Int8Array;
  readonly status: StatusSummary;
  readonly field: Field;
  /** The timestep that is shown, one of the visible. */
  readonly index: number;
  onIndex(index: number): void;
  onField(name: string): void;
}

/** One field of a dataset: controls, the map, its legend, and the series of a chosen place. */
export function FieldMap({ dataset, flags, status, field, index, onIndex, onField }: Props) {
  const { length } = dataset;
  const { metadata, chunkLength } = field;
  const { start, end, step } = status;
  const time = useMemo(() => axisOf({ start, end, step }), [start, end, step]);
  const isDark = useDark();
  const readoutId = useId();
  const frame = useRef<HTMLDivElement>(null);
  const { grid, reload, ...drawn } = useGrid(field, index);
  const { playing, play } = usePlayback({ index, length, stepMs: time.stepMs, chunkLength, onIndex }, drawn);
  const scale = useColourScale(field, grid, playing !== "no", isDark);
  const content = useMemo(() => grid && { grid, metadata, scale, isDark }, [grid, metadata, scale, isDark]);
  const { crosshair, chosen, ...cells } = useCells(field, grid);
  const gap = gapAt(flags, status, index);
  const textAt = (at: number) => instantText(time.at(at));
  const isStale = grid !== undefined && grid.index !== index;
  const stale = drawn.fault && grid && `cannot be read: the picture is of ${textAt(grid.index)}`;
  const label = `${metadata.label}, ${textAt(index)}. Arrow keys move a crosshair, with shift by ten cells; Enter shows the time series of the place.`;
  const note = grid && limitationText(grid.plane, field.hidden);
  return (
    <div class="map" ref={frame}>
      <MapControls
        {...{ fields: dataset.fields, field, index, length, playing, onField }}
        timeOf={(at) => time.at(at)}
        onIndex={(to) => {
          play("no");
          onIndex(to);
        }}
        onPlay={play}
      />
      {drawn.fault && <Fault fault={drawn.fault} onRetry={reload} />}
      {content && (
        <MapPicture
          {...{ content, label, isStale, crosshair, describedBy: readoutId }}
          onHover={cells.hover}
          onMove={cells.move}
          onChoose={cells.choose}
        >
          {(gap ?? stale) && <p class="map-gap">{gap ?? stale}</p>}
        </MapPicture>
      )}
      {!content && !drawn.fault && <p class="muted">The grid is loading.</p>}
      <p class="map-readout" id={readoutId}>
        {cells.readout ?? "Point at the map to read a value; click for the place's time series."}
        {cells.readout && isStale && ` (${textAt(grid.index)})`}
      </p>
      <p class="map-said" aria-live="polite">
        {cells.announcement}
      </p>
      {content && <ColourBar scale={scale} metadata={metadata} />}
      {note && <p class="muted">{note}</p>}
      {grid && chosen && (
        <PointSeries
          key={`${chosen.row}/${chosen.column}`}
          {...{ field, cell: chosen, index, length, time }}
          place={placeText(grid.plane, chosen)}
          onClose={() => {
            cells.choose(undefined);
            // The button that had the focus is gone: the focus goes back to the map.
            frame.current?.querySelector<HTMLElement>("[role=application]")?.focus();
          }}
        />
      )}
    </div>
  );
}

function Fault({ fault, onRetry }: { readonly fault: string; onRetry(): void }) {
  return (
    <p class="fault-line" role="alert">
      {fault}{" "}
      <button type="button" onClick={onRetry}>
        Try again
      </button>
    </p>
  );
}

function gapAt(flags: Int8Array, status: StatusSummary, index: number): string | undefined {
  const t = axisOf(status).at(index);
  return gapText(
    flags[index],
    status.failing.find((step) => parseInstant(step.time) === t),
  );
}
