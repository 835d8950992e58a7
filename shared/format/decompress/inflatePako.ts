import { Z_BUF_ERROR, Z_FINISH, Z_OK, Z_STREAM_END, ZStream, zlibInflate, zlibInflateInit2 } from "pako";
import { crc32 } from "./crc.ts";
import type { Inflated, Inflater } from "./gunzip.ts";

/** A window of 32 KiB; negative for a stream without a wrapper. */
const rawWindowBits = -15;

/** Inflates in plain JavaScript, wherever that runs; the thread is busy meanwhile. */
export const inflatePako: Inflater = {
  crc32,
  async inflateRaw(deflated, { outputBytesMax, pieceBytes, leadingBytes = Number.POSITIVE_INFINITY }) {
    const stream = new ZStream();
    zlibInflateInit2(stream, rawWindowBits);
    stream.input = deflated;
    stream.avail_in = deflated.length;
    const pieces: Uint8Array[] = [];
    let outputBytes = 0;
    for (;;) {
      stream.output = new Uint8Array(pieceBytes);
      stream.next_out = 0;
      stream.avail_out = pieceBytes;
      const status = zlibInflate(stream, Z_FINISH);
      const ended = status === Z_STREAM_END;
      if (!ended && status !== Z_OK && status !== Z_BUF_ERROR)
        return { outcome: "badData", reason: stream.msg };
      pieces.push(stream.output.subarray(0, stream.next_out));
      outputBytes += stream.next_out;
      if (outputBytes >= leadingBytes) return { outcome: "stopped", pieces };
      if (outputBytes > outputBytesMax) return { outcome: "tooLarge" };
      if (!ended && stream.avail_out > 0) return { outcome: "truncated" };
      if (ended) return { outcome: "ended", pieces, consumedBytes: stream.next_in } satisfies Inflated;
    }
  },
};
