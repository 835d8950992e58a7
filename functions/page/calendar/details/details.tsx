import { useEffect, useState } from "preact/hooks";
import type { TimeAxis } from "../../../../shared/dataset/timeAxis.ts";
import { reasonOf } from "../../../../shared/errors.ts";
import type { StatusSummary } from "../../../../shared/status/summary.ts";
import { useServer } from "../../server/server.tsx";
import { dayText, grouped, instantText } from "../../ui/format.ts";
import type { CalendarCell } from "../calendarLayout.ts";
import { kindCodes, kinds, type StepKind, type Tally, worstFirst } from "../kinds.ts";
import { Swatch } from "../legend.tsx";
import type { ProvenanceReader } from "./provenanceReader.ts";
import { type ProvenanceStep, stepDetails } from "./stepDetails.ts";

/** A pointer that only passes over a cell requests nothing. */
const restMs = 90;

interface Props {
  readonly cell: CalendarCell | undefined;
  readonly cellTally: Tally | undefined;
  readonly codes: Uint8Array;
  readonly status: StatusSummary;
  readonly axis: TimeAxis;
  readonly provenance: ProvenanceReader;
  /** What a click on the cell does. */
  readonly hint: string;
}

/** Details of a cell: of a single timestep everything that is known, of several how many there are of each kind. */
export function Details({ cell, cellTally, codes, status, axis, provenance, hint }: Props) {
  if (!cell || !cellTally) return <p class="muted">Point at a cell, or move to it with the arrow keys.</p>;
  if (cell.end - cell.first === 1) {
    const kind = kinds[codes[cell.first] as number] ?? "unknown";
    return <StepDetails key={cell.first} {...{ status, axis, provenance, kind, index: cell.first }} />;
  }
  return (
    <>
      <h3>{dayText(cell.at)}</h3>
      <dl class="lines">
        {worstFirst
          .filter((kind) => cellTally.counts[kindCodes[kind]])
          .map((kind) => (
            <div key={kind}>
              <dt>
                <Swatch kind={kind} /> {kind}
              </dt>
              <dd>{grouped(cellTally.counts[kindCodes[kind]] ?? 0)}</dd>
            </div>
          ))}
      </dl>
      <p class="muted">{hint}</p>
    </>
  );
}

interface StepProps {
  readonly index: number;
  readonly kind: StepKind;
  readonly status: StatusSummary;
  readonly axis: TimeAxis;
  readonly provenance: ProvenanceReader;
}

function StepDetails({ index, kind, status, axis, provenance }: StepProps) {
  const { clock } = useServer();
  const { recorded, fault } = useProvenanceStep(provenance, index);
  return (
    <>
      <h3>
        <Swatch kind={kind} /> {instantText(axis.at(index))}
      </h3>
      <dl class="lines">
        {stepDetails(status, { axis, index, kind }, recorded, { asOf: clock.asOf(), now: clock.now() }).map(
          ([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
        )}
      </dl>
      {fault !== undefined && <p class="muted">Its provenance cannot be read: {fault}</p>}
    </>
  );
}

function useProvenanceStep(
  provenance: ProvenanceReader,
  index: number,
): { readonly recorded: ProvenanceStep | undefined; readonly fault: string | undefined } {
  const [recorded, setRecorded] = useState<ProvenanceStep>();
  const [fault, setFault] = useState<string>();
  useEffect(() => {
    const ending = new AbortController();
    const timer = setTimeout(() => {
      provenance.stepAt(index, ending.signal).then(
        (step) => {
          if (ending.signal.aborted) return;
          setRecorded(step);
          setFault(undefined);
        },
        (error: unknown) => {
          if (!ending.signal.aborted) setFault(reasonOf(error));
        },
      );
    }, restMs);
    return () => {
      clearTimeout(timer);
      ending.abort();
    };
  }, [provenance, index]);
  return { recorded, fault };
}
