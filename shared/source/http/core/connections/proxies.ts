import type { OutgoingHttpHeaders } from "node:http";
import { UsageError } from "../../../../errors.ts";
import { basicToken } from "../../../secrets/auth.ts";
import { redactUrl } from "../../../secrets/redactUrl.ts";
import { strikerOf } from "../../../secrets/secret.ts";
import { decoded } from "../words.ts";
import { isWithoutProxy } from "./noProxy.ts";

/** Through what to ask, as the usual variables say it. */
export interface ProxyOptions {
  /** For URLs of http, and of https: `http://USER:PASSWORD@HOST:PORT`, or `https:`; `http://` may be left out. */
  readonly http?: string;
  readonly https?: string;
  /** For which hosts to ask without one (`isWithoutProxy`). */
  readonly no?: string;
}

export interface ProxyServer {
  readonly url: URL;
  /** Who asks, where the proxy's URL says it. */
  readonly headers: OutgoingHttpHeaders;
}

/** The proxy for a URL; `undefined` for none. Throws a `UsageError` for what is no proxy's URL. */
export function createProxies(options: ProxyOptions = {}): (url: URL) => ProxyServer | undefined {
  const [http, https] = [readProxy(options.http), readProxy(options.https)];
  return (url) => {
    const proxy = url.protocol === "https:" ? https : http;
    return proxy && !isWithoutProxy(url, options.no ?? "") ? proxy : undefined;
  };
}

/** What strikes the passwords of the proxies out of a text. */
export function proxiesStriker({ http, https }: ProxyOptions = {}): (text: string) => string {
  const strikers = [readProxy(http), readProxy(https)].flatMap((proxy) => {
    const { user, password } = userOf(proxy?.url);
    return password === "" ? [] : [strikerOf(password), strikerOf(basicToken({ user, password }))];
  });
  return (text) => strikers.reduce((told, strike) => strike(told), text);
}

function readProxy(text: string | undefined): ProxyServer | undefined {
  if (text === undefined || text === "") return undefined;
  const written = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const url = URL.canParse(written) ? new URL(written) : undefined;
  if (!url || !["http:", "https:"].includes(url.protocol) || url.hostname === "")
    throw new UsageError([`proxy "${redactUrl(text)}": must be like http://HOST:PORT, or https://`]);
  const { user, password } = userOf(url);
  const headers = user === "" ? {} : { "proxy-authorization": `Basic ${basicToken({ user, password })}` };
  return { url, headers };
}

function userOf(url: URL | undefined): { readonly user: string; readonly password: string } {
  return { user: decoded(url?.username ?? ""), password: decoded(url?.password ?? "") };
}
