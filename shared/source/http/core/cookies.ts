import type { HttpLimits } from "./limits.ts";

interface Cookie {
  readonly host: string;
  readonly path: string;
  readonly isSecure: boolean;
  readonly name: string;
  readonly value: string;
  /** Milliseconds since 1970 UTC. */
  readonly expiresAt: number;
}

/** The cookies that servers set, each for the host and port alone that set it, whatever `Domain` it names. */
export interface Cookies {
  /** What to send to a URL; "" for nothing. */
  headerFor(url: URL): string;
  /** Takes note of what an answer from the URL sets (`Set-Cookie`). What cannot be read, or is too long, is left out. */
  note(url: URL, lines: readonly string[]): void;
}

/** A jar of at most `cookiesMax` cookies, without the ones set first beyond that. */
export function createCookies(
  { cookiesMax, cookieCharactersMax }: Pick<HttpLimits, "cookiesMax" | "cookieCharactersMax">,
  now: () => number,
): Cookies {
  const kept = new Map<string, Cookie>();
  return {
    headerFor(url) {
      const isSecure = url.protocol === "https:";
      return [...kept.values()]
        .filter(({ host, path, expiresAt }) => host === url.host && isBelow(url, path) && expiresAt > now())
        .filter((cookie) => isSecure || !cookie.isSecure)
        .sort((one, other) => other.path.length - one.path.length)
        .map(({ name, value }) => `${name}=${value}`)
        .join("; ");
    },
    note(url, lines) {
      for (const line of lines) {
        const cookie = readCookie(line, url, now());
        if (!cookie || cookie.name.length + cookie.value.length > cookieCharactersMax) continue;
        const key = [cookie.host, cookie.path, cookie.name].join("\n");
        kept.delete(key);
        if (cookie.expiresAt > now()) kept.set(key, cookie);
        const [oldest] = kept.keys();
        if (oldest !== undefined && kept.size > cookiesMax) kept.delete(oldest);
      }
    },
  };
}

/** RFC 6265, 5.2 and 5.3. */
function readCookie(line: string, url: URL, now: number): Cookie | undefined {
  const [pair = "", ...rest] = line.split(";");
  const [, name = "", value = ""] = /^\s*([^=\s]+)\s*=\s*(.*?)\s*$/.exec(pair) ?? [];
  if (name === "") return undefined;
  const attributes = new Map(
    rest.map((attribute) => {
      const [, key = "", said = ""] = /^\s*([^=]*?)\s*(?:=\s*(.*?)\s*)?$/.exec(attribute) ?? [];
      return [key.toLowerCase(), said];
    }),
  );
  const path = attributes.get("path") ?? "";
  return {
    host: url.host,
    path: path.startsWith("/") ? path : url.pathname.slice(0, Math.max(1, url.pathname.lastIndexOf("/"))),
    isSecure: attributes.has("secure"),
    name,
    value,
    expiresAt: expiryOf(attributes, now),
  };
}

/** For ever where none is said: as long as the source. */
function expiryOf(attributes: ReadonlyMap<string, string>, now: number): number {
  const maxAge = attributes.get("max-age") ?? "";
  if (/^-?\d+$/.test(maxAge)) return now + Number(maxAge) * 1000;
  const expires = Date.parse(attributes.get("expires") ?? "");
  return Number.isNaN(expires) ? Number.POSITIVE_INFINITY : expires;
}

function isBelow({ pathname }: URL, path: string): boolean {
  return pathname === path || pathname.startsWith(path.endsWith("/") ? path : `${path}/`);
}
