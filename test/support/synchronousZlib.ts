/**
 * To be imported before anything of the product's: chunks are compressed where they are, not on the thread pool, whose threads
 * finish in an order of their own. What runs on ports in memory then waits for nothing but its ports.
 */
import { syncBuiltinESMExports } from "node:module";
import { Transform } from "node:stream";
import zlib from "node:zlib";

/** A stream that gives out all at its end, by a function that needs all at once. */
function inPlace<Options>(whole: (bytes: Uint8Array, options: Options) => Uint8Array) {
  return (options: Options): Transform => {
    const pieces: Uint8Array[] = [];
    return new Transform({
      transform(piece: Uint8Array, _, done) {
        pieces.push(new Uint8Array(piece)); // its memory is used again
        done();
      },
      flush(done) {
        let result: Uint8Array;
        try {
          result = whole(Buffer.concat(pieces), options);
        } catch (error) {
          done(error as Error);
          return;
        }
        done(null, result);
      },
    });
  };
}

for (const [name, value] of Object.entries({
  createZstdCompress: inPlace(zlib.zstdCompressSync),
  createZstdDecompress: inPlace(zlib.zstdDecompressSync),
})) {
  Object.defineProperty(zlib, name, { value });
}
syncBuiltinESMExports();
