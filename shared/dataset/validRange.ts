import { coordinateValues } from "./coordinates.ts";
import type { Dataset } from "./dataset.ts";
import type { ArraySpec } from "./descriptor.ts";

/** More digits than this would show how binary fractions are rounded. */
const digits = { float32: 7, others: 12 } as const;

/**
 * An array's valid range in what is stored: integers of a packed array, else the type's own numbers. `undefined` where
 * every value is valid.
 */
export function storedRange({
  dtype,
  scaleFactor = 1,
  validRange,
}: ArraySpec): readonly [number, number] | undefined {
  if (!validRange) return undefined;
  const [lowest, highest] = validRange;
  if (dtype === "float32") return [Math.fround(lowest), Math.fround(highest)];
  if (dtype === "float64") return [lowest, highest];
  return [Math.round(lowest / scaleFactor), Math.round(highest / scaleFactor)];
}

/** Says of a stored value of `array` at place `cell` of its grid that it is outside the valid range, in the attributes' units. */
export function outsideText(
  { dimensions }: Pick<Dataset, "dimensions">,
  array: ArraySpec,
  cell: number,
  stored: number,
): string {
  const { name, dtype, scaleFactor = 1, attributes, validRange = [] } = array;
  const { units } = attributes;
  const value = shortest(stored * scaleFactor, dtype === "float32" ? digits.float32 : digits.others);
  const place: string[] = [];
  let rest = cell;
  for (const dimension of dimensions.toReversed()) {
    const { name, count } = dimension;
    place.unshift(`${name} ${shortest(coordinateValues(dimension)[rest % count] as number, digits.others)}`);
    rest = Math.floor(rest / count);
  }
  const measured = units === "1" ? value : `${value} ${units}`;
  return `${name} is ${measured} at ${place.join(", ")}; valid is ${validRange.join(" to ")}`;
}

function shortest(value: number, digits: number): string {
  return String(Number(value.toPrecision(digits)));
}
