import type { IncomingHttpHeaders } from "node:http";
import type { StorageOperation } from "./storageFaults.ts";
import { Refusal } from "./storageObjects.ts";

/** One request, read to its end. */
export interface StorageCall {
  readonly operation: StorageOperation;
  /** The HTTP method. */
  readonly method: string;
  readonly bucket: string;
  /** Of the object; empty where the call concerns a bucket. */
  readonly name: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface StorageAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** What a request asks for, from its method and target. Throws a `Refusal` of 404 for what the server does not know. */
export function readTarget(
  method: string,
  target: string,
): Pick<StorageCall, "operation" | "bucket" | "name" | "query"> {
  const { pathname, searchParams: query } = new URL(target, "http://127.0.0.1");
  const upload = /^\/(?:resumable\/)?upload\/storage\/v1\/b\/([^/]+)\/o\/?$/.exec(pathname);
  if (upload) {
    const operation = uploadOperation(method, query);
    return { operation, bucket: decodeURIComponent(upload[1] ?? ""), name: query.get("name") ?? "", query };
  }
  const api = /^(?:\/download)?\/storage\/v1\/b\/([^/]+)(?:\/(o)(?:\/(.+))?)?\/?$/.exec(pathname);
  if (api) {
    const [, bucket = "", objects, name = ""] = api;
    const operation = apiOperation(method, objects !== undefined, name, query);
    return { operation, bucket: decodeURIComponent(bucket), name: decodeURIComponent(name), query };
  }
  const [, bucket, name] = /^\/([^/]+)\/(.+)$/.exec(pathname) ?? [];
  if (bucket === undefined || name === undefined || !["GET", "HEAD", "OPTIONS"].includes(method)) {
    throw new Refusal(404, "notFound", `Not Found: ${method} ${pathname}`);
  }
  return { operation: "public", bucket: decodeURIComponent(bucket), name: decodeURIComponent(name), query };
}

function uploadOperation(method: string, query: URLSearchParams): StorageOperation {
  if (query.has("upload_id")) return method === "DELETE" ? "cancelUpload" : "uploadChunk";
  return query.get("uploadType") === "resumable" ? "startUpload" : "insert";
}

function apiOperation(
  method: string,
  isObjects: boolean,
  name: string,
  query: URLSearchParams,
): StorageOperation {
  if (method === "DELETE" && name !== "") return "delete";
  if (method === "GET" && name !== "") return query.get("alt") === "media" ? "media" : "metadata";
  if (method === "GET") return isObjects ? "list" : "bucket";
  throw new Refusal(404, "notFound", `Not Found: ${method}`);
}

export function jsonAnswer(content: unknown, headers: Readonly<Record<string, string>> = {}): StorageAnswer {
  return {
    status: 200,
    headers: { "content-type": "application/json; charset=UTF-8", "cache-control": "no-store", ...headers },
    body: Buffer.from(JSON.stringify(content)),
  };
}

/** The error body of the JSON API; where bytes are asked for, its text alone or, in public, XML. */
export function refusalAnswer(operation: StorageOperation | undefined, refusal: Refusal): StorageAnswer {
  const { status, reason, message } = refusal;
  if (status === 304) return { status, headers: {}, body: new Uint8Array(0) };
  if (operation === "public") {
    const code =
      status === 404 ? (/^The specified bucket/.test(message) ? "NoSuchBucket" : "NoSuchKey") : reason;
    const xml = `<?xml version='1.0' encoding='UTF-8'?><Error><Code>${code}</Code><Message>${message}</Message></Error>`;
    return { status, headers: { "content-type": "application/xml" }, body: Buffer.from(xml) };
  }
  if (operation === "media") {
    return { status, headers: { "content-type": "text/html; charset=UTF-8" }, body: Buffer.from(message) };
  }
  const domain = status === 429 ? "usageLimits" : "global";
  const errors = [{ message, domain, reason }];
  return { ...jsonAnswer({ error: { code: status, message, errors } }), status };
}
