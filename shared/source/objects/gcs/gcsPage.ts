import { shown } from "../../../errors.ts";
import { listingError } from "../../listed.ts";
import { instantOf, type ListedObject, type ObjectPage, sizeOf } from "../page.ts";

/** What is asked for of each page: all else would be many times as long. */
export const pageFields = "kind,nextPageToken,prefixes,items(name,size,updated,generation)";

/**
 * Reads an answer to a list of objects, https://cloud.google.com/storage/docs/json_api/v1/objects/list. Throws a `SourceError`
 * (`listing`) for one that is not whole or not understood.
 */
export function parseGcsPage(text: string, place: string): ObjectPage {
  const { kind, nextPageToken: next, prefixes = [], items = [] } = parsed(text, place);
  if (kind !== "storage#objects") throw listingError(place, "is none of Cloud Storage");
  if (
    !Array.isArray(items) ||
    !Array.isArray(prefixes) ||
    !prefixes.every((one) => typeof one === "string")
  ) {
    throw listingError(place, "has no list of objects");
  }
  const page = { objects: items.map((one: unknown) => objectOf(one, place)), prefixes };
  if (next === undefined) return page;
  if (typeof next !== "string" || next === "")
    throw listingError(place, "does not tell whether more follows");
  return { ...page, next };
}

function parsed(text: string, place: string): Readonly<Record<string, unknown>> {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw listingError(place, "is no JSON that can be read");
  }
  return membersOf(document);
}

function objectOf(item: unknown, place: string): ListedObject {
  const { name: key, size, updated, generation: version } = membersOf(item);
  if (typeof key !== "string" || key === "") throw listingError(place, "has an object without a name");
  const sizeBytes = sizeOf(size);
  const modifiedAt = instantOf(updated);
  const isVersion = typeof version === "string" && /^\d{1,20}$/.test(version);
  if (sizeBytes === undefined || modifiedAt === undefined || !isVersion) {
    throw listingError(place, `has ${shown(key)} without its size, its date or its generation`);
  }
  return { key, sizeBytes, version, modifiedAt };
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}
