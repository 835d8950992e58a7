import { GranuleError, SourceError, UsageError } from "../../../errors.ts";
import { unlessAborted } from "../../../waiting.ts";
import { credentialsStriker } from "../../secrets/auth.ts";
import { createAsking } from "./asking.ts";
import { discardBody, readBody } from "./body.ts";
import type { HttpCalls, HttpCallsOptions } from "./calls.ts";
import { proxiesStriker } from "./connections/proxies.ts";
import { Failure } from "./failure.ts";
import { createFollow, type Followed } from "./follow.ts";
import { type HttpLimits, httpLimitsDefault } from "./limits.ts";
import { createTries } from "./tries.ts";
import { shownUrl } from "./words.ts";

/** Throws a `UsageError` for options that cannot be used. Nothing is connected before it is needed. */
export function createHttpCalls(options: HttpCallsOptions): HttpCalls {
  const { base, connectionsMax, random, now, strike: strikeSigned = (text: string) => text } = options;
  if (!Number.isInteger(connectionsMax) || connectionsMax < 1)
    throw new UsageError([`connectionsMax ${connectionsMax}: must be a whole number, at least 1`]);
  const limits: HttpLimits = { ...httpLimitsDefault, ...options.limits };
  const [strikeCredentials, strikeProxies] = [
    credentialsStriker(options.credentials),
    proxiesStriker(options.proxies),
  ];
  const strike = (text: string) => strikeProxies(strikeCredentials(strikeSigned(text)));
  const asking = createAsking(options, limits);
  const follow = createFollow({
    asking,
    limits,
    now,
    hasCredentials: options.credentials !== undefined,
  });
  const ended = new AbortController();

  return {
    async call(request, callerSignal) {
      const signal = AbortSignal.any([callerSignal, ended.signal]);
      const place = strike(`${request.method} ${shownUrl(request.url)}`);
      const tries = createTries({ limits, random, place, strike, fault: request.fault, signal });
      const isFile = request.fault === "transfer";

      function tooLarge(bytesMax: number): Error {
        const why = `${place}: is larger than ${bytesMax} bytes`;
        return isFile ? new GranuleError("tooLarge", why) : new SourceError(request.fault, why);
      }

      const first = await tries.until(() => follow(request, signal));
      return {
        status: first.message.statusCode ?? 0,
        headers: first.message.headers,
        url: first.url,
        ...(first.part && { part: first.part }),
        bytes(bytesMax) {
          let reply: Followed | undefined = first;
          return tries.until(async () => {
            const current = reply ?? (await follow(request, signal));
            reply = undefined;
            try {
              if (isFile) refuseChanged(first, current);
              return await unlessAborted(signal, () =>
                readBody(current, bytesMax, limits.idleMs, () => tooLarge(bytesMax)),
              );
            } catch (thrown) {
              current.message.destroy();
              throw thrown;
            }
          });
        },
        discard: () => discardBody(first, limits),
      };
    },

    async close() {
      ended.abort(new SourceError("unreachable", `${strike(shownUrl(base))}: the source is closed`));
      asking.close();
    },
  };
}

const identities = ["etag", "last-modified", "content-length"] as const;

/** What was told of the file is to hold for the bytes that came. */
function refuseChanged({ message: first }: Followed, { message: again }: Followed): void {
  const changed = identities.find((name) => first.headers[name] !== again.headers[name]);
  if (changed === undefined && first.statusCode === again.statusCode) return;
  const [before, after] = [first, again].map(({ statusCode, headers }) =>
    changed === undefined ? `status ${statusCode}` : `${changed} ${headers[changed] ?? "none"}`,
  );
  throw new Failure(`the file changed while it was read: first ${before}, then ${after}`, { isFinal: true });
}
