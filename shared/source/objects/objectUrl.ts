import { queryFaults } from "../../dataset/baseUrl.ts";
import { UsageError } from "../../errors.ts";
import { redactUrl } from "../secrets/redactUrl.ts";

/** What `SCHEME://BUCKET/PREFIX?NAME=VALUE&…` says. */
export interface ObjectUrl {
  readonly bucket: string;
  /** Decoded, without slashes at its ends. */
  readonly prefix: string;
  /** What stands behind the `?` under a name. */
  member(name: string): string | undefined;
}

const controlCharacter = /\p{Cc}/u;

/** Reads the URL of a place in a bucket, and notes each fault with `fault`. Throws a `UsageError` for what is no such URL. */
export function readObjectUrl(url: string, scheme: "s3" | "gs", fault: (what: string) => void): ObjectUrl {
  const refused = (what: string) => new UsageError([`source "${shownUrl(url)}": ${what}`]);
  const [, given = "", authority = "", path = ""] =
    /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)([^?#]*)/is.exec(url) ?? [];
  if (given.toLowerCase() !== scheme) throw refused(`must begin with ${scheme}://`);
  if (!URL.canParse(url)) throw refused("is not a URL");
  const { searchParams } = new URL(url);
  if (authority.includes("@")) fault("has a user or a password: auth names who asks");
  const prefix = decoded(path, fault).replace(/^\/|\/$/g, "");
  const segments = prefix.split("/");
  if (prefix !== "" && segments.includes("")) fault("has // in its prefix");
  if (segments.includes(".") || segments.includes("..")) fault("has a '.' or '..' segment in its prefix");
  for (const one of queryFaults(scheme, url)) fault(one);
  for (const name of new Set(searchParams.keys())) {
    if (searchParams.getAll(name).length > 1) fault(`has "${name}" twice behind the ?`);
  }
  return {
    bucket: authority.slice(authority.lastIndexOf("@") + 1),
    prefix,
    member: (name) => searchParams.get(name) ?? undefined,
  };
}

function decoded(path: string, fault: (what: string) => void): string {
  try {
    const plain = decodeURIComponent(path);
    if (controlCharacter.test(plain)) fault("the prefix has a control character");
    return plain;
  } catch {
    fault("the prefix has a % that encodes nothing: write it as %25");
    return "";
  }
}

/** The URL without what stands behind its `?`, which may be a signature. */
export function shownUrl(url: string): string {
  return redactUrl(url.replace(/[?#].*$/s, ""));
}

/** What is wrong with a bucket's name by the rules of both vendors. `marks`: what it may have besides letters and digits. */
export function bucketFaults(bucket: string, marks: ".-" | ".-_"): readonly string[] {
  if (bucket === "") return ["has no bucket"];
  const faults: string[] = [];
  if ([...bucket].some((character) => !/[a-z0-9]/.test(character) && !marks.includes(character))) {
    faults.push(`the bucket may have a-z, 0-9 and ${marks} only`);
  }
  if (!/^[a-z0-9]/i.test(bucket) || !/[a-z0-9]$/i.test(bucket)) {
    faults.push("the bucket must begin and end with a letter or a digit");
  }
  if (bucket.includes("..")) faults.push("the bucket has two dots beside each other");
  if (/^\d+\.\d+\.\d+\.\d+$/.test(bucket)) faults.push("the bucket is an IP address");
  return faults;
}

/** The URL of a server that speaks a vendor's language, with a slash at its end; `undefined`, and a fault, where it is none. */
export function readEndpoint(endpoint: string, fault: (what: string) => void): URL | undefined {
  const parsed = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (!parsed || !/^https?:$/.test(parsed.protocol)) {
    fault("the endpoint must be a URL that begins with https:// or http://");
    return undefined;
  }
  if (parsed.username !== "" || parsed.password !== "") {
    fault("the endpoint has a user or a password: auth names who asks");
  }
  if (/[?#]/.test(endpoint)) fault("the endpoint has ? or #");
  if (!parsed.pathname.endsWith("/")) parsed.pathname += "/";
  return parsed;
}
