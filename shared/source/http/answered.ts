import { type IncomingMessage, STATUS_CODES } from "node:http";
import { Failure } from "./failure.ts";
import type { HttpLimits } from "./limits.ts";
import { retryAfterMs } from "./retryAfter.ts";

const refusals: readonly number[] = [401, 403, 407];
const passing: readonly number[] = [408, 429, 500, 502, 503, 504];

/** Why an answer is none of those that were asked for. */
export function answered(
  { statusCode = 0, headers }: IncomingMessage,
  { answers }: { readonly answers: readonly number[] },
  hasCredentials: boolean,
  { retryAfterLongestMs }: HttpLimits,
  now: number,
): Failure {
  const name = STATUS_CODES[statusCode];
  const why = `expected ${answers.join(" or ")}, the server answered ${statusCode}${name ? ` ${name}` : ""}`;
  if (refusals.includes(statusCode)) {
    const said = hasCredentials ? "it does not accept the credentials" : "it wants to know who asks";
    return new Failure(statusCode === 401 ? `${why}: ${said}` : why, { fault: "refused", isFinal: true });
  }
  if (!passing.includes(statusCode)) return new Failure(why, { isFinal: true });
  const waitMs = retryAfterMs(headers["retry-after"], now);
  if (waitMs === undefined || waitMs <= retryAfterLongestMs) return new Failure(why, { waitMs });
  const instant = new Date(Math.min(now + waitMs, 8.64e15)).toISOString();
  return new Failure(`${why} and asks to be left alone for ${Math.ceil(waitMs / 1000)} s, until ${instant}`, {
    fault: "unreachable",
    isFinal: true,
  });
}
