import type { ArraySpec, Block } from "../descriptor.ts";
import { storedRange } from "../validRange.ts";
import { integerRange } from "../values.ts";

/** How far a bound may be from a whole number of units for its being written in decimals. */
const wholeTolerance = 1e-9;

/** What is wrong with an array's valid range. */
export function rangeFaults(at: string, array: ArraySpec): string[] {
  const { dtype, scaleFactor = 1, validRange } = array;
  if (!validRange) return [];
  const [lowest, highest] = validRange;
  if (!(lowest <= highest)) return [`${at}.validRange ${lowest} to ${highest} ends before it begins`];
  const limits = integerRange[dtype];
  const stored = storedRange(array) as readonly [number, number];
  const isHeld = limits ? stored[0] >= limits[0] && stored[1] <= limits[1] : stored.every(Number.isFinite);
  if (!isHeld) return [`${at}.validRange ${lowest} to ${highest} does not fit ${dtype}`];
  if (!limits) return [];
  const isWhole = (bound: number) =>
    Math.abs(bound / scaleFactor - Math.round(bound / scaleFactor)) <=
    wholeTolerance * Math.max(1, Math.abs(bound / scaleFactor));
  return validRange
    .filter((bound) => !isWhole(bound))
    .map(
      (bound) => `${at}.validRange has ${bound}, which is no whole multiple of scaleFactor ${scaleFactor}`,
    );
}

/** A fill that may be measured would make measured values missing. NaN is measured by nobody. */
export function fillFaults(at: string, array: ArraySpec, block: Block): string[] {
  const fill = array.dtype === "float32" ? Math.fround(array.fillValue) : array.fillValue;
  const range = storedRange(array);
  if (range) {
    const isWithin = fill >= range[0] && fill <= range[1];
    return isWithin
      ? [`${at}.fillValue ${array.fillValue} is within validRange: it would hide measured values`]
      : [];
  }
  if (!mayHold(block, array, fill)) return [];
  return [
    `${at}.fillValue ${array.fillValue} may be measured: take what means missing in its block, a dtype with room beside ${block.type}, or say validRange`,
  ];
}

/** Whether a block without a valid range may hold what an array has as `value`. */
function mayHold(
  { type, scale = 1, missing, rules = [] }: Block,
  { dtype }: ArraySpec,
  value: number,
): boolean {
  const divisor = integerRange[dtype] ? 1 : scale;
  const round = dtype === "float32" ? Math.fround : (number: number) => number;
  const [lowest, highest] = (integerRange[type] ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]).map(
    (bound) => round(bound / divisor),
  ) as [number, number];
  const isMissing = missing !== undefined && value === round(missing / divisor);
  // A rule makes such values of others.
  return value >= lowest && value <= highest && (!isMissing || (rules.length > 0 && value >= 0));
}
