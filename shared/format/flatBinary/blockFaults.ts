import { fits } from "../../dataset/check/plainFaults.ts";
import type { FixedDimension } from "../../dataset/descriptor.ts";
import { dataTypes, integerRange } from "../../dataset/values.ts";
import type { Block } from "./spec.ts";

/** A block by itself, on the grid of these dimensions. */
export function blockFaults(
  { name, type, scale = 1, missing, rules = [] }: Block,
  dimensions: readonly FixedDimension[],
): string[] {
  const at = `decoding.blocks.${name}`;
  const faults: string[] = [];
  if (!dataTypes.includes(type)) return [`${at}.type "${type}" is none of ${dataTypes.join(", ")}`];
  if (!(Number.isFinite(scale) && scale > 0)) faults.push(`${at}.scale is not a positive number`);
  if (missing !== undefined && !fits(type, missing))
    faults.push(`${at}.missing ${missing} does not fit ${type}`);
  for (const { dimension, beyond } of rules) {
    if (!Number.isFinite(beyond)) faults.push(`${at}.rules has no finite beyond`);
    if (!dimensions.some((candidate) => candidate.name === dimension)) {
      faults.push(`${at}.rules names "${dimension}", which is no dimension`);
    }
    if (!integerRange[type]) faults.push(`${at}.rules apply to integers only`);
  }
  return faults;
}
