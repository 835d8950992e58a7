import type { ArrayMember, ArrayModel, GroupModel, Place, StoredArray, StoredModel } from "./model.ts";
import type { ZarrFormat } from "./zarrFormat.ts";

const structure = ["shape", "chunks", "dtype", "codec", "fillValue"] as const;
/** Attributes that give values their meaning; the others may be reworded in the descriptor at any time. */
const meaning = ["units", "calendar", "scale_factor", "add_offset", "flag_values", "flag_meanings"];
/** The name of `time` says where in its window a stamp stands. */
const timeMeaning = [...meaning, "long_name", "bounds"];
const groupMeaning = ["append_start", "time_coverage_resolution"];

/** In what a descriptor and the stored dataset differ. */
export interface Drift {
  /** The document that states it, below the group. */
  readonly key: string;
  /** The field of it; `undefined` where all of the array is meant. */
  readonly field?: string;
  /** For people, with both sides. */
  readonly text: string;
}

/**
 * How the stored group differs from the one that the descriptor yields for the same length, in anything that would change
 * what stored bytes mean. Empty if the dataset may be extended.
 */
export function driftBetween(format: ZarrFormat, expected: GroupModel, stored: StoredModel): Drift[] {
  const attributes = groupMeaning.flatMap((attribute) =>
    unlike(format, { attribute }, expected.attributes[attribute], stored.attributes[attribute]),
  );
  const ofArrays = expected.arrays.flatMap((array) => {
    const found = stored.arrays.get(array.name);
    return found ? arrayDrift(format, array, found) : [existence(format, array.name, "descriptor", "store")];
  });
  const names = new Set(expected.arrays.map(({ name }) => name));
  const more = [...stored.arrays.keys()].filter((name) => !names.has(name));
  return [...attributes, ...ofArrays, ...more.map((name) => existence(format, name, "store", "descriptor"))];
}

function arrayDrift(format: ZarrFormat, expected: ArrayModel, stored: StoredArray): Drift[] {
  const { name: array } = expected;
  const ofMember = (member: ArrayMember) =>
    unlike(format, { array, member }, expected[member], stored.members[member]);
  return [
    ...stored.foreign.map(({ key, field, value, expected: usual }) => drift(key, field, usual, value)),
    ...structure.flatMap(ofMember),
    ...(array === "time" ? timeMeaning : meaning).flatMap((attribute) =>
      unlike(format, { array, attribute }, expected.attributes[attribute], stored.attributes[attribute]),
    ),
    ...ofMember("dims"),
  ];
}

/** Compared as the format states both: what no model has is like nothing that one has. */
function unlike(format: ZarrFormat, place: Place, expected: unknown, stored: unknown): Drift[] {
  const [descriptor, store] = [expected, stored].map((value) => format.statement(place, value));
  if (!descriptor || !store || sorted(descriptor.value) === sorted(store.value)) return [];
  return [drift(descriptor.key, descriptor.field, descriptor.value, store.value)];
}

function drift(key: string, field: string, expected: unknown, stored: unknown): Drift {
  const [descriptor, store] = [expected, stored].map((value) => sorted(value) ?? "nothing");
  return { key, field, text: `${key} ${field}: the descriptor says ${descriptor}, the store ${store}` };
}

function existence(format: ZarrFormat, array: string, has: string, lacks: string): Drift {
  const key = format.keys.array(array);
  return { key, text: `${key}: the ${has} has it, the ${lacks} does not` };
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
