/**
 * To be imported before anything of the product's: chunks are compressed where they are, not on the thread pool, whose threads
 * finish in an order of their own. What runs on ports in memory then waits for nothing but its ports.
 */
import { syncBuiltinESMExports } from "node:module";
import zlib from "node:zlib";

type Callback = (error: Error | null, result?: Uint8Array) => void;

for (const [name, inPlace] of [
  ["zstdCompress", zlib.zstdCompressSync],
  ["zstdDecompress", zlib.zstdDecompressSync],
] as const) {
  const replaced = (bytes: Uint8Array, options: zlib.ZstdOptions, done: Callback) => {
    let result: Uint8Array;
    try {
      result = inPlace(bytes, options);
    } catch (error) {
      done(error as Error);
      return;
    }
    done(null, result);
  };
  Object.assign(zlib, { [name]: replaced });
}
syncBuiltinESMExports();
