import { GranuleError } from "../../errors.ts";
import { crc32c, hex8 } from "../../format/decompress/crc.ts";
import type { OpenGranule } from "../../format/format.ts";
import { openGranule } from "../../format/openGranule.ts";
import type { GranuleIdentity, IngestedGranule } from "../../ledger/records.ts";
import type { Fetched } from "../../source/source.ts";
import type { DatasetWiring, Wiring } from "../wiring.ts";

/** A granule as it came. */
export interface FetchedGranule {
  readonly identity: Omit<IngestedGranule, "revision" | "ingestion" | "request">;
  readonly bytes: Uint8Array;
}

/** A granule that passed every check, ready to be decoded. */
export interface ReadyGranule {
  readonly identity: FetchedGranule["identity"];
  readonly content: OpenGranule;
  /** The file as it came, where it is not compressed. */
  readonly plain: Uint8Array | undefined;
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
 * Decompresses a granule and checks the rest of it: checksum, length, what it says of itself, with the instant `first` of its
 * first timestep, the ranges of its values. Throws a `GranuleError`.
 */
export async function readyGranule(
  { descriptor, inflater }: Pick<Wiring, "descriptor" | "inflater">,
  { identity, bytes }: FetchedGranule,
  first: number,
): Promise<ReadyGranule> {
  const content = await openGranule(inflater, descriptor, bytes, first);
  return { identity, content, plain: descriptor.decoding.compression === "none" ? bytes : undefined };
}

/**
 * Tells whether the file that was ingested before is the beginning of this one: then more was written behind it, and nothing
 * was replaced. Of an uncompressed file alone, since of no other a part is ever ingested.
 */
export function grownSince({ identity, plain }: ReadyGranule): (before: IngestedGranule) => boolean {
  const known = new Map<string, boolean>();
  return ({ path, sizeBytes, crc32c: taken }) => {
    if (!plain || path !== identity.path || sizeBytes === null || sizeBytes >= plain.length) return false;
    const hasGrown = known.get(taken) ?? hex8(crc32c(plain.subarray(0, sizeBytes))) === taken;
    known.set(taken, hasGrown);
    return hasGrown;
  };
}
