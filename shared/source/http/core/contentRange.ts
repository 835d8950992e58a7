import type { IncomingHttpHeaders } from "node:http";
import { Failure } from "./failure.ts";

/** The bytes from `first` up to and without `end` of a file. */
export interface Part {
  readonly first: number;
  readonly end: number;
  /** The whole file's; `undefined` where the server does not tell. */
  readonly sizeBytes: number | undefined;
}

/**
 * The part that an answer of 206 brings; `undefined` for any other, which brings the whole file whatever was asked. Throws a
 * `Failure` where it is not the part that was asked for (`range`: `bytes=FIRST-LAST`, or without a last one; RFC 9110, 14.4).
 */
export function partOf(
  status: number,
  headers: IncomingHttpHeaders,
  range: string | undefined,
): Part | undefined {
  if (status !== 206) return undefined;
  const said = headers["content-range"] ?? "";
  const [, first, last, size] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/i.exec(said.trim()) ?? [];
  if (first === undefined)
    throw failure(`the server answered 206 with ${said === "" ? "no Content-Range" : `"${said}"`}`);
  const part = {
    first: Number(first),
    end: Number(last) + 1,
    sizeBytes: size === "*" ? undefined : Number(size),
  };
  const [, askedFirst = "", askedLast = ""] = /^bytes=(\d+)-(\d*)$/.exec(range ?? "") ?? [];
  const { sizeBytes = Number.POSITIVE_INFINITY } = part;
  const askedEnd = Math.min(askedLast === "" ? sizeBytes : Number(askedLast) + 1, sizeBytes);
  const isAsked =
    part.first === Number(askedFirst) && (part.end === askedEnd || askedEnd === Number.POSITIVE_INFINITY);
  if (askedFirst === "" || !isAsked || part.end <= part.first)
    throw failure(`asked for ${range ?? "the whole file"}, the server sent ${said}`);
  const length = headers["content-length"];
  if (length !== undefined && Number(length) !== part.end - part.first)
    throw failure(`the server sent ${said} in ${length} bytes`);
  return part;
}

function failure(why: string): Failure {
  return new Failure(why, { isFinal: true });
}
