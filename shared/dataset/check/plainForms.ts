import * as v from "valibot";
import { mapOf, number, text, withJson } from "../../forms.ts";
import { durationPattern, instantPattern } from "../timeAxis.ts";
import { dataTypes, numberWords } from "../values.ts";

/* Forms of values in a descriptor. What JSON Schema says besides, editors show; a descriptor's check says it in its own words. */

export const instant = withJson(text, { pattern: instantPattern.source });
export const duration = withJson(text, { pattern: durationPattern.source });
export const count = withJson(number, { type: "integer", minimum: 1 });
export const dataType = withJson(text, { enum: dataTypes });
/** In JSON some of them are words. */
export const storedNumber = withJson(
  v.custom<number>((value) => typeof value === "number", "not a number"),
  { anyOf: [{ type: "number" }, { enum: Object.keys(numberWords) }] },
);
const plainValues = (value: unknown) =>
  Array.isArray(value) && (value.every(Number.isFinite) || value.every((one) => typeof one === "string"));
export const bounds = withJson(
  v.custom(
    (value) => Array.isArray(value) && value.length === 2 && value.every(Number.isFinite),
    "not two finite numbers",
  ),
  { type: "array", items: { type: "number" }, minItems: 2, maxItems: 2 },
);
const plain = ["string", "number"];
export const attributes = mapOf(
  withJson(
    v.custom(
      (value) => typeof value === "string" || Number.isFinite(value) || plainValues(value),
      "not a text, a finite number or a list of them",
    ),
    {
      anyOf: [
        ...plain.map((type) => ({ type })),
        ...plain.map((type) => ({ type: "array", items: { type } })),
      ],
    },
  ),
);
export const range = { from: v.optional(instant), until: v.optional(instant) };
