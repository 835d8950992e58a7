/** Both engines must give the same bytes and the same faults: what one of them ingests, the other may not refuse. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32, deflateRawSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { GranuleError, type GranuleFault } from "../../../../shared/errors.ts";
import {
  type GunzipLimits,
  gunzip,
  type InflateLimits,
  type Inflater,
} from "../../../../shared/format/decompress/gunzip.ts";
import { inflateNode } from "../../../../shared/format/decompress/inflateNode.ts";
import { inflatePako } from "../../../../shared/format/decompress/inflatePako.ts";

const engines = { node: inflateNode, pako: inflatePako };
const limits = { rawBytesMax: 1_000_000 };

const ascii = (text: string) => new TextEncoder().encode(text);
const hello = ascii("hello, hello, hello");
/** Bytes of a linear congruential generator: they do not compress. */
const noise = new Uint8Array(200_000);
for (let i = 0, state = 1; i < noise.length; i++) {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  noise[i] = state >>> 24;
}

function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function uint32(...values: readonly number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(values).buffer);
}

/** A member with everything that RFC 1952 allows in a header. */
function memberWithAll(raw: Uint8Array): Uint8Array {
  const fixed = [0x1f, 0x8b, 8, 0x02 | 0x04 | 0x08 | 0x10, 0, 0, 0, 0, 0, 3];
  const head = concat(Uint8Array.of(...fixed, 5, 0, 1, 2, 0, 4, 5), ascii("name\0"), ascii("a comment\0"));
  const headCrc = uint32(crc32(head)).subarray(0, 2);
  return concat(head, headCrc, deflateRawSync(raw), uint32(crc32(raw), raw.length));
}

/** `bytes` with some of them replaced; a negative place counts from the end. */
function patched(bytes: Uint8Array, place: number, ...values: readonly number[]): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy.set(values, place < 0 ? bytes.length + place : place);
  return copy;
}

/** What a caller meets: the bytes and the length, or the fault. */
async function outcome(engine: Inflater, bytes: Uint8Array, given: GunzipLimits = limits): Promise<string> {
  try {
    const { raw, rawBytes } = await gunzip(engine, bytes, given);
    return `${rawBytes} ${raw.length} ${crc32(raw)}`;
  } catch (error) {
    if (error instanceof GranuleError) return error.fault;
    throw error;
  }
}

const faults: [name: string, fault: GranuleFault, bytes: Uint8Array, given?: GunzipLimits][] = [
  ["an empty file", "notGzip", ascii("")],
  ["plain text", "notGzip", ascii("no rain today\n")],
  ["half of the magic", "notGzip", Uint8Array.of(0x1f, 0x8c)],
  ["the first byte only", "truncated", Uint8Array.of(0x1f)],
  ["a part of the header", "truncated", gzipSync(hello).subarray(0, 9)],
  ["no end of the file name", "truncated", memberWithAll(hello).subarray(0, 20)],
  ["no end of the extra field", "truncated", memberWithAll(hello).subarray(0, 13)],
  ["no end of the header's CRC", "truncated", memberWithAll(hello).subarray(0, 33)],
  ["a header alone", "truncated", gzipSync(hello).subarray(0, 10)],
  ["half of the data", "truncated", gzipSync(noise).subarray(0, 100_000)],
  ["no trailer", "truncated", gzipSync(hello).subarray(0, -8)],
  ["a part of the trailer", "truncated", gzipSync(hello).subarray(0, -1)],
  ["half of a second member", "truncated", concat(gzipSync(hello), gzipSync(noise).subarray(0, 5000))],
  ["another method", "badData", patched(gzipSync(hello), 2, 7)],
  ["reserved flags", "badData", patched(gzipSync(hello), 3, 0x20)],
  ["a block type that there is not", "badData", patched(gzipSync(hello), 10, 0xff)],
  ["a distance before the beginning", "badData", patched(gzipSync(hello), 10, 0x03, 0x02)],
  ["another CRC", "checksum", patched(gzipSync(hello), -8, 1, 2, 3, 4)],
  ["another length", "checksum", patched(gzipSync(hello), -4, 18)],
  ["another CRC of the header", "checksum", patched(memberWithAll(hello), 33, 0, 0)],
  ["something behind", "trailing", concat(gzipSync(hello), ascii("more"))],
  ["something behind zeros", "trailing", concat(gzipSync(hello), new Uint8Array(4), gzipSync(hello))],
  ["half of the magic behind", "trailing", concat(gzipSync(hello), Uint8Array.of(0x1f))],
  ["one byte too many", "tooLarge", gzipSync(hello), { rawBytesMax: hello.length - 1 }],
  ["too much of a large file", "tooLarge", gzipSync(noise), { rawBytesMax: noise.length - 1 }],
  [
    "too much in the second member",
    "tooLarge",
    concat(gzipSync(hello), gzipSync(hello)),
    { rawBytesMax: 30 },
  ],
  ["a bomb", "tooLarge", gzipSync(new Uint8Array(50_000_000))],
  [
    "a bomb that states a small length",
    "tooLarge",
    patched(gzipSync(new Uint8Array(9_000_000)), -4, 1, 0, 0, 0),
  ],
  [
    "more leading bytes than allowed",
    "tooLarge",
    gzipSync(noise),
    { rawBytesMax: 70_000, leadingBytes: 80_000 },
  ],
];

const sound: [name: string, raw: Uint8Array, bytes: Uint8Array, given?: GunzipLimits][] = [
  ["a short text", hello, gzipSync(hello)],
  ["nothing", ascii(""), gzipSync("")],
  ["incompressible bytes", noise, gzipSync(noise)],
  ["stored blocks", noise, gzipSync(noise, { level: 0 })],
  ["every part of a header", hello, memberWithAll(hello)],
  ["exactly as many bytes as allowed", noise, gzipSync(noise), { rawBytesMax: noise.length }],
  ["zeros behind", hello, concat(gzipSync(hello), new Uint8Array(500))],
  ["members", concat(hello, noise, hello), concat(gzipSync(hello), memberWithAll(noise), gzipSync(hello))],
  ["empty members", hello, concat(gzipSync(""), gzipSync(""), gzipSync(hello), gzipSync(""))],
];

for (const [name, engine] of Object.entries(engines)) {
  test(`${name}: inflates what is sound`, async () => {
    for (const [what, raw, bytes, given = limits] of sound) {
      const { raw: inflated, rawBytes } = await gunzip(engine, bytes, given);
      assert.deepEqual(Uint8Array.from(inflated), Uint8Array.from(raw), what);
      assert.equal(rawBytes, raw.length, what);
    }
  });

  test(`${name}: says what is wrong with the rest`, async () => {
    for (const [what, fault, bytes, given] of faults)
      assert.equal(await outcome(engine, bytes, given), fault, what);
  });

  test(`${name}: stops after the leading bytes, and believes the length that the trailer states`, async () => {
    const gz = gzipSync(noise);
    for (const leadingBytes of [1, 63, 64, 65_536, 65_600, 65_601, 150_000, 199_999, 200_000]) {
      const { raw, rawBytes } = await gunzip(engine, gz, { ...limits, leadingBytes });
      assert.deepEqual(raw, noise.slice(0, leadingBytes));
      assert.equal(rawBytes, 200_000);
    }
    // The end of the file is not looked at: that is the price.
    const unchecked = await gunzip(engine, patched(gz, -8, 0, 0, 0, 0, 7, 0, 0, 0), {
      ...limits,
      leadingBytes: 9,
    });
    assert.equal(unchecked.rawBytes, 7);
  });

  test(`${name}: a file that ends before the leading bytes is checked as a whole`, async () => {
    const given = { ...limits, leadingBytes: 250_000 };
    assert.equal((await gunzip(engine, gzipSync(noise), given)).rawBytes, 200_000);
    assert.equal(await outcome(engine, patched(gzipSync(noise), -8, 0), given), "checksum");
    const members = await gunzip(engine, concat(gzipSync(noise), gzipSync(noise)), given);
    assert.equal(members.raw.length, 250_000);
    assert.equal(members.rawBytes, 400_000);
  });

  test(`${name}: works on a part of a larger buffer`, async () => {
    const gz = gzipSync(noise);
    const inside = concat(Uint8Array.of(1, 2, 3), gz, Uint8Array.of(4)).subarray(3, 3 + gz.length);
    assert.deepEqual((await gunzip(engine, inside, limits)).raw, noise);
  });
}

test("what is no gzip is named, with its beginning in printable ASCII", async () => {
  const named: [Uint8Array, RegExp][] = [
    [ascii(""), /an empty file/],
    [
      ascii("\r\n <!DOCTYPE html>\n<html><body>Log in"),
      /an HTML page \("<!DOCTYPE html> <html><body>Log in"\)/,
    ],
    [ascii("<!-- x --><HTML lang=en>"), /an HTML page/],
    [ascii('<?xml version="1.0"?><Error/>'), /an XML document/],
    [ascii("550 déjà vu"), /plain text \("550 d\?j\? vu"\)/],
    [ascii(`${"x".repeat(511)}é`), /plain text \("x{40}\.\.\."\)/],
    [concat(ascii("PK"), Uint8Array.of(3, 4, 20)), /a zip archive \(first bytes 50 4b 03 04 14\)/],
    [new Uint8Array(2880), /nothing but zero bytes/],
    [Uint8Array.of(0xff, 0xfe, 0x1b, 0x5b), /unknown binary data \(first bytes ff fe 1b 5b\)/],
    [ascii("\x1b[2J"), /unknown binary data/],
  ];
  for (const [bytes, said] of named) {
    await assert.rejects(gunzip(inflateNode, bytes, limits), (error: Error) => {
      assert.match(error.message, said);
      assert.match(error.message, /^[ -~]*$/);
      return true;
    });
  }
});

test("no engine is told to take more memory than the limit and a little", async () => {
  const told: InflateLimits[] = [];
  const listening: Inflater = {
    ...inflateNode,
    inflateRaw: (deflated, given) => {
      told.push(given);
      return inflateNode.inflateRaw(deflated, given);
    },
  };
  const lying = patched(gzipSync(noise), -4, 0xff, 0xff, 0xff, 0xff);
  assert.equal(await outcome(listening, lying), "checksum");
  assert.equal(await outcome(listening, concat(gzipSync(noise), lying)), "checksum");
  assert.deepEqual(
    told.map(({ outputBytesMax, pieceBytes }) => [outputBytesMax, pieceBytes]),
    [
      [1_000_000, 1_000_064],
      [1_000_000, 1_000_064],
      [800_000, 65_600],
    ],
  );
});

test("a file that states its length truly is inflated into a single piece", async () => {
  for (const engine of Object.values(engines)) {
    const given = { outputBytesMax: 1_000_000, pieceBytes: 200_064, leadingBytes: undefined };
    const inflated = await engine.inflateRaw(deflateRawSync(noise), given);
    assert.ok(inflated.outcome === "ended" && inflated.pieces.length === 1);
  }
});

type Damage =
  | { readonly kind: "flip"; readonly place: number; readonly bit: number }
  | { readonly kind: "cut"; readonly place: number }
  | { readonly kind: "insert"; readonly place: number; readonly bytes: Uint8Array }
  | { readonly kind: "append"; readonly bytes: Uint8Array };

function damaged(bytes: Uint8Array, damage: Damage): Uint8Array {
  if (damage.kind === "append") return concat(bytes, damage.bytes);
  if (bytes.length === 0) return bytes;
  const place = damage.place % bytes.length;
  if (damage.kind === "flip") return patched(bytes, place, (bytes[place] as number) ^ (1 << damage.bit));
  if (damage.kind === "cut") return bytes.subarray(0, place);
  return concat(bytes.subarray(0, place), damage.bytes, bytes.subarray(place));
}

test("the engines agree on any damage", async () => {
  const part = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.tuple(fc.nat(255), fc.nat(100_000)).map(([byte, length]) => new Uint8Array(length).fill(byte)),
    fc.nat(3000).map((length) => noise.subarray(0, length)),
  );
  const file = fc
    .record({
      parts: fc.array(part, { maxLength: 4 }),
      level: fc.integer({ min: 0, max: 9 }),
      strategy: fc.nat(4),
    })
    .map(({ parts, ...options }) => gzipSync(concat(...parts), options));
  const few = fc.uint8Array({ maxLength: 8 });
  const damage: fc.Arbitrary<Damage> = fc.oneof(
    fc.record({ kind: fc.constant("flip" as const), place: fc.nat(), bit: fc.nat(7) }),
    fc.record({ kind: fc.constant("cut" as const), place: fc.nat() }),
    fc.record({ kind: fc.constant("insert" as const), place: fc.nat(), bytes: few }),
    fc.record({ kind: fc.constant("append" as const), bytes: few }),
  );
  const given = fc.record(
    { rawBytesMax: fc.constantFrom(50, 5000, 70_000, 1_000_000), leadingBytes: fc.constantFrom(40, 66_000) },
    { requiredKeys: ["rawBytesMax"] },
  );
  const members = fc.array(file, { minLength: 1, maxLength: 2 });
  await fc.assert(
    fc.asyncProperty(members, fc.array(damage, { maxLength: 4 }), given, async (gz, damages, limit) => {
      const bytes = damages.reduce(damaged, concat(...gz));
      const met = await outcome(inflateNode, bytes, limit);
      assert.equal(await outcome(inflatePako, bytes, limit), met);
    }),
    { numRuns: 200 },
  );
});
