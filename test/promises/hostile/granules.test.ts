/**
 * Hostile granules: whatever bytes a provider serves, both inflating engines come to the same bytes or to the same fault,
 * with no more memory than `rawBytesMax` allows, and a granule that passes every check is decoded to exactly what its
 * bytes say. 10,200 cases.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { crc32, gzipSync } from "node:zlib";
import fc from "fast-check";
import trmm3b42rt from "../../../shared/dataset/catalogue/trmm-3b42rt.ts";
import type { Descriptor } from "../../../shared/dataset/dataset.ts";
import { arrayTypes, type Values } from "../../../shared/dataset/values.ts";
import { GranuleError, type GranuleFault } from "../../../shared/errors.ts";
import { gunzip, type Inflater } from "../../../shared/format/decompress/gunzip.ts";
import { inflateNode } from "../../../shared/format/decompress/inflateNode.ts";
import { inflatePako } from "../../../shared/format/decompress/inflatePako.ts";
import { opened } from "../../shared/format/flatBinary/small.ts";
import { granule3b42rt } from "../../support/granules.ts";
import { outcomeOf, playCases } from "../../support/hostileCases.ts";
import { byteEdits, editedBytes, joined } from "../../support/hostileEdits.ts";
import { type GzipMember, gzipMember } from "../../support/hostileGzip.ts";
import {
  tinyCells,
  tinyDataset,
  tinyGranule,
  tinyHeaderBytes,
  tinyRawBytesMax,
  tinyTime,
} from "../../support/tinyDataset.ts";

const run = promisify(execFile);
const inflateMembers = fileURLToPath(new URL("../../support/inflateHostile.ts", import.meta.url));

/** Room for the last piece, and for a shortest piece of 64 KiB. */
const pieceBytesMax = 64 * 1024 + 64;

/** The engine, which fails the test once it is asked for more memory than the limits allow. */
function bounded(engine: Inflater, rawBytesMax: number): Inflater {
  return {
    crc32: engine.crc32,
    async inflateRaw(deflated, limits) {
      assert.ok(
        limits.pieceBytes <= Math.max(rawBytesMax + 64, pieceBytesMax),
        `${limits.pieceBytes} asked for`,
      );
      const inflated = await engine.inflateRaw(deflated, limits);
      if ("pieces" in inflated) {
        const made = inflated.pieces.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
        assert.ok(made <= 2 * rawBytesMax + 2 * pieceBytesMax, `${made} bytes were made`);
      }
      return inflated;
    },
    ...(engine.gunzipWhole && {
      async gunzipWhole(compressed, outputBytesMax, pieceBytes) {
        assert.ok(outputBytesMax <= rawBytesMax && pieceBytes <= rawBytesMax + 64);
        return engine.gunzipWhole?.(compressed, outputBytesMax, pieceBytes);
      },
    }),
  };
}

/** What both engines make of a file: the bytes, or the fault. */
async function inflated(gz: Uint8Array, rawBytesMax: number): Promise<Uint8Array | GranuleFault> {
  const [node, pako] = await Promise.all(
    [inflateNode, inflatePako].map(async (engine): Promise<Uint8Array | GranuleFault> => {
      const found = await outcomeOf(
        () => gunzip(bounded(engine, rawBytesMax), gz, { rawBytesMax }),
        GranuleError,
      );
      return "error" in found ? (found.error as GranuleError).fault : found.result.raw;
    }),
  );
  const words = (found: Uint8Array | string | undefined) =>
    found instanceof Uint8Array ? `${found.length} bytes of CRC ${crc32(found)}` : found;
  assert.equal(words(pako), words(node), "the engines differ");
  if (node instanceof Uint8Array) assert.ok(node.length <= rawBytesMax, `${node.length} bytes`);
  return node as Uint8Array | GranuleFault;
}

function decoded(dataset: Descriptor, raw: Uint8Array, first: number): Record<string, Values> {
  const granule = opened(dataset, raw, first);
  const cells = dataset.dimensions.reduce((product, { count }) => product * count, 1);
  return Object.fromEntries(
    dataset.arrays.map((array) => {
      const target = new arrayTypes[array.dtype](cells);
      granule.read(array, 0, target);
      return [array.name, target];
    }),
  );
}

const member: fc.Arbitrary<GzipMember> = fc
  .record({
    raw: fc.uint8Array({ maxLength: 40 }),
    method: fc.constantFrom(8, 8, 8, 8, 8, 8, 8, 0, 7),
    reserved: fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 0x20, 0x80, 1),
    extra: fc.option(fc.uint8Array({ maxLength: 300 }), { nil: undefined }),
    name: fc.option(fc.constantFrom("", "tiny.bin", "../../etc/passwd", "x".repeat(3000)), {
      nil: undefined,
    }),
    comment: fc.option(fc.constantFrom("", "a comment"), { nil: undefined }),
    endless: fc.constantFrom(false, false, false, false, true),
    headerCrcError: fc.constantFrom(undefined, undefined, 0, 0, 1),
    crcError: fc.constantFrom(0, 0, 0, 0, 1),
    lengthError: fc.constantFrom(0, 0, 0, 0, 1),
  })
  .map(
    (given) =>
      Object.fromEntries(
        Object.entries(given).filter(([, value]) => value !== undefined),
      ) as unknown as GzipMember,
  );

/** What RFC 1952 makes of a member; `undefined` if it is right. */
function faultOf(given: GzipMember): GranuleFault | undefined {
  if (given.method !== 8 || (given.reserved ?? 0) & 0xe0) return "badData";
  if (given.endless && given.name !== undefined) return "truncated";
  return given.headerCrcError || given.crcError || given.lengthError ? "checksum" : undefined;
}

describe("inflating", () => {
  test("a file whose bytes are damaged comes to the same in both engines", async (t) => {
    const files = fc.constantFrom(
      tinyGranule({ index: 3 }),
      gzipMember({
        raw: new Uint8Array(300),
        extra: new Uint8Array(9),
        name: "n",
        comment: "c",
        headerCrcError: 0,
      }),
      joined(tinyGranule({ index: 1 }), tinyGranule({ index: 2 }), new Uint8Array(3)),
      new Uint8Array(gzipSync(new Uint8Array(100_000))),
    );
    await playCases(t, 4000, fc.tuple(files, byteEdits), async ([file, edits]) => {
      await inflated(editedBytes(file, edits), tinyRawBytesMax);
    });
  });

  test("members of every form come to their bytes, or to the first one's fault", async (t) => {
    const cases = fc.tuple(fc.array(member, { minLength: 1, maxLength: 4 }), fc.constantFrom(0, 0, 1, 7));
    await playCases(t, 3000, cases, async ([members, padding]) => {
      const parts = members.map((one) => gzipMember(one));
      const faulty = members.findIndex((one) => faultOf(one) !== undefined);
      // A name without an end takes what follows for its own, up to the next zero byte.
      const isOpen = faulty >= 0 && faultOf(members[faulty] as GzipMember) === "truncated";
      const file = joined(...(isOpen ? parts.slice(0, faulty + 1) : [...parts, new Uint8Array(padding)]));
      const found = await inflated(file, tinyRawBytesMax);
      if (faulty >= 0) assert.equal(found, faultOf(members[faulty] as GzipMember));
      else assert.deepEqual(found, joined(...members.map(({ raw }) => raw)));
    });
  });

  test("a bomb is refused once its bytes are too many, wherever it hides", async (t) => {
    const bomb = new Uint8Array(gzipSync(new Uint8Array(20_000_000)));
    const cases = fc.tuple(fc.nat({ max: 4 }), fc.nat({ max: 2 ** 32 - 1 }));
    await playCases(t, 100, cases, async ([before, stated]) => {
      const trailer = new Uint8Array(Uint32Array.of(stated).buffer);
      const sound = Array.from({ length: before }, (_, index) => tinyGranule({ index }));
      const file = joined(...sound, bomb.subarray(0, -4), trailer);
      assert.equal(await inflated(file, tinyRawBytesMax), "tooLarge");
    });
  });

  for (const engine of ["node", "pako"]) {
    test(`very many small members take little memory in ${engine}`, async () => {
      const { stdout } = await run(process.execPath, [inflateMembers, engine, "12000"]);
      const { fault, peakMiB } = JSON.parse(stdout) as { fault: string; peakMiB: number };
      assert.equal(fault, "checksum");
      assert.ok(peakMiB < 320, `${peakMiB} MiB`);
    });
  }
});

describe("decoding", () => {
  test("a tiny granule whose raw bytes were changed before they were compressed is what its bytes say, or refused", async (t) => {
    const dataset = tinyDataset();
    const sound = tinyGranule({ index: 5, compression: "none" });
    await playCases(t, 3000, byteEdits, async (edits) => {
      const raw = editedBytes(sound, edits);
      const found = await inflated(new Uint8Array(gzipSync(raw)), tinyRawBytesMax);
      assert.deepEqual(found, raw);
      const read = await outcomeOf(() => decoded(dataset, raw, tinyTime(5)), GranuleError);
      if ("error" in read) return;
      assert.equal(raw.length, sound.length);
      const view = new DataView(raw.buffer, raw.byteOffset + tinyHeaderBytes);
      for (let cell = 0; cell < tinyCells; cell++) {
        assert.equal(read.result.rain?.[cell], view.getInt16(2 * cell));
        const wind = view.getFloat32(2 * tinyCells + 4 * cell);
        assert.equal(read.result.wind?.[cell], wind === -999 ? Number.NaN : wind);
      }
    });
  });

  test("a granule of the true form is what its bytes say, or refused", async (t) => {
    const time = Date.UTC(2014, 3, 1, 21);
    const { raw: sound } = granule3b42rt({ time, seed: 4 });
    const dataset = trmm3b42rt;
    const headerBytes = 2880;
    const [rows, columns, missing] = [480, 1440, -31999];
    await playCases(t, 60, byteEdits, async (edits) => {
      const raw = editedBytes(sound, edits);
      const read = await outcomeOf(() => decoded(dataset, raw, time), GranuleError);
      if ("error" in read) return;
      assert.equal(raw.length, sound.length);
      const view = new DataView(raw.buffer, raw.byteOffset);
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++) {
          const place = row * columns + column;
          const stored = view.getInt16(headerBytes + 2 * place);
          const isMarked = (row < 40 || row >= rows - 40) && stored < 0 && stored !== missing;
          const wanted = isMarked ? -stored - 1 : stored;
          if (read.result.precipitation?.[place] !== wanted)
            assert.fail(`${read.result.precipitation?.[place]} at ${place}, stored is ${stored}`);
        }
      }
    });
  });

  test("a compressed granule of the true form that is damaged comes to the same in both engines", async (t) => {
    const { gz } = granule3b42rt({ time: Date.UTC(2014, 3, 1, 21), seed: 4 });
    await playCases(t, 40, byteEdits, async (edits) => {
      await inflated(editedBytes(gz, edits), trmm3b42rt.decoding.rawBytesMax);
    });
  });
});
