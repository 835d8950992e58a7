import { withoutEntities } from "../entities.ts";

/** Text that pages begin with; a byte order mark and blanks may stand before it. */
const htmlForm =
  /^(?:\ufeff|\xef\xbb\xbf)?\s*(?:<!doctype html|<html[\s>]|<\?xml[^>]{0,100}>\s*<(?:!doctype html|html))/i;
/** As servers of maps, of buckets and of data tell of their errors. */
const xmlForm =
  /^(?:\ufeff|\xef\xbb\xbf)?\s*<(?:\?xml\s|(?:\w+:)?(?:Error|Exception\w*|Service\w*Exception\w*)[\s>])/i;
const titleForm = /<title>([^<]+)/i;
const beginBytes = 4096;
const jsonBytesMax = 64 * 1024;
const shownCharactersMax = 80;
/** Files that are pages themselves. */
const pageNames = /\.(?:html?|xhtml|json|geojson|xml|kml|gml)(?:\.gz)?$/i;

/**
 * What came instead of the file of that name, in words: a page of HTML, XML or JSON, as servers and logins answer with 200 for what is not
 * there or not allowed; `undefined` if it may be the file. The content type alone proves nothing: many call every file HTML.
 * `strike` takes out of a page's title what is secret.
 */
export function pageInstead(
  bytes: Uint8Array,
  contentType: string | undefined,
  path: string,
  strike: (text: string) => string,
): string | undefined {
  if (pageNames.test(path)) return undefined;
  const begin = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, beginBytes)).toString(
    "latin1",
  );
  const isCalledHtml = isHtmlType(contentType);
  if (htmlForm.test(begin) || (isCalledHtml && /^\s*<[a-z!]/i.test(begin))) {
    const said = strike(withoutEntities(titleForm.exec(begin)?.[1] ?? "", "html"));
    const title = said.replace(/\s+/g, " ").trim().slice(0, shownCharactersMax);
    return title ? `a page titled ${JSON.stringify(title)}` : "a page of HTML";
  }
  if (xmlForm.test(begin)) return "XML";
  const first = /\S/.exec(begin)?.[0];
  return (first === "{" || first === "[") && isJson(bytes) ? "JSON" : undefined;
}

/** Whether an answer without its bytes is called a page, of a file that should be none. */
export function isCalledPage(contentType: string | undefined, path: string): boolean {
  return (
    !pageNames.test(path) &&
    (isHtmlType(contentType) ||
      /^(?:application|text)\/(?:[\w.-]+\+)?(?:json|xml)\b/i.test(contentType ?? ""))
  );
}

function isHtmlType(contentType: string | undefined): boolean {
  return /^(?:text\/html|application\/xhtml\+xml)\b/i.test(contentType ?? "");
}

/** Binary data may begin like it, but not go on. */
function isJson(bytes: Uint8Array): boolean {
  if (bytes.length > jsonBytesMax) return false;
  try {
    JSON.parse(new TextDecoder().decode(bytes));
    return true;
  } catch {
    return false;
  }
}
