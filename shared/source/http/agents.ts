import { Agent as PlainAgent, type RequestOptions } from "node:http";
import { Agent as SecuredAgent } from "node:https";
import type { LookupFunction } from "node:net";
import { hostOf } from "./addresses.ts";

/** What an adapter may be told of TLS. */
export interface TlsOptions {
  readonly ca?: string | Buffer;
  readonly rejectUnauthorized?: boolean;
}

export interface AgentsOptions {
  /** To one host at once; further requests wait, first come, first served. */
  readonly connectionsMax: number;
  readonly keepMs: number;
  readonly tls: TlsOptions | undefined;
  readonly lookupFor: (url: URL) => LookupFunction;
}

/** The connections of one source, kept for the next request to the same host. */
export interface Agents {
  /** How a request gets to a URL. */
  routeTo(url: URL): RequestOptions;
  destroy(): void;
}

export function createAgents({ connectionsMax, keepMs, tls, lookupFor }: AgentsOptions): Agents {
  const kept = { keepAlive: true, maxSockets: connectionsMax, timeout: keepMs };
  const plain = new PlainAgent(kept);
  const secured = new SecuredAgent({ ...kept, ...tls });
  return {
    routeTo: (url) => ({
      agent: url.protocol === "https:" ? secured : plain,
      host: hostOf(url),
      port: url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port),
      path: url.pathname + url.search,
      headers: { host: url.host },
      lookup: lookupFor(url),
    }),
    destroy() {
      plain.destroy();
      secured.destroy();
    },
  };
}
