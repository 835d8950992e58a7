/** Reflected polynomials: of gzip, zip and PNG (ISO 3309), and of iSCSI and object stores (Castagnoli, RFC 3720). */
const polynomials = { crc32: 0xedb88320, crc32c: 0x82f63b78 } as const;

/** The CRC-32 that gzip uses, as an unsigned number. */
export function crc32(bytes: Uint8Array): number {
  return remainder(tables.crc32, bytes);
}

/** The CRC-32C that object stores use, as an unsigned number; of bytes that follow others, given that of the others. */
export function crc32c(bytes: Uint8Array, before = 0): number {
  return remainder(tables.crc32c, bytes, ~before);
}

/** An unsigned 32-bit number in eight lower-case hexadecimal digits. */
export function hex8(value: number): string {
  return value.toString(16).padStart(8, "0");
}

const tables = { crc32: tableOf(polynomials.crc32), crc32c: tableOf(polynomials.crc32c) };

/**
 * Four tables in one, so that four bytes are taken at a time: entry `256·k + b` is the remainder of byte `b` followed by
 * `k` zero bytes. Signed, because V8 keeps those as machine integers.
 */
function tableOf(polynomial: number): Int32Array {
  const table = new Int32Array(4 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let rest = byte;
    for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ polynomial : rest >>> 1;
    table[byte] = rest;
  }
  for (let i = 256; i < table.length; i++) {
    const before = table[i - 256] as number;
    table[i] = (before >>> 8) ^ (table[before & 0xff] as number);
  }
  return table;
}

function remainder(table: Int32Array, bytes: Uint8Array, begun = -1): number {
  const quads = bytes.length - (bytes.length % 4);
  let rest = begun;
  for (let i = 0; i < quads; i += 4) {
    rest ^=
      (bytes[i] as number) |
      ((bytes[i + 1] as number) << 8) |
      ((bytes[i + 2] as number) << 16) |
      ((bytes[i + 3] as number) << 24);
    rest =
      (table[768 + (rest & 0xff)] as number) ^
      (table[512 + ((rest >>> 8) & 0xff)] as number) ^
      (table[256 + ((rest >>> 16) & 0xff)] as number) ^
      (table[rest >>> 24] as number);
  }
  for (let i = quads; i < bytes.length; i++) {
    rest = (rest >>> 8) ^ (table[(rest ^ (bytes[i] as number)) & 0xff] as number);
  }
  return ~rest >>> 0;
}
