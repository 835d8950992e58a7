import { type ArraySpec, type Block, type DatasetSpec, itemBytes } from "../../shared/dataset/descriptor.ts";
import { judgeOf } from "../../shared/decode/rangeJudge.ts";
import { UsageError } from "../../shared/errors.ts";
import { type Read, reader } from "../inspect/likeness.ts";
import { arrayOf } from "./draft.ts";
import { extremes, likelyRange, rescaledRange } from "./likelyRange.ts";
import { missingValueIn } from "./missingValue.ts";
import { none, type Probe, type Question, type QuestionGroup } from "./question.ts";

/** What the values of one field mean. */
export function fieldQuestions(name: string, probe: Probe): QuestionGroup {
  return {
    questions: [
      attribute(name, "long-name", "long_name", "what it is, in words"),
      attribute(name, "units", "units", "units, as in K or mm h-1"),
      standardName(name),
      missing(name, probe),
      scale(name),
      validRange(name, probe),
    ],
  };
}

function attribute(field: string, option: string, attributeName: string, asks: string): Question {
  return {
    option: `${option}=${field}`,
    asks: `${field}: ${asks}`,
    proposed: (draft) => String(arrayNamed(draft, field).attributes[attributeName]),
    answered: (draft, text) => withAttribute(draft, field, attributeName, text),
  };
}

function standardName(field: string): Question {
  return {
    option: `standard-name=${field}`,
    asks: `${field}: standard_name of the CF conventions, as in air_temperature, or ${none}`,
    proposed: (draft) => String(arrayNamed(draft, field).attributes.standard_name ?? none),
    answered: (draft, text) => withAttribute(draft, field, "standard_name", text === none ? undefined : text),
  };
}

function missing(field: string, probe: Probe): Question {
  return {
    option: `missing=${field}`,
    asks: `${field}: the stored value that means missing, or ${none}`,
    proposed(draft) {
      const value = blockNamed(draft, field).missing ?? missingIn(draft, field, probe);
      return value === undefined ? none : String(value);
    },
    answered(draft, text) {
      if (text !== none && (text === "" || !Number.isFinite(Number(text))))
        throw new UsageError([`"${text}" is no number`]);
      const { missing: _, ...block } = blockNamed(draft, field);
      return withBlock(draft, text === none ? block : { ...block, missing: Number(text) });
    },
  };
}

function scale(field: string): Question {
  return {
    option: `scale=${field}`,
    asks: `${field}: what stored values are divided by to be in these units`,
    proposed: (draft) => String(blockNamed(draft, field).scale ?? 1),
    answered(draft, text) {
      const divisor = text === "" ? Number.NaN : Number(text);
      const { scale: _, ...block } = blockNamed(draft, field);
      return withBlock(draft, divisor === 1 ? block : { ...block, scale: divisor });
    },
  };
}

function validRange(field: string, probe: Probe): Question {
  return {
    option: `valid-range=${field}`,
    asks: `${field}: the least and the greatest value that can be, in its units, as in 0, 300, or ${none}; a granule with any other is not believed`,
    proposed(draft) {
      const range = arrayNamed(draft, field).validRange ?? rangeIn(draft, field, probe);
      return range?.join(", ") ?? none;
    },
    answered(draft, text) {
      const [lowest, highest, ...more] = text
        .trim()
        .split(/[\s,]+/)
        .map(Number);
      const isRange = Number.isFinite(lowest) && Number.isFinite(highest) && more.length === 0;
      if (text !== none && !isRange) throw new UsageError([`"${text}" is not two numbers, as in 0, 300`]);
      const range = text === none ? undefined : ([lowest, highest] as [number, number]);
      const next = withArray(draft, blockNamed(draft, field), range);
      const outside = range && range[0] <= range[1] ? outsideIn(next, field, probe) : undefined;
      if (outside !== undefined) throw new UsageError([`the granule itself has ${outside}`]);
      return next;
    },
  };
}

/** By the granule's own values. */
function missingIn(draft: DatasetSpec, field: string, probe: Probe): number | undefined {
  const { read, count } = valuesOf(draft, field, probe);
  const value = missingValueIn(read, count);
  return value === undefined || blockNamed(draft, field).type !== "float32" ? value : shortest(value);
}

/** By the granule's own values. */
function rangeIn(draft: DatasetSpec, field: string, probe: Probe): ArraySpec["validRange"] {
  const { read, count } = valuesOf(draft, field, probe);
  return likelyRange(read, count, blockNamed(draft, field));
}

/** A value of the granule, in its units, that its field's range does not hold. */
function outsideIn(draft: DatasetSpec, field: string, probe: Probe): number | undefined {
  const { read, count } = valuesOf(draft, field, probe);
  const block = blockNamed(draft, field);
  const isOutside = judgeOf(block, arrayNamed(draft, field));
  const outside = extremes(read, count, block).find((one) => Number.isFinite(one) && isOutside(one, false));
  return outside === undefined ? undefined : Number((outside / (block.scale ?? 1)).toPrecision(7));
}

/** Those of the granule's first timestep. */
function valuesOf(draft: DatasetSpec, field: string, { raw }: Probe): { read: Read; count: number } {
  const { dimensions, decoding } = draft;
  const cells = dimensions.reduce((product, { count }) => product * count, 1);
  const place = decoding.blocks.findIndex(({ name }) => name === field);
  const { type } = blockNamed(draft, field);
  const before = decoding.blocks.slice(0, place).reduce((sum, one) => sum + cells * itemBytes[one.type], 0);
  const headerBytes = decoding.layout.kind === "dated" ? (decoding.layout.layouts[0]?.headerBytes ?? 0) : 0;
  const start = headerBytes + before;
  const bytes = raw.subarray(start, start + cells * itemBytes[type]);
  return { read: reader(bytes, { type, byteOrder: decoding.byteOrder }), count: cells };
}

/** The decimal that a person would write for a float32. */
function shortest(value: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const text = Number(value.toPrecision(digits));
    if (Math.fround(text) === value) return text;
  }
  return value;
}

function withAttribute(
  draft: DatasetSpec,
  field: string,
  name: string,
  text: string | undefined,
): DatasetSpec {
  const arrays = draft.arrays.map((array) => {
    if (array.name !== field) return array;
    const { standard_name, ...others } = { ...array.attributes, [name]: text ?? "" };
    return { ...array, attributes: standard_name ? { standard_name, ...others } : others };
  });
  return { ...draft, arrays };
}

function withBlock(draft: DatasetSpec, block: Block): DatasetSpec {
  const blocks = draft.decoding.blocks.map((one) => (one.name === block.name ? block : one));
  const { validRange: range } = arrayNamed(draft, block.name);
  const before = blockNamed(draft, block.name);
  const next = withArray(draft, block, range && rescaledRange(range, before.scale ?? 1, block.scale ?? 1));
  return { ...next, decoding: { ...draft.decoding, blocks } };
}

function withArray(draft: DatasetSpec, block: Block, range: ArraySpec["validRange"]): DatasetSpec {
  const arrays = draft.arrays.map((array) =>
    array.name === block.name ? arrayOf(block, array.attributes, range) : array,
  );
  return { ...draft, arrays };
}

function blockNamed({ decoding }: DatasetSpec, field: string): Block {
  return decoding.blocks.find(({ name }) => name === field) as Block;
}

function arrayNamed({ arrays }: DatasetSpec, field: string) {
  return arrays.find(({ name }) => name === field) as DatasetSpec["arrays"][number];
}
