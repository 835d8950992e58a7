import { coordinateRange } from "../coordinates.ts";
import { degreesFaults } from "../degrees.ts";
import type { DatasetSpec } from "../descriptor.ts";
import { fits, isCount } from "./plainFaults.ts";

/** A fixed coordinate is written as a whole. */
const coordinateValuesMax = 2 ** 24;

/** Fixed dimensions, and the coordinates along them. */
export function gridFaults({ dimensions, auxiliaries = [] }: DatasetSpec): string[] {
  const faults: string[] = [];
  if (dimensions.length === 0) faults.push("dimensions is empty");
  for (const dimension of dimensions) {
    const { name, first, step, count } = dimension;
    if (!isCount(count)) faults.push(`dimensions.${name}.count ${count} is not a positive whole number`);
    else if (count > coordinateValuesMax)
      faults.push(`dimensions.${name}.count ${count} is over ${coordinateValuesMax}`);
    if (!Number.isFinite(first) || !Number.isFinite(step) || step === 0) {
      faults.push(`dimensions.${name} needs a finite first and a step other than 0`);
    } else if (isCount(count) && !coordinateRange(dimension).every(Number.isFinite)) {
      faults.push(`dimensions.${name} has no finite last value`);
    } else if (isCount(count)) faults.push(...degreesFaults(dimension));
  }
  for (const { name, dimension, values } of auxiliaries) {
    const along = dimensions.find((candidate) => candidate.name === dimension);
    if (!along) faults.push(`auxiliaries.${name} lies along "${dimension}", which is no dimension`);
    else if (values.length !== along.count)
      faults.push(`auxiliaries.${name} has ${values.length} values, not ${along.count}`);
    if (values.some((value) => !fits("int8", value)))
      faults.push(`auxiliaries.${name} holds a value outside int8`);
  }
  return faults;
}
