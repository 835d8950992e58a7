import { constants, crc32, createInflateRaw, gunzip, type Zlib } from "node:zlib";
import type { Inflated, InflateLimits, Inflater } from "./gunzip.ts";

const gunzipWhole: NonNullable<Inflater["gunzipWhole"]> = (compressed, maxOutputLength, chunkSize) => {
  const { promise, resolve } = Promise.withResolvers<Awaited<ReturnType<typeof gunzipWhole>>>();
  // With `info` the result is not the buffer, as the types have it, but the buffer and the engine that made it.
  gunzip(compressed, { maxOutputLength, chunkSize, info: true }, (error, result) => {
    const { buffer, engine } = (result ?? {}) as unknown as { buffer: Uint8Array; engine: Zlib };
    if (error) resolve(undefined);
    else resolve({ raw: plain(buffer), consumedBytes: engine.bytesWritten });
  });
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
