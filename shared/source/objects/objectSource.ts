import { GranuleError, SourceError } from "../../errors.ts";
import { isOther } from "../differs.ts";
import type { HttpAnswer, HttpCalls } from "../http/core/calls.ts";
import type { Asker, Evasion, Lister } from "../lister.ts";
import { createAskingSearch } from "../search/askingSearch.ts";
import { createListingSearch } from "../search/listingSearch.ts";
import type { Fetched, KnownFile, Source, SourceFile } from "../source.ts";
import { keyOf } from "./keys.ts";
import type { ObjectLimits } from "./limits.ts";
import { readPages } from "./pages.ts";
import { headerOf, type PageRequest, type Refusal, type Vendor } from "./vendor.ts";

/** Statuses that say why, as those of missing keys, rights and regions do. All else is the matter of who calls. */
const refusals = [301, 400, 401, 403, 404];
const refusalBytesMax = 1024 * 1024;
const pageKeysMax = 1000;

/** A source on a bucket. `isListed`: whether its keys are listed, or each path is asked for. */
export function createObjectSource(
  vendor: Vendor,
  calls: HttpCalls,
  isListed: boolean,
  limits: ObjectLimits,
): Source {
  const { scheme, bucket, prefix } = vendor;
  const placeOf = (key: string) => `${scheme}://${bucket}/${key}`;
  /** Of HEAD, whose answers say no more: what they turned out to mean, and never that it depends on who asks. */
  const meanings = new Map<number, Refusal>();

  async function listed(request: PageRequest, signal: AbortSignal) {
    const place = placeOf(request.prefix);
    const answer = await call("GET", vendor.pageUrl(request), {}, "listing", signal);
    if (answer.status === 200) {
      return vendor.parsePage(new TextDecoder().decode(await answer.bytes(limits.pageBytesMax)), place);
    }
    const { kind, why } = await refusalOf(answer, signal);
    if (kind === "failed") throw new SourceError("listing", `${place}: ${why}`);
    if (kind !== "denied") throw new SourceError("refused", `${place}: ${why}`);
    const remedy = `write listing "none" into the descriptor, and each path is asked for by itself; or ${vendor.listingRemedy}`;
    throw new SourceError("refused", `${place}: listing is not allowed (${why}): ${remedy}`);
  }

  function call(
    method: "GET" | "HEAD",
    url: URL,
    headers: Readonly<Record<string, string>>,
    fault: "listing" | "transfer",
    signal: AbortSignal,
  ): Promise<HttpAnswer> {
    const { sign } = vendor;
    const signed = sign && { sign: (verb: string, at: URL) => sign(verb, at, headers) };
    const answers = [200, ...refusals];
    return calls.call({ method, url, headers: { ...headers }, answers, fault, ...signed }, signal);
  }

  async function refusalOf(answer: HttpAnswer, signal: AbortSignal): Promise<Refusal> {
    const { status, headers } = answer;
    const text = await answer.bytes(refusalBytesMax).then(
      (bytes) => new TextDecoder().decode(bytes),
      () => {
        signal.throwIfAborted();
        return "";
      },
    );
    return vendor.refusalOf({ status, headers, text });
  }

  /** Asks for an object; what is told where there is none, or may be none. */
  async function asked(key: string, signal: AbortSignal): Promise<HttpAnswer | Refusal> {
    const answer = await call("GET", vendor.objectUrl(key), vendor.objectHeaders, "transfer", signal);
    if (answer.status === 200) return answer;
    const refusal = await refusalOf(answer, signal);
    const { kind, why } = refusal;
    if (kind === "absent" || (kind === "denied" && !isListed)) return refusal;
    if (kind === "denied") throw new SourceError("transfer", denied(key, why));
    throw new SourceError(kind === "final" ? "refused" : "transfer", `${placeOf(key)}: ${why}`);
  }

  function denied(key: string, why: string): string {
    return `${placeOf(key)}: may not be read (${why})`;
  }

  async function opened(key: string, signal: AbortSignal): Promise<HttpAnswer | undefined> {
    const answer = await asked(key, signal);
    return "kind" in answer ? undefined : answer;
  }

  async function stateOf(path: string, signal: AbortSignal): Promise<SourceFile | Evasion | undefined> {
    const key = keyOf(prefix, path);
    const { status, headers, discard } = await call(
      "HEAD",
      vendor.objectUrl(key),
      vendor.objectHeaders,
      "transfer",
      signal,
    );
    discard();
    if (status === 200) {
      return {
        path,
        sizeBytes: lengthOf(headers),
        version: vendor.versionOf(headers),
        modifiedAt: dateOf(headers),
      };
    }
    const told = meanings.get(status) ?? (await asked(key, signal));
    if (!("kind" in told)) {
      told.discard();
      throw new SourceError("transfer", `${placeOf(key)}: the server answered ${status} to HEAD alone`);
    }
    if (status === 404 || !vendor.sign) meanings.set(status, told);
    if (told.kind === "absent") return undefined;
    return { evaded: "denied", error: new SourceError("refused", denied(key, told.why)) };
  }

  const lister: Lister = {
    listsFrom: true,
    async list(directory, from, signal) {
      const directoryKey = keyOf(prefix, directory);
      const below = directoryKey === "" ? "" : `${directoryKey}/`;
      const pages = (start: string, keysMax: number, token?: string) =>
        listed({ prefix: below, from: start, token, keysMax }, signal);
      const { isThere, ...listing } = await readPages(placeOf(below), below, limits, (token) =>
        pages(from, pageKeysMax, token),
      );
      if (isThere || below === "") return listing;
      if (from === "") return undefined;
      // Nothing comes after that name: whether anything lies before it tells a directory from none.
      const { objects, prefixes } = await pages("", 1);
      return objects.length + prefixes.length > 0 ? listing : undefined;
    },
    isSame,
    async check(known, file, signal) {
      const state = await stateOf(file.path, signal);
      if (state && "evaded" in state) throw state.error;
      return { file, isKnown: state ? isSame(known, state) : false };
    },
  };
  const asker: Asker = { isSame, stateOf };

  return {
    ...(isListed && { browse: (directory, signal) => lister.list(directory, "", signal) }),
    search: (options) =>
      isListed ? createListingSearch(lister, options) : createAskingSearch(asker, options),
    async fetch(file, signal) {
      const key = keyOf(prefix, file.path);
      const answer = await opened(key, signal);
      if (!answer)
        return { version: file.version, modifiedAt: file.modifiedAt, bytes: async () => undefined };
      return fetchedOf(file, answer, async (bytesMax) => {
        let from: HttpAnswer | undefined = answer;
        let damage = "";
        for (let attempt = 0; attempt < 2; attempt++) {
          if (attempt > 0) from = await opened(key, signal);
          if (!from) return undefined;
          const bytes = await from.bytes(bytesMax);
          const found = vendor.damageOf(from.headers, bytes);
          if (found === undefined) return bytes;
          damage = found;
        }
        throw new GranuleError("checksum", `${placeOf(key)}: ${damage}, twice`);
      });
    },
    close: () => calls.close(),
  };

  function fetchedOf(file: SourceFile, { headers }: HttpAnswer, bytes: Fetched["bytes"]): Fetched {
    const version = vendor.versionOf(headers) || file.version;
    const sizeBytes = lengthOf(headers);
    const listedAt = version === file.version ? file.modifiedAt : null;
    return {
      version,
      modifiedAt: listedAt ?? dateOf(headers),
      ...(sizeBytes !== null && { sizeBytes }),
      bytes,
    };
  }
}

/** Versions decide: they are those of the bytes. Where none is told, exact dates do. */
function isSame(known: KnownFile, found: SourceFile): boolean | undefined {
  if (known.path !== found.path || isOther(known.sizeBytes, found.sizeBytes)) return false;
  if (known.version !== "" && found.version !== "") return known.version === found.version;
  return known.modifiedAt === null || found.modifiedAt === null
    ? undefined
    : known.modifiedAt === found.modifiedAt;
}

function lengthOf(headers: HttpAnswer["headers"]): number | null {
  const length = headerOf(headers, "content-length") ?? "";
  return /^\d{1,15}$/.test(length) ? Number(length) : null;
}

function dateOf(headers: HttpAnswer["headers"]): number | null {
  const at = Date.parse(headerOf(headers, "last-modified") ?? "");
  return at >= 0 ? at : null;
}
