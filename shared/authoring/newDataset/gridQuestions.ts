import type { DatasetSpec, FixedDimension } from "../../dataset/descriptor.ts";
import { type DataType, dataTypes, itemBytes } from "../../dataset/values.ts";
import { UsageError } from "../../errors.ts";
import type { Block, DatedLayout } from "../../format/flatBinary/spec.ts";
import { unknownStep, withBlocks, withLikelyBlocks, withUsualChunks } from "./draft.ts";
import { none, type Probe, type Question, type QuestionGroup } from "./question.ts";
import { withSteps } from "./series.ts";

/** What the bytes of a granule are, and where on Earth its values stand. All of it together must make its length. */
export function gridQuestions(probe: Probe): QuestionGroup {
  return {
    questions: [
      {
        option: "header-bytes",
        asks: "bytes before the first value",
        proposed: (draft) => String(layoutOf(draft).headerBytes),
        answered(draft, text) {
          if (!/^\d+$/.test(text)) throw new UsageError([`"${text}" is not a whole number of bytes`]);
          const layout = { ...layoutOf(draft), headerBytes: Number(text) };
          return withDecoding(draft, { layout: { kind: "dated", layouts: [layout] } });
        },
      },
      {
        option: "byte-order",
        asks: "byte order: big or little",
        proposed: ({ decoding }) => decoding.byteOrder,
        answered(draft, text) {
          if (text !== "big" && text !== "little")
            throw new UsageError([`"${text}" is neither big nor little`]);
          return withDecoding(draft, { byteOrder: text });
        },
      },
      {
        option: "steps-per-granule",
        asks: "timesteps in a granule, one after the other",
        proposed: ({ source }) => String(source.stepsPerGranule ?? 1),
        answered(draft, text) {
          if (!/^[1-9]\d{0,5}$/.test(text)) throw new UsageError([`"${text}" is not a number of timesteps`]);
          return withLikelyBlocks(withSteps(draft, Number(text)), probe);
        },
      },
      {
        option: "dimensions",
        asks: `dimensions besides latitude and longitude, the slowest first, as level:1000,-100,10:hPa, or ${none}`,
        proposed: ({ dimensions }) => dimensions.slice(0, -2).map(dimensionText).join("; ") || none,
        answered(draft, text) {
          const further = text === none ? [] : text.split(";").map(readDimension);
          const dimensions = [...further, ...draft.dimensions.slice(-2)];
          return withLikelyBlocks(withUsualChunks({ ...draft, dimensions }), probe);
        },
      },
      {
        option: "fields",
        asks: "fields in the file's order, as rain:int16, quality:uint8",
        proposed: ({ decoding }) => decoding.blocks.map(({ name, type }) => `${name}:${type}`).join(", "),
        answered: (draft, text) => withBlocks(draft, text.split(",").map(readField)),
      },
      axisQuestion("latitude", -2, probe),
      axisQuestion("longitude", -1, probe),
    ],
    fault: (draft) => lengthFault(draft, probe),
  };
}

function axisQuestion(option: "latitude" | "longitude", place: -2 | -1, { guess }: Probe): Question {
  const [lines, order, count] =
    place === -2
      ? ["rows", "from the file's first on", guess?.rows]
      : ["columns", "from the left", guess?.columns];
  const likely = guess && guess.text === undefined ? ` (likely ${count} ${lines})` : "";
  return {
    option,
    asks: `${option} of the ${lines}, ${order}: first, step, count${likely}`,
    proposed(draft) {
      const axis = draft.dimensions.at(place);
      const isKnown = guess?.text !== undefined || axis?.first !== 0 || axis.step !== unknownStep;
      return axis && isKnown ? `${axis.first}, ${axis.step}, ${axis.count}` : undefined;
    },
    answered(draft, text) {
      const axis = readAxis(text);
      const dimensions = draft.dimensions.map((one, i, all) =>
        i === all.length + place ? { ...one, ...axis } : one,
      );
      return withUsualChunks({ ...draft, dimensions });
    },
  };
}

function readAxis(text: string): Pick<FixedDimension, "first" | "step" | "count"> {
  const numbers = text
    .trim()
    .split(/[\s,]+/)
    .map(Number);
  if (numbers.length !== 3 || !numbers.every(Number.isFinite))
    throw new UsageError([`"${text}" is not three numbers, as in 59.875, -0.25, 480`]);
  const [first, step, count] = numbers as [number, number, number];
  return { first, step, count };
}

/** As in `level:1000,-100,10:hPa`, the units of which may be left away. */
function readDimension(text: string): FixedDimension {
  const [name = "", axis = "", units, ...more] = text.trim().split(":");
  if (more.length > 0) throw new UsageError([`"${text.trim()}" is not name:first,step,count:units`]);
  const attributes = { long_name: name.replaceAll("_", " "), ...(units ? { units } : {}) };
  return { name, ...readAxis(axis), attributes };
}

function dimensionText({ name, first, step, count, attributes: { units } }: FixedDimension): string {
  return `${name}:${first},${step},${count}${units === undefined ? "" : `:${units}`}`;
}

/** How the answers' length differs from the granule's. */
function lengthFault(draft: DatasetSpec, { raw }: Probe): string | undefined {
  const { dimensions, decoding, source } = draft;
  const { stepsPerGranule: steps = 1 } = source;
  const cells = dimensions.reduce((product, { count }) => product * count, 1);
  const { headerBytes } = layoutOf(draft);
  const cellBytes = decoding.blocks.reduce((sum, { type }) => sum + itemBytes[type], 0);
  const bytes = headerBytes + steps * cells * cellBytes;
  if (bytes === raw.length) return undefined;
  const counts = [...(steps === 1 ? [] : [steps]), ...dimensions.map(({ count }) => count)].join(" × ");
  return `the granule has ${raw.length} bytes, but these answers make ${bytes}: ${headerBytes} + ${counts} × ${cellBytes}`;
}

function readField(text: string): Block {
  const [name = "", type = "", ...more] = text.trim().split(":");
  if (more.length > 0 || !dataTypes.some((one) => one === type))
    throw new UsageError([`"${text.trim()}" is not name:type, where type is one of ${dataTypes.join(", ")}`]);
  return { name, type: type as DataType };
}

/** The only one that is asked for. */
function layoutOf({ decoding: { layout } }: DatasetSpec): DatedLayout["layouts"][number] {
  const only = layout.kind === "dated" ? layout.layouts[0] : undefined;
  return only ?? { headerBytes: 0, blocks: [] };
}

function withDecoding(draft: DatasetSpec, changes: Partial<DatasetSpec["decoding"]>): DatasetSpec {
  return { ...draft, decoding: { ...draft.decoding, ...changes } };
}
