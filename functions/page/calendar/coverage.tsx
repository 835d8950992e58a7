import { useMemo } from "preact/hooks";
import type { StatusSummary } from "../../../shared/status/summary.ts";
import type { Selection } from "../panels/backfill.tsx";
import { useServer } from "../server/server.tsx";
import { useWidth } from "../ui/hooks.ts";
import { CalendarCanvas } from "./canvas.tsx";
import { Crumbs } from "./crumbs.tsx";
import { Details } from "./details/details.tsx";
import { createProvenanceReader } from "./details/provenanceReader.ts";
import { partsPerYear } from "./geometry.ts";
import { Legend } from "./legend.tsx";
import { type CalendarProps, useCalendar } from "./useCalendar.ts";

interface Props extends Omit<CalendarProps, "length"> {
  readonly status: StatusSummary;
  readonly selection: Selection | undefined;
}

const keysId = "coverage-keys";

/** The calendar of every timestep, from years down to single ones. */
export function Coverage({ status, selection, ...props }: Props) {
  const { codes, axis, shown } = props;
  const [frame, width] = useWidth<HTMLDivElement>();
  const calendar = useCalendar({ ...props, length: status.length }, partsPerYear(width));
  const { path, layout, tallies, cursor, detailed } = calendar;
  const provenance = useProvenance(status);
  const marks = useMemo(() => ({ cursor, shown, selection }), [cursor, shown, selection]);
  const goTo = (depth: number) => {
    calendar.goTo(depth);
    // The button that was pressed is gone, and would take the focus with it.
    frame.current?.focus({ preventScroll: true });
  };
  return (
    <div class="coverage">
      <div class="coverage-top">
        <Crumbs path={path} onGo={goTo} />
        <Legend codes={codes} />
      </div>
      <div class="coverage-body">
        <div
          ref={frame}
          class="calendar-frame"
          role="application"
          aria-roledescription="calendar"
          aria-label={`Coverage: ${path.at(-1)?.name}`}
          aria-describedby={keysId}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: it is one tab stop, and arrow keys move within it
          tabIndex={0}
          onKeyDown={calendar.press}
          onFocus={calendar.focus}
        >
          {width > 0 && (
            <CalendarCanvas
              {...{ layout, tallies, marks, width }}
              onHover={calendar.hover}
              onChoose={calendar.enter}
              onDrag={calendar.select}
            />
          )}
        </div>
        <div class="details">
          <Details
            {...{ codes, status, axis, provenance }}
            cell={layout.cells[detailed]}
            cellTally={tallies[detailed]}
            hint="Click or press Enter to zoom in."
          />
        </div>
      </div>
      <p id={keysId} class="muted keys">
        Arrow keys move, Enter zooms in, Escape goes back, Home and End go to the ends of a row; with shift,
        or by dragging, a range is selected. Times are UTC.
      </p>
    </div>
  );
}

/** The cache lasts until the next commit, which may write the records anew. */
function useProvenance({ dataset, chunk_length, length, commit_seq }: StatusSummary) {
  const { api } = useServer();
  return useMemo(
    () => createProvenanceReader(api, { dataset, chunk_length, length }),
    [api, dataset, chunk_length, length, commit_seq],
  );
}
