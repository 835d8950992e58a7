import type { Dataset } from "../dataset/dataset.ts";
import { crc32c, hex8 } from "../decode/crc.ts";
import { type GranuleLayout, leadingBytesOf, readLayout } from "../decode/flatBinary.ts";
import { gunzip } from "../decode/gunzip.ts";
import { GranuleError } from "../errors.ts";
import type { GranuleIdentity, TakenGranule } from "../ledger/records.ts";
import type { Wiring } from "./wiring.ts";

/** A granule that passed every check, ready to be decoded. */
export interface OpenGranule {
  readonly identity: Omit<TakenGranule, "revision">;
  readonly raw: Uint8Array;
  readonly layout: GranuleLayout;
}

/**
 * Fetches and checks one granule: its size as listed, the gzip CRC, the raw length, the header with the instant `first` of
 * its first timestep. Throws a `GranuleError` for what concerns this granule alone, a `SourceError` for what concerns all.
 */
export async function download(
  wiring: Wiring,
  dataset: Dataset,
  listed: GranuleIdentity,
  first: number,
  signal: AbortSignal,
): Promise<OpenGranule> {
  const { source, now } = wiring;
  const { granuleBytesMax } = dataset.decoding;
  // Before the bytes: if the granule is replaced in between, its date will differ from this one and it is taken in again.
  const modifiedAt = listed.modifiedAt ?? (await source.modifiedAt(listed.path, signal)) ?? null;
  const bytes = await source.fetch(listed.path, granuleBytesMax, signal);
  if (!bytes) throw new GranuleError("notThere", `${listed.path}: listed, but not there`);
  if (bytes.length !== listed.sizeBytes) {
    throw new GranuleError(
      "size",
      `${listed.path}: ${bytes.length} bytes came, ${listed.sizeBytes} are listed`,
    );
  }
  const { raw, rawBytes } = await inflate(wiring, dataset, bytes);
  const layout = readLayout(dataset, raw, rawBytes, first);
  return { identity: { ...listed, modifiedAt, crc32c: hex8(crc32c(bytes)), ingestedAt: now() }, raw, layout };
}

async function inflate({ inflater }: Wiring, dataset: Dataset, bytes: Uint8Array) {
  const { compression, rawBytesMax } = dataset.decoding;
  if (compression === "none") return { raw: bytes, rawBytes: bytes.length };
  const leading = compression === "gzipLeading" ? { leadingBytes: leadingBytesOf(dataset) } : {};
  return gunzip(inflater, bytes, { rawBytesMax, ...leading });
}
