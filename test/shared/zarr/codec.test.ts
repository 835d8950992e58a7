import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { type CodecSpec, codecIds } from "../../../shared/dataset/descriptor.ts";
import { dataTypes, itemBytes } from "../../../shared/dataset/values.ts";
import { StorageError } from "../../../shared/errors.ts";
import { decode, encode } from "../../../shared/zarr/codec.ts";
import { compressorOf } from "../../../shared/zarr/v2/documents.ts";

const key = "rain.zarr/precipitation/12.0.0";
/** Compressible, as chunks are, with every byte value in it; most of what it becomes are literal values. */
const chunk = Uint8Array.from({ length: 20_000 }, (_, i) => i * 7 + (i >> 5));
const compressing = codecIds.filter((id) => id !== "none");

/** Refused as damaged: the message names the chunk. */
async function assertDamaged(codec: CodecSpec, bytes: Uint8Array, rawBytes: number, what: string) {
  await assert.rejects(
    decode(codec, bytes, rawBytes, key),
    (error) => {
      assert.ok(error instanceof StorageError, `${codec.id}, ${what}: ${error}`);
      assert.equal(error.operation, "decode");
      assert.ok(error.message.includes(key), error.message);
      return true;
    },
    `${codec.id}: ${what} was taken`,
  );
}

const anyCodec: fc.Arbitrary<CodecSpec> = fc.oneof(
  fc.constantFrom(...codecIds).map((id) => ({ id })),
  fc.record({ id: fc.constantFrom(...codecIds), level: fc.integer({ min: 1, max: 9 }) }),
  fc.record({ id: fc.constant("zstd" as const), level: fc.integer({ min: 10, max: 19 }) }),
);

describe("codecs", () => {
  test("give back exactly what was encoded, of every type, codec and level", async () => {
    const anyBytes = fc.oneof(
      fc.uint8Array({ minLength: 8, maxLength: 4000, size: "max" }),
      fc
        .tuple(fc.nat(255), fc.integer({ min: 8, max: 4000 }))
        .map(([value, n]) => new Uint8Array(n).fill(value)),
    );
    await fc.assert(
      fc.asyncProperty(anyCodec, fc.constantFrom(...dataTypes), anyBytes, async (codec, dtype, bytes) => {
        const whole = bytes.subarray(0, bytes.length - (bytes.length % itemBytes[dtype]));
        const encoded = await encode(codec, whole);
        assert.equal(Buffer.compare(await decode(codec, encoded, whole.length, key), whole), 0);
      }),
    );
  });

  test("make a sparse chunk smaller, except none", async () => {
    for (const id of compressing) assert.ok((await encode({ id }, chunk)).length < chunk.length / 2, id);
    assert.equal((await encode({ id: "none" }, chunk)).length, chunk.length);
  });

  test("are named to readers by numcodecs' ids and levels", () => {
    assert.deepEqual(compressorOf({ id: "zstd" }), { id: "zstd", level: 3 });
    assert.deepEqual(compressorOf({ id: "zstd", level: 19 }), { id: "zstd", level: 19 });
    assert.deepEqual(compressorOf({ id: "zlib" }), { id: "zlib", level: 6 });
    assert.deepEqual(compressorOf({ id: "gzip", level: 1 }), { id: "gzip", level: 1 });
    assert.equal(compressorOf({ id: "none" }), null);
  });

  test("gzip and zlib are what their ids say to any other program", async () => {
    assert.deepEqual([...(await encode({ id: "gzip" }, chunk)).subarray(0, 3)], [0x1f, 0x8b, 8]);
    const [cmf = 0, flags = 0] = await encode({ id: "zlib" }, chunk);
    assert.equal(cmf & 15, 8);
    assert.equal((256 * cmf + flags) % 31, 0);
  });
});

describe("a chunk is refused, and named, which", () => {
  for (const id of codecIds) {
    test(`is cut short, at any place (${id})`, async () => {
      const encoded = await encode({ id }, chunk);
      const lengths = [0, 1, 5, encoded.length >> 1, encoded.length - 5, encoded.length - 1];
      for (const length of lengths) {
        await assertDamaged({ id }, encoded.subarray(0, length), chunk.length, `the first ${length} bytes`);
      }
    });

    test(`is longer or shorter than a chunk of its array (${id})`, async () => {
      const encoded = await encode({ id }, chunk);
      for (const rawBytes of [1, chunk.length - 1, chunk.length + 1]) {
        await assertDamaged({ id }, encoded, rawBytes, `${chunk.length} bytes for ${rawBytes}`);
      }
    });
  }

  for (const id of compressing) {
    test(`is something else (${id})`, async () => {
      await assertDamaged({ id }, new TextEncoder().encode("<html>Not found</html>"), chunk.length, "a page");
      await assertDamaged({ id }, chunk, chunk.length, "a chunk that is not compressed");
      const other = compressing.find((candidate) => candidate !== id) as CodecSpec["id"];
      await assertDamaged({ id }, await encode({ id: other }, chunk), chunk.length, other);
    });

    test(`has one bit changed, so that other values would come of it (${id})`, async () => {
      const encoded = await encode({ id }, chunk);
      for (let at = 0; at < encoded.length; at++) {
        const damaged = new Uint8Array(encoded);
        damaged[at] = (damaged[at] as number) ^ (1 << (at % 8));
        const decoded = await decode({ id }, damaged, chunk.length, key).catch((error) => {
          assert.ok(error instanceof StorageError && error.message.includes(key));
          return chunk;
        });
        assert.equal(Buffer.compare(decoded, chunk), 0, `a change of byte ${at} gave other values`);
      }
    });
  }

  test("would inflate to far more than a chunk, without inflating it", async () => {
    const bomb = new Uint8Array(64 * 1024 * 1024);
    for (const id of compressing) {
      const encoded = await encode({ id }, bomb);
      assert.ok(encoded.length < 100_000);
      await assert.rejects(decode({ id }, encoded, chunk.length, key), (error: Error) => {
        assert.ok(error instanceof StorageError && error.message.includes(key));
        // It never learned how much it would have been.
        assert.doesNotMatch(error.message, new RegExp(String(bomb.length)));
        return true;
      });
    }
  });
});

/**
 * What the header of a zstd frame states as its content's size; `undefined` if it states none.
 * Source: RFC 8878, section 3.1.1.1.
 */
function statedContentBytes(frame: Uint8Array): bigint | undefined {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  assert.equal(view.getUint32(0, true), 0xfd2fb528, "no zstd frame");
  const descriptor = view.getUint8(4);
  const sizeFlag = descriptor >> 6;
  const isSingleSegment = (descriptor & 0b10_0000) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 0b11] as number;
  const at = 5 + (isSingleSegment ? 0 : 1) + dictionaryBytes;
  switch (sizeFlag) {
    case 0:
      return isSingleSegment ? BigInt(view.getUint8(at)) : undefined;
    case 1:
      return BigInt(view.getUint16(at, true) + 256);
    case 2:
      return BigInt(view.getUint32(at, true));
    default:
      return view.getBigUint64(at, true);
  }
}

describe("a zstd frame", () => {
  test("states its content's size, which zarr-python cannot do without", async () => {
    for (const length of [1, 255, 256, 65_535 + 256, 65_536 + 256, 131_072, 5_000_000]) {
      for (const level of [1, 3, 19]) {
        const frame = await encode({ id: "zstd", level }, new Uint8Array(length).fill(3));
        assert.equal(statedContentBytes(frame), BigInt(length), `${length} bytes at level ${level}`);
      }
    }
  });

  test("carries a checksum of its content", async () => {
    const [, , , , descriptor = 0] = await encode({ id: "zstd" }, chunk);
    assert.equal(descriptor & 0b100, 0b100);
  });

  test("is the only one, however large it is: also where it fills what it is given to the end", async () => {
    const raw = new Uint8Array(96);
    const lengths = new Set<number>();
    for (let noisy = 0; noisy < raw.length; noisy++) {
      raw[noisy] = Math.imul(noisy + 1, 0x9e3779b1) >>> 24; // no two bytes of it compress
      const frame = await encode({ id: "zstd" }, raw);
      lengths.add(frame.length);
      assert.deepEqual(await decode({ id: "zstd" }, frame, raw.length, key), raw, `${noisy + 1} of noise`);
    }
    assert.ok(lengths.has(raw.length));
  });
});
