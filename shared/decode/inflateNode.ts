import { constants, crc32, createInflateRaw } from "node:zlib";
import type { Inflated, InflateLimits, Inflater } from "./gunzip.ts";

/** Inflates on Node's thread pool: the event loop goes on, and files inflate side by side. */
export const inflateNode: Inflater = { inflateRaw, crc32: (bytes) => crc32(bytes) };

function inflateRaw(
  deflated: Uint8Array,
  { outputBytesMax, pieceBytes, leadingBytes = Number.POSITIVE_INFINITY }: InflateLimits,
): Promise<Inflated> {
  const { promise, resolve, reject } = Promise.withResolvers<Inflated>();
  const stream = createInflateRaw({ chunkSize: pieceBytes });
  const pieces: Uint8Array[] = [];
  let outputBytes = 0;
  // Destroyed in the middle of a piece's event, the stream does not begin the next.
  const stop = (inflated: Inflated) => {
    resolve(inflated);
    stream.destroy();
  };
  stream.on("data", ({ buffer, byteOffset, byteLength }: Buffer<ArrayBuffer>) => {
    pieces.push(new Uint8Array(buffer, byteOffset, byteLength));
    outputBytes += byteLength;
    if (outputBytes >= leadingBytes) stop({ outcome: "stopped", pieces });
    else if (outputBytes > outputBytesMax) stop({ outcome: "tooLarge" });
  });
  stream.on("end", () => resolve({ outcome: "ended", pieces, consumedBytes: stream.bytesWritten }));
  stream.on("error", (error: Error & { errno?: number }) => {
    if (error.errno === constants.Z_BUF_ERROR) resolve({ outcome: "truncated" });
    else if (error.errno === constants.Z_DATA_ERROR) resolve({ outcome: "badData", reason: error.message });
    else reject(error);
  });
  stream.end(deflated);
  return promise;
}
