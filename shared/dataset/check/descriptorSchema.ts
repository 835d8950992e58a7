import * as v from "valibot";
import {
  listOf,
  number,
  object,
  oneOf,
  placeIn,
  text,
  unknownMembers,
  withJson,
  wrongMembers,
} from "../../forms.ts";
import { nearest } from "../../nearest.ts";
import { authKinds, codecIds, type DatasetSpec, listings } from "../descriptor.ts";
import { decoding, decodingForms } from "./decodingForms.ts";
import { attributes, bounds, count, dataType, duration, instant, range, storedNumber } from "./plainForms.ts";

/** What is found wrong with a form. */
export interface ShapeFaults {
  /** Members that are missing, or of another kind. */
  readonly wrong: readonly string[];
  /** Members that a descriptor does not have. */
  readonly unknown: readonly string[];
}

const time = object({
  start: instant,
  end: v.optional(instant),
  step: duration,
  units: text,
  calendar: oneOf("proleptic_gregorian", "standard"),
  stamp: oneOf("start", "centre", "end", "instant"),
  chunkLength: count,
});
const dimension = object({ name: text, first: number, step: number, count, attributes });
const auxiliary = object({ name: text, dimension: text, values: listOf(number), attributes });
const codec = object({ id: withJson(text, { enum: codecIds }), level: v.optional(number) });
const array = object({
  name: text,
  block: text,
  dtype: dataType,
  scaleFactor: v.optional(number),
  fillValue: storedNumber,
  validRange: v.optional(bounds),
  codec: v.optional(codec),
  attributes,
});
const candidate = object({ path: text, ...range, stage: v.optional(oneOf("preliminary")) });
const auth = object({ kind: oneOf(...authKinds), secret: v.optional(text) });
const baseUrl = {
  url: text,
  listing: v.optional(oneOf(...listings)),
  auth: v.optional(auth),
  candidates: listOf(candidate),
  ...range,
  youngerThan: v.optional(duration),
  olderThan: v.optional(duration),
};
const furtherBaseUrl = object({ name: text, ...baseUrl });
const source = object({
  ...baseUrl,
  connectionsMax: count,
  further: v.optional(listOf(furtherBaseUrl)),
  stepsPerGranule: v.optional(count),
});
const updates = object({
  latency: duration,
  patience: duration,
  revisionWindow: duration,
  publish: oneOf("settled", "latest"),
  retry: object({ first: duration, longest: duration }),
  writtenWithin: v.optional(duration),
  batchesMax: count,
});

/** The form of a descriptor. */
export const descriptorForm = object({
  id: text,
  attributes,
  time,
  dimensions: listOf(dimension),
  auxiliaries: v.optional(listOf(auxiliary)),
  arrays: listOf(array),
  source,
  decoding,
  updates,
} satisfies Record<keyof DatasetSpec, v.GenericSchema>);

/** The forms in it that are named, by the types that they are the forms of. */
export const namedForms = {
  TimeSpec: time,
  FixedDimension: dimension,
  AuxiliaryCoordinate: auxiliary,
  ArraySpec: array,
  CodecSpec: codec,
  SourceSpec: source,
  CandidatePath: candidate,
  AuthSpec: auth,
  FurtherBaseUrlSpec: furtherBaseUrl,
  ...decodingForms,
  UpdatesSpec: updates,
} satisfies Record<string, v.GenericSchema>;

/** Where a descriptor is not of the form that its type has. */
export function validateShape(spec: unknown): ShapeFaults {
  const unknown = unknownMembers(descriptorForm, spec).map(({ place, name, known }) => {
    const meant = nearest(name, known);
    const hint = meant === undefined ? `there are ${known.join(", ")}` : `did you mean ${meant}?`;
    return `${placeIn(place, name)} is no member of a descriptor: ${hint}`;
  });
  return { wrong: wrongMembers(descriptorForm, spec, "the descriptor"), unknown };
}
