import * as v from "valibot";
import { shown } from "./errors.ts";

/* Forms of what people and other processes hand in. The message of a schema says what its value should be, as in "not a text". */

/** A member that the object in that place does not have; `known` are those that it may have. */
export interface UnknownMember {
  /** As in `steps[0].granule`; empty for the whole. */
  readonly place: string;
  readonly name: string;
  readonly known: readonly string[];
}

const placeCharactersMax = 60;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const plainObject = v.custom<object>(isObject, "not an object");

export const text = v.string("not a text");
export const truth = v.boolean("not true or false");
/** Of any kind: which numbers are right is for others to say. */
export const number = withJson(
  v.custom<number>((value) => typeof value === "number", "not a number"),
  { type: "number" },
);

export function oneOf<const Words extends readonly string[]>(...words: Words) {
  return v.picklist(words, `not one of ${words.join(", ")}`);
}

export function listOf<Item extends v.GenericSchema>(item: Item) {
  return v.array(item, "not a list");
}

/** An object with members of any names. */
export function mapOf<Value extends v.GenericSchema>(value: Value) {
  return v.pipe(plainObject, v.record(v.string(), value));
}

/** An object of these members; of others `unknownMembers` tells. */
export function object<const Entries extends v.ObjectEntries>(entries: Entries) {
  // The library calls a member that is missing a fault of the object.
  const expected = ({ path }: v.BaseIssue<unknown>) => {
    const { message } = (entries[String(path?.at(-1)?.key)] ?? {}) as { readonly message?: unknown };
    return typeof message === "string" ? message : "not an object";
  };
  return v.pipe(plainObject, v.object(entries, expected));
}

/** The same with what its JSON Schema says besides, where a value's kind does not say it all. */
export function withJson<Schema extends v.GenericSchema>(
  schema: Schema,
  json: Readonly<Record<string, unknown>>,
) {
  return v.pipe(schema, v.metadata(json)) as unknown as Schema;
}

/** Where a value is not of that form, what is there, and what should be: `steps is missing, not a list`. */
export function wrongMembers(schema: v.GenericSchema, value: unknown, whole: string): string[] {
  const { issues = [] } = v.safeParse(schema, value);
  return issues.map(({ path = [], input, message }) => {
    const place = path.reduce((before, { key }) => placeIn(before, key), "");
    return `${place || whole} is ${shown(input)}, ${message}`;
  });
}

/** The members, at any depth, that an `object` of that form does not have. The library stops at the first, and passes some over. */
export function unknownMembers(schema: v.GenericSchema, value: unknown, place = ""): UnknownMember[] {
  const { pipe, wrapped, item, entries, getter } = schema as unknown as Introspected;
  const last = pipe?.findLast(({ kind }) => kind === "schema");
  if (last) return unknownMembers(last as v.GenericSchema, value, place);
  if (wrapped) return unknownMembers(wrapped, value, place);
  if (getter) return unknownMembers(getter(value), value, place);
  if (item && Array.isArray(value))
    return value.flatMap((member, i) => unknownMembers(item, member, placeIn(place, i)));
  if (!entries || !isObject(value)) return [];
  const known = Object.keys(entries);
  return [
    ...Object.entries(entries).flatMap(([name, entry]) =>
      unknownMembers(entry, value[name], placeIn(place, name)),
    ),
    ...Object.keys(value)
      .filter((name) => !Object.hasOwn(entries, name))
      .map((name) => ({ place, name, known })),
  ];
}

/** What a schema of the kinds above may have. */
interface Introspected {
  readonly pipe?: readonly { readonly kind: string }[];
  readonly wrapped?: v.GenericSchema;
  readonly item?: v.GenericSchema;
  readonly entries?: Readonly<Record<string, v.GenericSchema>>;
  readonly getter?: (value: unknown) => v.GenericSchema;
}

/** The place of a member: in a list by its index. */
export function placeIn(place: string, key: unknown): string {
  if (typeof key === "number") return `${place}[${key}]`;
  const name = String(key).slice(0, placeCharactersMax);
  return place ? `${place}.${name}` : name;
}
