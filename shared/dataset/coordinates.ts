import type { DatasetSpec, FixedDimension } from "./descriptor.ts";

type Regular = Pick<FixedDimension, "first" | "step" | "count">;

/** A decimal number: `digits · 10^-places`. */
interface Decimal {
  readonly digits: bigint;
  readonly places: number;
}

/** Quotients of whole numbers up to here, and powers of ten up to 10^22, are rounded once: to the nearest double. */
const exactPlacesMax = 22;

/**
 * The values of a regular coordinate: each is the double nearest to `first + i·step`, where `first` and `step` are the decimals that
 * the descriptor shows. Adding doubles instead would miss most of them: 123 · 0.1 + 0.05 is not 12.35.
 */
export function coordinateValues(dimension: Regular): Float64Array<ArrayBuffer> {
  const at = ofDimension(dimension);
  const values = new Float64Array(dimension.count);
  for (let i = 0; i < values.length; i++) values[i] = at(i);
  return values;
}

/** Its least and its greatest value. */
export function coordinateRange(dimension: Regular): readonly [least: number, greatest: number] {
  const at = ofDimension(dimension);
  const [first, last] = [at(0), at(dimension.count - 1)];
  return dimension.step > 0 ? [first, last] : [last, first];
}

/** The edges of its first and last cell, half a step beyond their values; the lesser first. */
export function cellEdges({ first, step, count }: Regular): readonly [least: number, greatest: number] {
  const { digits, places } = decimalOf(step);
  const at = placing(decimalOf(first), { digits: digits * 5n, places: places + 1 }, 2 * count);
  const [before, beyond] = [at(-1), at(2 * count - 1)];
  return step > 0 ? [before, beyond] : [beyond, before];
}

/**
 * How far values may lie from the exact ones that were made by adding doubles, each of which is wrong by half of its last place:
 * far below what anything on a grid can differ by.
 */
export function coordinateTolerance({ first, step, count }: Regular): number {
  return 2 ** -50 * (Math.abs(first) + count * Math.abs(step));
}

/** Values in one timestep of an array. */
export function valuesPerStep(dataset: Pick<DatasetSpec, "dimensions">): number {
  return dataset.dimensions.reduce((product, { count }) => product * count, 1);
}

/** Of `first + i·step`, for `i` up to `most` to either side. */
function placing(first: Decimal, step: Decimal, most: number): (i: number) => number {
  const places = Math.max(first.places, step.places);
  const [from, by] = [first, step].map(({ digits, places: own }) => digits * 10n ** BigInt(places - own)) as [
    bigint,
    bigint,
  ];
  const largest = Math.abs(Number(from)) + most * Math.abs(Number(by));
  if (largest <= Number.MAX_SAFE_INTEGER && places <= exactPlacesMax) {
    const [whole, part, power] = [Number(from), Number(by), 10 ** places];
    return (i) => (whole + i * part) / power;
  }
  return (i) => Number(`${from + BigInt(i) * by}e-${places}`);
}

function ofDimension({ first, step, count }: Regular): (i: number) => number {
  return placing(decimalOf(first), decimalOf(step), count);
}

/** The shortest decimal that is read as that number: what a person wrote. */
function decimalOf(value: number): Decimal {
  const [, sign = "", whole = "0", fraction = "", exponent = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value)) ?? [];
  const digits = BigInt(`${sign}${whole}${fraction}`);
  const places = fraction.length - Number(exponent);
  return places < 0 ? { digits: digits * 10n ** BigInt(-places), places: 0 } : { digits, places };
}
