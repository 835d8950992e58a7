/** Coordinates are the doubles nearest to the decimals that a descriptor shows; what is nearest is judged in whole numbers here. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import {
  cellEdges,
  coordinateRange,
  coordinateTolerance,
  coordinateValues,
} from "../../../shared/dataset/coordinates.ts";

/** Every double between 1e-30 and 1e300 in units of 1e-1100, exactly. */
const unitPlaces = 1100;

function inUnits(value: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const exponent = Number((bits >> 52n) & 0x7ffn);
  const fraction = (bits & 0xf_ffff_ffff_ffffn) | (exponent === 0 ? 0n : 1n << 52n);
  const power = Math.max(1, exponent) - 1075;
  const scaled = fraction * 10n ** BigInt(unitPlaces);
  const size = power < 0 ? scaled / 2n ** BigInt(-power) : scaled * 2n ** BigInt(power);
  return value < 0 ? -size : size;
}

/** As a person reads the number that is printed. */
function decimalInUnits(value: number): bigint {
  const [mantissa = "", exponent = "0"] = String(value).split("e");
  const [whole = "", fraction = ""] = mantissa.split(".");
  return BigInt(whole + fraction) * 10n ** BigInt(unitPlaces - fraction.length + Number(exponent));
}

const size = (value: bigint) => (value < 0n ? -value : value);

/** Whether no double lies nearer to the exact value. */
function assertNearest(value: number, exact: bigint, what: string): void {
  const view = new DataView(new ArrayBuffer(8));
  const distance = size(inUnits(value) - exact);
  for (const one of [-1n, 1n]) {
    view.setFloat64(0, value);
    view.setBigUint64(0, view.getBigUint64(0) + one);
    const neighbour = view.getFloat64(0);
    if (value !== 0)
      assert.ok(distance <= size(inUnits(neighbour) - exact), `${what}: ${value}, not ${neighbour}`);
  }
}

describe("a regular coordinate", () => {
  test("has the values that people write, whatever its step", () => {
    for (const [first, step, places] of [
      [-179.95, 0.1, 2],
      [0.05, 0.1, 2],
      [89.975, -0.05, 3],
      [-0.3, 0.1, 1],
      [1000.7, -1.1, 1],
      [1e21, 1e20, 0],
    ] as const) {
      const [from, by] = [first, step].map((value) => BigInt(Math.round(value * 10 ** places)));
      const values = coordinateValues({ first, step, count: 1000 });
      const written = Array.from(values, (_, i) =>
        Number(`${(from ?? 0n) + BigInt(i) * (by ?? 0n)}e-${places}`),
      );
      assert.deepEqual([...values], written, `${first} by ${step}`);
    }
  });

  test("has the doubles nearest to its decimals, also where these are many or far apart", () => {
    const decimal = fc.oneof(
      fc.integer({ min: -360_000, max: 360_000 }).map((value) => value / 1000),
      fc.constantFrom(1 / 6, -1 / 24, 1 / 3, 0.1 + 0.2, 1e-9, 1e22, 2 ** 53 + 2, 0.04166666666666667),
      fc.double({ min: 1e-30, max: 1e30, noNaN: true }),
    );
    const property = fc.property(decimal, decimal, fc.integer({ min: 0, max: 20_000 }), (first, step, i) => {
      fc.pre(step !== 0);
      const value = coordinateValues({ first, step, count: i + 1 }).at(-1) as number;
      const exact = decimalInUnits(first) + BigInt(i) * decimalInUnits(step);
      assertNearest(value, exact, `${first} + ${i} · ${step}`);
      const [least, greatest] = coordinateRange({ first, step, count: i + 1 });
      assert.deepEqual([least, greatest], step > 0 ? [first + 0, value] : [value, first + 0]);
      const [before, beyond] = cellEdges({ first, step, count: i + 1 });
      const ends = step > 0 ? [before, beyond] : [beyond, before];
      for (const [place, end] of [-1, 2 * i + 1].entries())
        assertNearest(
          ends[place] as number,
          decimalInUnits(first) + (BigInt(end) * decimalInUnits(step)) / 2n,
          "edge",
        );
    });
    fc.assert(property, { numRuns: 500, seed: 20_261_130 });
  });

  test("was once made by adding doubles, and lies no farther from that than it tolerates", () => {
    for (const [first, step, count] of [
      [-179.95, 0.1, 3600],
      [0, 1 / 24, 8640],
      [89.9875, -0.025, 7200],
      [-1e6, 0.1, 20_000_000],
    ] as const) {
      const values = coordinateValues({ first, step, count });
      const farthest = values.reduce(
        (most, value, i) => Math.max(most, Math.abs(first + i * step - value)),
        0,
      );
      const tolerance = coordinateTolerance({ first, step, count });
      assert.ok(
        farthest > 0 && farthest <= tolerance && tolerance < Math.abs(step) * 1e-6,
        `${first} by ${step}`,
      );
    }
  });
});
