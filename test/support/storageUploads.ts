import type { IncomingHttpHeaders } from "node:http";
import { type ObjectResource, Refusal, type ServedObject, type ServedObjects } from "./storageObjects.ts";

interface Upload {
  readonly bucket: string;
  readonly name: string;
  readonly resource: ObjectResource;
  readonly query: URLSearchParams;
  readonly chunks: Uint8Array[];
  length: number;
  /** Once all has come. */
  object?: ServedObject;
}

/** The state of an upload in parts: complete, or how much has come so far. */
export type UploadState = { readonly object: ServedObject } | { readonly length: number };

/** Parts the two parts of a `multipart/related` body: what the object is, and its bytes. */
export function parseMultipart(
  contentType: string,
  body: Buffer,
): { readonly resource: ObjectResource & { name?: string }; readonly bytes: Uint8Array } {
  const boundary = /boundary=(?:"([^"]+)"|'([^']+)'|([^;\s]+))/.exec(contentType)?.slice(1).find(Boolean);
  if (!boundary) throw new Refusal(400, "badRequest", "Missing multipart boundary.");
  const delimiter = Buffer.from(`--${boundary}`);
  const starts = [body.indexOf(delimiter)];
  for (let i = 0; i < 2; i++) starts.push(body.indexOf(delimiter, (starts[i] as number) + delimiter.length));
  const [first, second, third] = starts as [number, number, number];
  if (first < 0 || second < first || third < second) {
    throw new Refusal(400, "badRequest", "Malformed multipart body.");
  }
  const head = partOf(body.subarray(first + delimiter.length, second));
  const media = partOf(body.subarray(second + delimiter.length, third));
  const resource = JSON.parse(head.content.toString()) as ObjectResource;
  return {
    resource: { ...(media.type !== undefined && { contentType: media.type }), ...resource },
    bytes: new Uint8Array(media.content),
  };
}

function partOf(part: Buffer): { readonly type?: string; readonly content: Buffer } {
  const end = part.indexOf("\r\n\r\n");
  if (end < 0) throw new Refusal(400, "badRequest", "Malformed multipart body.");
  const type = /^content-type:\s*(.+?)\s*$/im.exec(part.subarray(0, end).toString())?.[1];
  return { ...(type !== undefined && { type }), content: part.subarray(end + 4, part.length - 2) };
}

/** Uploads in parts, each with an id of its own. */
export class ResumableUploads {
  readonly #objects: ServedObjects;
  readonly #uploads = new Map<string, Upload>();
  #started = 0;

  constructor(objects: ServedObjects) {
    this.#objects = objects;
  }

  /** Returns the upload's id. The conditions are looked at when all has come. */
  start(bucket: string, name: string, resource: ObjectResource, query: URLSearchParams): string {
    const id = `upload-${++this.#started}`;
    this.#uploads.set(id, { bucket, name, resource, query, chunks: [], length: 0 });
    return id;
  }

  nameOf(id: string): string {
    return this.#uploads.get(id)?.name ?? "";
  }

  /** Ingests a part: `Content-Range: bytes FIRST-LAST/TOTAL`, with `*` for what is unknown; `bytes *\/TOTAL` only asks. */
  take(id: string, headers: IncomingHttpHeaders, body: Buffer): UploadState {
    const upload = this.#find(id);
    if (upload.object) return { object: upload.object };
    const range = headers["content-range"] ?? `bytes 0-${body.length - 1}/${body.length}`;
    const parts = /^bytes (?:(\d+)-(-?\d+|\*)|\*)\/(\d+|\*)$/.exec(range);
    if (!parts) throw new Refusal(400, "invalid", `Invalid Content-Range: ${range}`);
    const [, first, last, total] = parts;
    if (first !== undefined) this.#append(upload, Number(first), body);
    const isUnbounded = last === "*" && total === "*";
    const isComplete = isUnbounded || (total !== "*" && upload.length === Number(total));
    if (!isComplete) return { length: upload.length };
    const bytes = new Uint8Array(Buffer.concat(upload.chunks));
    const crc32c = /crc32c=([^,\s]+)/.exec(String(headers["x-goog-hash"] ?? ""))?.[1];
    const resource = { ...upload.resource, ...(crc32c !== undefined && { crc32c }) };
    upload.object = this.#objects.insert(upload.bucket, upload.name, bytes, resource, upload.query);
    return { object: upload.object };
  }

  cancel(id: string): void {
    this.#find(id);
    this.#uploads.delete(id);
  }

  /** What was kept already is passed over; a part that leaves a gap is not taken. */
  #append(upload: Upload, first: number, body: Buffer): void {
    if (first > upload.length) throw new Refusal(503, "backendError", "Invalid request. A part is missing.");
    const fresh = body.subarray(upload.length - first);
    upload.chunks.push(fresh);
    upload.length += fresh.length;
  }

  #find(id: string): Upload {
    const upload = this.#uploads.get(id);
    if (!upload) throw new Refusal(404, "notFound", "No such upload.");
    return upload;
  }
}
