import type { Bucket } from "@google-cloud/storage";
import { crc32c } from "../../format/decompress/crc.ts";
import type { Generation, ObjectHeaders, StoredObject } from "../store.ts";
import type { Ask } from "./calls.ts";
import type { Fault } from "./faults.ts";

/** The client library listens eleven times over to an answer that stops, which is no leak. */
const answerListenersMax = 20;
/** The object's, whatever coding its bytes come in. */
const lengthHeader = "x-goog-stored-content-length";
/** A field of an object's own metadata: tells whose write it is. */
const writeIdField = "write-id";

/** What exists under a name: `ABSENT`, or a generation and the id of its write. */
export interface Existing {
  readonly generation: Generation;
  readonly writeId?: string | undefined;
}
/** What is told of an object without its bytes. */
export interface Described extends Existing {
  readonly sizeBytes: number;
  readonly crc32c: string | undefined;
}
/** The bytes from `first` up to and without `end` of one generation. */
export interface Part {
  readonly generation: Generation;
  readonly first: number;
  readonly end: number;
}
export type Asked<Answer> = Ask<Bucket, Answer>;

/**
 * All of an object, or a part of one generation of it. The headers are those of
 * https://cloud.google.com/storage/docs/xml-api/reference-headers.
 */
export function media(name: string, bytesMax: number, part?: Part): Asked<StoredObject> {
  return async (bucket, heard) => {
    const file = bucket.file(name, part && { generation: part.generation });
    const range = part && { start: part.first, end: part.end - 1 };
    const stream = file.createReadStream({ validation: false, decompress: false, ...range });
    let headers: Readonly<Record<string, string | undefined>> = {};
    stream.once("response", (response) => {
      response.setMaxListeners(answerListenersMax);
      headers = response.headers;
    });
    let bytes = Buffer.alloc(0);
    let length = 0;
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      heard();
      const announced = part ? part.end - part.first : Number(headers[lengthHeader] ?? 0);
      if (Math.max(announced, length + chunk.length) > bytesMax)
        return unusable(`the answer is larger than ${bytesMax} bytes`, true);
      if (length === 0) bytes = Buffer.allocUnsafeSlow(announced);
      if (length + chunk.length <= announced) bytes.set(chunk, length);
      length += chunk.length;
    }
    const { "x-goog-generation": generation, [lengthHeader]: expected } = headers;
    if (!generation || !expected) return unusable("the object came without its generation or its length");
    if (length !== (part ? bytesMax : Number(expected)))
      return unusable(
        `${part ? `${bytesMax} bytes were asked for` : `the object has ${expected} bytes`}, but ${length} came`,
      );
    if (part) return { answer: { bytes, generation } };
    const sum = /crc32c=([^,\s]+)/.exec(headers["x-goog-hash"] ?? "")?.[1];
    const came = crc32cText(crc32c(bytes));
    if (sum !== undefined && sum !== came)
      return unusable(`the object has crc32c ${sum}, but bytes of ${came} came`);
    return { answer: { bytes, generation } };
  };
}

/** One request with all of the object: the conditions of a resumable upload are looked at only with the last of several. */
export function upload(
  name: string,
  bytes: Uint8Array,
  ifGenerationMatch: Generation,
  headers: ObjectHeaders,
  writeId: string,
): Asked<Generation> {
  const metadata = { ...headers, crc32c: crc32cText(crc32c(bytes)), metadata: { [writeIdField]: writeId } };
  return async (bucket) => {
    const file = bucket.file(name);
    const preconditionOpts = { ifGenerationMatch };
    await file.save(bytes, { resumable: false, validation: false, preconditionOpts, metadata });
    const { generation } = file.metadata;
    return generation
      ? { answer: String(generation) }
      : unusable("the answer to the upload does not name a generation");
  };
}

export function deletion(name: string, ifGenerationMatch: Generation): Asked<unknown> {
  return async (bucket) => ({ answer: await bucket.file(name).delete({ ifGenerationMatch }) });
}

export function metadata(name: string): Asked<Described> {
  return async (bucket) => {
    const [{ generation, size, crc32c, metadata: own }] = await bucket.file(name).getMetadata();
    if (!generation || size === undefined)
      return unusable("the answer does not name a generation and a size");
    const writeId = own?.[writeIdField];
    const existing = { generation: String(generation), writeId: writeId ? String(writeId) : undefined };
    return { answer: { ...existing, sizeBytes: Number(size), crc32c } };
  };
}

type Page = { readonly names: readonly string[]; readonly next: string | undefined };
export function page(prefix: string, pageToken: string | undefined, maxResults: number): Asked<Page> {
  const fields = "items(name),nextPageToken";
  const query = { autoPaginate: false, prefix, maxResults, fields, ...(pageToken && { pageToken }) };
  return async (bucket) => {
    const [files, next, answer] = await bucket.getFiles(query);
    if (typeof answer !== "object") return unusable("the answer is no page of a listing");
    return { answer: { names: files.map((file) => file.name), next: next?.pageToken } };
  };
}

const unusable = (why: string, isFinal = false): Fault => ({ why, isFinal });

/** As the API writes a CRC-32C: base64 of four bytes, the highest first. */
export function crc32cText(value: number): string {
  const text = Buffer.alloc(4);
  text.writeUInt32BE(value);
  return text.toString("base64");
}
