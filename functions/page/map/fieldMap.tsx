import { useId, useMemo, useRef } from "preact/hooks";
import { parseInstant, timeAt } from "../../../shared/dataset/timeAxis.ts";
import type { StatusSummary } from "../../../shared/status/summary.ts";
import { PointSeries } from "../charts/pointSeries.tsx";
import type { Field } from "../dataset/field.ts";
import type { OpenDataset } from "../dataset/openDataset.ts";
import { axisOf } from "../server/status.ts";
import { instantText } from "../ui/format.ts";
import { useDark } from "../ui/hooks.ts";
import { ColourBar } from "./colours/colourBar.tsx";
import { useScale } from "./colours/useColourScale.ts";
import { MapControls } from "./controls.tsx";
import { gapText, noteText, placeText } from "./mapText.ts";
import { MapPicture } from "./picture/picture.tsx";
import { useCells } from "./useCells.ts";
import { useGrid } from "./useGrid.ts";
import { usePlaying } from "./usePlayback.ts";

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
  const { meaning, chunkLength } = field;
  const { start, end, step } = status;
  const time = useMemo(() => axisOf({ start, end, step }), [start, end, step]);
  const isDark = useDark();
  const readoutId = useId();
  const frame = useRef<HTMLDivElement>(null);
  const { grid, retry, ...seen } = useGrid(field, index);
  const { playing, play } = usePlaying({ index, length, stepMs: time.stepMs, chunkLength, onIndex }, seen);
  const scale = useScale(field, grid, playing !== "no", isDark);
  const content = useMemo(() => grid && { grid, meaning, scale, isDark }, [grid, meaning, scale, isDark]);
  const { crosshair, chosen, ...cells } = useCells(field, grid);
  const gap = gapAt(flags, status, index);
  const textAt = (at: number) => instantText(timeAt(time, at));
  const isStale = grid !== undefined && grid.index !== index;
  const stale = seen.fault && grid && `not to be had: the picture is of ${textAt(grid.index)}`;
  const label = `${meaning.label}, ${textAt(index)}. Arrow keys move a crosshair, with shift by ten cells; Enter shows what the place has seen.`;
  const note = grid && noteText(grid.plane, field.hidden);
  return (
    <div class="map" ref={frame}>
      <MapControls
        {...{ fields: dataset.fields, field, index, length, playing, onField }}
        timeOf={(at) => timeAt(time, at)}
        onIndex={(to) => {
          play("no");
          onIndex(to);
        }}
        onPlay={play}
      />
      {seen.fault && <Fault fault={seen.fault} onRetry={retry} />}
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
      {!content && !seen.fault && <p class="muted">The grid is loading.</p>}
      <p class="map-readout" id={readoutId}>
        {cells.readout ?? "Point at the map to read a value; click for the place's series."}
        {cells.readout && isStale && ` (${textAt(grid.index)})`}
      </p>
      <p class="map-said" aria-live="polite">
        {cells.said}
      </p>
      {content && <ColourBar scale={scale} meaning={meaning} />}
      {note && <p class="muted">{note}</p>}
      {grid && chosen && (
        <PointSeries
          key={`${chosen.row}/${chosen.column}`}
          {...{ field, cell: chosen, index, length, time }}
          place={placeText(grid.plane, chosen)}
          onClose={() => {
            cells.choose(undefined);
            // What had the focus is gone: it goes back to where the place was chosen.
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
  const t = timeAt(axisOf(status), index);
  return gapText(
    flags[index],
    status.failing.find((step) => parseInstant(step.time) === t),
  );
}
