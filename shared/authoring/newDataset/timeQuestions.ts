import type { DatasetSpec, TimeSpec } from "../../dataset/descriptor.ts";
import { partsOf } from "../../dataset/paths/template.ts";
import { fixedAxis, formatInstant, parseDuration, parseInstant } from "../../dataset/timeAxis.ts";
import { UsageError } from "../../errors.ts";
import { pathInstant } from "../inspect/pathInstant.ts";
import { none, type Probe, type QuestionGroup } from "./question.ts";
import { isCoarse, updatesOf, withAxis } from "./series.ts";

const stamps = ["instant", "start", "centre", "end"] as const satisfies readonly TimeSpec["stamp"][];

/** Which timesteps there are: the granule's own is one of them. */
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
        proposed: ({ time, source }) =>
          source.candidates.some(({ path }) => isCoarse(path)) ? undefined : time.step,
        answered(draft, text) {
          const next = withAxis(draft, { step: text });
          const granuleMs = (parseDuration(text) ?? 0) * (draft.source.stepsPerGranule ?? 1);
          return { ...next, updates: updatesOf(granuleMs || growthMsUsual) };
        },
      },
      {
        option: "end",
        asks: `last timestep, if the series has ended, or ${none}`,
        proposed: ({ time }) => time.end ?? none,
        answered: (draft, text) => withEnd(draft, text === none ? undefined : text),
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

function withTime(draft: DatasetSpec, changes: Partial<TimeSpec>): DatasetSpec {
  return { ...draft, time: { ...draft.time, ...changes } };
}

/** In the order in which the house writes them. */
function withEnd({ time, ...draft }: DatasetSpec, end: string | undefined): DatasetSpec {
  const { start, end: _, ...others } = time;
  return { ...draft, time: { start, ...(end === undefined ? {} : { end }), ...others } };
}

/** The instant in the granule's own path; where that is when it began, the timestep that is nearest. */
function ownTime({ source, time }: DatasetSpec, { file }: Probe): number | undefined {
  const path = source.candidates[0]?.path ?? "";
  const [t, start, stepMs] = [
    pathInstant(path, file.path),
    parseInstant(time.start),
    parseDuration(time.step),
  ];
  const isStart = partsOf(path).some((part) => part.kind === "token" && part.of === "start");
  if (!isStart || t === undefined || start === undefined || !stepMs) return t;
  return start + Math.round((t - start) / stepMs) * stepMs;
}

/** Whether the granule itself lies on the axis. */
function axisFault(draft: DatasetSpec, probe: Probe): string | undefined {
  const { time } = draft;
  const axis = fixedAxis({
    start: parseInstant(time.start) as number,
    stepMs: parseDuration(time.step) as number,
    ...(time.end === undefined ? {} : { end: parseInstant(time.end) as number }),
  });
  const own = ownTime(draft, probe);
  return own !== undefined && axis.indexOf(own) === undefined
    ? `the granule's own time, ${formatInstant(own)}, is none of the timesteps from ${time.start}${time.end ? ` to ${time.end}` : ""} every ${time.step}`
    : undefined;
}
