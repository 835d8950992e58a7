import { listingError } from "../../listed.ts";
import { createGathering, type DirectoryListing, type Page } from "./gathering.ts";
import { createLinks } from "./links.ts";
import { listedAs } from "./listedText.ts";
import { type Row, readRows } from "./rows.ts";

/** nginx, Apache, lighttpd; Python; IIS, which names its host. */
const headingForm = /^\s*(?:index of |directory listing for |[^\s/]+ - \/(?:.*\/)?\s*$)/i;
const parentForm = /^[^\p{L}.]*(?:\.\.|(?:to )?parent directory|go up)[^\p{L}.]*$/iu;
const shownCharactersMax = 80;

/**
 * The files and directories that an index page links to, as nginx, Apache, lighttpd, Caddy, Python and IIS write them. It has to look
 * like one: a list, and the heading of an index, links to sort it by, or one to the directory above. Names are those of the links, since
 * a text may be cut. Throws a `SourceError` (`listing`) for any other page, and where the list or the page does not end.
 */
export function readHtmlIndex(text: string, page: Page): DirectoryListing {
  const leadsTo = createLinks(page.url);
  const gathering = createGathering(page);
  let isIndex = false;
  let isSorted = false;
  let title: string | undefined;
  let elsewhere: string | undefined;

  function take(row: Readonly<Row>): void {
    const links = row.links.map(({ href, text }) => ({ link: leadsTo(href), text: text.trim() }));
    const names = new Set<string>();
    for (const { link, text } of links) {
      if (link.kind === "file") names.add(link.name);
      else if (link.kind === "directory") gathering.directory(link.name);
      else if (link.kind === "sorting") isSorted = true;
      else if (link.kind === "above") isIndex ||= link.isParent && parentForm.test(text);
      // What looks like an entry, and is below another directory: of a server that knows itself by another name, perhaps.
      else if (link.kind === "elsewhere" && link.name === text.replace(/\/$/, "")) elsewhere ??= link.name;
    }
    // Of a row of several files nobody knows which of them its text is of.
    const told =
      names.size === 1 ? factsOf({ ...row, text: page.strike(row.text) }, isSorted) : { version: "" };
    for (const name of names) gathering.file({ name, ...told });
  }

  const { hasList, missing } = readRows(text, {
    heading(text) {
      title ??= text;
      isIndex ||= headingForm.test(text);
    },
    row: take,
  });
  if (!hasList || !(isIndex || isSorted)) {
    const shown = page
      .strike(title ?? "")
      .replace(/\s+/g, " ")
      .trim()
      .slice(0, shownCharactersMax);
    const titled = shown ? ` titled ${JSON.stringify(shown)}` : "";
    throw listingError(page.place, `is no index of a directory, but another page${titled}`);
  }
  if (missing !== undefined) throw listingError(page.place, `is cut short: it lacks its </${missing}>`);
  if (gathering.filesCount === 0 && elsewhere !== undefined)
    throw listingError(
      page.place,
      `names only files of another place, as ${JSON.stringify(page.strike(elsewhere))}`,
    );
  return gathering.listing();
}

/** Only Caddy's order is by bytes for sure, and what it says of a symbolic link is partly that of the link. */
function factsOf({ text, datetime, orders, isShortcut }: Readonly<Row>, isSorted: boolean) {
  const orderBytes = isSorted && orders.length === 1 ? orders[0] : undefined;
  const { version, sizeBytes, modifiedAt } = listedAs({ text, datetime, orderBytes });
  if (isShortcut) return { version };
  return {
    version,
    ...(sizeBytes === undefined ? {} : { sizeBytes }),
    ...(modifiedAt === undefined ? {} : { modifiedAt }),
  };
}
