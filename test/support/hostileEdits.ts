/** Edits that make hostile input of sound input: of bytes, and of JSON documents of whatever form. */
import fc from "fast-check";

/** `at` is a place as a part of the whole, so that it means something in input of any length. */
export interface ByteEdit {
  readonly kind: "flip" | "set" | "cut" | "remove" | "insert" | "repeat" | "zero";
  readonly at: number;
  readonly count: number;
  readonly value: number;
}

const part = fc.nat({ max: 1_000_000 }).map((millionths) => millionths / 1_000_000);

export const byteEdits: fc.Arbitrary<readonly ByteEdit[]> = fc.array(
  fc.record({
    kind: fc.constantFrom("flip", "flip", "set", "set", "cut", "remove", "insert", "repeat", "zero"),
    at: fc.oneof(
      part,
      part.map((at) => at ** 4),
      part.map((at) => 1 - at ** 4),
    ),
    count: fc.oneof(fc.nat({ max: 8 }), fc.nat({ max: 300 })),
    value: fc.nat({ max: 255 }),
  }),
  { minLength: 1, maxLength: 3 },
);

/** The bytes after those edits; what was given stays as it is. */
export function editedBytes(bytes: Uint8Array, edits: readonly ByteEdit[]): Uint8Array {
  return edits.reduce(edited, bytes);
}

function edited(bytes: Uint8Array, { kind, at: part, count, value }: ByteEdit): Uint8Array {
  const at = Math.min(Math.max(0, bytes.length - 1), Math.floor(part * bytes.length));
  const [before, behind] = [bytes.subarray(0, at), bytes.subarray(at + count)];
  switch (kind) {
    case "flip":
      return joined(before, Uint8Array.of((bytes[at] ?? 0) ^ (1 << (value % 8))), bytes.subarray(at + 1));
    case "set":
      return joined(before, Uint8Array.of(value), bytes.subarray(at + 1));
    case "cut":
      return bytes.slice(0, at);
    case "remove":
      return joined(before, behind);
    case "insert":
      return joined(before, new Uint8Array(count).fill(value), bytes.subarray(at));
    case "repeat":
      return joined(bytes.subarray(0, at + count), bytes.subarray(at));
    case "zero":
      return joined(before, new Uint8Array(bytes.length - at - behind.length), behind);
  }
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, { length: more }) => length + more, 0));
  let at = 0;
  for (const one of parts) {
    whole.set(one, at);
    at += one.length;
  }
  return whole;
}

/** Replaces, takes out, renames, repeats or exchanges one member at whatever depth. */
export interface JsonEdit {
  readonly kind: "replace" | "remove" | "rename" | "nest" | "exchange";
  readonly at: number;
  readonly other: number;
  readonly value: unknown;
}

const levels = 20_000;
/** Nested beyond what can be walked through by a function that calls itself. It is put where it is wanted as it is. */
const veryDeep: unknown = JSON.parse("[".repeat(levels) + "]".repeat(levels));
/** Names and texts that mean something to somebody. */
export const hostileTexts = [
  "",
  " ",
  "0",
  "-1",
  "1e3",
  "NaN",
  "null",
  "..",
  "../../outside",
  "/etc/passwd",
  "a/../../b",
  ".",
  "a\u0000b",
  "line\nbreak\r\n",
  "\ud800",
  "\u202e\u2028",
  "größe",
  "__proto__",
  "constructor",
  "toString",
  "x".repeat(5000),
  "2020-01-01T06:00:00Z",
  "9999-12-31T23:59:59Z",
] as const;

/** As `JSON.parse` gives them: `__proto__` is a member like any other. */
const hostileObjects = ['{"__proto__":{"polluted":1}}', '{"toString":null,"valueOf":1}', '{"length":-1}'].map(
  (text): unknown => JSON.parse(text),
);

export const hostileValues: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, 0, -0, -1, 1, 2, 0.5, 1e21, -1e21, 1e308, 2 ** 53, 2 ** 31),
  fc.constantFrom<unknown>(...hostileTexts),
  fc.constantFrom<unknown>([], {}, [null], [[]], ...hostileObjects, veryDeep),
  fc.integer(),
  fc.jsonValue({ maxDepth: 2 }),
);

export const jsonEdits: fc.Arbitrary<readonly JsonEdit[]> = fc.array(
  fc.record({
    kind: fc.constantFrom("replace", "replace", "replace", "remove", "rename", "nest", "exchange"),
    at: part,
    other: part,
    value: hostileValues,
  }),
  { minLength: 1, maxLength: 3 },
);

/** What `replacing` gives may be no JSON, as NaN and undefined are. */
export function jsonEditsWith(values: fc.Arbitrary<unknown>): fc.Arbitrary<readonly JsonEdit[]> {
  return fc
    .tuple(jsonEdits, fc.option(values, { nil: undefined }), fc.boolean())
    .map(([edits, value, isUsed]) => (isUsed ? edits.map((edit) => ({ ...edit, value })) : edits));
}

/** The document after those edits; what was given stays as it is. */
export function editedJson(document: unknown, edits: readonly JsonEdit[]): unknown {
  const root = { document: cloned(document) };
  for (const edit of edits) editJson(root, edit);
  return root.document;
}

type Holder = Record<string, unknown>;

function editJson(root: Holder, { kind, at, other, value }: JsonEdit): void {
  const places = placesIn(root);
  if (places.length === 0) return;
  const [holder, key] = places[Math.floor(at * (places.length - 1))] as (typeof places)[number];
  const [second, secondKey] = places[Math.floor(other * (places.length - 1))] as (typeof places)[number];
  const existing = holder[key];
  switch (kind) {
    case "replace":
      set(holder, key, cloned(value));
      break;
    case "remove":
      if (Array.isArray(holder)) holder.splice(Number(key), 1);
      else delete holder[key];
      break;
    case "rename":
      if (Array.isArray(holder) || holder === root) return;
      delete holder[key];
      set(holder, typeof value === "string" ? value : `${key}x`, existing);
      break;
    case "nest":
      set(holder, key, [existing]);
      break;
    case "exchange":
      set(holder, key, cloned(second[secondKey]));
      break;
  }
}

function cloned(value: unknown): unknown {
  if (typeof value !== "object" || value === null || value === veryDeep) return value;
  if (Array.isArray(value)) return value.map(cloned);
  const copy: Holder = {};
  for (const [key, inner] of Object.entries(value)) set(copy, key, cloned(inner));
  return copy;
}

/** A member of its own, whatever it is called. */
function set(holder: Holder, key: string, value: unknown): void {
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
}

/** Every member at every depth, in order. */
function placesIn(root: Holder): (readonly [holder: Holder, key: string])[] {
  const places: (readonly [Holder, string])[] = [];
  const visit = (holder: Holder) => {
    for (const key of Object.keys(holder)) {
      places.push([holder, key]);
      const value = holder[key];
      if (typeof value === "object" && value !== null && value !== veryDeep) visit(value as Holder);
    }
  };
  visit(root);
  return places;
}
