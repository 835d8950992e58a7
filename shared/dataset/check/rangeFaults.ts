import type { ArraySpec } from "../descriptor.ts";
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
