import { SourceError } from "../../errors.ts";
import { listingError } from "../listed.ts";
import { segmentsOf } from "../paths.ts";
import type { HttpAnswer, HttpCalls } from "./core/calls.ts";
import type { DirectoryListing } from "./index/gathering.ts";
import { readIndex } from "./index/readIndex.ts";
import type { HttpSourceLimits } from "./sourceLimits.ts";
import { catalogUrl, readCatalog } from "./thredds.ts";
import { urlBelow } from "./url.ts";

/** The directories of an HTTP server, below a base URL. */
export interface Directories {
  /** What a directory holds; `undefined` if there is none. Throws a `SourceError`. */
  read(directory: string, signal: AbortSignal): Promise<DirectoryListing | undefined>;
  /** The URL of a file; `undefined` if there is no directory that could hold it. */
  urlOf(path: string, signal: AbortSignal): Promise<URL | undefined>;
}

export interface DirectoriesOptions {
  readonly calls: HttpCalls;
  readonly base: URL;
  readonly limits: HttpSourceLimits;
  /** A URL as it may be shown. */
  readonly placeOf: (url: URL) => string;
  /** Takes what is secret out of a text. */
  readonly strike: (text: string) => string;
}

/** Statuses of what is not there, and of what may not be read. */
export const absent: readonly number[] = [404, 410];
export const forbidden = 403;
/** Caddy answers with JSON where it is asked for, which says more than its pages. */
const indexAccept = "application/json, text/html;q=0.9, */*;q=0.1";

/** Directories with an index page, where files lie beside it. */
export function createIndexes({ calls, base, limits, placeOf, strike }: DirectoriesOptions): Directories {
  return {
    async read(directory, signal) {
      // A server would lead there from the name without a slash.
      const url = urlOfDirectory(base, directory);
      const answer = await listingAt(calls, url, placeOf(url), indexAccept, signal);
      if (!answer) return undefined;
      assertLedTo(directory, url, answer.url, placeOf);
      const bytes = await answer.bytes(limits.listingBytesMax);
      const namesMax = limits.listingFilesMax;
      return readIndex(bytes, { url: answer.url, place: placeOf(url), strike, namesMax });
    },
    urlOf: async (path) => urlBelow(base, path),
  };
}

/** Directories with a THREDDS catalog, which says where their files are. */
export function createCatalogs({ calls, base, limits, placeOf, strike }: DirectoriesOptions): Directories {
  /** What the URLs of each directory's files begin with. */
  const filesUrls = new Map<string, URL>();

  async function read(directory: string, signal: AbortSignal): Promise<DirectoryListing | undefined> {
    const url = catalogUrl(urlOfDirectory(base, directory));
    const answer = await listingAt(calls, url, placeOf(url), "*/*", signal);
    if (!answer) return undefined;
    assertLedTo(directory, url, answer.url, placeOf);
    const bytes = await answer.bytes(limits.listingBytesMax);
    const page = { url: answer.url, place: placeOf(url), strike, namesMax: limits.listingFilesMax };
    const { filesUrl, ...listing } = readCatalog(bytes, page);
    if (filesUrl) filesUrls.set(directory, filesUrl);
    return listing;
  }

  return {
    read,
    async urlOf(path, signal) {
      const slash = path.lastIndexOf("/");
      const directory = path.slice(0, Math.max(0, slash));
      if (!filesUrls.has(directory)) await read(directory, signal);
      const filesUrl = filesUrls.get(directory);
      return filesUrl && urlBelow(filesUrl, path.slice(slash + 1));
    },
  };
}

function urlOfDirectory(base: URL, directory: string): URL {
  const { href } = urlBelow(base, directory);
  return new URL(href.endsWith("/") ? href : `${href}/`);
}

async function listingAt(
  calls: HttpCalls,
  url: URL,
  place: string,
  accept: string,
  signal: AbortSignal,
): Promise<HttpAnswer | undefined> {
  const answers = [200, ...absent, forbidden];
  const request = { method: "GET", url, headers: { accept }, answers, fault: "listing" } as const;
  const answer = await calls.call(request, signal);
  if (answer.status === 200) return answer;
  answer.discard();
  if (answer.status !== forbidden) return undefined;
  throw new SourceError(
    "refused",
    `${place}: the server answered 403 Forbidden: it may list nothing to anybody; listing "none" in the descriptor asks for each path by itself`,
  );
}

/** Names of another directory would be taken for those of this one. A base URL's own may lie elsewhere under its last name. */
function assertLedTo(directory: string, asked: URL, answered: URL, placeOf: (url: URL) => string): void {
  const depth = Math.max(1, segmentsOf(directory).length);
  const [wanted, came] = [asked, answered].map((url) => directoriesOf(url).slice(-depth).join("/"));
  if (wanted === came) return;
  throw listingError(placeOf(asked), `is that of another directory: the server led to ${placeOf(answered)}`);
}

/** The names of the directories that a URL's last segment lies in. */
function directoriesOf({ pathname }: URL): readonly string[] {
  return pathname.split("/").slice(1, -1).map(decoded);
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
