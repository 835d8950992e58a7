import type { ArraySpec, DatasetSpec } from "../../dataset/descriptor.ts";
import { storedRange } from "../../dataset/validRange.ts";
import { dataTypes, integerRange } from "../../dataset/values.ts";
import { blockFaults } from "./blockFaults.ts";
import type { Block } from "./spec.ts";

/** Whether an array can be made from its block. */
export function arrayFaults({ dimensions, decoding }: DatasetSpec, array: ArraySpec): string[] {
  const at = `arrays.${array.name}`;
  if (!dataTypes.includes(array.dtype)) return [];
  const block = decoding.blocks.find(({ name }) => name === array.block);
  if (!block) return [`${at}.block "${array.block}" is none of decoding.blocks`];
  const packing = packingFaults(at, array, block);
  const isSound = packing.length === 0 && blockFaults(block, dimensions).length === 0;
  return isSound ? fillFaults(at, array, block) : packing;
}

/** A stored integer is the granule's own: anything else would round. */
function packingFaults(at: string, array: ArraySpec, block: Block): string[] {
  const blockRange = integerRange[block.type];
  const arrayRange = integerRange[array.dtype];
  if (!arrayRange) return array.scaleFactor === undefined ? [] : [`${at}.scaleFactor is for integers only`];
  if (!blockRange) return [`${at} is ${array.dtype}, but its block holds ${block.type}: choose a float`];
  const faults: string[] = [];
  if (blockRange[0] < arrayRange[0] || blockRange[1] > arrayRange[1])
    faults.push(`${at}: ${block.type} does not fit ${array.dtype}`);
  const packed = (array.scaleFactor ?? 1) * (block.scale ?? 1);
  if (!(Math.abs(packed - 1) <= 1e-12)) {
    faults.push(
      `${at}.scaleFactor ${array.scaleFactor ?? 1} is not 1 / ${block.scale ?? 1}, its block's scale: packing would round`,
    );
  }
  return faults;
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
