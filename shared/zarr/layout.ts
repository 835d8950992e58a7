import type { ObjectHeaders } from "../store/store.ts";

/** The key of `key` in the dataset's Zarr group. */
export function groupKey(id: string, key: string): string {
  return `${id}.zarr/${key}`;
}

/** Where the provenance of a chunk is kept, beside the group. */
export function provenanceKey(id: string, chunk: number): string {
  return `${id}.accrete/provenance/${String(chunk).padStart(8, "0")}.json`;
}

/** Where the dataset's published status is kept, beside the group. */
export function statusKey(id: string): string {
  return `${id}.accrete/status.json`;
}

/** Where the dataset's STAC Collection is kept, beside the group. */
export function collectionKey(id: string): string {
  return `${id}.accrete/collection.json`;
}

/** Metadata and status: a reader must always ask for the newest. */
export const documentHeaders: ObjectHeaders = { contentType: "application/json", cacheControl: "no-cache" };
/** A chunk that can still change. */
export const openChunkHeaders: ObjectHeaders = {
  contentType: "application/octet-stream",
  cacheControl: "no-cache",
};
/** A chunk that only a backfill on demand would change: caches may keep it for a day. */
export const sealedChunkHeaders: ObjectHeaders = {
  contentType: "application/octet-stream",
  cacheControl: "public, max-age=86400",
};
