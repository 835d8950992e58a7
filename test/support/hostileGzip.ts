/** Gzip members put together part by part (RFC 1952), right or wrong in each, without the product's decoder. */
import { crc32, deflateRawSync } from "node:zlib";
import { joined } from "./hostileEdits.ts";

export interface GzipMember {
  readonly raw: Uint8Array;
  readonly method?: number;
  /** Bits that are set besides those of the fields that are there. */
  readonly reserved?: number;
  readonly extra?: Uint8Array;
  /** Without the NUL. */
  readonly name?: string;
  readonly comment?: string;
  /** The name has no end. */
  readonly endless?: boolean;
  /** Has the header's CRC, with this added to it. */
  readonly headerCrcError?: number;
  /** Added to what the trailer states. */
  readonly crcError?: number;
  readonly lengthError?: number;
}

export function gzipMember(member: GzipMember): Uint8Array {
  const { raw, extra, name, comment, endless, headerCrcError, crcError = 0, lengthError = 0 } = member;
  const flags =
    (headerCrcError === undefined ? 0 : 0x02) |
    (extra === undefined ? 0 : 0x04) |
    (name === undefined ? 0 : 0x08) |
    (comment === undefined ? 0 : 0x10) |
    (member.reserved ?? 0);
  const text = (given: string | undefined, end = "\0") =>
    new TextEncoder().encode(given === undefined ? "" : given + end);
  const head = joined(
    Uint8Array.of(0x1f, 0x8b, member.method ?? 8, flags, 0, 0, 0, 0, 0, 3),
    extra === undefined ? new Uint8Array() : joined(littleEndian(extra.length, 2), extra),
    text(name, endless ? "" : "\0"),
    text(comment),
  );
  if (endless && name !== undefined) return head;
  const headerCrc =
    headerCrcError === undefined
      ? new Uint8Array()
      : littleEndian((crc32(head) + headerCrcError) & 0xffff, 2);
  const trailer = [littleEndian(crc32(raw) + crcError, 4), littleEndian(raw.length + lengthError, 4)];
  return joined(head, headerCrc, deflateRawSync(raw), ...trailer);
}

function littleEndian(value: number, bytes: number): Uint8Array {
  return Uint8Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** i) % 256);
}
