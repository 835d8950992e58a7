import { XMLParser } from "fast-xml-parser";
import { withoutEntities } from "../entities.ts";
import { listingError } from "../listed.ts";
import { readIsoInstant } from "./core/dates.ts";
import { createGathering, type DirectoryListing, type Page } from "./index/gathering.ts";
import { isPlainName } from "./index/links.ts";

/** What a THREDDS catalog lists of its directory. */
export interface Catalog extends DirectoryListing {
  /** What the URL of each of its files begins with, up to the name; `undefined` where it has none. */
  readonly filesUrl: URL | undefined;
}

type Element = Readonly<Record<string, unknown>>;

const repeated = ["dataset", "catalogRef", "service", "metadata", "date"];
// Entities are read here: a document could define its own, and without an end.
const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: "@",
  textNodeName: "#text",
  removeNSPrefix: true,
  parseTagValue: false,
  trimValues: false,
  parseAttributeValue: false,
  processEntities: false,
  isArray: (name) => repeated.includes(name),
});
const declaration = /<!(?!--|\[CDATA\[)/;
const end = /<\/(?:[\w.-]+:)?catalog\s*>\s*$/;
const catalogName = "catalog.xml";

/** The URL of a directory's catalog. */
export function catalogUrl(directory: URL): URL {
  return new URL(catalogName, directory);
}

/**
 * Reads a `catalog.xml` (THREDDS Inventory Catalog 1.0): datasets with a `urlPath` that the catalog's HTTPServer serves are files,
 * catalogs one below this one directories. Sizes are rounded, dates are exact. Throws a `SourceError` (`listing`) for anything else, for a
 * document that does not end, and for files of several directories.
 */
export function readCatalog(bytes: Uint8Array, page: Page): Catalog {
  const root = rootOf(new TextDecoder().decode(bytes), page.place);
  const gathering = createGathering(page);
  const services = servicesIn(root);
  let filesUrl: URL | undefined;

  function visit(element: Element, inherited: string | undefined): void {
    const own = elementsOf(element, "metadata").find((one) => one["@inherited"] === "true");
    const handedOn = (own && serviceOf(own)) ?? inherited;
    for (const dataset of elementsOf(element, "dataset")) {
      take(dataset, handedOn);
      visit(dataset, handedOn);
    }
    for (const reference of elementsOf(element, "catalogRef")) {
      const url = URL.parse(attributeOf(reference, "href") ?? "", page.url.href);
      const name = url && directoryBelow(url, page.url);
      if (name !== undefined && name !== null) gathering.directory(name);
    }
  }

  function take(dataset: Element, inherited: string | undefined): void {
    const path = attributeOf(dataset, "urlPath");
    const service =
      serviceOf(dataset) ??
      attributeOf(dataset, "serviceName") ??
      elementsOf(dataset, "metadata").map(serviceOf).find(Boolean) ??
      inherited;
    const base = service === undefined ? services.first : services.byName.get(service);
    if (path === undefined || base === undefined) return;
    const name = path.slice(path.lastIndexOf("/") + 1);
    const url = URL.parse(
      encodedPath(path.slice(0, -name.length || undefined)),
      new URL(base, page.url).href,
    );
    if (!url)
      throw listingError(
        page.place,
        `has a dataset at ${JSON.stringify(page.strike(path).slice(0, 80))}, which is no path`,
      );
    if (!isPlainName(name)) return;
    filesUrl ??= url;
    if (filesUrl.href !== url.href) throw listingError(page.place, "names files of several directories");
    gathering.file({ name, ...factsOf(dataset, page.strike) });
  }

  visit(root, undefined);
  return { ...gathering.listing(), filesUrl };
}

function rootOf(text: string, place: string): Element {
  if (declaration.test(text)) throw listingError(place, "is no catalog: it declares types or entities");
  if (!end.test(text))
    throw listingError(place, "is no catalog, or cut short: it does not end with </catalog>");
  let root: unknown;
  try {
    root = (parser.parse(text) as Element).catalog;
  } catch {
    throw listingError(place, "is no XML that can be read");
  }
  if (isElement(root)) return root;
  throw listingError(place, "is no catalog: it has none at its root");
}

/** The base of each service by its name, where it serves whole files over HTTP, and the first of them all. */
function servicesIn(root: Element): {
  readonly byName: ReadonlyMap<string, string>;
  readonly first: string | undefined;
} {
  const byName = new Map<string, string>();
  /** The base of a service, or of the first of its own. */
  function note(service: Element): string | undefined {
    const isFiles = /^HTTP(Server)?$/i.test(attributeOf(service, "serviceType") ?? "");
    const inner = elementsOf(service, "service")
      .map(note)
      .find((base) => base !== undefined);
    const base = isFiles ? (attributeOf(service, "base") ?? "") : inner;
    const name = attributeOf(service, "name");
    if (name !== undefined && base !== undefined) byName.set(name, base);
    return base;
  }
  const bases = elementsOf(root, "service").map(note);
  return { byName, first: bases.find((base) => base !== undefined) };
}

function factsOf(dataset: Element, strike: Page["strike"]) {
  const modified = elementsOf(dataset, "date").find((date) => date["@type"] === "modified");
  const date = modified && textOf(modified, "#text")?.trim();
  if (!date) return { version: "" };
  const size = dataset.dataSize;
  const told = isElement(size)
    ? ` ${textOf(size, "#text")?.trim() ?? ""} ${attributeOf(size, "units") ?? ""}`
    : "";
  const modifiedAt = readIsoInstant(date);
  const version = strike(`${date}${told}`).replaceAll('"', "'").slice(0, 100).trim();
  return { version, ...(modifiedAt === undefined ? {} : { modifiedAt }) };
}

/** The name of the directory one below, whose catalog it is. */
function directoryBelow(url: URL, page: URL): string | undefined {
  const own = page.pathname.slice(0, page.pathname.lastIndexOf("/") + 1);
  if (url.origin !== page.origin || !url.pathname.startsWith(own)) return undefined;
  const [segment = "", name, more] = url.pathname.slice(own.length).split("/");
  if (name !== catalogName || more !== undefined) return undefined;
  try {
    const decoded = decodeURIComponent(segment);
    return isPlainName(decoded) ? decoded : undefined;
  } catch {
    return undefined;
  }
}

/** A `urlPath` is written as it is, not percent-encoded. */
function encodedPath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}

function serviceOf(element: Element): string | undefined {
  return textOf(element, "serviceName")?.trim();
}

function elementsOf(element: Element, name: string): readonly Element[] {
  const found = Object.hasOwn(element, name) ? element[name] : undefined;
  if (!Array.isArray(found)) return [];
  return found.map((one: unknown) => (isElement(one) ? one : { "#text": one }));
}

function textOf(element: Element, name: string): string | undefined {
  const found = Object.hasOwn(element, name) ? element[name] : undefined;
  return typeof found === "string" ? withoutEntities(found, "xml") : undefined;
}

function attributeOf(element: Element, name: string): string | undefined {
  return textOf(element, `@${name}`);
}

function isElement(value: unknown): value is Element {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
