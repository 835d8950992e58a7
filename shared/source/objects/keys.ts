import { UsageError } from "../../errors.ts";

const controlCharacter = /\p{Cc}/u;

/** The key of a path below a prefix. Throws a `UsageError` for a path that no URL can carry as it is. */
export function keyOf(prefix: string, path: string): string {
  if (!isPlain(path)) {
    throw new UsageError([`path ${JSON.stringify(path)}: has a '.' or '..' segment or a control character`]);
  }
  return [prefix, path].filter((part) => part !== "").join("/");
}

/** Whether a URL leads to what has this name, or to nothing else at least. */
export function isPlain(path: string): boolean {
  const segments = path.split("/");
  return (
    !controlCharacter.test(path) && path.isWellFormed() && !segments.includes(".") && !segments.includes("..")
  );
}

/** Percent-encoded but for the unreserved characters of RFC 3986, and slashes: as both vendors sign and read it. */
export function encodedKey(key: string): string {
  return key.split("/").map(encoded).join("/");
}

/** A query in which a space is `%20`, as in what is signed. */
export function queryOf(members: Readonly<Record<string, string | undefined>>): string {
  return Object.entries(members)
    .filter((member): member is [string, string] => member[1] !== undefined)
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .join("&");
}

function encoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** By bytes of UTF-8, as both vendors list: negative where the first comes before the other. */
export function compareKeys(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}
