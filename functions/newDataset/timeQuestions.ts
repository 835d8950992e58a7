import type { DatasetSpec, TimeSpec } from "../../shared/dataset/descriptor.ts";
import { granulePath } from "../../shared/dataset/granulePath.ts";
import {
  firstIndexFrom,
  formatInstant,
  indexOf,
  parseDuration,
  parseInstant,
  timeAt,
} from "../../shared/dataset/timeAxis.ts";
import { UsageError } from "../../shared/errors.ts";
import { pathInstant } from "../inspect/pathInstant.ts";
import { growthOf, unitsOf } from "./draft.ts";
import { none, type Probe, type QuestionGroup } from "./question.ts";

const stamps = ["instant", "start", "centre", "end"] as const satisfies readonly TimeSpec["stamp"][];

/** Which timesteps there are: the granule's own is one of them, and no two have the same path. */
export function axisQuestions(probe: Probe): QuestionGroup {
  return {
    questions: [
      {
        option: "start",
        asks: "first timestep of the series, as in 2014-04-01T21:00:00Z",
        proposed: ({ time }) => time.start,
        answered(draft, text) {
          const [own, start] = [ownTime(draft, probe), parseInstant(text)];
          if (own !== undefined && start !== undefined && start > own)
            throw new UsageError([`the granule's own time, ${formatInstant(own)}, is earlier`]);
          return withAxis(draft, { start: text });
        },
      },
      {
        option: "step",
        asks: "time from one to the next, as in PT3H or P1D",
        proposed: ({ time }) => time.step,
        answered(draft, text) {
          const next = withAxis(draft, { step: text });
          return { ...next, growth: growthOf(parseDuration(text) || growthMsUsual) };
        },
      },
      {
        option: "end",
        asks: `last timestep, if the series has ended, or ${none}`,
        proposed: ({ time }) => time.end ?? none,
        answered: (draft, text) => withTime(withoutEnd(draft), text === none ? {} : { end: text }),
      },
    ],
    fault: (draft) => axisFault(draft, probe),
  };
}

/** How time is written. */
export const stampQuestions: QuestionGroup = {
  questions: [
    {
      option: "time-units",
      asks: "units of time, pinned for ever",
      proposed: ({ time }) => time.units,
      answered: (draft, units) => withTime(draft, { units }),
    },
    {
      option: "stamp",
      asks: `where a timestep's instant stands in the window that its values cover: ${stamps.join(", ")}`,
      proposed: ({ time }) => time.stamp,
      answered(draft, text) {
        const stamp = stamps.find((one) => one === text);
        if (!stamp) throw new UsageError([`"${text}" is none of ${stamps.join(", ")}`]);
        return withTime(draft, { stamp });
      },
    },
    {
      option: "chunk-length",
      asks: "timesteps in a chunk, pinned for ever",
      proposed: ({ time }) => String(time.chunkLength),
      answered: (draft, text) => withTime(draft, { chunkLength: Number(text) }),
    },
  ],
};

const growthMsUsual = 86_400_000;

/** Start and step decide on the units, until those are asked for. */
function withAxis(draft: DatasetSpec, changes: Partial<TimeSpec>): DatasetSpec {
  const next = withTime(withoutEnd(draft), changes);
  const [start, stepMs] = [parseInstant(next.time.start), parseDuration(next.time.step)];
  if (start === undefined || !stepMs) return next;
  return withTime(next, { start: formatInstant(start), units: unitsOf(start, stepMs) });
}

function withTime(draft: DatasetSpec, changes: Partial<TimeSpec>): DatasetSpec {
  const { start, end, ...others } = { ...draft.time, ...changes };
  return { ...draft, time: { start, ...(end === undefined ? {} : { end }), ...others } };
}

/** The end is asked for after what it depends on. */
function withoutEnd({ time: { end: _, ...time }, ...draft }: DatasetSpec): DatasetSpec {
  return { ...draft, time };
}

/** The instant in the granule's own path. */
function ownTime({ source }: DatasetSpec, { file }: Probe): number | undefined {
  return pathInstant(source.candidates[0]?.path ?? "", file.path);
}

/** Whether the granule itself lies on the axis, and the next one has another path. */
function axisFault(draft: DatasetSpec, probe: Probe): string | undefined {
  const { time, source } = draft;
  const template = source.candidates[0]?.path ?? "";
  const axis = {
    start: parseInstant(time.start) as number,
    stepMs: parseDuration(time.step) as number,
    ...(time.end === undefined ? {} : { end: parseInstant(time.end) as number }),
  };
  const own = ownTime(draft, probe);
  if (own !== undefined && indexOf(axis, own) === undefined)
    return `the granule's own time, ${formatInstant(own)}, is none of the timesteps from ${time.start}${time.end ? ` to ${time.end}` : ""} every ${time.step}`;
  const t = timeAt(axis, firstIndexFrom(axis, own ?? axis.start));
  const isSame = granulePath(template, t) === granulePath(template, t + axis.stepMs);
  return isSame && t !== axis.end
    ? `the timesteps ${formatInstant(t)} and ${formatInstant(t + axis.stepMs)} would have the same path, ${granulePath(template, t)}: choose a longer step, or a path with finer parts of the date`
    : undefined;
}
