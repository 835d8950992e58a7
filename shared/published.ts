import * as v from "valibot";

/* What published forms have in common: each is a schema, of which `npm run golden` makes the JSON Schema for readers. */

export const instant = v.pipe(
  v.string(),
  v.regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/),
  v.description("ISO 8601, UTC, to the second."),
);
export const duration = v.pipe(
  v.string(),
  v.regex(/^P(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+S)?)?$/),
  v.description("ISO 8601 in days, hours, minutes and seconds."),
);
export const integer = v.pipe(v.number(), v.integer());
export const count = v.pipe(v.number(), v.integer(), v.minValue(0));
export const countFromOne = v.pipe(v.number(), v.integer(), v.minValue(1));

/** The same with what it means. */
export function described<Schema extends v.GenericSchema>(schema: Schema, text: string) {
  return v.pipe(schema, v.description(text)) as unknown as Schema;
}
