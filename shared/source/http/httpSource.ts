import type { IncomingHttpHeaders } from "node:http";
import { GranuleError, SourceError } from "../../errors.ts";
import type { Asker, Evasion, ListedFile, Lister } from "../lister.ts";
import { createAskingSearch } from "../search/askingSearch.ts";
import { createListingSearch } from "../search/listingSearch.ts";
import { credentialsStriker } from "../secrets/auth.ts";
import type { Fetched, Source, SourceFile } from "../source.ts";
import type { HttpAnswer } from "./core/calls.ts";
import { readHttpDate } from "./core/dates.ts";
import { HungUpError } from "./core/failure.ts";
import { createHttpCalls } from "./core/httpCalls.ts";
import { shownUrl } from "./core/words.ts";
import { absent, createCatalogs, createIndexes, forbidden } from "./directories.ts";
import { isCalledPage, pageInstead } from "./pageInstead.ts";
import { checkedFound, isSameAsListed, isSameAsTold } from "./sameFile.ts";
import { type HttpSourceOptions, httpSourceLimitsDefault } from "./sourceLimits.ts";
import { parseHttpUrl } from "./url.ts";
import { readEtag, readVersion, writeVersion } from "./version.ts";

/** Of HEAD: a server that has none. */
const noHead: readonly number[] = [405, 501];
const noSuchRange = 416;

/**
 * A `Source` on an HTTP server. `listing` says how files are found: by the index pages of its directories (`index`, the default), by
 * catalogs (`thredds`; the base URL is that of a directory of them), or by asking for each path (`none`). Throws a `UsageError` for
 * options that cannot be used.
 */
export function createHttpSource(options: HttpSourceOptions): Source {
  const { url, connectionsMax, random, now, listing = "index", http, tls, proxies } = options;
  const { base, credentials: typed, isAnyRedirectHost } = parseHttpUrl(url);
  const credentials = typed ?? options.credentials;
  const limits = { ...httpSourceLimitsDefault, ...options.limits };
  const calls = createHttpCalls({
    base,
    connectionsMax,
    random,
    now,
    credentials,
    limits: http,
    tls,
    proxies,
    isAnyRedirectHost,
  });
  const strike = credentialsStriker(credentials);
  const placeOf = (at: URL) => strike(shownUrl(at));
  const create = listing === "thredds" ? createCatalogs : createIndexes;
  const directories = create({ calls, base, limits, placeOf, strike });
  let hasHead = true;

  /** Asks for a file without its bytes: by HEAD, or where the server has none for its first byte. */
  async function headersOf(at: URL, signal: AbortSignal): Promise<HttpAnswer> {
    if (hasHead) {
      const answers = [200, forbidden, ...absent, ...noHead];
      const answer = await calls.call({ method: "HEAD", url: at, answers, fault: "transfer" }, signal);
      if (!noHead.includes(answer.status)) return answer;
      answer.discard();
      hasHead = false;
    }
    const answers = [200, 206, forbidden, noSuchRange, ...absent];
    const headers = { range: "bytes=0-0" };
    return calls.call({ method: "GET", url: at, headers, answers, fault: "transfer" }, signal);
  }

  async function stateOf(path: string, signal: AbortSignal): Promise<SourceFile | Evasion | undefined> {
    const at = await directories.urlOf(path, signal);
    if (!at) return undefined;
    const answer = await headersOf(at, signal).catch(evasionOf);
    if ("evaded" in answer) return answer;
    answer.discard();
    if (absent.includes(answer.status)) return undefined;
    if (answer.status === forbidden) {
      const why = `${placeOf(at)}: may not be read (the server answered 403 Forbidden)`;
      return { evaded: "denied", error: new SourceError("refused", why) };
    }
    const { etag, modifiedAt } = toldOf(answer.headers, strike);
    const type = answer.headers["content-type"];
    if (etag === undefined && modifiedAt === null && isCalledPage(type, path))
      return {
        evaded: "page",
        error: new SourceError(
          "transfer",
          `${placeOf(at)}: the server answers a page (${strike(type ?? "")}) instead of the file`,
        ),
      };
    // Some servers say 0 to HEAD for whatever they do not know.
    const sizeBytes = answer.status === 200 ? sizeOf(answer) || null : sizeOf(answer);
    return { path, sizeBytes, version: writeVersion({ etag, text: "" }), modifiedAt };
  }

  const lister: Lister = {
    listsFrom: false,
    isSame: isSameAsListed,
    async list(directory, _from, signal) {
      const found = await directories.read(directory, signal);
      return found && { ...found, files: found.files.map((file) => withoutSecrets(file, strike)) };
    },
    async check(known, listed, signal) {
      const told = await stateOf(listed.path, signal);
      if (told && "evaded" in told) throw told.error;
      return told ? checkedFound(known, listed, told) : { file: listed, isKnown: false };
    },
  };
  const asker: Asker = { isSame: isSameAsTold, stateOf };

  async function opened(at: URL, signal: AbortSignal): Promise<HttpAnswer> {
    try {
      return await calls.call(
        { method: "GET", url: at, answers: [200, ...absent], fault: "transfer" },
        signal,
      );
    } catch (thrown) {
      if (!(thrown instanceof HungUpError)) throw thrown;
      throw new GranuleError("transfer", thrown.message, { mayAppear: true, cause: thrown });
    }
  }

  return {
    ...(listing !== "none" && { browse: (directory, signal) => lister.list(directory, "", signal) }),
    search: (wanted) =>
      listing === "none" ? createAskingSearch(asker, wanted) : createListingSearch(lister, wanted),
    async fetch(file, signal): Promise<Fetched> {
      const at = await directories.urlOf(file.path, signal);
      const answer = at && (await opened(at, signal));
      if (!at || !answer || absent.includes(answer.status)) {
        answer?.discard();
        return { version: file.version, modifiedAt: file.modifiedAt, bytes: async () => undefined };
      }
      const { etag, modifiedAt } = toldOf(answer.headers, strike);
      const sizeBytes = sizeOf(answer);
      return {
        // The index was read before these bytes: if they are another file's, it says otherwise from then on.
        version: writeVersion({ etag, text: readVersion(file.version).text }),
        modifiedAt,
        ...(sizeBytes !== null && { sizeBytes }),
        async bytes(bytesMax) {
          const bytes = await answer.bytes(bytesMax);
          const page = pageInstead(bytes, answer.headers["content-type"], file.path, strike);
          if (page === undefined) return bytes;
          const why = `${placeOf(at)}: the server sent ${page} instead of the file`;
          throw new GranuleError("transfer", why, { mayAppear: true });
        },
      };
    },
    close: () => calls.close(),
  };
}

function evasionOf(thrown: unknown): Evasion {
  if (thrown instanceof HungUpError) return { evaded: "hungUp", error: thrown };
  throw thrown;
}

/** A version is kept, and shown. */
function toldOf(headers: IncomingHttpHeaders, strike: (text: string) => string) {
  const modifiedAt = readHttpDate(headers["last-modified"]) ?? null;
  return { etag: readEtag(headers.etag && strike(headers.etag)), modifiedAt };
}

function sizeOf({ status, headers, part }: HttpAnswer): number | null {
  if (part) return part.sizeBytes ?? null;
  const said =
    status === noSuchRange
      ? /^bytes \*\/(\d+)$/.exec(headers["content-range"] ?? "")?.[1]
      : headers["content-length"];
  return /^\d{1,15}$/.test(said ?? "") ? Number(said) : null;
}

/** What is listed beside a name may be any text. A name has to stay what it is, or the file could not be asked for. */
function withoutSecrets(file: ListedFile, strike: (text: string) => string): ListedFile {
  const [version, shownName] = [strike(file.version), strike(file.name)];
  return { ...file, version, ...(shownName === file.name ? {} : { shownName }) };
}
