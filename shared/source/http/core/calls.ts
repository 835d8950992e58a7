import type { IncomingHttpHeaders } from "node:http";
import type { LookupFunction } from "node:net";
import type { SourceFault } from "../../../errors.ts";
import type { Credentials } from "../../secrets/auth.ts";
import type { TlsOptions } from "./connections/agents.ts";
import type { ProxyOptions } from "./connections/proxies.ts";
import type { Part } from "./contentRange.ts";
import type { HttpLimits } from "./limits.ts";

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
  /**
   * The part of the file that its body is (206): the one that the header `range` asked for. Absent for all else, as where a server
   * sends all of it (200).
   */
  readonly part?: Part;
  /**
   * The whole body, raw. To be called once, or else `discard`: till then the answer holds its connection. It reads at most
   * `bytesMax` and throws beyond that: a `GranuleError` (`tooLarge`) where a file was asked for, else a `SourceError`. A body that
   * breaks is asked for again as a whole; a file has to have the same ETag, date and length then.
   */
  bytes(bytesMax: number): Promise<Uint8Array>;
  /** Lets the body go. */
  discard(): void;
}

/**
 * Requests to an HTTP server, over at most `connectionsMax` connections to it, and as many to all that it redirects to; further calls
 * wait, first come, first served.
 */
export interface HttpCalls {
  /**
   * One request. Resolves once the headers of its final answer are there; the signal holds for the body too. A status among
   * `answers` is an answer, any other a `SourceError`.
   *
   * - What no connection could be made for is `unreachable`, also where the server's certificate does not prove who it is. 401, 403
   *   and 407 are `refused`. All else has the request's own fault.
   * - Lost connections, silence, 408, 425, 429 and 5xx but 501 and 505 are tried again, with growing waits, or the one that the server asks for. One
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
  /** Takes out of messages what requests are signed with. */
  readonly strike?: ((text: string) => string) | undefined;
  readonly limits?: Partial<HttpLimits> | undefined;
  readonly tls?: TlsOptions | undefined;
  readonly proxies?: ProxyOptions | undefined;
  /** Whether redirects may lead to machines that are not public. A name that only a proxy can look up passes for public. */
  readonly isAnyRedirectHost?: boolean | undefined;
  /** NAME/VERSION. */
  readonly userAgent?: string | undefined;
  /** What asks for a host's addresses; the system's way by default. */
  readonly lookup?: LookupFunction | undefined;
}
