import { useEffect, useState } from "preact/hooks";
import { formatInstant, type TimeAxis } from "../../../shared/dataset/timeAxis.ts";
import type { DatasetList } from "../server/datasetList.ts";
import { backfillLines, rangeFaults, type TypedRange } from "./backfillLines.ts";
import { Copyable } from "./copy.tsx";

/** The indices of the selected timesteps, both included. */
export interface Selection {
  readonly first: number;
  readonly last: number;
}

interface Props {
  readonly id: string;
  readonly axis: TimeAxis;
  readonly selection: Selection | undefined;
  readonly datasetList: DatasetList | undefined;
}

/** A form for a range, and what would have it ingested again. The page sends nothing itself. */
export function BackfillPanel({ id, axis, selection, datasetList }: Props) {
  const [range, setRange] = useState<TypedRange>({ from: "", to: "", force: false });
  useEffect(() => {
    if (!selection) return;
    const [from, to] = [selection.first, selection.last].map((index) => formatInstant(axis.at(index)));
    setRange(({ force }) => ({ from: from as string, to: to as string, force }));
  }, [selection, axis]);
  const faults = range.from === "" && range.to === "" ? [] : rangeFaults(axis, range);
  const isReady = range.from !== "" && range.to !== "" && faults.length === 0 && datasetList !== undefined;
  return (
    <>
      <p class="muted">
        Drag over the calendar, hold shift with the arrow keys there, or type two timesteps.
      </p>
      <div class="fields">
        <Field name="From" value={range.from} onValue={(from) => setRange({ ...range, from })} axis={axis} />
        <Field name="To" value={range.to} onValue={(to) => setRange({ ...range, to })} axis={axis} />
        <label class="check">
          <input
            type="checkbox"
            checked={range.force}
            onChange={({ currentTarget }) => setRange({ ...range, force: currentTarget.checked })}
          />
          also timesteps that exist already (force)
        </label>
      </div>
      {faults.map((fault) => (
        <p key={fault} class="field-fault" role="status">
          {fault}
        </p>
      ))}
      {isReady &&
        backfillLines(id, range, { store: datasetList.store, planTopic: datasetList.plan_topic }).map(
          (line) => <Copyable key={line.name} {...line} name={`Backfill: ${line.name.toLowerCase()}`} />,
        )}
    </>
  );
}

interface FieldProps {
  readonly name: string;
  readonly value: string;
  readonly axis: TimeAxis;
  onValue(value: string): void;
}

function Field({ name, value, axis, onValue }: FieldProps) {
  return (
    <label>
      <span>{name}</span>
      <input
        type="text"
        value={value}
        size={22}
        spellcheck={false}
        autocomplete="off"
        placeholder={formatInstant(axis.start)}
        onInput={({ currentTarget }) => onValue(currentTarget.value)}
      />
    </label>
  );
}
