import { unlessAborted } from "../../../waiting.ts";
import { createTurns } from "../../turns.ts";
import { createAuthorization } from "./authorization.ts";
import type { HttpCallsOptions, HttpRequest } from "./calls.ts";
import { createGuard } from "./connections/addresses.ts";
import { createAgents } from "./connections/agents.ts";
import { createCookies } from "./cookies.ts";
import { exchange, type Reply, StaleConnection } from "./exchange.ts";
import type { HttpLimits } from "./limits.ts";

/** An answer, and whether who asked said who he is. */
export interface Answered extends Reply {
  readonly isAuthorized: boolean;
}

/** Asks one URL at a time for what a request asks: with the source's connections, cookies and credentials. */
export interface Asking {
  /** One answer's headers, whatever they say. Throws a `Failure`. */
  ask(request: HttpRequest, url: URL, signal: AbortSignal): Promise<Answered>;
  /** The cookies that would go to a URL now. */
  cookiesFor(url: URL): string;
  close(): void;
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

export function createAsking(options: HttpCallsOptions, limits: HttpLimits): Asking {
  const { base, connectionsMax, userAgent = "accrete-zarr", tls, proxies } = options;
  const guard = createGuard({ base, isAnyHost: options.isAnyRedirectHost ?? false, lookup: options.lookup });
  const agents = createAgents({ ...limits, tls, proxies, lookupFor: guard.lookupFor });
  const authorizationFor = createAuthorization(base, options.credentials);
  const cookies = createCookies(limits, options.now);
  /** At the base URL's host, and at all that it leads to. */
  const [turns, turnsElsewhere] = [createTurns(connectionsMax), createTurns(connectionsMax)];

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

  async function askOnce(request: HttpRequest, url: URL, signal: AbortSignal): Promise<Answered> {
    const headers = await unlessAborted(signal, () => headersFor(request, url));
    const { isSecure, options: routed } = agents.routeTo(url);
    const sent = { ...routed, method: request.method, headers: { ...routed.headers, ...headers } };
    const endTurn = await (url.host === base.host ? turns : turnsElsewhere).take(signal);
    if (signal.aborted) {
      endTurn();
      signal.throwIfAborted();
    }
    const reply = await exchange({ isSecure, options: sent }, limits, signal, endTurn);
    cookies.note(url, reply.message.headers["set-cookie"] ?? []);
    return { ...reply, isAuthorized: "authorization" in headers };
  }

  return {
    async ask(request, url, signal) {
      await unlessAborted(signal, () => guard.checkUrl(url, agents.isProxied(url)));
      // A connection that the server had ended meanwhile is none: nothing was tried yet.
      for (let stale = 0; ; stale++) {
        try {
          return await askOnce(request, url, signal);
        } catch (thrown) {
          if (!(thrown instanceof StaleConnection) || stale >= connectionsMax) throw thrown;
        }
      }
    },
    cookiesFor: cookies.headerFor,
    close: agents.destroy,
  };
}
