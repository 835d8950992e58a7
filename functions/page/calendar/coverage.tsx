import { useMemo } from "preact/hooks";
import type { StatusSummary } from "../../../shared/status/summary.ts";
import type { Selection } from "../panels/backfill.tsx";
import { useServer } from "../server/server.tsx";
import { useWidth } from "../ui/hooks.ts";
import { SheetCanvas } from "./canvas.tsx";
import { Crumbs } from "./crumbs.tsx";
import { Details } from "./details/details.tsx";
import { createProvenance } from "./details/provenanceReader.ts";
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
  const { path, sheet, tallies, cursor, place } = calendar;
  const provenance = useProvenance(status);
  const marks = useMemo(() => ({ cursor, shown, selection }), [cursor, shown, selection]);
  const goTo = (depth: number) => {
    calendar.goTo(depth);
    // The way to where one is now is gone, and would take the focus with it.
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
          class="sheet-frame"
          role="application"
          aria-roledescription="calendar"
          aria-label={`Coverage: ${path.at(-1)?.name}`}
          aria-describedby={keysId}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: it is one stop, and moves by arrow keys
          tabIndex={0}
          onKeyDown={calendar.press}
          onFocus={calendar.focus}
        >
          {width > 0 && (
            <SheetCanvas
              {...{ sheet, tallies, marks, width }}
              onPoint={calendar.point}
              onChoose={calendar.enter}
              onDrag={calendar.select}
            />
          )}
        </div>
        <div class="details">
          <Details
            {...{ codes, status, axis, provenance }}
            cell={sheet.cells[place]}
            cellTally={tallies[place]}
            hint="Click or press Enter to look into it."
          />
        </div>
      </div>
      <p id={keysId} class="muted keys">
        Arrow keys move, Enter looks closer, Escape goes back, Home and End go to the ends of a row; with
        shift, or by dragging, a range is selected. Times are UTC.
      </p>
    </div>
  );
}

/** What was read is forgotten with every commit: each may have written the records anew. */
function useProvenance({ dataset, chunk_length, length, commit_seq }: StatusSummary) {
  const { ask } = useServer();
  return useMemo(
    () => createProvenance(ask, { dataset, chunk_length, length }),
    [ask, dataset, chunk_length, length, commit_seq],
  );
}
