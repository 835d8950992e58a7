import { GranuleError } from "../../errors.ts";
import { detectFormat } from "../detectFormat.ts";
import { hex8 } from "./crc.ts";

export interface InflateLimits {
  /** More output than this is not made. */
  readonly outputBytesMax: number;
  /** Output is allocated in pieces of this many bytes, and the limits are looked at after each. At least 64. */
  readonly pieceBytes: number;
  /** Enough is as good as all: inflating stops after the piece that reaches this many bytes. */
  readonly leadingBytes: number | undefined;
}

/** `ended`: the stream was whole and `consumedBytes` long. `stopped`: `leadingBytes` are there. */
export type Inflated =
  | { readonly outcome: "ended"; readonly pieces: readonly Uint8Array[]; readonly consumedBytes: number }
  | { readonly outcome: "stopped"; readonly pieces: readonly Uint8Array[] }
  | { readonly outcome: "badData"; readonly reason: string }
  | { readonly outcome: "truncated" | "tooLarge" };

/**
 * An engine for DEFLATE (RFC 1951). Every engine answers alike, with the same bytes or the same outcome: each piece is made,
 * then the limits are looked at, then whether there is more. A piece in which bad data is met counts for nothing; one that
 * a truncated stream leaves unfinished counts.
 */
export interface Inflater {
  /** Inflates the stream that `deflated` begins with; what follows it is not looked at. */
  inflateRaw(deflated: Uint8Array, limits: InflateLimits): Promise<Inflated>;
  crc32(bytes: Uint8Array): number;
  /**
   * Inflates a whole gzip file and compares its CRC on the way, for an engine that does so off the event loop. `undefined`
   * for whatever is not in perfect order: then the file is gone through step by step, which finds the words for it.
   */
  gunzipWhole?(
    compressed: Uint8Array,
    outputBytesMax: number,
    pieceBytes: number,
  ): Promise<{ readonly raw: Uint8Array; readonly consumedBytes: number } | undefined>;
}

export interface GunzipLimits {
  readonly rawBytesMax: number;
  /** Stops after that many bytes, without comparing the CRC. */
  readonly leadingBytes?: number;
}

export interface Gunzipped {
  readonly raw: Uint8Array;
  /** The length of all, though `raw` may be only the beginning: what the last member's trailer states is believed then. */
  readonly rawBytes: number;
}

const magic = [0x1f, 0x8b] as const;
const deflateMethod = 8;
const flag = { headerCrc: 0x02, extra: 0x04, name: 0x08, comment: 0x10, reserved: 0xe0 } as const;
const fixedHeaderBytes = 10;
const trailerBytes = 8;
const pieceBytesMin = 64 * 1024;
/** Room past the expected end: a piece that is not full needs no other after it. */
const pieceSpareBytes = 64;
const membersMax = 65_536;

/**
 * Inflates a gzip file (RFC 1952): one or more members, after which zero bytes may follow.
 *
 * Throws a `GranuleError`: "notGzip" (the message says what it looks like), "truncated", "checksum" (CRC-32 or length of a
 * member), "badData" (header or DEFLATE stream), "trailing" (something follows), "tooLarge" (over `rawBytesMax`; not much
 * more memory than that is ever taken).
 */
export async function gunzip(
  inflater: Inflater,
  compressed: Uint8Array,
  { rawBytesMax, leadingBytes }: GunzipLimits,
): Promise<Gunzipped> {
  if (compressed[0] !== magic[0] || (compressed.length > 1 && compressed[1] !== magic[1])) {
    const mayGrow = compressed.length === 0;
    throw new GranuleError("notGzip", `not gzip but ${detectFormat(compressed)}`, { mayGrow });
  }
  if (leadingBytes === undefined) {
    const pieceBytes = pieceBytesFor(statedBytes(compressed), rawBytesMax);
    const whole = await inflater.gunzipWhole?.(compressed, rawBytesMax, pieceBytes);
    if (whole) {
      assertPadding(compressed, whole.consumedBytes);
      return { raw: whole.raw, rawBytes: whole.raw.length };
    }
  }
  const pieces: Uint8Array[] = [];
  let rawBytes = 0;
  let at = 0;
  for (let member = 0; at < compressed.length; member++) {
    if (member > 0 && !startsMember(compressed, at)) {
      assertPadding(compressed, at);
      break;
    }
    if (member === membersMax) throw new GranuleError("badData", `over ${membersMax} gzip members`);
    at = headerEnd(inflater, compressed, at);
    const outputBytesMax = rawBytesMax - rawBytes;
    const wantedBytes = leadingBytes === undefined ? undefined : leadingBytes - rawBytes;
    // The file's end states the last member's length only; a file of several may be large without any of them being so.
    const expectedBytes = wantedBytes ?? (member === 0 ? statedBytes(compressed) : 0);
    const inflated = await inflater.inflateRaw(compressed.subarray(at), {
      outputBytesMax,
      pieceBytes: pieceBytesFor(expectedBytes, outputBytesMax),
      leadingBytes: wantedBytes,
    });
    if (!("pieces" in inflated)) throw refusal(inflated, compressed, rawBytesMax);
    const output = joined(inflated.pieces);
    pieces.push(withoutRoom(output));
    if (inflated.outcome === "stopped") {
      const raw = joined(pieces).subarray(0, leadingBytes);
      return { raw, rawBytes: rawBytes + statedBytes(compressed) };
    }
    at += inflated.consumedBytes;
    assertTrailer(inflater, compressed, at, output);
    at += trailerBytes;
    rawBytes += output.length;
  }
  return { raw: joined(pieces), rawBytes };
}

function refusal(
  inflated: Exclude<Inflated, { pieces: unknown }>,
  compressed: Uint8Array,
  rawBytesMax: number,
): GranuleError {
  switch (inflated.outcome) {
    case "badData":
      return new GranuleError("badData", `the compressed data is damaged: ${inflated.reason}`);
    case "truncated":
      return truncated(compressed);
    case "tooLarge":
      return new GranuleError("tooLarge", `inflates to more than ${rawBytesMax} bytes`);
  }
}

/** Where a member's compressed data begins, after its header at `at`. */
function headerEnd(inflater: Inflater, bytes: Uint8Array, at: number): number {
  if (bytes.length - at < fixedHeaderBytes) throw truncated(bytes);
  const method = bytes[at + 2] as number;
  const flags = bytes[at + 3] as number;
  if (method !== deflateMethod)
    throw new GranuleError("badData", `gzip method ${method} is not DEFLATE (${deflateMethod})`);
  if (flags & flag.reserved)
    throw new GranuleError("badData", `gzip flags 0x${flags.toString(16)} are reserved`);
  let end = at + fixedHeaderBytes;
  if (flags & flag.extra) end += 2 + (bytes[end] ?? 0) + (bytes[end + 1] ?? 0) * 256;
  for (const text of [flag.name, flag.comment]) {
    if (!(flags & text)) continue;
    const nul = bytes.indexOf(0, end);
    if (nul < 0) throw truncated(bytes);
    end = nul + 1;
  }
  if (flags & flag.headerCrc) {
    if (end + 2 > bytes.length) throw truncated(bytes);
    const stated = (bytes[end] as number) + (bytes[end + 1] as number) * 256;
    if (stated !== (inflater.crc32(bytes.subarray(at, end)) & 0xffff))
      throw new GranuleError("checksum", "the gzip header's CRC does not match");
    end += 2;
  }
  if (end > bytes.length) throw truncated(bytes);
  return end;
}

function assertTrailer(inflater: Inflater, bytes: Uint8Array, at: number, output: Uint8Array): void {
  if (at + trailerBytes > bytes.length) throw truncated(bytes);
  const crc = inflater.crc32(output);
  const statedCrc = uint32(bytes, at);
  if (crc !== statedCrc)
    throw new GranuleError("checksum", `CRC-32 is ${hex8(crc)}, the trailer states ${hex8(statedCrc)}`);
  const stated = uint32(bytes, at + 4);
  if (output.length % 2 ** 32 !== stated)
    throw new GranuleError("checksum", `inflates to ${output.length} bytes, the trailer states ${stated}`);
}

function assertPadding(bytes: Uint8Array, at: number): void {
  const odd = bytes.subarray(at).findIndex((byte) => byte !== 0);
  if (odd >= 0)
    throw new GranuleError("trailing", `something else follows the gzip data at byte ${at + odd}`);
}

function startsMember(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === magic[0] && bytes[at + 1] === magic[1];
}

function pieceBytesFor(expectedBytes: number, outputBytesMax: number): number {
  return Math.min(Math.max(expectedBytes, pieceBytesMin), outputBytesMax) + pieceSpareBytes;
}

/** The length that the last four bytes of a gzip file state. */
function statedBytes(compressed: Uint8Array): number {
  return uint32(compressed, Math.max(0, compressed.length - 4));
}

function uint32(bytes: Uint8Array, at: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = bytes.subarray(at, at + 4);
  return (a | (b << 8) | (c << 16) | (d << 24)) >>> 0;
}

function truncated(bytes: Uint8Array): GranuleError {
  return new GranuleError("truncated", `the gzip data ends too early, after ${bytes.length} bytes`, {
    mayGrow: true,
  });
}

/** Of very many small members, each would keep the room that was made for a large one. */
function withoutRoom(piece: Uint8Array): Uint8Array {
  return piece.byteLength * 2 < piece.buffer.byteLength ? piece.slice() : piece;
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  if (pieces.length === 1) return pieces[0] as Uint8Array;
  const whole = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
