import { reasonOf, StorageError, UsageError } from "../../errors.ts";
import { crc32c } from "../../format/decompress/crc.ts";
import { resolveLostWrite } from "../../lostAnswer.ts";
import {
  ABSENT,
  assertKey,
  assertPrefix,
  type DeleteResult,
  type Generation,
  type PutResult,
  type Store,
} from "../store.ts";
import { createCaller, type GcsLimits, gcsLimitsDefault } from "./calls.ts";
import { createOpen } from "./client.ts";
import type { Fault, Place } from "./faults.ts";
import { createPace } from "./pace.ts";
import {
  type Asked,
  crc32cText,
  type Described,
  deletion,
  type Existing,
  media,
  metadata,
  type Part,
  page,
  upload,
} from "./requests.ts";

export { type GcsLimits, gcsLimitsDefault } from "./calls.ts";

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
/** Of an open object that is read: what is in memory of it at a time. */
const pieceBytes = 1024 * 1024;
const unresolved =
  "answers were lost, and whether it was written could not be found out; read it to see what stands";

interface NamedPlace extends Place {
  readonly name: string;
}
/**
 * Objects in a bucket of Google Cloud Storage, under `prefix`. Throws a `UsageError` for options that cannot be used.
 *
 * - Bytes are checked in both directions by CRC-32C; a lost connection, a silence, 408, 429 and 5xx are tried again. The
 *   client library's own retries are off: they cannot be ended, and do not try a broken download again.
 * - A put or a deletion whose answer got lost is resolved by reading back what stands. So is one that is aborted while its
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
  async function lookBack(place: NamedPlace, signal: AbortSignal): Promise<Existing | undefined> {
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
