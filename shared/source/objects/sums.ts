import { createHash } from "node:crypto";
import { crc32c } from "../../format/decompress/crc.ts";

/**
 * In what way bytes differ from a CRC-32C as both vendors write it: base64 of four bytes, the highest first. Of what was put in parts S3
 * sends one of their sums, with their number behind it, which nothing is compared with.
 */
export function crc32cDamage(expected: string | undefined, bytes: Uint8Array): string | undefined {
  if (expected === undefined || !/^[A-Za-z0-9+/]{6}==$/.test(expected)) return undefined;
  const four = Buffer.alloc(4);
  four.writeUInt32BE(crc32c(bytes));
  const came = four.toString("base64");
  return came === expected ? undefined : `the object has crc32c ${expected}, but bytes of ${came} came`;
}

/** In what way bytes differ from an MD5 in lower-case hexadecimal digits. */
export function md5Damage(expected: string, bytes: Uint8Array): string | undefined {
  const came = createHash("md5").update(bytes).digest("hex");
  return came === expected ? undefined : `the object has MD5 ${expected}, but bytes of ${came} came`;
}
