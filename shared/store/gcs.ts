import type { Bucket, Storage } from "@google-cloud/storage";
import { reasonOf, StorageError, UsageError } from "../errors.ts";
import { crc32c } from "../format/decompress/crc.ts";
import { resolveLostWrite } from "../lostAnswer.ts";
import {
  type Ask,
  callIdHeader,
  createCaller,
  type Fault,
  type GcsLimits,
  gcsLimitsDefault,
  type Place,
} from "./gcsCalls.ts";
import { createPace } from "./gcsPace.ts";
import {
  ABSENT,
  assertKey,
  assertPrefix,
  type DeleteResult,
  type Generation,
  type ObjectHeaders,
  type PutResult,
  type Store,
  type StoredObject,
} from "./store.ts";

export { type GcsLimits, gcsLimitsDefault } from "./gcsCalls.ts";

export interface GcsStoreOptions {
  readonly bucket: string;
  /** Before every key, without a slash at its end; empty for none. */
  readonly prefix: string;
  /** A server other than Google's, for tests: no credentials are asked for. */
  readonly endpoint?: string;
  /** Ids of writes and of calls, never the same. */
  readonly newId: () => string;
  /** Uniform in [0, 1): spreads the tries of many callers. */
  readonly random: () => number;
  /** The wall clock in milliseconds. */
  readonly now: () => number;
  readonly limits?: Partial<GcsLimits>;
}

const nameBytesMax = 1024;
const pageNamesMax = 1000;
/** The client library listens eleven times over to an answer that breaks off, which is no leak. */
const answerListenersMax = 20;
/** The object's, whatever coding its bytes come in. */
const lengthHeader = "x-goog-stored-content-length";
/** Of an open object that is read: what is in memory of it at a time. */
const pieceBytes = 1024 * 1024;
/** A field of an object's own metadata: tells whose write stands. */
const writeIdField = "write-id";
const unresolved =
  "answers were lost, and whether it was written could not be found out; read it to see what stands";

interface NamedPlace extends Place {
  readonly name: string;
}
/** What stands under a name: `ABSENT`, or a generation and the id of its write. */
interface Standing {
  readonly generation: Generation;
  readonly writeId?: string | undefined;
}
/** What is told of an object without its bytes. */
interface Described extends Standing {
  readonly sizeBytes: number;
  readonly crc32c: string | undefined;
}
/** The bytes from `first` up to and without `end` of one generation. */
interface Part {
  readonly generation: Generation;
  readonly first: number;
  readonly end: number;
}
type Asked<Answer> = Ask<Bucket, Answer>;

/**
 * Objects in a bucket of Google Cloud Storage, under `prefix`. Throws a `UsageError` for options that cannot be used.
 *
 * - Bytes are checked in both directions by CRC-32C; a lost connection, a silence, 408, 429 and 5xx are tried again. The
 *   client library's own retries are off: they cannot be ended, and do not try a broken download again.
 * - A put or a deletion whose answer got lost is settled by reading back what stands. So is one that is aborted while its
 *   request is under way: it is done, or rejects with the signal's reason.
 */
export function createGcsStore(options: GcsStoreOptions): Store {
  const { bucket, prefix, newId, random, now } = options;
  assertUsable(bucket, prefix);
  const limits: GcsLimits = { ...gcsLimitsDefault, ...options.limits };
  const server = (options.endpoint ?? "https://storage.googleapis.com").replace(/\/+$/, "");
  const open = createOpen(bucket, server, options.endpoint === undefined);
  const call = createCaller({ limits, server, bucket, random, newId, open });
  const pace = createPace(limits.writeEveryMs, limits.writesRememberedMax, now);
  const below = prefix === "" ? "" : `${prefix}/`;

  function placeOf(operation: string, key: string): NamedPlace {
    assertKey(operation, key);
    const name = below + key;
    const uri = `gs://${bucket}/${name}`;
    const length = new TextEncoder().encode(name).length;
    if (length > nameBytesMax) {
      throw new StorageError(operation, uri.slice(0, 80), `a name of ${length} bytes, over ${nameBytesMax}`);
    }
    return { operation, uri, name };
  }

  /** Undefined where it is the object alone that is missing. Where the answer does not say which, a listing tells. */
  async function answered<Answer>(
    place: Place,
    ask: Asked<Answer>,
    signal: AbortSignal,
  ): Promise<Answer | undefined> {
    const outcome = await call(place, ask, signal);
    if ("answer" in outcome) return outcome.answer;
    if (await isObjectMissing(place, outcome.fault, signal)) return undefined;
    throw outcome.failure;
  }

  /** Throws where it is the bucket that is missing. */
  async function isObjectMissing(
    place: Place,
    { status, why }: Fault,
    signal: AbortSignal,
  ): Promise<boolean> {
    if (status !== 404) return false;
    if (why.startsWith("No such object")) return true;
    const listed = await call(place, page("", undefined, 1), signal);
    if ("failure" in listed && (listed.fault.status ?? 404) === 404) throw listed.failure;
    return true;
  }

  async function write(
    place: NamedPlace,
    ask: Asked<Generation>,
    writeId: string,
    ifGenerationMatch: Generation,
    signal: AbortSignal,
  ): Promise<PutResult> {
    const outcome = await call(place, ask, signal, true);
    if ("answer" in outcome) return { outcome: "written", generation: outcome.answer };
    const { failure, fault, isEffectUnknown } = outcome;
    const isRefused = fault.status === 412;
    if (isRefused && !isEffectUnknown) return { outcome: "preconditionFailed" };
    if (!isEffectUnknown || (fault.status !== undefined && !isRefused)) throw failure;
    const written = await resolveLostWrite({
      writeId,
      readBack: () => lookBack(place, signal),
      // Once it is replaced it does not matter whether it was written before; but who aborts is told so.
      isRefused: ({ generation }) =>
        isRefused || (generation !== ifGenerationMatch && failure !== signal.reason),
      failure: isRefused ? new StorageError(place.operation, place.uri, unresolved) : failure,
    });
    return written
      ? { outcome: "written", generation: written.generation }
      : { outcome: "preconditionFailed" };
  }

  /** Each piece is a call of its own, which names the generation. All of an object is checked as a whole. */
  async function* piecesOf(
    place: NamedPlace,
    { generation, sizeBytes, crc32c: sum }: Described,
    { first, end }: Omit<Part, "generation">,
    signal: AbortSignal,
  ): AsyncGenerator<Uint8Array> {
    let came = 0;
    for (let at = first; at < end; at += pieceBytes) {
      const part = { generation, first: at, end: Math.min(end, at + pieceBytes) };
      const found = await answered(place, media(place.name, part.end - part.first, part), signal);
      if (!found)
        throw new StorageError(place.operation, place.uri, "it was replaced or deleted while it was read");
      came = crc32c(found.bytes, came);
      const isWhole = first === 0 && part.end === sizeBytes;
      if (isWhole && sum !== undefined && sum !== crc32cText(came)) {
        const why = `the object has crc32c ${sum}, but bytes of ${crc32cText(came)} came`;
        throw new StorageError(place.operation, place.uri, why);
      }
      yield found.bytes;
    }
  }

  /** A try that finds nothing there any more may have come after one whose answer was lost. */
  async function remove(
    place: NamedPlace,
    ifGenerationMatch: Generation,
    signal: AbortSignal,
  ): Promise<DeleteResult> {
    const outcome = await call(place, deletion(place.name, ifGenerationMatch), signal);
    if ("answer" in outcome) return { outcome: "deleted" };
    const { failure, fault, isEffectUnknown } = outcome;
    if (fault.status === 412) return { outcome: "preconditionFailed" };
    if (await isObjectMissing(place, fault, signal))
      return { outcome: isEffectUnknown ? "deleted" : "preconditionFailed" };
    if (!isEffectUnknown || fault.status !== undefined) throw failure;
    const existing = await lookBack(place, signal);
    if (!existing || existing.generation === ifGenerationMatch) throw failure;
    return { outcome: existing.generation === ABSENT ? "deleted" : "preconditionFailed" };
  }

  /** What stands after a write without a clear answer; undefined where that cannot be found out. After an abort, briefly. */
  async function lookBack(place: NamedPlace, signal: AbortSignal): Promise<Standing | undefined> {
    const look = (until: AbortSignal) => call(place, metadata(place.name), until);
    const first = await look(signal);
    const isCutShort = !("answer" in first) && signal.aborted;
    const found = isCutShort ? await look(AbortSignal.timeout(limits.settleMs)) : first;
    if ("answer" in found) return found.answer;
    return found.fault.status === 404 ? { generation: ABSENT } : undefined;
  }

  return {
    async read(key, signal) {
      signal.throwIfAborted();
      const place = placeOf("read", key);
      return answered(place, media(place.name, limits.objectBytesMax), signal);
    },

    async open(key, signal) {
      signal.throwIfAborted();
      const place = placeOf("open", key);
      const found = await answered(place, metadata(place.name), signal);
      return (
        found && {
          generation: found.generation,
          sizeBytes: found.sizeBytes,
          read: (first, end) => piecesOf({ ...place, operation: "read" }, found, { first, end }, signal),
          async close() {},
        }
      );
    },

    async put(key, bytes, ifGenerationMatch, headers, signal) {
      signal.throwIfAborted();
      const place = placeOf("put", key);
      const writeId = newId();
      const ask = upload(place.name, bytes, ifGenerationMatch, headers, writeId);
      return pace.inTurn(place.name, signal, () => write(place, ask, writeId, ifGenerationMatch, signal));
    },

    async delete(key, ifGenerationMatch, signal): Promise<DeleteResult> {
      signal.throwIfAborted();
      return remove(placeOf("delete", key), ifGenerationMatch, signal);
    },

    async list(prefix, signal) {
      signal.throwIfAborted();
      assertPrefix("list", prefix);
      const name = below + prefix;
      const place = { operation: "list", uri: `gs://${bucket}/${name}` };
      const keys: string[] = [];
      let pageToken: string | undefined;
      for (let pages = 0; pages < limits.pagesMax; pages++) {
        const found = await answered(place, page(name, pageToken, pageNamesMax), signal);
        // A name that ends with a slash stands for a folder, made by other tools.
        for (const listed of found?.names ?? [])
          if (!listed.endsWith("/")) keys.push(listed.slice(below.length));
        if (keys.length > limits.listedMax) break;
        pageToken = found?.next;
        if (pageToken === undefined) return keys.sort();
      }
      const most = `more than ${limits.listedMax} names, or ${limits.pagesMax} pages of them`;
      throw new StorageError("list", place.uri, `${most}; give a longer prefix`);
    },
  };
}

/**
 * Gives the bucket for one call. The client library, slow to load, is loaded at the first. Credentials are asked for before
 * each call, because without any it would call all the same.
 */
function createOpen(name: string, apiEndpoint: string, isAuthorized: boolean) {
  const options = { apiEndpoint, retryOptions: { autoRetry: false, maxRetries: 0 } };
  let loading: Promise<Storage> | undefined;
  return async (callId: string): Promise<Bucket> => {
    loading ??= import("@google-cloud/storage").then(({ Storage }) => new Storage(options));
    const storage = await loading;
    if (isAuthorized) {
      await storage.authClient.getRequestHeaders(apiEndpoint).catch((failed: unknown) => {
        loading = undefined; // or it would fail for ever
        throw failed;
      });
    }
    const bucket = storage.bucket(name);
    // On Node's own agent: the library's closes the connections of all calls where one download breaks.
    bucket.interceptors.push({
      request: (request) => {
        const headers = { ...request.headers, [callIdHeader]: callId };
        return Object.assign({ uri: "" }, request, { forever: false, headers });
      },
    });
    return bucket;
  };
}

/**
 * All of an object, or a part of one generation of it. The headers are those of
 * https://cloud.google.com/storage/docs/xml-api/reference-headers.
 */
function media(name: string, bytesMax: number, part?: Part): Asked<StoredObject> {
  return async (bucket, heard) => {
    const file = bucket.file(name, part && { generation: part.generation });
    const range = part && { start: part.first, end: part.end - 1 };
    const stream = file.createReadStream({ validation: false, decompress: false, ...range });
    let headers: Readonly<Record<string, string | undefined>> = {};
    stream.once("response", (response) => {
      response.setMaxListeners(answerListenersMax);
      headers = response.headers;
    });
    let bytes = Buffer.alloc(0);
    let length = 0;
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      heard();
      const announced = part ? part.end - part.first : Number(headers[lengthHeader] ?? 0);
      if (Math.max(announced, length + chunk.length) > bytesMax)
        return unusable(`the answer is larger than ${bytesMax} bytes`, true);
      if (length === 0) bytes = Buffer.allocUnsafeSlow(announced);
      if (length + chunk.length <= announced) bytes.set(chunk, length);
      length += chunk.length;
    }
    const { "x-goog-generation": generation, [lengthHeader]: expected } = headers;
    if (!generation || !expected) return unusable("the object came without its generation or its length");
    if (length !== (part ? bytesMax : Number(expected)))
      return unusable(
        `${part ? `${bytesMax} bytes were asked for` : `the object has ${expected} bytes`}, but ${length} came`,
      );
    if (part) return { answer: { bytes, generation } };
    const sum = /crc32c=([^,\s]+)/.exec(headers["x-goog-hash"] ?? "")?.[1];
    const came = crc32cText(crc32c(bytes));
    if (sum !== undefined && sum !== came)
      return unusable(`the object has crc32c ${sum}, but bytes of ${came} came`);
    return { answer: { bytes, generation } };
  };
}

/** One request with all of the object: the conditions of a resumable upload are looked at only with the last of several. */
function upload(
  name: string,
  bytes: Uint8Array,
  ifGenerationMatch: Generation,
  headers: ObjectHeaders,
  writeId: string,
): Asked<Generation> {
  const metadata = { ...headers, crc32c: crc32cText(crc32c(bytes)), metadata: { [writeIdField]: writeId } };
  return async (bucket) => {
    const file = bucket.file(name);
    const preconditionOpts = { ifGenerationMatch };
    await file.save(bytes, { resumable: false, validation: false, preconditionOpts, metadata });
    const { generation } = file.metadata;
    return generation
      ? { answer: String(generation) }
      : unusable("the answer to the upload does not name a generation");
  };
}

function deletion(name: string, ifGenerationMatch: Generation): Asked<unknown> {
  return async (bucket) => ({ answer: await bucket.file(name).delete({ ifGenerationMatch }) });
}

function metadata(name: string): Asked<Described> {
  return async (bucket) => {
    const [{ generation, size, crc32c, metadata: own }] = await bucket.file(name).getMetadata();
    if (!generation || size === undefined)
      return unusable("the answer does not name a generation and a size");
    const writeId = own?.[writeIdField];
    const existing = { generation: String(generation), writeId: writeId ? String(writeId) : undefined };
    return { answer: { ...existing, sizeBytes: Number(size), crc32c } };
  };
}

type Page = { readonly names: readonly string[]; readonly next: string | undefined };
function page(prefix: string, pageToken: string | undefined, maxResults: number): Asked<Page> {
  const fields = "items(name),nextPageToken";
  const query = { autoPaginate: false, prefix, maxResults, fields, ...(pageToken && { pageToken }) };
  return async (bucket) => {
    const [files, next, answer] = await bucket.getFiles(query);
    if (typeof answer !== "object") return unusable("the answer is no page of a listing");
    return { answer: { names: files.map((file) => file.name), next: next?.pageToken } };
  };
}

const unusable = (why: string, isFinal = false): Fault => ({ why, isFinal });

/** As the API writes a CRC-32C: base64 of four bytes, the highest first. */
function crc32cText(value: number): string {
  const text = Buffer.alloc(4);
  text.writeUInt32BE(value);
  return text.toString("base64");
}

function assertUsable(bucket: string, prefix: string): void {
  const faults: string[] = [];
  if (!/^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/.test(bucket)) {
    faults.push(
      `bucket ${JSON.stringify(bucket)}: must be 3 to 222 of a-z, 0-9, dots, dashes and underscores`,
    );
  }
  try {
    assertPrefix("open", prefix);
    if (prefix.endsWith("/")) faults.push(`prefix ${JSON.stringify(prefix)}: must not end with a slash`);
  } catch (cause) {
    faults.push(`prefix: ${reasonOf(cause)}`);
  }
  if (faults.length > 0) throw new UsageError(faults);
}
