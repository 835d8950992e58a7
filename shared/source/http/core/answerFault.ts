import { STATUS_CODES } from "node:http";
import type { Answered } from "./asking.ts";
import { Failure } from "./failure.ts";
import type { HttpLimits } from "./limits.ts";
import { retryAfterMs } from "./retryAfter.ts";

const proxyWantsLogin = 407;
const refusals: readonly number[] = [401, 403, proxyWantsLogin];
/** Another try may end otherwise. */
const passing: readonly number[] = [408, 425, 429];
/** Of the server's own faults: it will not be able to next time either. */
const lasting: readonly number[] = [501, 505];

/** Why an answer is none of those that were asked for. */
export function answerFault(
  { message: { statusCode = 0, headers }, isAuthorized }: Answered,
  answers: readonly number[],
  hasCredentials: boolean,
  { retryAfterLongestMs }: HttpLimits,
  now: number,
): Failure {
  const why = `expected ${answers.join(" or ")}, the server answered ${statusCode} ${STATUS_CODES[statusCode] ?? ""}`;
  if (refusals.includes(statusCode)) {
    const reason =
      statusCode === proxyWantsLogin
        ? "the proxy wants to know who asks"
        : isAuthorized
          ? "it does not accept the credentials"
          : hasCredentials
            ? "the credentials are for other hosts"
            : "it wants to know who asks";
    return new Failure(`${why.trim()}: ${reason}`, { fault: "refused", isFinal: true });
  }
  const isPassing = passing.includes(statusCode) || (statusCode >= 500 && !lasting.includes(statusCode));
  if (!isPassing) return new Failure(why.trim(), { isFinal: true });
  const waitMs = retryAfterMs(headers["retry-after"], now);
  if (waitMs === undefined || waitMs <= retryAfterLongestMs) return new Failure(why.trim(), { waitMs });
  const instant = new Date(Math.min(now + waitMs, 8.64e15)).toISOString();
  const seconds = Math.ceil(waitMs / 1000);
  return new Failure(`${why.trim()}, and to come again in ${seconds} s, at ${instant}`, {
    fault: "unreachable",
    isFinal: true,
  });
}
