import type { ServedObject, ServedObjects } from "./storageObjects.ts";

const pageNamesMax = 1000;

/** An object as the JSON API describes it. */
export function resourceOf(object: ServedObject): Record<string, unknown> {
  const { bucket, name, generation, resource } = object;
  return {
    kind: "storage#object",
    id: `${bucket}/${name}/${generation}`,
    name,
    bucket,
    generation: String(generation),
    metageneration: "1",
    contentType: resource.contentType ?? "application/octet-stream",
    ...(resource.cacheControl !== undefined && { cacheControl: resource.cacheControl }),
    ...(resource.contentEncoding !== undefined && { contentEncoding: resource.contentEncoding }),
    ...(resource.metadata !== undefined && { metadata: resource.metadata }),
    storageClass: "STANDARD",
    size: String(object.bytes.length),
    crc32c: object.crc32c,
    md5Hash: object.md5Hash,
    etag: etagOf(object),
    timeCreated: object.created.toISOString(),
    updated: object.created.toISOString(),
    timeStorageClassUpdated: object.created.toISOString(),
  };
}

export function etagOf({ generation }: ServedObject): string {
  return Buffer.from(String(generation)).toString("base64");
}

/** One page of a listing: names in the order of their bytes, and after a delimiter only what they have in common. */
export function listPage(objects: ServedObjects, bucket: string, query: URLSearchParams): unknown {
  const prefix = query.get("prefix") ?? "";
  const delimiter = query.get("delimiter") ?? "";
  const after = Buffer.from(query.get("pageToken") ?? "", "base64").toString();
  const offset = Buffer.from(query.get("startOffset") ?? "");
  const namesMax = Math.min(Number(query.get("maxResults") ?? pageNamesMax), pageNamesMax);
  const seen = new Map<string, ServedObject | undefined>();
  let last = "";
  let isMore = false;
  for (const name of objects.names(bucket)) {
    if (!name.startsWith(prefix) || Buffer.compare(Buffer.from(name), offset) < 0) continue;
    const end = delimiter === "" ? -1 : name.indexOf(delimiter, prefix.length);
    const entry = end < 0 ? name : name.slice(0, end + delimiter.length);
    if (after !== "" && Buffer.compare(Buffer.from(entry), Buffer.from(after)) <= 0) continue;
    if (!seen.has(entry) && seen.size === namesMax) {
      isMore = true;
      break;
    }
    seen.set(entry, end < 0 ? objects.find(bucket, name) : undefined);
    last = entry;
  }
  const found = [...seen.values()].filter((object) => object !== undefined);
  const prefixes = [...seen].filter(([, object]) => object === undefined).map(([entry]) => entry);
  return {
    kind: "storage#objects",
    ...(isMore && { nextPageToken: Buffer.from(last).toString("base64") }),
    ...(prefixes.length > 0 && { prefixes }),
    ...(found.length > 0 && { items: found.map(resourceOf) }),
  };
}
