import { shown } from "../errors.ts";
import type { DatasetSpec } from "./descriptor.ts";

const nameCharactersMax = 60;

/** What is wrong with the form of a value that stands at `at`; empty if nothing is. */
type Form = (value: unknown, at: string) => string[];

const form =
  (is: (value: unknown) => boolean, what: string): Form =>
  (value, at) =>
    is(value) ? [] : [`${at} is ${shown(value)}, not ${what}`];

const text = form((value) => typeof value === "string", "a text");
/** Of any kind: which numbers are right is for the faults of values to say. */
const number = form((value) => typeof value === "number", "a number");
const truth = form((value) => typeof value === "boolean", "true or false");

const oneOf = (...words: readonly string[]) =>
  form((value) => words.some((word) => word === value), `one of ${words.join(", ")}`);

const optional =
  (inner: Form): Form =>
  (value, at) =>
    value === undefined ? [] : inner(value, at);

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const listOf =
  (inner: Form): Form =>
  (value, at) =>
    Array.isArray(value)
      ? Array.from(value as unknown[], (member, i) => inner(member, `${at}[${i}]`)).flat()
      : [`${at} is ${shown(value)}, not a list`];

const mapOf =
  (inner: Form): Form =>
  (value, at) =>
    isObject(value)
      ? Object.entries(value).flatMap(([name, member]) =>
          inner(member, `${at}.${name.slice(0, nameCharactersMax)}`),
        )
      : [`${at} is ${shown(value)}, not an object`];

const object =
  (members: Readonly<Record<string, Form>>): Form =>
  (value, at) =>
    isObject(value)
      ? Object.entries(members).flatMap(([name, inner]) => inner(value[name], at ? `${at}.${name}` : name))
      : [`${at || "the descriptor"} is ${shown(value)}, not an object`];

const plainValues = (value: unknown) =>
  Array.isArray(value) && (value.every(Number.isFinite) || value.every((one) => typeof one === "string"));
const bounds = form(
  (value) => Array.isArray(value) && value.length === 2 && value.every(Number.isFinite),
  "two finite numbers",
);
const attributes = mapOf(
  form(
    (value) => typeof value === "string" || Number.isFinite(value) || plainValues(value),
    "a text, a finite number or a list of them",
  ),
);
const range = { from: optional(text), until: optional(text) };
const headerLayout = object({
  bytes: number,
  lengthKey: text,
  dayKey: text,
  clockKey: text,
  countKey: text,
  namesKey: text,
  typesKey: text,
  scalesKey: text,
  types: mapOf(text),
  expect: mapOf(text),
});
const datedLayout = object({
  layouts: listOf(object({ ...range, headerBytes: number, blocks: listOf(text) })),
});
const layout: Form = (value, at) => {
  const wrong = object({ kind: oneOf("header", "dated") })(value, at);
  if (wrong.length > 0) return wrong;
  return ((value as { kind: string }).kind === "header" ? headerLayout : datedLayout)(value, at);
};
const rule = object({ kind: oneOf("negated"), dimension: text, beyond: number });

const descriptor = object({
  id: text,
  attributes,
  time: object({
    start: text,
    end: optional(text),
    step: text,
    units: text,
    calendar: oneOf("proleptic_gregorian", "standard"),
    stamp: oneOf("start", "centre", "end", "instant"),
    chunkLength: number,
  }),
  dimensions: listOf(object({ name: text, first: number, step: number, count: number, attributes })),
  auxiliaries: optional(listOf(object({ name: text, dimension: text, values: listOf(number), attributes }))),
  arrays: listOf(
    object({
      name: text,
      block: text,
      dtype: text,
      scaleFactor: optional(number),
      fillValue: number,
      validRange: optional(bounds),
      codec: optional(object({ id: text, level: optional(number) })),
      attributes,
    }),
  ),
  source: object({
    url: text,
    connectionsMax: number,
    candidates: listOf(object({ path: text, ...range })),
    stepsPerGranule: optional(number),
  }),
  decoding: object({
    compression: oneOf("none", "gzip", "gzipLeading"),
    granuleBytesMax: number,
    rawBytesMax: number,
    byteOrder: oneOf("big", "little"),
    layout,
    blocks: listOf(
      object({
        name: text,
        type: text,
        scale: optional(number),
        missing: optional(number),
        optional: optional(truth),
        rules: optional(listOf(rule)),
      }),
    ),
  }),
  growth: object({
    latency: text,
    patience: text,
    revisionWindow: text,
    publish: oneOf("settled", "latest"),
    retry: object({ first: text, longest: text }),
    batchesMax: number,
  }),
} satisfies Record<keyof DatasetSpec, Form>);

/** Where a descriptor is not of the form that its type has: members that are missing, or of another kind. */
export function formFaults(spec: unknown): string[] {
  return descriptor(spec, "");
}
