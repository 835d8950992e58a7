import { promisify } from "node:util";
import * as zlib from "node:zlib";
import type { CodecSpec } from "../dataset/descriptor.ts";
import { reasonOf, StorageError } from "../errors.ts";
import { frameFault } from "./zstdFrame.ts";

export const defaultCodec: CodecSpec = { id: "zstd", level: 3 };

const zstdCompress = promisify(zlib.zstdCompress) as (
  bytes: Uint8Array,
  options: zlib.ZstdOptions,
) => Promise<Uint8Array>;
const zstdDecompress = promisify(zlib.zstdDecompress) as typeof zstdCompress;
const deflate = promisify(zlib.deflate) as (
  bytes: Uint8Array,
  options: zlib.ZlibOptions,
) => Promise<Uint8Array>;
const inflate = promisify(zlib.inflate) as typeof deflate;
const gzip = promisify(zlib.gzip) as typeof deflate;
const gunzip = promisify(zlib.gunzip) as typeof deflate;

/** The `compressor` of a Zarr v2 `.zarray`. */
export function compressorOf({
  id,
  level,
}: CodecSpec): { readonly id: string; readonly level: number } | null {
  return id === "none" ? null : { id, level: level ?? (id === "zstd" ? 3 : 6) };
}

/**
 * Compresses a chunk. A zstd frame is told its content's size, which zarr-python cannot do without, and a checksum, as
 * zlib and gzip have: without one most damage would decode to other values.
 */
export async function encode(codec: CodecSpec, bytes: Uint8Array): Promise<Uint8Array> {
  const level = compressorOf(codec)?.level ?? 0;
  switch (codec.id) {
    case "zstd":
      return zstdCompress(bytes, {
        params: { [zlib.constants.ZSTD_c_compressionLevel]: level, [zlib.constants.ZSTD_c_checksumFlag]: 1 },
        pledgedSrcSize: bytes.length,
      });
    case "zlib":
      return deflate(bytes, { level });
    case "gzip":
      return gzip(bytes, { level });
    case "none":
      return bytes;
  }
}

/** Decompresses a chunk that must be `rawBytes` long. Throws a `StorageError` naming `key` if it is not, or is damaged. */
export async function decode(
  codec: CodecSpec,
  bytes: Uint8Array,
  rawBytes: number,
  key: string,
): Promise<Uint8Array> {
  const options = { maxOutputLength: rawBytes, chunkSize: Math.max(64, rawBytes) };
  let raw: Uint8Array;
  try {
    if (codec.id === "zstd") raw = await zstdDecompress(bytes, options);
    else if (codec.id === "zlib") raw = await inflate(bytes, options);
    else if (codec.id === "gzip") raw = await gunzip(bytes, options);
    else raw = bytes;
  } catch (cause) {
    throw new StorageError("decode", key, reasonOf(cause), { cause });
  }
  const fault = codec.id === "zstd" ? frameFault(bytes, rawBytes) : undefined;
  if (fault) throw new StorageError("decode", key, fault);
  if (raw.length !== rawBytes)
    throw new StorageError("decode", key, `${raw.length} bytes instead of ${rawBytes}`);
  return raw;
}
