import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { arrayTypes, dataTypes, integerRange } from "../../../../shared/dataset/values.ts";
import { decoded, firstDay, noValue, small, values, written } from "./small.ts";

test("every type, byte order and alignment is read as it was written, into its own type and into floats", () => {
  const each = fc.constantFrom(...dataTypes);
  const order = fc.constantFrom("big" as const, "little" as const);
  const numbers = fc.array(fc.double(), { minLength: 15, maxLength: 15 });
  fc.assert(
    fc.property(each, order, numbers, fc.nat(9), (type, byteOrder, wild, headerBytes) => {
      const stored = Array.from(new arrayTypes[type](wild.map((value) => value % 2 ** 31)));
      const [, missing = Number.NaN] = integerRange[type] ?? [];
      const dataset = small({
        arrays: [
          { ...values, dtype: type, fillValue: missing },
          { ...values, name: "widened", dtype: "float64", fillValue: Number.NaN },
        ],
        decoding: {
          byteOrder,
          layout: { kind: "dated", layouts: [{ headerBytes, blocks: ["values"] }] },
          blocks: [{ name: "values", type, ...(Number.isNaN(missing) ? {} : { missing }) }],
        },
      });
      const raw = written(type, stored, byteOrder === "little", headerBytes);
      const read = decoded(dataset, raw, firstDay);
      const orElse = (fill: number) => (value: number) =>
        value === missing || Number.isNaN(value) ? fill : value;
      assert.deepEqual(read.values, new arrayTypes[type](stored.map(orElse(missing))));
      assert.deepEqual(read.widened, Float64Array.from(stored, orElse(Number.NaN)));
    }),
    { numRuns: 300 },
  );
});

test("missing integers become the array's fill value, which may differ from the granule's", () => {
  const stored = [99, 0, -1, 98, 99, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
  const raw = written("int16", stored, false);
  assert.deepEqual(
    decoded(small({}), raw, firstDay).values,
    Int32Array.from(stored, (value) => (value === 99 ? noValue : value)),
  );
});

test("a rule may lie along any dimension, and several may meet", () => {
  const rule = (dimension: string, beyond: number) => ({ kind: "negated", dimension, beyond }) as const;
  const stored = [-1, -2, -3, -4, -5, -6, -7, -8, 99, 8, -100, -12, -13, -14, -15];
  const turned = [0, 1, 2, 3, 4, 5, 6, 7, noValue, 8, 99, 11, 12, 13, 14];
  const plain = stored.map((value) => (value === 99 ? noValue : value));
  const read = (...rules: ReturnType<typeof rule>[]) => {
    const dataset = small({ decoding: { blocks: [{ name: "values", type: "int16", missing: 99, rules }] } });
    return Array.from(decoded(dataset, written("int16", stored, false), firstDay).values ?? []);
  };
  const where = (is: (row: number, column: number) => boolean) =>
    plain.map((value, i) => (is(Math.floor(i / 5), i % 5) ? (turned[i] as number) : value));
  assert.deepEqual(read(), plain);
  assert.deepEqual(
    read(rule("lat", 0.5)),
    where((row) => row !== 1),
  );
  assert.deepEqual(
    read(rule("lon", 1)),
    where((_, column) => column === 0 || column === 4),
  );
  assert.deepEqual(
    read(rule("lat", 0), rule("lon", 1)),
    where((row, column) => row !== 1 || column % 4 === 0),
  );
  assert.deepEqual(read(rule("lat", -1)), turned);
  assert.deepEqual(read(rule("lat", 1)), plain);
});
