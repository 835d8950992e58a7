import type { ArraySpec } from "../../dataset/descriptor.ts";
import { storedRange } from "../../dataset/validRange.ts";
import { divisorOf, missingOf, unpacked } from "./fieldValues.ts";
import type { Block } from "./spec.ts";

/** Whether a block's stored value is outside, exactly. */
export function rangeCheckOf(block: Block, array: ArraySpec): (stored: number, negated: boolean) => boolean {
  const [lowest, highest] = storedRange(array) as readonly [number, number];
  const [missing, divisor] = [missingOf(block), divisorOf(block, array)];
  const round = array.dtype === "float32" ? Math.fround : (value: number) => value;
  return (stored, negated) => {
    if (stored === missing || Number.isNaN(stored)) return false;
    const value = round(unpacked(stored, negated, divisor));
    return !(value >= lowest && value <= highest);
  };
}
