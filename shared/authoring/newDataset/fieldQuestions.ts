import type { ArraySpec, DatasetSpec } from "../../dataset/descriptor.ts";
import { UsageError } from "../../errors.ts";
import type { Block } from "../../format/flatBinary/spec.ts";
import { arrayOf } from "./draft.ts";
import { arrayNamed, blockNamed, missingIn, outsideIn, rangeIn } from "./granuleValues.ts";
import { rescaledRange } from "./likelyRange.ts";
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
