/**
 * Values as Firestore's interface carries them, https://cloud.google.com/firestore/docs/reference/rpc/google.firestore.v1:
 * of those, what records are made of.
 */
export interface FirestoreValue {
  readonly nullValue?: "NULL_VALUE" | null;
  readonly booleanValue?: boolean | null;
  readonly integerValue?: number | string | null;
  readonly doubleValue?: number | null;
  readonly stringValue?: string | null;
  /** The full name of a document; only in questions. */
  readonly referenceValue?: string | null;
  readonly mapValue?: { readonly fields?: FirestoreFields | null } | null;
}
export type FirestoreFields = Readonly<Record<string, FirestoreValue>>;

/** The fields of a plain object of null, booleans, numbers, texts and such objects. Throws a `TypeError` for others. */
export function encodeFields(record: object): FirestoreFields {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, encode(name, value)]));
}

function encode(name: string, value: unknown): FirestoreValue {
  if (value === null) return { nullValue: "NULL_VALUE" };
  if (typeof value === "boolean") return { booleanValue: value };
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "number") {
    return Number.isSafeInteger(value) ? { integerValue: value } : { doubleValue: value };
  }
  if (typeof value === "object" && !Array.isArray(value))
    return { mapValue: { fields: encodeFields(value) } };
  throw new TypeError(
    `field ${name} holds ${Array.isArray(value) ? "an array" : `a value of type ${typeof value}`}`,
  );
}

/** The plain object that `encodeFields` was given. */
export function decodeFields(fields: FirestoreFields): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, decode(name, value)]));
}

/** A message of the client has every kind of value, those that it does not hold as null or undefined. */
function decode(name: string, value: FirestoreValue): unknown {
  if (value.stringValue != null) return value.stringValue;
  if (value.booleanValue != null) return value.booleanValue;
  if (value.integerValue != null) return Number(value.integerValue);
  if (value.doubleValue != null) return value.doubleValue;
  if (value.mapValue != null) return decodeFields(value.mapValue.fields ?? {});
  if (value.nullValue != null) return null;
  throw new TypeError(`field ${name} holds a kind of value that no record has`);
}
