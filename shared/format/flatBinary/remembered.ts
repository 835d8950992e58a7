import type { ArraySpec, DecodingSpec } from "../../dataset/descriptor.ts";
import type { Block } from "./spec.ts";

type Make<Made> = (
  byteOrder: DecodingSpec["byteOrder"],
  block: Block,
  array: ArraySpec,
  negated: boolean,
) => Made;

/** The same function, which makes what belongs to an array and its block once, for as long as their descriptor is there. */
export function remembered<Made>(make: Make<Made>): Make<Made> {
  const made = new WeakMap<Block, WeakMap<ArraySpec, Map<string, Made>>>();
  return (byteOrder, block, array, negated) => {
    const ofBlock = made.get(block) ?? new WeakMap<ArraySpec, Map<string, Made>>();
    const ofArray = ofBlock.get(array) ?? new Map<string, Made>();
    made.set(block, ofBlock.set(array, ofArray));
    const key = `${byteOrder} ${negated}`;
    const found = ofArray.get(key) ?? make(byteOrder, block, array, negated);
    ofArray.set(key, found);
    return found;
  };
}
