import type { Transform } from "node:stream";
import * as zlib from "node:zlib";
import type { CodecSpec } from "../dataset/descriptor.ts";
import { reasonOf, StorageError } from "../errors.ts";
import { freeBuffer } from "../format/decompress/freeBuffer.ts";
import { levelOf } from "./compressor.ts";
import { firstFrame, frameFault } from "./zstdFrame.ts";

/** What comes out of a codec at once. A chunk in one piece would be memory that is new each time, and slow for that. */
const pieceBytesMax = 1024 * 1024;
const pieceBytesMin = 64;

/** Compresses a chunk while it is made, so that it need not lie in memory as a whole. */
export interface Encoder {
  /** Takes in the next bytes, which must not change before that. */
  write(bytes: Uint8Array): Promise<void>;
  /** The compressed chunk. To be called once, and not after `drop`. */
  end(): Promise<Uint8Array>;
  /** Frees what it holds, when it was ended or nobody waits for it any more. */
  drop(): void;
}

/**
 * Compresses `rawBytes` bytes. A zstd frame is told its content's size, which zarr-python cannot do without, and a checksum, as
 * zlib and gzip have: without one most damage would decode to other values.
 */
export function createEncoder(codec: CodecSpec, rawBytes: number): Encoder {
  const stream = compressing(codec, rawBytes);
  const pieces: Uint8Array[] = [];
  if (!stream) {
    return {
      write: async (bytes) => void pieces.push(bytes.slice()),
      end: async () => joined(pieces),
      drop() {},
    };
  }
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
  ended.catch(() => undefined); // `write` and `end` tell it
  stream
    .on("data", (piece: Uint8Array) => pieces.push(piece))
    .on("end", resolve)
    .on("error", reject);
  return {
    async write(bytes) {
      const written = Promise.withResolvers<void>();
      stream.write(bytes, (error) => (error ? written.reject(error) : written.resolve()));
      await written.promise;
    },
    async end() {
      stream.end();
      await ended;
      // Where a frame fills its last piece, Node's stream begins another one, of nothing.
      return codec.id === "zstd" ? firstFrame(joined(pieces)) : joined(pieces);
    },
    drop: () => void stream.destroy(),
  };
}

/** Decompresses a chunk from its beginning to its end, as far as it is asked for. */
export interface Decoder {
  /** Fills `target` with the next bytes. */
  read(target: Uint8Array): Promise<void>;
  /** Sees that nothing is left, and that all of it was sound. */
  end(): Promise<void>;
  /** Frees what it holds. */
  drop(): void;
}

/**
 * Decompresses a chunk that must be `rawBytes` long. Reading throws a `StorageError` that names `key` if it is not, or is damaged;
 * only after `end` is it known to be sound.
 */
export function createDecoder(codec: CodecSpec, bytes: Uint8Array, rawBytes: number, key: string): Decoder {
  const refused = (reason: string, cause?: unknown) => new StorageError("decode", key, reason, { cause });
  const stream = decompressing(codec, rawBytes);
  const pieces = stream ? stream[Symbol.asyncIterator]() : [bytes].values();
  let piece = new Uint8Array(0);
  let unread = piece;
  let read = 0;

  /** Whether there is anything to read. */
  async function more(): Promise<boolean> {
    while (unread.length === 0) {
      // A full piece is all of its buffer, which the stream is done with.
      if (stream && piece.length === pieceBytesFor(rawBytes)) freeBuffer(piece);
      const next = await Promise.resolve(pieces.next()).catch((cause: unknown) => {
        throw refused(reasonOf(cause), cause);
      });
      if (next.done) return false;
      piece = next.value as Uint8Array<ArrayBuffer>;
      unread = piece;
    }
    return true;
  }

  // Nothing listens before the first read, and an error that nobody hears ends the process. Reading tells it.
  stream?.on("error", () => undefined).end(bytes);
  return {
    async read(target) {
      for (let at = 0; at < target.length; ) {
        if (!(await more())) throw refused(`${read} bytes instead of ${rawBytes}`);
        const part = unread.subarray(0, target.length - at);
        target.set(part, at);
        unread = unread.subarray(part.length);
        at += part.length;
        read += part.length;
      }
    },
    async end() {
      if (await more()) throw refused(`more than ${rawBytes} bytes`);
      const fault = codec.id === "zstd" ? frameFault(bytes, rawBytes) : undefined;
      if (fault) throw refused(fault);
    },
    drop: () => void stream?.destroy(),
  };
}

/** Compresses a whole chunk. */
export async function encode(codec: CodecSpec, bytes: Uint8Array): Promise<Uint8Array> {
  const encoder = createEncoder(codec, bytes.length);
  await encoder.write(bytes);
  return encoder.end();
}

/** Decompresses a whole chunk that must be `rawBytes` long. Throws a `StorageError` naming `key` if it is not, or is damaged. */
export async function decode(
  codec: CodecSpec,
  bytes: Uint8Array,
  rawBytes: number,
  key: string,
): Promise<Uint8Array> {
  const decoder = createDecoder(codec, bytes, rawBytes, key);
  try {
    const raw = new Uint8Array(rawBytes);
    await decoder.read(raw);
    await decoder.end();
    return raw;
  } finally {
    decoder.drop();
  }
}

function compressing(codec: CodecSpec, rawBytes: number): Transform | undefined {
  const level = levelOf(codec);
  const chunkSize = pieceBytesFor(rawBytes);
  const { ZSTD_c_compressionLevel, ZSTD_c_checksumFlag } = zlib.constants;
  switch (codec.id) {
    case "zstd":
      return zlib.createZstdCompress({
        chunkSize,
        params: { [ZSTD_c_compressionLevel]: level, [ZSTD_c_checksumFlag]: 1 },
        pledgedSrcSize: rawBytes,
      });
    case "zlib":
      return zlib.createDeflate({ level, chunkSize });
    case "gzip":
      return zlib.createGzip({ level, chunkSize });
    case "none":
      return undefined;
  }
}

function decompressing({ id }: CodecSpec, rawBytes: number): Transform | undefined {
  const chunkSize = pieceBytesFor(rawBytes);
  switch (id) {
    case "zstd":
      return zlib.createZstdDecompress({ chunkSize });
    case "zlib":
      return zlib.createInflate({ chunkSize });
    case "gzip":
      return zlib.createGunzip({ chunkSize });
    case "none":
      return undefined;
  }
}

function pieceBytesFor(rawBytes: number): number {
  return Math.min(Math.max(pieceBytesMin, rawBytes), pieceBytesMax);
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  return pieces.length === 1 ? (pieces[0] as Uint8Array) : Buffer.concat(pieces);
}
