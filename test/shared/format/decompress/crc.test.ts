import assert from "node:assert/strict";
import { test } from "node:test";
import * as zlib from "node:zlib";
import fc from "fast-check";
import { crc32, crc32c, hex8 } from "../../../../shared/format/decompress/crc.ts";

const ascii = (text: string) => new TextEncoder().encode(text);
const countingUp = Uint8Array.from({ length: 32 }, (_, i) => i);

test("crc32 gives the published check values", () => {
  const published: [string, string][] = [
    ["", "00000000"],
    ["a", "e8b7be43"],
    ["123456789", "cbf43926"],
    ["The quick brown fox jumps over the lazy dog", "414fa339"],
  ];
  for (const [text, expected] of published) assert.equal(hex8(crc32(ascii(text))), expected, text);
});

test("crc32c gives the check values of RFC 3720 and of the catalogue of CRCs", () => {
  const published: [Uint8Array, string][] = [
    [ascii(""), "00000000"],
    [ascii("a"), "c1d04330"],
    [ascii("123456789"), "e3069283"],
    [new Uint8Array(32), "8a9136aa"],
    [new Uint8Array(32).fill(0xff), "62a8ab43"],
    [countingUp, "46dd794e"],
    [countingUp.toReversed(), "113fdb5c"],
  ];
  for (const [bytes, expected] of published) assert.equal(hex8(crc32c(bytes)), expected);
});

test("crc32c of bytes that follow others is that of all of them", () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.uint8Array(), (first, second) => {
      assert.equal(crc32c(second, crc32c(first)), crc32c(Buffer.concat([first, second])));
    }),
  );
});

test("crc32 agrees with zlib for bytes of any length, wherever they lie in their buffer", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(7), (bytes, skipped) => {
      const part = bytes.subarray(skipped);
      assert.equal(crc32(part), zlib.crc32(part));
    }),
  );
});
