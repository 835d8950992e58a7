import { createWriteStream } from "node:fs";
import { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { constants, createZstdCompress } from "node:zlib";

export interface Compressing {
  /** Resolves once `slice` is compressed, so that its memory can be used again. */
  write(slice: Uint8Array): Promise<void>;
  /** Resolves once all of it is where it goes. */
  end(): Promise<void>;
}

/** Larger pieces mean fewer turns between the event loop and the thread that compresses. */
const pieceBytes = 1024 * 1024;

/** Compresses to a file that is on the disk in the end; without one, to nowhere. */
export function compressing(rawBytes: number, path?: string): Compressing {
  const params = { [constants.ZSTD_c_compressionLevel]: 3, [constants.ZSTD_c_checksumFlag]: 1 };
  const frame = createZstdCompress({ params, pledgedSrcSize: rawBytes, chunkSize: pieceBytes });
  const target = path === undefined ? nowhere() : createWriteStream(path, { flush: true });
  const ended = pipeline(frame, target);
  return {
    write: (slice) =>
      new Promise((resolve, reject) => frame.write(slice, (error) => (error ? reject(error) : resolve()))),
    end() {
      frame.end();
      return ended;
    },
  };
}

/** The pieces stay in memory: that is where the product's own result is. */
function nowhere(): Writable {
  const pieces: Uint8Array[] = [];
  return new Writable({
    write(piece, _, done) {
      pieces.push(piece);
      done();
    },
  });
}
