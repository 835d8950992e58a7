import { useId, useMemo, useState } from "preact/hooks";
import { parseInstant, timeAt } from "../../../shared/dataset/timeAxis.ts";
import type { StatusSummary } from "../../../shared/status/summary.ts";
import { axisOf } from "../axis.ts";
import { useDark } from "../charts/screen.ts";
import { PointSeries } from "../charts/series.tsx";
import type { OpenDataset } from "../dataset.ts";
import { instantText } from "../words.ts";
import { ColourBar } from "./colourBar.tsx";
import { MapControls } from "./controls.tsx";
import { type Cell, type Field, type Grid, valueAt } from "./field.ts";
import { MapPicture } from "./picture.tsx";
import { firstOfDay, firstOfPlay, type Playing } from "./play.ts";
import { gapText, measuredText, noteText, placeText } from "./sentences.ts";
import { useGrid } from "./useGrid.ts";
import { usePlaying } from "./usePlaying.ts";
import { useScale } from "./useScale.ts";
import { useStatuses } from "./useStatuses.ts";

interface Props {
  readonly dataset: OpenDataset;
  readonly status: StatusSummary;
  readonly field: Field;
  /** The timestep that is shown, one of the visible. */
  readonly index: number;
  onIndex(index: number): void;
  onField(name: string): void;
}

/** One field of a dataset: controls, the map, its legend, and the series of a chosen place. */
export function FieldMap({ dataset, status, field, index, onIndex, onField }: Props) {
  const { length } = dataset;
  const time = useMemo(() => axisOf(status), [status.start, status.end, status.step]);
  const [playing, setPlaying] = useState<Playing>("no");
  const [hovered, setHovered] = useState<Cell>();
  const [crosshair, setCrosshair] = useState<Cell>();
  const [chosen, setChosen] = useState<Cell>();
  const [said, setSaid] = useState("");
  const isDark = useDark();
  const readoutId = useId();
  const { grid, isWanted, fault, retry } = useGrid(field, index);
  const scale = useScale(field, grid, playing !== "no", isDark);
  const content = useMemo(
    () => grid && { grid, meaning: field.meaning, scale, isDark },
    [grid, field.meaning, scale, isDark],
  );
  const gap = useGap(dataset, status, index);
  usePlaying(playing, {
    index,
    length,
    stepMs: time.stepMs,
    isShown: isWanted,
    isFailed: fault !== undefined,
    onIndex,
    onEnd: () => setPlaying("no"),
  });

  const play = (mode: Playing) => {
    if (mode === "on") onIndex(firstOfPlay(index, length, field.chunkLength));
    if (mode === "day") onIndex(firstOfDay(length, time.stepMs));
    setPlaying(mode);
  };
  const show = (to: number) => {
    setPlaying("no");
    onIndex(to);
  };
  const move = (cell: Cell | undefined) => {
    setCrosshair(cell);
    setSaid(cell && grid ? cellText(grid, field, cell) : "no crosshair");
  };
  const choose = (cell: Cell) => {
    setCrosshair(cell);
    setChosen(cell);
  };
  const label = `${field.meaning.label}, ${instantText(timeAt(time, index))}. Arrow keys move a crosshair, with shift by ten cells; Enter shows what the place has seen.`;
  const readable = inside(grid, hovered ?? crosshair);
  const point = inside(grid, chosen);
  const shownTime = grid ? instantText(timeAt(time, grid.index)) : "";
  const note = grid && noteText(grid.plane, field.hidden);
  return (
    <div class="map">
      <MapControls
        {...{ fields: dataset.fields, field, index, length, playing, onField }}
        timeOf={(at) => timeAt(time, at)}
        onIndex={show}
        onPlay={play}
      />
      {fault && (
        <p class="map-fault" role="alert">
          {fault}{" "}
          <button type="button" onClick={retry}>
            Try again
          </button>
        </p>
      )}
      {content ? (
        <MapPicture
          {...{ content, label, describedBy: readoutId, isStale: content.grid.index !== index }}
          crosshair={inside(grid, crosshair)}
          onHover={setHovered}
          onMove={move}
          onChoose={choose}
        >
          {(gap || fault) && <p class="map-gap">{gap ?? `not to be had: the picture is of ${shownTime}`}</p>}
        </MapPicture>
      ) : (
        !fault && <p class="map-waiting">The grid is loading.</p>
      )}
      <p class="map-readout" id={readoutId}>
        {grid && readable
          ? `${cellText(grid, field, readable)}${grid.index === index ? "" : ` (${shownTime})`}`
          : "Point at the map to read a value; click for the place's series."}
      </p>
      <p class="map-said" aria-live="polite">
        {said}
      </p>
      {content && <ColourBar scale={scale} meaning={field.meaning} />}
      {note && <p class="map-note">{note}</p>}
      {grid && point && (
        <PointSeries
          {...{ field, cell: point, index, length, time }}
          place={placeText(grid.plane, point)}
          onClose={() => setChosen(undefined)}
        />
      )}
    </div>
  );
}

function cellText(grid: Grid, { meaning }: Field, cell: Cell): string {
  return `${placeText(grid.plane, cell)}: ${measuredText(valueAt(grid, meaning, cell), meaning)}`;
}

/** A cell of another field's grid need not be one of this. */
function inside(grid: Grid | undefined, cell: Cell | undefined): Cell | undefined {
  const isInside = grid && cell && cell.row < grid.plane.rows.count && cell.column < grid.plane.columns.count;
  return isInside ? cell : undefined;
}

function useGap(dataset: OpenDataset, status: StatusSummary, index: number): string | undefined {
  const flag = useStatuses(dataset)?.[index];
  const t = timeAt(axisOf(status), index);
  return gapText(
    flag,
    status.failing.find((step) => parseInstant(step.time) === t),
  );
}
