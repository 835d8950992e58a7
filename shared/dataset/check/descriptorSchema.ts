import * as v from "valibot";
import {
  listOf,
  mapOf,
  number,
  object,
  oneOf,
  placeIn,
  text,
  truth,
  unknownMembers,
  wrongMembers,
} from "../../forms.ts";
import { nearest } from "../../nearest.ts";
import type { DatasetSpec } from "../descriptor.ts";

/** What is found wrong with a form. */
export interface ShapeFaults {
  /** Members that are missing, or of another kind. */
  readonly wrong: readonly string[];
  /** Members that a descriptor does not have. */
  readonly unknown: readonly string[];
}

const plainValues = (value: unknown) =>
  Array.isArray(value) && (value.every(Number.isFinite) || value.every((one) => typeof one === "string"));
const bounds = v.custom(
  (value) => Array.isArray(value) && value.length === 2 && value.every(Number.isFinite),
  "not two finite numbers",
);
const attributes = mapOf(
  v.custom(
    (value) => typeof value === "string" || Number.isFinite(value) || plainValues(value),
    "not a text, a finite number or a list of them",
  ),
);
const range = { from: v.optional(text), until: v.optional(text) };
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
  agree: v.optional(mapOf(text)),
  unitsKey: v.optional(text),
  windowKeys: v.optional(object({ beginDay: text, beginClock: text, endDay: text, endClock: text })),
});
const datedLayout = object({
  kind: oneOf("dated"),
  layouts: listOf(object({ ...range, headerBytes: number, blocks: listOf(text) })),
});
/** One of no kind has a fault for that alone. */
const anyLayout = v.looseObject({ kind: oneOf("header", "dated") }, "not an object");
const layout = v.lazy((value) => {
  const { kind } = (value ?? {}) as { readonly kind?: unknown };
  return kind === "header" ? headerLayout : kind === "dated" ? datedLayout : anyLayout;
});
const rule = object({ kind: oneOf("negated"), dimension: text, beyond: number });

const descriptor = object({
  id: text,
  attributes,
  time: object({
    start: text,
    end: v.optional(text),
    step: text,
    units: text,
    calendar: oneOf("proleptic_gregorian", "standard"),
    stamp: oneOf("start", "centre", "end", "instant"),
    chunkLength: number,
  }),
  dimensions: listOf(object({ name: text, first: number, step: number, count: number, attributes })),
  auxiliaries: v.optional(
    listOf(object({ name: text, dimension: text, values: listOf(number), attributes })),
  ),
  arrays: listOf(
    object({
      name: text,
      block: text,
      dtype: text,
      scaleFactor: v.optional(number),
      fillValue: number,
      validRange: v.optional(bounds),
      codec: v.optional(object({ id: text, level: v.optional(number) })),
      attributes,
    }),
  ),
  source: object({
    url: text,
    connectionsMax: number,
    candidates: listOf(object({ path: text, ...range })),
    stepsPerGranule: v.optional(number),
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
        scale: v.optional(number),
        missing: v.optional(number),
        units: v.optional(text),
        optional: v.optional(truth),
        rules: v.optional(listOf(rule)),
      }),
    ),
  }),
  updates: object({
    latency: text,
    patience: text,
    revisionWindow: text,
    publish: oneOf("settled", "latest"),
    retry: object({ first: text, longest: text }),
    writtenWithin: v.optional(text),
    batchesMax: number,
  }),
} satisfies Record<keyof DatasetSpec, v.GenericSchema>);

/** Where a descriptor is not of the form that its type has. */
export function validateShape(spec: unknown): ShapeFaults {
  const unknown = unknownMembers(descriptor, spec).map(({ place, name, known }) => {
    const meant = nearest(name, known);
    const hint = meant === undefined ? `there are ${known.join(", ")}` : `did you mean ${meant}?`;
    return `${placeIn(place, name)} is no member of a descriptor: ${hint}`;
  });
  return { wrong: wrongMembers(descriptor, spec, "the descriptor"), unknown };
}
