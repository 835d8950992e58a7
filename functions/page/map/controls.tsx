import { useId } from "preact/hooks";
import type { Field } from "../dataset/field.ts";
import { instantText } from "../ui/format.ts";
import { hasLoop, type Playing } from "./playback.ts";

interface Props {
  readonly fields: readonly Field[];
  readonly field: Field;
  readonly index: number;
  readonly length: number;
  readonly playing: Playing;
  /** The instant of a timestep. */
  timeOf(index: number): number;
  onField(name: string): void;
  onIndex(index: number): void;
  onPlay(playing: Playing): void;
}

/** Chooses the field and the timestep. */
export function MapControls(props: Props) {
  const { fields, field, index, length, playing, timeOf, onField, onIndex, onPlay } = props;
  const ids = { field: useId(), time: useId() };
  const last = length - 1;
  return (
    <div class="map-controls">
      <span class="map-field">
        <label for={ids.field}>Field</label>
        <select id={ids.field} value={field.name} onChange={(event) => onField(event.currentTarget.value)}>
          {fields.map(({ name, metadata }) => (
            <option key={name} value={name}>
              {metadata.label === name ? name : `${name}: ${metadata.label}`}
            </option>
          ))}
        </select>
      </span>
      <span class="map-steps">
        <Step name="Previous" isEnd={index <= 0} onStep={() => onIndex(index - 1)} />
        <Step name="Next" isEnd={index >= last} onStep={() => onIndex(index + 1)} />
        <Step name="Latest" isEnd={index >= last} onStep={() => onIndex(last)} />
        <button
          type="button"
          aria-pressed={playing === "on"}
          onClick={() => onPlay(playing === "on" ? "no" : "on")}
        >
          {playing === "on" ? "Pause" : "Play"}
        </button>
        {hasLoop(length, timeOf(1) - timeOf(0)) && (
          <button
            type="button"
            aria-pressed={playing === "day"}
            onClick={() => onPlay(playing === "day" ? "no" : "day")}
          >
            {playing === "day" ? "Stop the loop" : "Last 24 h"}
          </button>
        )}
      </span>
      <span class="map-time">
        <label for={ids.time}>Time</label>
        <input
          id={ids.time}
          type="range"
          min={0}
          max={last}
          value={index}
          aria-valuetext={instantText(timeOf(index))}
          onInput={(event) => onIndex(event.currentTarget.valueAsNumber)}
        />
        <time dateTime={new Date(timeOf(index)).toISOString()}>{instantText(timeOf(index))}</time>
      </span>
    </div>
  );
}

interface StepProps {
  readonly name: string;
  readonly isEnd: boolean;
  onStep(): void;
}

/** Goes to another timestep, and does nothing at the end. It is not disabled there, since it would lose the focus. */
function Step({ name, isEnd, onStep }: StepProps) {
  return (
    <button type="button" aria-disabled={isEnd} onClick={isEnd ? undefined : onStep}>
      {name}
    </button>
  );
}
