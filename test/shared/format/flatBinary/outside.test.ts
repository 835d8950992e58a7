import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import trmm3b42rt from "../../../../shared/dataset/catalogue/trmm-3b42rt.ts";
import type { Descriptor } from "../../../../shared/dataset/dataset.ts";
import type { ArraySpec } from "../../../../shared/dataset/descriptor.ts";
import { arrayTypes, dataTypes, integerRange } from "../../../../shared/dataset/values.ts";
import { GranuleError } from "../../../../shared/errors.ts";
import type { Block } from "../../../../shared/format/flatBinary/spec.ts";
import { granule3b42rt } from "../../../support/granules.ts";
import { columns, missing } from "../../../support/weather.ts";
import { dayMs, firstDay, opened, small, values, written } from "./small.ts";

const lats = [1, 0, -1] as const;
const lonCount = 40;
const frames = 2;
const count = frames * lats.length * lonCount;
const dimensions = [
  { name: "lat", first: 1, step: -1, count: lats.length, attributes: {} },
  { name: "lon", first: 0, step: 0.1, count: lonCount, attributes: {} },
];

/** What is said of a granule; `undefined` if all of it is in range. */
function saidOf(dataset: Descriptor, raw: Uint8Array, first = firstDay): string | undefined {
  try {
    opened(dataset, raw, first);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof GranuleError);
    assert.equal(error.fault, "range");
    return error.message;
  }
}

interface Given {
  readonly array: Pick<ArraySpec, "dtype" | "fillValue" | "validRange">;
  readonly block?: Partial<Block>;
  readonly byteOrder?: "big" | "little";
  readonly headerBytes?: number;
}

function ranged({ array, block = {}, byteOrder = "big", headerBytes = 0 }: Given): Descriptor {
  const { dtype: type } = array;
  return small({
    dimensions,
    stepsPerGranule: frames,
    arrays: [{ ...values, ...array }],
    decoding: {
      byteOrder,
      layout: { kind: "dated", layouts: [{ headerBytes, blocks: ["values"] }] },
      blocks: [{ name: "values", type, ...block }],
    },
  });
}

describe("the first value outside is found", () => {
  const fraction = fc.double({ min: 0, max: 1, noNaN: true });
  const some = fc.record({
    byteOrder: fc.constantFrom("big" as const, "little" as const),
    headerBytes: fc.nat(9),
    edges: fc.tuple(fraction, fraction),
    most: fc.array(fraction, { minLength: count, maxLength: count }),
    few: fc.array(fc.tuple(fc.nat(count - 1), fraction), { maxLength: 3 }),
    gaps: fc.array(fc.nat(count - 1), { maxLength: 9 }),
    isRuled: fc.boolean(),
  });
  for (const type of dataTypes) {
    const [min, max] = integerRange[type] ?? [-1000, 1000];
    const isInteger = integerRange[type] !== undefined;
    for (const dtype of new Set([type, "float32" as const])) {
      test(`${type} as ${dtype}, in either byte order, at any alignment, under a rule or none`, () => {
        const scale = dtype === type ? 1 : 4;
        fc.assert(
          fc.property(some, ({ byteOrder, headerBytes, edges, most, few, gaps, isRuled }) => {
            const round = isInteger ? Math.round : (value: number) => value;
            const within = (from: number, to: number, part: number) => round(from + (to - from) * part);
            // The greatest integer is missing.
            const [lowest, highest] = edges
              .map((part) => within(min, max - 1, part))
              .toSorted((a, b) => a - b) as [number, number];
            const given = most.map((part) => within(lowest, highest, part));
            for (const [i, part] of few) given[i] = within(min, max - 1, part);
            for (const i of gaps) given[i] = isInteger ? max : Number.NaN;
            const stored = Array.from(new arrayTypes[type](given));
            const rules = [{ kind: "negated", dimension: "lat", beyond: 0.5 }] as const;
            const dataset = ranged({
              array: {
                dtype,
                fillValue: dtype === type && isInteger ? max : Number.NaN,
                validRange: [lowest / scale, highest / scale],
              },
              block: {
                type,
                scale,
                ...(isInteger ? { missing: max } : {}),
                ...(isInteger && isRuled ? { rules } : {}),
              },
              byteOrder,
              headerBytes,
            });
            const at = stored.findIndex((value, i) => {
              if (Number.isNaN(value) || (isInteger && value === max)) return false;
              const isTurned = isInteger && isRuled && Math.floor(i / lonCount) % 3 !== 1 && value < 0;
              const [read, from, to] = [
                (isTurned ? -value - 1 : value) / scale,
                lowest / scale,
                highest / scale,
              ].map((number) => (dtype === "float32" ? Math.fround(number) : number)) as [
                number,
                number,
                number,
              ];
              return read < from || read > to;
            });
            const said = saidOf(dataset, written(type, stored, byteOrder === "little", headerBytes));
            if (at < 0) return assert.equal(said, undefined);
            const day = new Date(firstDay + dayMs * Math.floor(at / (count / frames))).toISOString();
            const place = `lat ${lats[Math.floor(at / lonCount) % 3]}, lon ${(at % lonCount) / 10}`;
            const beginning = `${day.slice(0, 10)}T00:00:00Z: values is `;
            assert.equal(said?.slice(0, beginning.length), beginning);
            assert.ok(said?.includes(` at ${place}; valid is `), `${said} and not ${place}`);
          }),
          { numRuns: 150 },
        );
      });
    }
  }
});

test("what is missing is never outside, an infinity always is, and both bounds are inside", () => {
  const float = (...first: number[]) => {
    const raw = written("float32", [...first, ...Array(count - first.length).fill(1)], false);
    const array = { dtype: "float32", fillValue: Number.NaN, validRange: [0.1, 50.7] } as const;
    return saidOf(ranged({ array, block: { missing: -9.99e33 } }), raw);
  };
  assert.equal(float(-9.99e33, Number.NaN, 0.1, 50.7), undefined);
  assert.match(
    float(1, Number.POSITIVE_INFINITY) ?? "",
    /: values is Infinity at lat 1, lon 0.1; valid is 0.1 to 50.7$/,
  );
  assert.match(float(Number.NEGATIVE_INFINITY) ?? "", /: values is -Infinity at lat 1, lon 0; /);
  assert.match(float(50.71) ?? "", /: values is 50.71 at /);
});

test("a fill that a granule holds as a value is outside, and not taken for missing", () => {
  const array = { dtype: "int8", fillValue: -128, validRange: [0, 106] } as const;
  const raw = written("int8", [106, 0, -128, ...Array(count - 3).fill(7)], false);
  assert.match(
    saidOf(ranged({ array }), raw) ?? "",
    /: values is -128 at lat 1, lon 0.2; valid is 0 to 106$/,
  );
});

describe("a 3B42RT granule", () => {
  const noon = Date.UTC(2014, 3, 1, 12);
  const granule = granule3b42rt({ time: noon, seed: 1 });
  const fieldBytes = granule.fields.precipitation.byteLength;
  const after = (change: (raw: Buffer) => void, given = granule.raw) => {
    const raw = Buffer.from(given);
    change(raw);
    return saidOf(trmm3b42rt, new Uint8Array(raw.buffer, raw.byteOffset, raw.length), noon);
  };

  test("of four fields or three is in range", () => {
    assert.equal(
      after(() => undefined),
      undefined,
    );
    assert.equal(
      after(() => undefined, granule3b42rt({ time: noon, seed: 2, fields: 3 }).raw),
      undefined,
    );
  });

  test("whose bytes are little-endian under a header that says big-endian is refused", () => {
    const said = after((raw) => raw.subarray(2880, 2880 + fieldBytes).swap16());
    assert.match(said ?? "", /^2014-04-01T12:00:00Z: precipitation is -?\d+(\.\d+)? mm h-1 at lat /);
  });

  test("whose every value is -32768, or whose source is none that there is, is refused", () => {
    for (const [field, name] of [
      "precipitation",
      "precipitation_error",
      "",
      "uncal_precipitation",
    ].entries()) {
      if (name === "") continue;
      const start = 2880 + (field < 3 ? field * fieldBytes : 2.5 * fieldBytes);
      const said = after((raw) => raw.fill(Buffer.of(0x80, 0), start, start + fieldBytes));
      // Poleward of 50° it stands for 32767.
      assert.equal(
        said,
        `2014-04-01T12:00:00Z: ${name} is 327.67 mm h-1 at lat 59.875, lon 0.125; valid is 0 to 300`,
      );
    }
    const sourceAt = 2880 + 2 * fieldBytes;
    assert.match(
      after((raw) => raw.writeInt8(-128, sourceAt + columns + 1)) ?? "",
      /: source is -128 at lat 59.625, lon 0.375; valid is 0 to 106$/,
    );
    assert.match(after((raw) => raw.writeInt8(107, sourceAt + 99)) ?? "", /source is 107 /);
  });

  test("may be missing everywhere, and negative poleward of 50° alone", () => {
    assert.equal(
      after((raw) => {
        for (let at = 2880; at < 2880 + fieldBytes; at += 2) raw.writeInt16BE(missing, at);
      }),
      undefined,
    );
    const at = (row: number, column: number) => 2880 + 2 * (row * columns + column);
    assert.equal(
      after((raw) => raw.writeInt16BE(-30_001, at(39, 7))),
      undefined,
    );
    assert.match(
      after((raw) => raw.writeInt16BE(-1, at(40, 7))) ?? "",
      /: precipitation is -0.01 mm h-1 at lat 49.875, lon 1.875; /,
    );
    assert.match(
      after((raw) => raw.writeInt16BE(30_001, at(439, 1439))) ?? "",
      /300.01 .* lat -49.875, lon 359.875; /,
    );
  });
});
