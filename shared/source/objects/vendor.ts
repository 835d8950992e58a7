import type { IncomingHttpHeaders } from "node:http";
import type { ObjectPage } from "./page.ts";

/** What a list is asked for: what lies directly below `prefix`, up to the next slash of longer keys. */
export interface PageRequest {
  readonly prefix: string;
  /** Keys before `prefix` with this behind it may be left out; "" for none. */
  readonly from: string;
  readonly token: string | undefined;
  readonly keysMax: number;
}

/** An answer other than what was asked for. */
export interface Refused {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Its body; "" where there is none. */
  readonly text: string;
}

/**
 * What a refusal means.
 * - `absent`: there is no such object.
 * - `denied`: this may not be done; where listing is not allowed, so is answered for what is absent.
 * - `final`: nothing else will work either.
 * - `failed`: this did not work.
 */
export interface Refusal {
  readonly kind: "absent" | "denied" | "final" | "failed";
  /** For people. */
  readonly why: string;
}

/** How one vendor's buckets are asked, and what they answer. */
export interface Vendor {
  readonly scheme: "s3" | "gs";
  readonly bucket: string;
  /** Of all keys of the source. */
  readonly prefix: string;
  pageUrl(request: PageRequest): URL;
  /** Throws a `SourceError` (`listing`) for a page that is not whole or not understood. */
  parsePage(text: string, place: string): ObjectPage;
  objectUrl(key: string): URL;
  /** What is sent along where an object is asked for. */
  readonly objectHeaders: Readonly<Record<string, string>>;
  /** These headers, and those that say who asks, anew for each try. Absent where nobody in particular asks. */
  readonly sign?: (
    method: string,
    url: URL,
    headers: Readonly<Record<string, string>>,
  ) => Promise<Record<string, string>>;
  refusalOf(refused: Refused): Refusal;
  /** What lets one list, for people. */
  readonly listingRemedy: string;
  /** "" where none is told. */
  versionOf(headers: IncomingHttpHeaders): string;
  /** In what way an object's bytes are not those that its headers tell of; `undefined` where they are, or nothing tells. */
  damageOf(headers: IncomingHttpHeaders, bytes: Uint8Array): string | undefined;
}

/** The value of a header that comes once. */
export function headerOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === "string" ? value : undefined;
}
