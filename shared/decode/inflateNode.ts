import { constants, crc32, createGunzip, createInflateRaw } from "node:zlib";
import type { Inflated, InflateLimits, Inflater } from "./gunzip.ts";
import { giveBack } from "./room.ts";

/** Many, but few enough to stay in a processor's cache until they are copied. */
const pieceBytes = 256 * 1024;

const gunzipWhole: NonNullable<Inflater["gunzipWhole"]> = (compressed, target) => {
  const { promise, resolve } = Promise.withResolvers<Awaited<ReturnType<typeof gunzipWhole>>>();
  const stream = createGunzip({ chunkSize: pieceBytes });
  let rawBytes = 0;
  stream.on("data", (piece: Buffer<ArrayBuffer>) => {
    if (rawBytes + piece.length > target.length) {
      resolve(undefined);
      stream.destroy();
      return;
    }
    target.set(piece, rawBytes);
    rawBytes += piece.length;
    giveBack(piece, pieceBytes);
  });
  stream.on("end", () => resolve({ rawBytes, consumedBytes: stream.bytesWritten }));
  stream.on("error", () => resolve(undefined));
  stream.end(compressed);
  return promise;
};

/** Inflates on Node's thread pool: the event loop goes on, and files inflate side by side. */
export const inflateNode: Inflater = { inflateRaw, crc32: (bytes) => crc32(bytes), gunzipWhole };

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
  stream.on("data", (piece: Buffer) => {
    pieces.push(plain(piece));
    outputBytes += piece.length;
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

/** The same bytes as no `Buffer`, which differs from what other engines return. */
function plain({ buffer, byteOffset, byteLength }: Uint8Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
