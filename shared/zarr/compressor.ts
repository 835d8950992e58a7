import type { CodecSpec } from "../dataset/descriptor.ts";

export const defaultCodec: CodecSpec = { id: "zstd", level: 3 };

/** The level of a codec that need not say one; 0 where nothing is compressed. */
export function levelOf({ id, level }: CodecSpec): number {
  if (id === "none") return 0;
  return level ?? (id === "zstd" ? 3 : 6);
}
