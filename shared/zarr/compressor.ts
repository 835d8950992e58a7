import type { CodecSpec } from "../dataset/descriptor.ts";

export const defaultCodec: CodecSpec = { id: "zstd", level: 3 };

/** The `compressor` of a Zarr v2 `.zarray`. */
export function compressorOf({
  id,
  level,
}: CodecSpec): { readonly id: string; readonly level: number } | null {
  return id === "none" ? null : { id, level: level ?? (id === "zstd" ? 3 : 6) };
}
