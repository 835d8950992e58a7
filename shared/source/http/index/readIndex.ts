import { listingError } from "../../listed.ts";
import type { DirectoryListing, Page } from "./gathering.ts";
import { readHtmlIndex } from "./htmlIndex.ts";
import { readJsonIndex } from "./jsonIndex.ts";

/**
 * What a directory holds by its index, a page or JSON as servers make it of themselves. What is none is refused with a `SourceError`
 * (`listing`), never called empty.
 */
export function readIndex(bytes: Uint8Array, page: Page): DirectoryListing {
  const text = new TextDecoder().decode(bytes);
  const begin = /\S/.exec(text)?.[0];
  if (begin === undefined) throw listingError(page.place, "is empty");
  return begin === "<" ? readHtmlIndex(text, page) : readJsonIndex(text, page);
}
