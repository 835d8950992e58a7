import type { DecodingSpec } from "../../dataset/descriptor.ts";
import { freeBuffer } from "./freeBuffer.ts";
import { gunzip, type Inflater } from "./gunzip.ts";

/** A granule's bytes as its format knows them. */
export interface Decompressed {
  readonly raw: Uint8Array;
  /** The length of all, of which `raw` may be only the beginning. */
  readonly rawBytes: number;
  /**
   * - `soFar`: the file as it is; more may be written behind it.
   * - `whole`: all that there will be, and its checksum is right.
   * - `leading`: the beginning. The length of all is what the file states at its end, if that is its end.
   */
  readonly extent: "soFar" | "whole" | "leading";
  /** Frees the memory of `raw`, when nobody looks at it any more; never that of the file as it came. */
  free(): void;
}

/**
 * Decompresses a granule as it came, to at most `rawBytesMax` bytes, and with `gzipLeading` only as far as `leadingBytes`.
 * Throws a `GranuleError` as `gunzip` does.
 */
export async function decompress(
  inflater: Inflater,
  bytes: Uint8Array,
  { compression, rawBytesMax }: Pick<DecodingSpec, "compression" | "rawBytesMax">,
  leadingBytes: () => number,
): Promise<Decompressed> {
  if (compression === "none")
    return { raw: bytes, rawBytes: bytes.length, extent: "soFar", free: () => undefined };
  const isLeading = compression === "gzipLeading";
  const limits = isLeading ? { rawBytesMax, leadingBytes: leadingBytes() } : { rawBytesMax };
  const inflated = await gunzip(inflater, bytes, limits);
  return { ...inflated, extent: isLeading ? "leading" : "whole", free: () => freeBuffer(inflated.raw) };
}
