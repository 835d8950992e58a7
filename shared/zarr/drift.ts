import type { ArrayDocument, GroupDocuments } from "./metadata.ts";

/** Attributes that give values their meaning; the others may be reworded in the descriptor at any time. */
const meaning = [
  "units",
  "calendar",
  "scale_factor",
  "add_offset",
  "flag_values",
  "flag_meanings",
  "_ARRAY_DIMENSIONS",
];
/** The name of `time` says where in its window a stamp stands. */
const timeMeaning = [...meaning, "long_name", "bounds"];
const structure = [
  "zarr_format",
  "shape",
  "chunks",
  "dtype",
  "compressor",
  "fill_value",
  "order",
  "filters",
  "dimension_separator",
];
/** What a `.zarray` that does not say means. */
const unsaid = { dimension_separator: "." };

/**
 * How the live documents differ from those the descriptor yields for the same length, in anything that would change what
 * stored bytes mean. Empty if the dataset may be extended.
 */
export function driftBetween(expected: GroupDocuments, live: GroupDocuments): string[] {
  const differences = compare(
    ".zattrs",
    ["append_start", "time_coverage_resolution"],
    expected.get(".zattrs"),
    live.get(".zattrs"),
  );
  for (const key of arrayKeys(expected)) {
    if (!live.has(key)) {
      differences.push(`${key}: the descriptor has it, the store does not`);
      continue;
    }
    const attributes = key.replace(/zarray$/, "zattrs");
    differences.push(...compare(key, structure, expected.get(key), { ...unsaid, ...live.get(key) }));
    differences.push(
      ...compare(
        attributes,
        attributes === "time/.zattrs" ? timeMeaning : meaning,
        expected.get(attributes),
        live.get(attributes),
      ),
    );
  }
  for (const key of arrayKeys(live)) {
    if (!expected.has(key)) differences.push(`${key}: the store has it, the descriptor does not`);
  }
  return differences;
}

/** The keys of the arrays' `.zarray` documents. */
function arrayKeys(documents: GroupDocuments): string[] {
  return [...documents.keys()].filter((key) => key.endsWith("/.zarray"));
}

/** The length along time that a group's documents state; `undefined` if they state none. */
export function lengthOf(documents: GroupDocuments): number | undefined {
  return lengthIn(documents.get("time/.zarray"));
}

/** The length along its first dimension that a `.zarray` states; `undefined` if it states none. */
export function lengthIn(document: object | null | undefined): number | undefined {
  const shape = (document as Partial<ArrayDocument> | null | undefined)?.shape;
  const length = Array.isArray(shape) ? (shape[0] as unknown) : undefined;
  return Number.isSafeInteger(length) && (length as number) >= 0 ? (length as number) : undefined;
}

function compare(key: string, fields: readonly string[], expected: object = {}, live: object = {}): string[] {
  return fields.flatMap((field) => {
    const [descriptor, store] = [expected, live].map((side) =>
      sorted((side as Record<string, unknown>)[field]),
    );
    return descriptor === store
      ? []
      : [`${key} ${field}: the descriptor says ${descriptor ?? "nothing"}, the store ${store ?? "nothing"}`];
  });
}

/** As JSON, without regard to the order of an object's keys. */
function sorted(value: unknown): string | undefined {
  const entries = (object: object) => Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(value, (_, inner: unknown) =>
    inner !== null && typeof inner === "object" && !Array.isArray(inner)
      ? Object.fromEntries(entries(inner))
      : inner,
  );
}
