import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { arrayOf } from "../../../../shared/authoring/newDataset/draft.ts";
import { likelyRange, rescaledRange } from "../../../../shared/authoring/newDataset/likelyRange.ts";
import { rangeFaults } from "../../../../shared/dataset/check/rangeFaults.ts";
import { storedRange } from "../../../../shared/dataset/validRange.ts";
import { arrayTypes, dataTypes } from "../../../../shared/dataset/values.ts";
import { fillFaults } from "../../../../shared/format/flatBinary/arrayFaults.ts";
import type { Block } from "../../../../shared/format/flatBinary/spec.ts";

const of = (values: readonly number[], block: Omit<Block, "name">) =>
  likelyRange((i) => values[i] as number, values.length, { name: "a", ...block });

describe("a range is proposed by the values of one granule", () => {
  for (const [what, values, block, expected] of [
    ["around them", [250, 310], { type: "float32" }, [-350, 910]],
    ["from zero on where that is the least", [0, 0.5, 3], { type: "float64" }, [0, 33]],
    ["in the units that the scale makes", [0, 1234], { type: "int16", scale: 100 }, [0, 140]],
    ["without what means missing", [-99, 10, 20], { type: "int16", missing: -99 }, [-90, 120]],
    ["without what it would reach", [-99, 10, 40], { type: "int16", missing: -99 }, [-98, 340]],
    ["around a single one", [7, 7], { type: "float32" }, [-63, 77]],
    ["and none for bytes", [1, 9], { type: "uint8" }, undefined],
    ["nor where they reach as far as their type", [-9000, 9000], { type: "int16" }, undefined],
    ["nor where nothing is measured", [Number.NaN, -1], { type: "float32", missing: -1 }, undefined],
    ["nor by zeros alone", [0, 0], { type: "float32" }, undefined],
    ["nor around what means missing", [-5, 0, 5], { type: "int16", missing: 0 }, undefined],
  ] as const)
    test(what, () => assert.deepEqual(of(values, block), expected));

  test("always one that the descriptor may have, with every value in it, in any units", () => {
    const bytes = fc
      .uint8Array({ minLength: 16, maxLength: 64 })
      .map((some) => some.slice(0, some.length & ~7));
    const property = fc.property(
      fc.constantFrom(...dataTypes),
      bytes,
      fc.constantFrom(1, 3, 10, 100, 0.1),
      fc.boolean(),
      (type, { buffer }, scale, isMissing) => {
        const values = [...new arrayTypes[type](buffer)];
        const missing = isMissing && Number.isFinite(values[0]) ? { missing: values[0] as number } : {};
        const block = { name: "a", type, scale, ...missing };
        const range = of(values, block);
        if (!range) return;
        for (const [own, valid] of [
          [block, range],
          [{ ...block, scale: 7 }, rescaledRange(range, scale, 7)],
        ] as const) {
          const array = arrayOf(own, {}, valid);
          assert.deepEqual([...rangeFaults("a", array), ...fillFaults("a", array, own)], []);
          const [lowest, highest] = storedRange(array) as readonly [number, number];
          const divisor = array.dtype.startsWith("float") ? own.scale : 1;
          for (const value of values.filter((one) => Number.isFinite(one) && one !== own.missing)) {
            // Bounds are decimals of twelve digits.
            const rounding = 1e-11 * Math.abs(value / divisor);
            assert.ok(
              value / divisor >= lowest - rounding && value / divisor <= highest + rounding,
              `${value}`,
            );
          }
        }
      },
    );
    fc.assert(property, { numRuns: 2000, seed: 20_261_130 });
  });
});
