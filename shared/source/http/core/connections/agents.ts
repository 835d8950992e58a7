import { Agent as PlainAgent, type RequestOptions } from "node:http";
import { Agent as SecuredAgent } from "node:https";
import type { LookupFunction } from "node:net";
import { hostOf } from "./addresses.ts";
import { createProxies, type ProxyOptions, type ProxyServer } from "./proxies.ts";
import { portOf, TunnelAgent } from "./tunnel.ts";

/** What an adapter may be told of TLS. */
export interface TlsOptions {
  readonly ca?: string | Buffer;
  readonly rejectUnauthorized?: boolean;
}

export interface AgentsOptions {
  readonly connectMs: number;
  readonly keepMs: number;
  readonly tls: TlsOptions | undefined;
  readonly proxies: ProxyOptions | undefined;
  readonly lookupFor: (url: URL) => LookupFunction;
}

/** How a request gets to a URL. */
export interface Route {
  /** Whether the connection itself begins with TLS. */
  readonly isSecure: boolean;
  readonly options: RequestOptions;
}

/** The connections of one source, kept for the next request to the same host. */
export interface Agents {
  routeTo(url: URL): Route;
  isProxied(url: URL): boolean;
  destroy(): void;
}

export function createAgents({ connectMs, keepMs, tls, proxies, lookupFor }: AgentsOptions): Agents {
  const kept = { keepAlive: true, timeout: keepMs };
  const plain = new PlainAgent(kept);
  const secured = new SecuredAgent({ ...kept, ...tls });
  const proxyFor = createProxies(proxies);
  let tunnels: TunnelAgent | undefined;

  function throughProxy(url: URL, proxy: ProxyServer): Route {
    if (url.protocol === "https:") {
      tunnels ??= new TunnelAgent(proxy, connectMs, { ...kept, ...tls });
      return { isSecure: true, options: { ...place(url), agent: tunnels } };
    }
    const isSecure = proxy.url.protocol === "https:";
    const path = `${url.origin}${url.pathname}${url.search}`;
    const headers = { host: url.host, ...proxy.headers };
    return { isSecure, options: { ...place(proxy.url), path, headers, agent: isSecure ? secured : plain } };
  }

  return {
    routeTo(url) {
      const proxy = proxyFor(url);
      if (proxy) return throughProxy(url, proxy);
      const isSecure = url.protocol === "https:";
      const options = { ...place(url), agent: isSecure ? secured : plain, lookup: lookupFor(url) };
      return { isSecure, options };
    },
    isProxied: (url) => proxyFor(url) !== undefined,
    destroy() {
      for (const agent of [plain, secured, tunnels]) agent?.destroy();
    },
  };
}

function place(url: URL): RequestOptions {
  return {
    host: hostOf(url),
    port: portOf(url),
    path: url.pathname + url.search,
    headers: { host: url.host },
  };
}
