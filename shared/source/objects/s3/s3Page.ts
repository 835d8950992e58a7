import { reasonOf, shown } from "../../../errors.ts";
import { listingError } from "../../listed.ts";
import { instantOf, type ListedObject, type ObjectPage, sizeOf } from "../page.ts";
import { type Element, elementsOf, rootOf, textOf } from "../xml.ts";

/**
 * Reads an answer to ListObjectsV2, https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html. Throws a `SourceError`
 * (`listing`) for one that is not whole or not understood.
 */
export function parseS3Page(text: string, place: string): ObjectPage {
  let root: Element;
  try {
    root = rootOf(text, "ListBucketResult");
  } catch (cause) {
    throw listingError(place, reasonOf(cause));
  }
  const isEncoded = textOf(root, "EncodingType") === "url";
  const keyOf = (element: Element, name: "Key" | "Prefix"): string => {
    const key = decoded(textOf(element, name), isEncoded);
    if (key === undefined) throw listingError(place, `has a ${name} that cannot be read`);
    return key;
  };
  const objects = elementsOf(root, "Contents").map((one) => objectOf(one, keyOf(one, "Key"), place));
  const prefixes = elementsOf(root, "CommonPrefixes").map((one) => keyOf(one, "Prefix"));

  // Some servers do not count what keys have in common.
  const count = textOf(root, "KeyCount") ?? "";
  if (![objects.length, objects.length + prefixes.length].map(String).includes(count)) {
    const came = `${objects.length} keys and ${prefixes.length} prefixes`;
    throw listingError(place, `is not whole: it counts ${shown(count)} and has ${came}`);
  }
  const isTruncated = textOf(root, "IsTruncated");
  if (isTruncated === "false") return { objects, prefixes };
  const next = textOf(root, "NextContinuationToken") ?? "";
  if (isTruncated !== "true" || next === "") throw listingError(place, "does not tell whether more follows");
  return { objects, prefixes, next };
}

function objectOf(element: Element, key: string, place: string): ListedObject {
  const sizeBytes = sizeOf(textOf(element, "Size"));
  const modifiedAt = instantOf(textOf(element, "LastModified"));
  if (sizeBytes === undefined || modifiedAt === undefined) {
    throw listingError(place, `has ${shown(key)} without its size or its date`);
  }
  return { key, sizeBytes, version: unquoted(textOf(element, "ETag") ?? ""), modifiedAt };
}

/** An ETag as it stands, but for its quotes: some servers leave them out in one of the places. */
export function unquoted(etag: string): string {
  return /^"(.*)"$/s.exec(etag)?.[1] ?? etag;
}

/** As in a form, `+` stands for a space. */
function decoded(text: string | undefined, isEncoded: boolean): string | undefined {
  if (text === undefined || text === "" || !isEncoded) return text || undefined;
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return undefined;
  }
}
