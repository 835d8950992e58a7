import * as zarr from "zarrita";

/** The codecs by their names in Zarr's metadata. */
export type Codecs = typeof zarr.registry;

/** gzip and zlib as Zarr v2 and v3 name them. */
const gzipNames = ["gzip", "zlib", "numcodecs.gzip", "numcodecs.zlib"] as const;

/**
 * The codecs that chunks are decoded with. Where the browser inflates nothing itself, gzip and zlib chunks are inflated by
 * pako, which is loaded with the first of them.
 */
export function codecs(): Codecs {
  if (typeof DecompressionStream === "undefined") {
    for (const name of gzipNames) zarr.registry.set(name, async () => ({ fromConfig: () => inflating }));
  }
  return zarr.registry;
}

const inflating = {
  kind: "bytes_to_bytes" as const,
  encode(): never {
    throw new Error("the page does not compress");
  },
  async decode(bytes: Uint8Array) {
    const { inflate } = await import("pako");
    return inflate(bytes);
  },
};
