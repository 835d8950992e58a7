import type { Answer, Headers } from "./answer.ts";
import type { Asked } from "./serve.ts";

const methods = ["GET", "HEAD", "OPTIONS"];
const rememberedSeconds = 3600;

const preflight: Headers = {
  "Access-Control-Allow-Methods": methods.join(", "),
  "Access-Control-Allow-Headers": "Cache-Control, If-Match, If-None-Match, If-Range, Range",
  "Access-Control-Max-Age": String(rememberedSeconds),
};
const shown: Headers = {
  "Access-Control-Expose-Headers":
    "Accept-Ranges, Accrete-As-Of, Accrete-Now, Content-Length, Content-Range, ETag",
};

/**
 * What lets pages of these origins read an answer; `*` stands for all. Without any origin no page but the server's own reads
 * anything. Format: https://fetch.spec.whatwg.org/#http-cors-protocol
 */
export function crossOriginHeaders({ method, headers }: Asked, origins: readonly string[]): Headers {
  if (origins.length === 0) return {};
  const isAny = origins.includes("*");
  const varying: Headers = isAny ? {} : { Vary: "Origin" };
  const allowed = isAny ? "*" : origins.find((origin) => origin === headers.origin);
  if (allowed === undefined) return varying;
  const more = method === "OPTIONS" ? preflight : shown;
  return { ...varying, "Access-Control-Allow-Origin": allowed, ...more };
}

/** The answer to a method other than GET and HEAD, undefined to those. OPTIONS is told what is allowed. */
export function methodAnswer({ method }: Asked): Answer | undefined {
  if (method === "GET" || method === "HEAD") return undefined;
  const headers = { Allow: methods.join(", ") };
  if (method === "OPTIONS") return { status: 204, body: {}, headers };
  return { status: 405, body: { faults: [`${method} is not answered here: ask with GET`] }, headers };
}
