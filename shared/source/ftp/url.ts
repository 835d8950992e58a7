import { anyDataHost, hasStrayQuery } from "../../dataset/baseUrl.ts";
import { UsageError } from "../../errors.ts";
import { absoluteBelow, segmentsOf } from "../paths.ts";
import type { Credentials } from "../secrets/auth.ts";
import { redactUrl } from "../secrets/redactUrl.ts";
import { strikerOf } from "../secrets/secret.ts";

/** Where an FTP source is, and as whom to log in. */
export interface FtpAddress {
  /** A name or an IP address, without brackets. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** Absolute, decoded, without a slash at the end unless it is the root. */
  readonly basePath: string;
  /** `explicit`: TLS is asked for on the plain port (AUTH TLS). `implicit`: the connection begins with TLS. */
  readonly security: "none" | "explicit" | "implicit";
  /** Whether the server may name another host than its own for data (PASV). */
  readonly isAnyDataHost: boolean;
}

const implicitPort = 990;
const anonymous = { user: "anonymous", password: "guest" } as const;
const controlCharacter = /\p{Cc}/u;

/**
 * Reads `ftp://user:password@host:port/path`, or `ftps:` for TLS: implicit on port 990, explicit elsewhere.
 * User, password and path are percent-decoded; the path is taken from the server's root. Without a user the login is
 * anonymous. `?data-host=any` may stand behind it. Throws a `UsageError` with every fault; no fault shows the password.
 */
export function parseFtpUrl(url: string): FtpAddress {
  const shown = redactUrl(url);
  if (!/^ftps?:\/\//i.test(url)) {
    throw new UsageError([`source "${shown}": must begin with ftp:// or ftps://`]);
  }
  if (!URL.canParse(url)) {
    throw new UsageError([
      `source "${shown}": is not a URL; in user and password write @ : / ? # as %40 %3A %2F %3F %23`,
    ]);
  }
  const parsed = new URL(url);
  const faults: string[] = [];
  const decoded = (part: string, name: string): string => {
    try {
      const text = decodeURIComponent(part);
      if (controlCharacter.test(text)) faults.push(`source "${shown}": the ${name} has a control character`);
      return text;
    } catch {
      faults.push(`source "${shown}": the ${name} has a % that encodes nothing; write it as %25`);
      return "";
    }
  };

  const secured = parsed.protocol === "ftps:";
  const port = parsed.port === "" ? 21 : Number(parsed.port);
  const user = decoded(parsed.username, "user");
  const password = decoded(parsed.password, "password");
  const path = decoded(parsed.pathname, "path");
  if (parsed.hostname === "") faults.push(`source "${shown}": has no host`);
  if (port === 0) faults.push(`source "${shown}": has port 0`);
  if (user === "" && password !== "") faults.push(`source "${shown}": has a password but no user`);
  if (hasStrayQuery(url)) {
    faults.push(
      `source "${shown}": has ? or #; write them as %3F and %23 (all that may follow a ? is ${anyDataHost})`,
    );
  }
  // An @ behind the host is most often the end of a password with an unencoded slash.
  if (parsed.pathname.includes("@")) faults.push(`source "${shown}": has @ in its path; write it as %40`);
  if (faults.length > 0) throw new UsageError(faults);

  const isAnonymous = user === "" || user === anonymous.user;
  return {
    host: parsed.hostname.replace(/^\[(.*)\]$/, "$1"),
    port,
    user: user === "" ? anonymous.user : user,
    password: isAnonymous && password === "" ? anonymous.password : password,
    basePath: `/${segmentsOf(path).join("/")}`,
    security: secured ? (port === implicitPort ? "implicit" : "explicit") : "none",
    isAnyDataHost: url.endsWith(anyDataHost),
  };
}

/** The address with the user and password of `basic` credentials, where its URL has none. */
export function addressedAs(address: FtpAddress, credentials: Credentials | undefined): FtpAddress {
  if (credentials?.kind !== "basic" || address.user !== anonymous.user) return address;
  return { ...address, user: credentials.user, password: credentials.password };
}

/** What strikes the address's secret out of a text. The password of anonymous logins that nobody set is none. */
export function secretStriker({ user, password }: FtpAddress): (text: string) => string {
  const isKnown = user === anonymous.user && password === anonymous.password;
  return strikerOf(isKnown ? "" : password);
}

/**
 * The absolute path of `path` below the address's base. Throws a `UsageError` for a path that would leave the base,
 * or that no FTP command can carry.
 */
export function absolutePath(address: FtpAddress, path: string): string {
  return absoluteBelow(address.basePath, path);
}

/** The absolute path with its host and port, for messages: `ftp://host:21/path`, with `***` for the password in it. */
export function placeOf(address: FtpAddress, absolute: string): string {
  const scheme = address.security === "none" ? "ftp" : "ftps";
  const host = address.host.includes(":") ? `[${address.host}]` : address.host;
  return `${scheme}://${host}:${address.port}${secretStriker(address)(absolute)}`;
}
