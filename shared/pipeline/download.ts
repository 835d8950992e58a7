import { crc32c, hex8 } from "../decode/crc.ts";
import { assertInRange, type GranuleLayout, leadingBytesOf, readLayout } from "../decode/flatBinary.ts";
import { giveBack } from "../decode/giveBack.ts";
import { gunzip } from "../decode/gunzip.ts";
import { GranuleError } from "../errors.ts";
import type { GranuleIdentity, TakenGranule } from "../ledger/records.ts";
import type { Wiring } from "./wiring.ts";

/** A granule as it came. */
export interface FetchedGranule {
  readonly identity: Omit<TakenGranule, "revision">;
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
 * Fetches one granule and checks its size, where one is listed. Throws a `GranuleError` for what concerns this granule alone, a
 * `SourceError` for what concerns all.
 */
export async function fetchGranule(
  { dataset, source, now }: Wiring,
  listed: GranuleIdentity,
  signal: AbortSignal,
): Promise<FetchedGranule> {
  // Before the bytes: if the granule is replaced in between, its date will differ from this one and it is taken in again.
  const modifiedAt = listed.modifiedAt ?? (await source.modifiedAt(listed.path, signal)) ?? null;
  const bytes = await source.fetch(listed.path, dataset.decoding.granuleBytesMax, signal);
  if (!bytes) throw new GranuleError("notThere", `${listed.path}: listed, but not there`);
  const sizeBytes = bytes.length;
  if (listed.sizeBytes !== null && listed.sizeBytes !== sizeBytes) {
    throw new GranuleError("size", `${listed.path}: ${sizeBytes} bytes came, ${listed.sizeBytes} are listed`);
  }
  const identity = { ...listed, sizeBytes, modifiedAt, crc32c: hex8(crc32c(bytes)), ingestedAt: now() };
  return { identity, bytes };
}

/**
 * Inflates a granule and checks the rest of it: the gzip CRC, the raw length, the header with the instant `first` of its first
 * timestep, the ranges of its values. Throws a `GranuleError`.
 */
export async function openGranule(
  wiring: Pick<Wiring, "dataset" | "inflater">,
  { identity, bytes }: FetchedGranule,
  first: number,
): Promise<OpenGranule> {
  const { raw, rawBytes } = await inflate(wiring, bytes);
  const layout = readLayout(wiring.dataset, raw, rawBytes, first);
  assertInRange(wiring.dataset, layout, raw, first);
  return { identity, raw, layout, free: () => (raw === bytes ? undefined : giveBack(raw)) };
}

async function inflate({ dataset, inflater }: Pick<Wiring, "dataset" | "inflater">, bytes: Uint8Array) {
  const { compression, rawBytesMax } = dataset.decoding;
  if (compression === "none") return { raw: bytes, rawBytes: bytes.length };
  const leading = compression === "gzipLeading" ? { leadingBytes: leadingBytesOf(dataset) } : {};
  return gunzip(inflater, bytes, { rawBytesMax, ...leading });
}
