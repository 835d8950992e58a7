import type { Descriptor } from "../../dataset/dataset.ts";
import { GranuleError } from "../../errors.ts";
import { crc32c, hex8 } from "../../format/decompress/crc.ts";
import { freeBuffer } from "../../format/decompress/freeBuffer.ts";
import { gunzip, type Inflater } from "../../format/decompress/gunzip.ts";
import {
  assertInRange,
  type GranuleLayout,
  leadingBytesOf,
  readLayout,
} from "../../format/flatBinary/flatBinary.ts";
import type { GranuleIdentity, IngestedGranule } from "../../ledger/records.ts";
import type { Fetched } from "../../source/source.ts";
import type { DatasetWiring, Wiring } from "../wiring.ts";

/** A granule as it came. */
export interface FetchedGranule {
  readonly identity: Omit<IngestedGranule, "revision" | "ingestion" | "request">;
  readonly bytes: Uint8Array;
}

/** A granule that passed every check, ready to be decoded. */
export interface OpenGranule {
  readonly identity: FetchedGranule["identity"];
  readonly raw: Uint8Array;
  readonly layout: GranuleLayout;
  /** To be called when nobody looks at `raw` any more. */
  free(): void;
}

/**
 * The bytes of a granule that is about to come, once its size is checked, where one was told. Throws a `GranuleError` for what concerns this granule alone, a
 * `SourceError` for what concerns all.
 */
export async function fetchGranule(
  { dataset, now }: DatasetWiring,
  listed: GranuleIdentity,
  fetched: Fetched,
): Promise<FetchedGranule> {
  const bytes = await fetched.bytes(dataset.decoding.granuleBytesMax);
  if (!bytes) throw new GranuleError("notThere", `${listed.path}: listed, but not there`);
  const sizeBytes = bytes.length;
  if (listed.sizeBytes !== null && listed.sizeBytes !== sizeBytes) {
    const differs = `${listed.path}: ${sizeBytes} bytes came, ${listed.sizeBytes} are listed`;
    throw new GranuleError("size", differs, { mayGrow: true });
  }
  const identity = { ...listed, sizeBytes, crc32c: hex8(crc32c(bytes)), ingestedAt: now() };
  return { identity, bytes };
}

/**
 * Inflates a granule and checks the rest of it: the gzip CRC, the raw length, the header with the instant `first` of its first
 * timestep, the ranges of its values. Throws a `GranuleError`.
 */
export async function openGranule(
  { descriptor, inflater }: Pick<Wiring, "descriptor" | "inflater">,
  { identity, bytes }: FetchedGranule,
  first: number,
): Promise<OpenGranule> {
  const { raw, rawBytes } = await inflate(descriptor, inflater, bytes);
  const layout = readLayout(descriptor, raw, rawBytes, first);
  assertInRange(descriptor, layout, raw, first);
  return { identity, raw, layout, free: () => (raw === bytes ? undefined : freeBuffer(raw)) };
}

/**
 * Tells whether the file that was taken in before is the beginning of this one: then more was written behind it, and nothing
 * was replaced. Of an uncompressed file alone, since of no other a part is ever taken in.
 */
export function grownSince({ identity, raw }: OpenGranule): (before: IngestedGranule) => boolean {
  const known = new Map<string, boolean>();
  return ({ path, sizeBytes, crc32c: taken }) => {
    const mayBe = path === identity.path && sizeBytes !== null && sizeBytes < raw.length;
    if (!mayBe || raw.length !== identity.sizeBytes) return false;
    const hasGrown = known.get(taken) ?? hex8(crc32c(raw.subarray(0, sizeBytes))) === taken;
    known.set(taken, hasGrown);
    return hasGrown;
  };
}

async function inflate(descriptor: Descriptor, inflater: Inflater, bytes: Uint8Array) {
  const { compression, rawBytesMax } = descriptor.decoding;
  if (compression === "none") return { raw: bytes, rawBytes: bytes.length };
  const leading = compression === "gzipLeading" ? { leadingBytes: leadingBytesOf(descriptor) } : {};
  return gunzip(inflater, bytes, { rawBytesMax, ...leading });
}
