import { type Answer, type Answered, bytesOf, jsonType } from "./answer.ts";
import type { Asked } from "./serve.ts";

/** The bytes from `first` up to and without `end`. */
export interface Part {
  readonly first: number;
  readonly end: number;
}

/**
 * What is sent of an answer to who has a version of it already (304, 412) or wants a part of it (206, 416): all of it where
 * several parts are wanted at once. Format: RFC 9110, sections 13 and 14.
 */
export function asAsked(answered: Answered, { method, headers }: Asked): Answered {
  if (answered.status !== 200) return answered;
  const etag = answered.headers?.ETag;
  const sizeBytes = "opened" in answered ? answered.opened.sizeBytes : bytesOf(answered).length;
  const whole = { ...answered, headers: { ...answered.headers, "Accept-Ranges": "bytes" } };
  if (etag !== undefined) {
    const { "if-match": ifMatch, "if-none-match": ifNoneMatch } = headers;
    if (ifMatch !== undefined && !isNamed(etag, ifMatch)) return replaced(etag);
    if (ifNoneMatch !== undefined && isNamed(etag, ifNoneMatch.replaceAll("W/", "")))
      return { status: 304, content: new Uint8Array(), headers: whole.headers };
  }
  const { range, "if-range": ifRange } = headers;
  if (method !== "GET" || range === undefined || (ifRange !== undefined && ifRange !== etag)) return whole;
  const part = partOf(range, sizeBytes);
  if (part === undefined) return whole;
  return part === "outside" ? outside(range, sizeBytes) : partial(whole, part, sizeBytes);
}

/** Which bytes a header `Range` names; undefined where it names no single part, and is passed over. */
export function partOf(range: string, sizeBytes: number): Part | "outside" | undefined {
  const [, from = "", to = ""] = /^bytes=\s*(\d*)-(\d*)\s*$/i.exec(range) ?? [];
  if (from === "" && to === "") return undefined;
  if (from === "") return within({ first: Math.max(0, sizeBytes - Number(to)), end: sizeBytes });
  if (to !== "" && Number(to) < Number(from)) return undefined;
  return within({ first: Number(from), end: to === "" ? sizeBytes : Math.min(sizeBytes, Number(to) + 1) });
}

const within = (part: Part): Part | "outside" => (part.first < part.end ? part : "outside");

function isNamed(etag: string, named: string): boolean {
  return named.split(",").some((one) => one.trim() === etag || one.trim() === "*");
}

function partial(answered: Answered, { first, end }: Part, sizeBytes: number): Answered {
  const headers = { ...answered.headers, "Content-Range": `bytes ${first}-${end - 1}/${sizeBytes}` };
  if ("opened" in answered) return { ...answered, status: 206, headers, first, end };
  const type = "body" in answered ? { "Content-Type": jsonType } : {};
  const content = bytesOf(answered).subarray(first, end);
  return { status: 206, content, headers: { ...type, ...headers } };
}

function replaced(etag: string): Answer {
  return {
    status: 412,
    body: { faults: [`another version is there now: ${etag}`] },
    headers: { ETag: etag },
  };
}

function outside(range: string, sizeBytes: number): Answer {
  const fault = `${range.slice(0, 80)}: there are ${sizeBytes} bytes`;
  const headers = { "Accept-Ranges": "bytes", "Content-Range": `bytes */${sizeBytes}` };
  return { status: 416, body: { faults: [fault] }, headers };
}
