import { jsonAnswer, type StorageAnswer, type StorageCall } from "./storageCall.ts";
import { etagOf, listPage, resourceOf } from "./storageListing.ts";
import {
  noSuchBucket,
  type ObjectResource,
  Refusal,
  type ServedObject,
  type ServedObjects,
} from "./storageObjects.ts";
import { parseMultipart, type ResumableUploads, type UploadState } from "./storageUploads.ts";

const nothing = new Uint8Array(0);
const corsHeaders = {
  "access-control-allow-origin": "*",
  "access-control-allow-methods": "GET, HEAD, OPTIONS",
  "access-control-allow-headers": "Range, If-None-Match, Cache-Control",
  "access-control-expose-headers": "Content-Length, Content-Range, Content-Type, ETag, X-Goog-Generation",
};

/** Does what the call asks, all at once, and says what to answer. Throws a `Refusal`. */
export function perform(
  call: StorageCall,
  objects: ServedObjects,
  uploads: ResumableUploads,
  url: string,
): StorageAnswer {
  const { bucket, name, query, headers, body } = call;
  switch (call.operation) {
    case "insert":
      return jsonAnswer(resourceOf(insert(call, objects)));
    case "startUpload": {
      if (!objects.hasBucket(bucket)) throw noSuchBucket();
      const resource = (body.length > 0 ? JSON.parse(body.toString()) : {}) as ObjectResource & {
        name?: string;
      };
      const type = headers["x-upload-content-type"];
      const contentType = resource.contentType ?? (typeof type === "string" ? type : undefined);
      const described = { ...resource, ...(contentType !== undefined && { contentType }) };
      const id = uploads.start(bucket, name || (resource.name ?? ""), described, query);
      const path = `/upload/storage/v1/b/${encodeURIComponent(bucket)}/o`;
      return {
        status: 200,
        headers: { location: `${url}${path}?uploadType=resumable&upload_id=${id}` },
        body: nothing,
      };
    }
    case "uploadChunk":
      return uploadAnswer(uploads.take(query.get("upload_id") ?? "", headers, body));
    case "cancelUpload":
      uploads.cancel(query.get("upload_id") ?? "");
      return { status: 499, headers: {}, body: nothing };
    case "media":
      return bodyAnswer(call, objects.get(bucket, name, query, true));
    case "metadata":
      return jsonAnswer(resourceOf(objects.get(bucket, name, query, true)));
    case "delete":
      objects.delete(bucket, name, query);
      return { status: 204, headers: {}, body: nothing };
    case "list":
      return jsonAnswer(listPage(objects, bucket, query));
    case "bucket":
      if (!objects.hasBucket(bucket)) throw noSuchBucket();
      return jsonAnswer({ kind: "storage#bucket", id: bucket, name: bucket, location: "US" });
    case "public":
      return publicAnswer(call, objects);
  }
}

function insert(call: StorageCall, objects: ServedObjects): ServedObject {
  const { bucket, name, query, headers, body } = call;
  const type = headers["content-type"] ?? "application/octet-stream";
  if (query.get("uploadType") !== "multipart") {
    return objects.insert(bucket, name, new Uint8Array(body), { contentType: type }, query);
  }
  const { resource, bytes } = parseMultipart(type, body);
  return objects.insert(bucket, name || (resource.name ?? ""), bytes, resource, query);
}

function uploadAnswer(state: UploadState): StorageAnswer {
  if ("object" in state) return jsonAnswer(resourceOf(state.object));
  const range: Record<string, string> = state.length > 0 ? { range: `bytes=0-${state.length - 1}` } : {};
  return { status: 308, headers: range, body: nothing };
}

function publicAnswer(call: StorageCall, objects: ServedObjects): StorageAnswer {
  if (call.method === "OPTIONS") return { status: 204, headers: corsHeaders, body: nothing };
  const object = objects.get(call.bucket, call.name, call.query, true);
  const answer =
    call.headers["if-none-match"] === `"${etagOf(object)}"`
      ? { status: 304, headers: {}, body: nothing }
      : bodyAnswer(call, object);
  return { ...answer, headers: { ...answer.headers, ...corsHeaders } };
}

/** The object's bytes, or the range of them that is asked for. */
function bodyAnswer({ headers }: StorageCall, object: ServedObject): StorageAnswer {
  const { bytes, resource, generation } = object;
  const described = {
    "content-type": resource.contentType ?? "application/octet-stream",
    "cache-control": resource.cacheControl ?? "public, max-age=3600",
    ...(resource.contentEncoding !== undefined && { "content-encoding": resource.contentEncoding }),
    etag: `"${etagOf(object)}"`,
    "last-modified": object.created.toUTCString(),
    "accept-ranges": "bytes",
    "x-goog-generation": String(generation),
    "x-goog-metageneration": "1",
    "x-goog-hash": `crc32c=${object.crc32c},md5=${object.md5Hash}`,
    "x-goog-stored-content-encoding": resource.contentEncoding ?? "identity",
    "x-goog-stored-content-length": String(bytes.length),
    "x-goog-storage-class": "STANDARD",
  };
  const range = rangeOf(headers.range, bytes.length);
  if (!range) return { status: 200, headers: described, body: bytes };
  const [first, end] = range;
  return {
    status: 206,
    headers: { ...described, "content-range": `bytes ${first}-${end - 1}/${bytes.length}` },
    body: bytes.subarray(first, end),
  };
}

/** The first byte and the one after the last. A header that is no single range is passed over, as HTTP has it. */
function rangeOf(header: string | undefined, length: number): readonly [number, number] | undefined {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  if (first === undefined || last === undefined || (first === "" && last === "")) return undefined;
  const start = first === "" ? Math.max(0, length - Number(last)) : Number(first);
  const end = first === "" || last === "" ? length : Math.min(length, Number(last) + 1);
  if (start >= end) throw new Refusal(416, "requestedRangeNotSatisfiable", "Request range not satisfiable");
  return [start, end];
}
