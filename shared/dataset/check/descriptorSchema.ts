import { shown } from "../../errors.ts";
import { nearest } from "../../nearest.ts";
import type { DatasetSpec } from "../descriptor.ts";

const nameCharactersMax = 60;

/** What is found wrong with a form. */
export interface ShapeFaults {
  /** Members that are missing, or of another kind. */
  readonly wrong: string[];
  /** Members that a descriptor does not have. */
  readonly unknown: string[];
}

/** Tells what is wrong with the form of a value that stands at `at`. */
type Form = (value: unknown, at: string, found: ShapeFaults) => void;

const form =
  (is: (value: unknown) => boolean, what: string): Form =>
  (value, at, { wrong }) => {
    if (!is(value)) wrong.push(`${at || "the descriptor"} is ${shown(value)}, not ${what}`);
  };

const text = form((value) => typeof value === "string", "a text");
/** Of any kind: which numbers are right is for the faults of values to say. */
const number = form((value) => typeof value === "number", "a number");
const truth = form((value) => typeof value === "boolean", "true or false");

const oneOf = (...words: readonly string[]) =>
  form((value) => words.some((word) => word === value), `one of ${words.join(", ")}`);

const optional =
  (inner: Form): Form =>
  (value, at, found) => {
    if (value !== undefined) inner(value, at, found);
  };

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const list = form(Array.isArray, "a list");
const anyObject = form(isObject, "an object");

const listOf =
  (inner: Form): Form =>
  (value, at, found) => {
    list(value, at, found);
    if (Array.isArray(value))
      for (const [i, member] of Array.from(value as unknown[]).entries()) inner(member, `${at}[${i}]`, found);
  };

const mapOf =
  (inner: Form): Form =>
  (value, at, found) => {
    anyObject(value, at, found);
    if (isObject(value))
      for (const [name, member] of Object.entries(value)) inner(member, `${at}.${shortened(name)}`, found);
  };

const object =
  (members: Readonly<Record<string, Form>>): Form =>
  (value, at, found) => {
    anyObject(value, at, found);
    if (!isObject(value)) return;
    const place = (name: string) => (at ? `${at}.${name}` : name);
    for (const [name, inner] of Object.entries(members)) inner(value[name], place(name), found);
    for (const name of Object.keys(value))
      if (!Object.hasOwn(members, name)) found.unknown.push(unknownMember(place, name, Object.keys(members)));
  };

function unknownMember(place: (name: string) => string, name: string, known: readonly string[]): string {
  const meant = nearest(name, known);
  const hint = meant === undefined ? `there are ${known.join(", ")}` : `did you mean ${meant}?`;
  return `${place(shortened(name))} is no member of a descriptor: ${hint}`;
}

const shortened = (name: string) => name.slice(0, nameCharactersMax);

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
  kind: oneOf("header"),
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
  agree: optional(mapOf(text)),
  unitsKey: optional(text),
  windowKeys: optional(object({ beginDay: text, beginClock: text, endDay: text, endClock: text })),
});
const datedLayout = object({
  kind: oneOf("dated"),
  layouts: listOf(object({ ...range, headerBytes: number, blocks: listOf(text) })),
});
const layout: Form = (value, at, found) => {
  const { kind } = isObject(value) ? value : {};
  if (kind === "header") headerLayout(value, at, found);
  else if (kind === "dated") datedLayout(value, at, found);
  else if (isObject(value)) oneOf("header", "dated")(kind, `${at}.kind`, found);
  else anyObject(value, at, found);
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
        units: optional(text),
        optional: optional(truth),
        rules: optional(listOf(rule)),
      }),
    ),
  }),
  updates: object({
    latency: text,
    patience: text,
    revisionWindow: text,
    publish: oneOf("settled", "latest"),
    retry: object({ first: text, longest: text }),
    writtenWithin: optional(text),
    batchesMax: number,
  }),
} satisfies Record<keyof DatasetSpec, Form>);

/** Where a descriptor is not of the form that its type has. */
export function validateShape(spec: unknown): ShapeFaults {
  const found: ShapeFaults = { wrong: [], unknown: [] };
  descriptor(spec, "", found);
  return found;
}
