import type { IncomingHttpHeaders } from "node:http";
import type { LookupFunction } from "node:net";
import { GranuleError, SourceError, type SourceFault, UsageError } from "../../errors.ts";
import { unlessAborted } from "../../waiting.ts";
import { type Credentials, credentialsStriker } from "../auth.ts";
import { createGuard } from "./addresses.ts";
import { createAgents, type TlsOptions } from "./agents.ts";
import { answered } from "./answered.ts";
import { createAuthorization } from "./authorization.ts";
import { discardBody, readBody } from "./body.ts";
import { type Part, partOf } from "./contentRange.ts";
import { createCookies } from "./cookies.ts";
import { exchange, type Reply, StaleConnection } from "./exchange.ts";
import { Failure } from "./failure.ts";
import { type HttpLimits, httpLimitsDefault } from "./limits.ts";
import { isRedirect, redirectTarget } from "./redirects.ts";
import { createTries, type Tries } from "./tries.ts";
import { shownUrl } from "./words.ts";

export interface HttpRequest {
  readonly method: "GET" | "HEAD";
  readonly url: URL;
  /** In lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The statuses that are answers; redirects among them are not followed. */
  readonly answers: readonly number[];
  /** Of what fails while the server can be reached: `listing` for what lists, `transfer` for a file. */
  readonly fault: SourceFault;
  /** Headers that say who asks, anew for each try; not for another origin that a redirect leads to. */
  readonly sign?: (method: string, url: URL) => Promise<Readonly<Record<string, string>>>;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Where it came from, after redirects. */
  readonly url: URL;
  /** The part of the file that its body is (206): the one that the header `range` asked for. Absent for all else, as where a server sends all of it (200). */
  readonly part?: Part;
  /**
   * The whole body, raw. To be called once, or else `discard`. It reads at most `bytesMax` and throws beyond that: a `SourceError`
   * where a listing was asked for, else a `GranuleError` (`tooLarge`). A body that breaks is asked for again as a whole; a
   * file has to have the same ETag, date and length then.
   */
  bytes(bytesMax: number): Promise<Uint8Array>;
  /** Lets the body go. */
  discard(): void;
}

/**
 * Requests to an HTTP server, over at most `connectionsMax` connections to each host; further calls wait, first come, first served.
 */
export interface HttpCalls {
  /**
   * One request. Resolves once the headers of its final answer are there; the signal holds for the body too. A status among
   * `answers` is an answer, any other a `SourceError`.
   *
   * - What no connection could be made for is `unreachable`, also where the server's certificate does not prove who it is. 401, 403
   *   and 407 are `refused`. All else has the request's own fault.
   * - Lost connections, silence, 408, 429 and 5xx are tried again, with growing waits, or the one that the server asks for. One
   *   longer than `retryAfterLongestMs` is `unreachable`, and says when to come again.
   * - Where the server took the request on every try and ended the connection before the first byte of an answer, the error is a
   *   `HungUpError`.
   * - Redirects are followed, at most `redirectsMax`; never from https to http, nor to a machine that is not public, unless the base
   *   URL's own is such a one. Credentials stay with the base URL's origin, cookies with the host that set them.
   * - No error shows credentials or the signature of a URL, also where the server repeats them.
   */
  call(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer>;
  /** Ends the connections, and with a `SourceError` the calls that are under way. */
  close(): Promise<void>;
}

export interface HttpCallsOptions {
  /** Where the source is: what credentials are for. */
  readonly base: URL;
  readonly connectionsMax: number;
  /** Uniform in [0, 1): spreads the tries of many callers. */
  readonly random: () => number;
  /** The wall clock: for what servers say by date. */
  readonly now: () => number;
  /** `basic`, `bearer` and `netrc` are sent; who has others signs. */
  readonly credentials?: Credentials | undefined;
  readonly limits?: Partial<HttpLimits> | undefined;
  readonly tls?: TlsOptions | undefined;
  /** Whether redirects may lead to machines that are not public. */
  readonly isAnyRedirectHost?: boolean;
  /** NAME/VERSION. */
  readonly userAgent?: string;
  /** What asks for a host's addresses; the system's way by default. */
  readonly lookup?: LookupFunction;
}

/** What may be asked of any host. The rest of a request's own headers is for the origin that it was made for. */
const headersForAnybody: readonly string[] = [
  "accept",
  "range",
  "if-match",
  "if-none-match",
  "if-modified-since",
  "if-range",
];

/** Throws a `UsageError` for options that cannot be used. Nothing is connected before it is needed. */
export function createHttpCalls(options: HttpCallsOptions): HttpCalls {
  const { base, connectionsMax, random, now, credentials, userAgent = "accrete-zarr" } = options;
  const limits: HttpLimits = { ...httpLimitsDefault, ...options.limits };
  if (!Number.isInteger(connectionsMax) || connectionsMax < 1)
    throw new UsageError([`connectionsMax ${connectionsMax}: must be a whole number, at least 1`]);
  const strike = credentialsStriker(credentials);
  const guard = createGuard({ base, isAnyHost: options.isAnyRedirectHost ?? false, lookup: options.lookup });
  const { lookupFor } = guard;
  const agents = createAgents({ connectionsMax, keepMs: limits.keepMs, tls: options.tls, lookupFor });
  const authorizationFor = createAuthorization(base, credentials);
  const cookies = createCookies(limits, now);
  const ended = new AbortController();

  async function headersFor(request: HttpRequest, url: URL): Promise<Record<string, string>> {
    const isOwnOrigin = url.origin === request.url.origin;
    const own = Object.entries(request.headers ?? {}).filter(
      ([name]) => isOwnOrigin || headersForAnybody.includes(name),
    );
    const authorization = authorizationFor(url);
    const cookie = cookies.headerFor(url);
    return {
      "user-agent": userAgent,
      accept: "*/*",
      // Files come as they are stored, also those that are compressed.
      "accept-encoding": "identity",
      ...(authorization !== undefined && { authorization }),
      ...(cookie !== "" && { cookie }),
      ...Object.fromEntries(own),
      ...(isOwnOrigin && (await request.sign?.(request.method, url))),
    };
  }

  /** One request to one URL. A connection that the server had ended meanwhile is none: nothing was tried yet. */
  async function ask(request: HttpRequest, url: URL, signal: AbortSignal): Promise<Reply> {
    await guard.checkUrl(url);
    for (let stale = 0; ; stale++) {
      const headers = await headersFor(request, url);
      const { headers: routed, ...route } = agents.routeTo(url);
      const wire = { ...route, method: request.method, headers: { ...routed, ...headers } };
      try {
        const reply = await exchange(url.protocol === "https:", wire, limits, signal);
        cookies.note(url, reply.message.headers["set-cookie"] ?? []);
        return reply;
      } catch (thrown) {
        if (!(thrown instanceof StaleConnection) || stale >= connectionsMax) throw thrown;
      }
    }
  }

  /** A request, and where redirects lead from there. */
  async function follow(request: HttpRequest, signal: AbortSignal): Promise<{ reply: Reply; url: URL }> {
    const seen = new Set<string>();
    let url = request.url;
    for (let hops = 0; ; hops++) {
      const here = url;
      const state = `${url.href}\n${cookies.headerFor(url)}`;
      try {
        if (seen.has(state)) throw new Failure("redirects lead in a circle", { isFinal: true });
        seen.add(state);
        const reply = await ask(request, url, signal);
        const { statusCode: status = 0, headers } = reply.message;
        if (request.answers.includes(status) || !isRedirect(status, headers.location)) return { reply, url };
        discardBody(reply, limits.discardBytesMax);
        if (hops >= limits.redirectsMax)
          throw new Failure(`more than ${limits.redirectsMax} redirects follow each other`, {
            isFinal: true,
          });
        url = redirectTarget(headers.location, url, base);
      } catch (thrown) {
        throw thrown instanceof Failure && hops > 0 ? thrown.at(shownUrl(here)) : thrown;
      }
    }
  }

  async function tried(request: HttpRequest, tries: Tries, signal: AbortSignal) {
    for (;;) {
      try {
        const { reply, url } = await unlessAborted(signal, () => follow(request, signal));
        const { statusCode: status = 0, headers } = reply.message;
        if (!request.answers.includes(status)) {
          discardBody(reply, limits.discardBytesMax);
          throw answered(reply.message, request, credentials !== undefined, limits, now());
        }
        try {
          return { ...reply, url, status, part: partOf(status, headers, request.headers?.range) };
        } catch (thrown) {
          reply.message.destroy();
          throw thrown;
        }
      } catch (thrown) {
        signal.throwIfAborted();
        await tries.again(thrown);
      }
    }
  }

  return {
    async call(request, callerSignal) {
      const signal = AbortSignal.any([callerSignal, ended.signal]);
      const place = strike(`${request.method} ${shownUrl(request.url)}`);
      const tries = createTries({ limits, random, place, strike, fault: request.fault, signal });
      const tooLarge = (bytesMax: number) => () => {
        const why = `${place}: is larger than ${bytesMax} bytes`;
        return request.fault === "transfer"
          ? new GranuleError("tooLarge", why)
          : new SourceError(request.fault, why);
      };
      const first = await tried(request, tries, signal);
      return {
        status: first.status,
        headers: first.message.headers,
        url: first.url,
        ...(first.part && { part: first.part }),
        async bytes(bytesMax) {
          for (let reply = first; ; reply = await tried(request, tries, signal)) {
            try {
              if (reply !== first && request.fault === "transfer") assertSame(first, reply);
              return await unlessAborted(signal, () =>
                readBody(reply, bytesMax, limits.idleMs, tooLarge(bytesMax)),
              );
            } catch (thrown) {
              signal.throwIfAborted();
              reply.message.destroy();
              await tries.again(thrown);
            }
          }
        },
        discard: () => discardBody(first, limits.discardBytesMax),
      };
    },

    async close() {
      ended.abort(new SourceError("unreachable", `${strike(shownUrl(base))}: the source is closed`));
      agents.destroy();
    },
  };
}

const identities = ["etag", "last-modified", "content-length"] as const;

/** What was told of the file is to hold for the bytes that came. */
function assertSame(first: Reply & { status: number }, again: Reply & { status: number }): void {
  const changed = identities.find((name) => first.message.headers[name] !== again.message.headers[name]);
  if (changed === undefined && first.status === again.status) return;
  const [before, after] = [first, again].map(({ status, message }) =>
    changed === undefined ? `status ${status}` : `${changed} ${message.headers[changed] ?? "none"}`,
  );
  throw new Failure(`the file changed while it was read: first ${before}, then ${after}`, { isFinal: true });
}
