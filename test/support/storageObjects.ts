import { createHash } from "node:crypto";
import { crc32c } from "../../shared/format/decompress/crc.ts";

/** What an upload says of its object. */
export interface ObjectResource {
  readonly contentType?: string;
  readonly cacheControl?: string;
  readonly contentEncoding?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly crc32c?: string;
  readonly md5Hash?: string;
}

export interface ServedObject {
  readonly bucket: string;
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly resource: ObjectResource;
  readonly generation: bigint;
  readonly crc32c: string;
  readonly md5Hash: string;
  readonly created: Date;
}

/** An answer other than success, as the JSON API words it. */
export class Refusal extends Error {
  readonly status: number;
  readonly reason: string;
  constructor(status: number, reason: string, message: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

export const noSuchBucket = () => new Refusal(404, "notFound", "The specified bucket does not exist.");

export interface ServedObjectsOptions {
  readonly buckets: readonly string[];
  readonly now: () => number;
  /** The least time between two writes of one name; 0 for no limit. */
  readonly writeEveryMs: number;
}

/** The objects of all buckets, with generations that never come back. */
export class ServedObjects {
  readonly #buckets: ReadonlyMap<string, Map<string, ServedObject>>;
  readonly #writeTimes = new Map<string, number[]>();
  readonly #options: ServedObjectsOptions;
  #generation = 0n;

  constructor(options: ServedObjectsOptions) {
    this.#options = options;
    this.#buckets = new Map(options.buckets.map((bucket) => [bucket, new Map()]));
  }

  hasBucket(bucket: string): boolean {
    return this.#buckets.has(bucket);
  }

  /** When each write of a name was done, in milliseconds of the server's clock. */
  writeTimes(bucket: string, name: string): readonly number[] {
    return this.#writeTimes.get(`${bucket}/${name}`) ?? [];
  }

  names(bucket: string): readonly string[] {
    const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
    return [...this.#objectsOf(bucket).keys()].sort(byBytes);
  }

  find(bucket: string, name: string): ServedObject | undefined {
    return this.#objectsOf(bucket).get(name);
  }

  /** The object, if the query's conditions hold. `isRead`: a condition that names what is known already answers 304. */
  get(bucket: string, name: string, query: URLSearchParams, isRead: boolean): ServedObject {
    const found = this.find(bucket, name);
    const pinned = query.get("generation");
    if (!found || (pinned !== null && pinned !== String(found.generation))) {
      throw new Refusal(404, "notFound", `No such object: ${bucket}/${name}`);
    }
    assertConditions(query, found.generation, isRead ? 304 : 412);
    return found;
  }

  /** All at once: whether the conditions hold, the hashes fit, and the rate is kept; then the object stands. */
  insert(
    bucket: string,
    name: string,
    bytes: Uint8Array,
    resource: ObjectResource,
    query: URLSearchParams,
  ): ServedObject {
    const objects = this.#objectsOf(bucket);
    if (name === "" || Buffer.byteLength(name) > 1024) throw new Refusal(400, "required", "Required: name");
    assertConditions(query, objects.get(name)?.generation ?? 0n, 412);
    const sums = { crc32c: crc32cText(bytes), md5Hash: createHash("md5").update(bytes).digest("base64") };
    for (const sum of ["crc32c", "md5Hash"] as const) {
      if (resource[sum] === undefined || resource[sum] === sums[sum]) continue;
      const kind = sum === "crc32c" ? "CRC32C" : "MD5 hash";
      const message = `Provided ${kind} "${resource[sum]}" doesn't match calculated ${kind} "${sums[sum]}".`;
      throw new Refusal(400, "invalid", message);
    }
    const at = this.#noteWrite(bucket, name);
    const object = {
      bucket,
      name,
      bytes,
      resource,
      ...sums,
      generation: this.#next(at),
      created: new Date(at),
    };
    objects.set(name, object);
    return object;
  }

  delete(bucket: string, name: string, query: URLSearchParams): void {
    this.get(bucket, name, query, false);
    this.#objectsOf(bucket).delete(name);
  }

  #objectsOf(bucket: string): Map<string, ServedObject> {
    const objects = this.#buckets.get(bucket);
    if (!objects) throw noSuchBucket();
    return objects;
  }

  #noteWrite(bucket: string, name: string): number {
    const at = this.#options.now();
    const key = `${bucket}/${name}`;
    const times = this.#writeTimes.get(key) ?? [];
    const before = times.at(-1);
    const { writeEveryMs } = this.#options;
    if (writeEveryMs > 0 && before !== undefined && at - before < writeEveryMs) {
      const message = `The object ${key} exceeded the rate limit for object mutation operations (create, update, and delete). Please reduce your request rate.`;
      throw new Refusal(429, "rateLimitExceeded", message);
    }
    times.push(at);
    this.#writeTimes.set(key, times);
    return at;
  }

  /** Microseconds since 1970, or one more than the last. */
  #next(at: number): bigint {
    const present = BigInt(Math.floor(at)) * 1000n;
    this.#generation = present > this.#generation ? present : this.#generation + 1n;
    return this.#generation;
  }
}

/** A CRC-32C as Cloud Storage writes it: base64 of four bytes, the highest first. */
export function crc32cText(bytes: Uint8Array): string {
  const four = Buffer.alloc(4);
  four.writeUInt32BE(crc32c(bytes));
  return four.toString("base64");
}

function assertConditions(query: URLSearchParams, generation: bigint, knownStatus: 304 | 412): void {
  const match = query.get("ifGenerationMatch");
  const notMatch = query.get("ifGenerationNotMatch");
  const metageneration = query.get("ifMetagenerationMatch");
  const failed = "At least one of the pre-conditions you specified did not hold.";
  if (match !== null && BigInt(match) !== generation) throw new Refusal(412, "conditionNotMet", failed);
  if (metageneration !== null && (metageneration !== "1" || generation === 0n)) {
    throw new Refusal(412, "conditionNotMet", failed);
  }
  if (notMatch !== null && BigInt(notMatch) === generation) {
    throw new Refusal(knownStatus, "conditionNotMet", failed);
  }
}
