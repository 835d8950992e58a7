import { coordinateRange } from "./coordinates.ts";
import type { FixedDimension } from "./descriptor.ts";

/** Degrees that say nothing: steps that are no decimals add up to so much too many. */
const degreesTolerated = 1e-6;

/** What no latitude and no longitude can be. Which of them a dimension is, its standard name, units or axis say. */
export function degreesFaults(dimension: FixedDimension): string[] {
  const [least, greatest] = coordinateRange(dimension);
  const at = `dimensions.${dimension.name}`;
  if (isLatitude(dimension)) {
    return Math.max(-least, greatest) > 90 + degreesTolerated
      ? [`${at}: latitudes from ${least} to ${greatest} do not lie within 90 degrees`]
      : [];
  }
  return isLongitude(dimension) && greatest - least > 360 + degreesTolerated
    ? [`${at}: longitudes from ${least} to ${greatest} go round more than once`]
    : [];
}

/** What has a coordinate's attributes. */
interface Described {
  readonly attributes: Readonly<Record<string, unknown>>;
}

export function isLatitude(dimension: Described): boolean {
  return isOf(dimension, "latitude", /^degrees?_?(north|N)$/, "Y");
}

export function isLongitude(dimension: Described): boolean {
  return isOf(dimension, "longitude", /^degrees?_?(east|E)$/, "X");
}

/** Source: CF Conventions 1.10, sections 4.1 and 4.2. */
function isOf({ attributes }: Described, name: string, itsUnits: RegExp, itsAxis: string): boolean {
  const { standard_name: standardName, units, axis } = attributes;
  if (typeof units === "string" && itsUnits.test(units)) return true;
  const isInDegrees = units === undefined || (typeof units === "string" && /^degrees?$/.test(units));
  return standardName === name || (axis === itsAxis && isInDegrees && standardName === undefined);
}
