import { coordinateValues } from "./coordinates.ts";
import type { ArraySpec, DatasetSpec } from "./descriptor.ts";
import type { Values } from "./values.ts";

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

/** Says of the first of a timestep's stored values that is outside the valid range what it is; `undefined` if none is. */
export function outsideAmong(
  dataset: Pick<DatasetSpec, "dimensions">,
  array: ArraySpec,
  values: Values,
): string | undefined {
  const range = storedRange(array);
  if (!range) return undefined;
  const [lowest, highest] = range;
  const fill = array.dtype === "float32" ? Math.fround(array.fillValue) : array.fillValue;
  for (let cell = 0; cell < values.length; cell++) {
    const value = values[cell] as number;
    if ((value < lowest || value > highest) && value !== fill)
      return outsideText(dataset, array, cell, value);
  }
  return undefined;
}

/** Says of a stored value of `array` at place `cell` of its grid that it is outside the valid range, in the attributes' units. */
export function outsideText(
  { dimensions }: Pick<DatasetSpec, "dimensions">,
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
