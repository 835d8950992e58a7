import { answerFault } from "./answerFault.ts";
import type { Answered, Asking } from "./asking.ts";
import { discardBody } from "./body.ts";
import type { HttpRequest } from "./calls.ts";
import { type Part, partOf } from "./contentRange.ts";
import { Failure } from "./failure.ts";
import type { HttpLimits } from "./limits.ts";
import { isRedirect, redirectTarget } from "./redirects.ts";
import { shownUrl } from "./words.ts";

export interface FollowOptions {
  readonly asking: Asking;
  readonly limits: HttpLimits;
  readonly now: () => number;
  readonly hasCredentials: boolean;
}

/** One of the answers that a request asks for. */
export interface Followed extends Answered {
  /** Where it came from. */
  readonly url: URL;
  readonly part: Part | undefined;
}

/** Asks once, and again wherever redirects lead to. Throws a `Failure` for what is none of the answers asked for. */
export function createFollow({ asking, limits, now, hasCredentials }: FollowOptions) {
  return async (request: HttpRequest, signal: AbortSignal): Promise<Followed> => {
    const seen = new Set<string>();
    let url = request.url;
    for (let redirects = 0; ; redirects++) {
      try {
        // Who asks a second time with another cookie is no longer sent to log in.
        const state = `${url.href}\n${asking.cookiesFor(url)}`;
        if (seen.has(state)) throw failure("redirects lead in a circle");
        seen.add(state);
        const next = await hop(request, url, signal);
        if (!(next instanceof URL)) return next;
        if (redirects >= limits.redirectsMax)
          throw failure(`more than ${limits.redirectsMax} redirects follow each other`);
        url = next;
      } catch (thrown) {
        const isRedirected = thrown instanceof Failure && redirects > 0;
        throw isRedirected ? thrown.at(`redirected to ${shownUrl(url)}`) : thrown;
      }
    }
  };

  /** An answer, or where it leads. */
  async function hop(request: HttpRequest, url: URL, signal: AbortSignal): Promise<Followed | URL> {
    const reply = await asking.ask(request, url, signal);
    const { statusCode = 0, headers } = reply.message;
    try {
      if (request.answers.includes(statusCode)) {
        const part = partOf(statusCode, headers, request.headers?.range);
        const statedBytes = request.method === "GET" && part ? part.end - part.first : reply.statedBytes;
        return { ...reply, url, part, statedBytes };
      }
      if (isRedirect(statusCode, headers.location)) {
        discardBody(reply, limits);
        return redirectTarget(headers.location, url);
      }
      throw answerFault(reply, request.answers, hasCredentials, limits, now());
    } catch (thrown) {
      discardBody(reply, limits);
      throw thrown;
    }
  }
}

function failure(why: string): Failure {
  return new Failure(why, { isFinal: true });
}
