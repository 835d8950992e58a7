import { queryFaults } from "../../dataset/baseUrl.ts";
import { UsageError } from "../../errors.ts";
import { segmentsOf } from "../paths.ts";
import type { Credentials } from "../secrets/auth.ts";
import { redactUrl } from "../secrets/redactUrl.ts";

/** Where an HTTP source is, and as whom to ask. */
export interface HttpAddress {
  /** With a slash at its end; without user, password and query. */
  readonly base: URL;
  /** Those in the URL itself. */
  readonly credentials: Extract<Credentials, { kind: "basic" }> | undefined;
  /** Whether redirects may lead to machines that are not public. */
  readonly isAnyRedirectHost: boolean;
}

/**
 * Reads `https://user:password@host:port/path` or `http:`, where the path is that of a directory and percent-encoded, and
 * `?redirect-host=any` may stand behind it. Throws a `UsageError` with every fault; no fault shows the password.
 */
export function parseHttpUrl(url: string): HttpAddress {
  const shown = redactUrl(url);
  const scheme = /^(https?):\/\//i.exec(url)?.[1]?.toLowerCase();
  if (scheme === undefined) throw new UsageError([`source "${shown}": must begin with https:// or http://`]);
  const parsed = URL.parse(url);
  if (!parsed) {
    throw new UsageError([
      `source "${shown}": is not a URL; in user and password write @ : / ? # as %40 %3A %2F %3F %23`,
    ]);
  }
  const faults = queryFaults(scheme === "https" ? "https" : "http", url);
  const decoded = (part: string, name: string): string => {
    try {
      return decodeURIComponent(part);
    } catch {
      faults.push(`the ${name} has a % that encodes nothing; write it as %25`);
      return "";
    }
  };
  const user = decoded(parsed.username, "user");
  const password = decoded(parsed.password, "password");
  decoded(parsed.pathname, "path");
  const redirectHost = parsed.searchParams.get("redirect-host");
  if (redirectHost !== null && redirectHost !== "any") faults.push("redirect-host must be any");
  if (parsed.port === "0") faults.push("has port 0");
  if (user === "" && password !== "") faults.push("has a password but no user");
  if (faults.length > 0) throw new UsageError(faults.map((fault) => `source "${shown}": ${fault}`));
  const path = parsed.pathname.endsWith("/") ? parsed.pathname : `${parsed.pathname}/`;
  return {
    base: new URL(path, parsed.origin),
    credentials: user === "" ? undefined : { kind: "basic", user, password },
    isAnyRedirectHost: redirectHost === "any",
  };
}

/**
 * The URL of a path below a directory's, each segment percent-encoded. Throws a `UsageError` for a path that would leave the directory,
 * or that no URL can carry.
 */
export function urlBelow(directory: URL, path: string): URL {
  const segments = segmentsOf(path);
  if (/\p{Cc}/u.test(path) || !path.isWellFormed() || segments.includes("..") || segments.includes("."))
    throw new UsageError([`path ${JSON.stringify(path)}: has a '.' or '..' segment or a control character`]);
  return new URL(directory.href + segments.map(encodeURIComponent).join("/"));
}
