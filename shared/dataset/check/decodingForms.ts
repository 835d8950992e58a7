import * as v from "valibot";
import { listOf, mapOf, number, object, oneOf, text, truth, withJson } from "../../forms.ts";
import { count, dataType, range, storedNumber } from "./plainForms.ts";

const headerLayout = object({
  kind: oneOf("header"),
  bytes: count,
  lengthKey: text,
  dayKey: text,
  clockKey: text,
  countKey: text,
  namesKey: text,
  typesKey: text,
  scalesKey: text,
  types: mapOf(dataType),
  expect: mapOf(text),
  agree: v.optional(mapOf(text)),
  unitsKey: v.optional(text),
  windowKeys: v.optional(object({ beginDay: text, beginClock: text, endDay: text, endClock: text })),
});
const datedLayout = object({
  kind: oneOf("dated"),
  layouts: listOf(object({ ...range, headerBytes: number, blocks: listOf(text) })),
});
/** One of no kind has a fault for that alone. */
const anyLayout = withJson(v.looseObject({ kind: oneOf("header", "dated") }, "not an object"), {
  anyOf: [{ $ref: "#/$defs/HeaderLayout" }, { $ref: "#/$defs/DatedLayout" }],
});
const layout = v.lazy((value) => {
  const { kind } = (value ?? {}) as { readonly kind?: unknown };
  return kind === "header" ? headerLayout : kind === "dated" ? datedLayout : anyLayout;
});
const rule = object({ kind: oneOf("negated"), dimension: text, beyond: number });
const block = object({
  name: text,
  type: dataType,
  scale: v.optional(number),
  missing: v.optional(storedNumber),
  units: v.optional(text),
  optional: v.optional(truth),
  rules: v.optional(listOf(rule)),
});
export const decoding = object({
  compression: oneOf("none", "gzip", "gzipLeading"),
  granuleBytesMax: count,
  rawBytesMax: count,
  byteOrder: oneOf("big", "little"),
  layout,
  blocks: listOf(block),
});

/** The forms in it that are named, by the types that they are the forms of. */
export const decodingForms = {
  DecodingSpec: decoding,
  HeaderLayout: headerLayout,
  DatedLayout: datedLayout,
  Layout: anyLayout,
  Block: block,
  NegatedRule: rule,
};
