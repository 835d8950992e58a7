import { coordinateValues } from "../../dataset/coordinates.ts";
import type { FixedDimension } from "../../dataset/descriptor.ts";
import type { Block, NegatedRule } from "./spec.ts";

/** Indices of a field, from `start` (included) to `end` (excluded), to all or none of which a `negated` rule applies. */
export interface Run {
  readonly start: number;
  readonly end: number;
  readonly negated: boolean;
}

const known = new WeakMap<Block, WeakMap<readonly FixedDimension[], readonly Run[]>>();

/** The whole field in runs, in order: as few as the block's rules allow. They are worked out once for each descriptor. */
export function runsOf(dimensions: readonly FixedDimension[], block: Block): readonly Run[] {
  const ofBlock = known.get(block) ?? new WeakMap<readonly FixedDimension[], readonly Run[]>();
  const runs = ofBlock.get(dimensions) ?? makeRuns(dimensions, block.rules ?? []);
  known.set(block, ofBlock.set(dimensions, runs));
  return runs;
}

function makeRuns(dimensions: readonly FixedDimension[], rules: readonly NegatedRule[]): Run[] {
  const axes = rules.map(({ dimension }) => dimensions.findIndex(({ name }) => name === dimension));
  // Below the innermost dimension that has a rule, neighbouring values always share their lot: they make a cell.
  const depth = Math.max(-1, ...axes) + 1;
  const product = (some: readonly FixedDimension[]) => some.reduce((size, { count }) => size * count, 1);
  const cellValues = product(dimensions.slice(depth));
  const negated = new Uint8Array(product(dimensions.slice(0, depth)));
  rules.forEach(({ beyond }, i) => {
    const axis = axes[i] as number;
    const coordinates = coordinateValues(dimensions[axis] as FixedDimension);
    const stride = product(dimensions.slice(axis + 1, depth));
    for (let cell = 0; cell < negated.length; cell++) {
      const coordinate = coordinates[Math.floor(cell / stride) % coordinates.length] as number;
      if (Math.abs(coordinate) > beyond) negated[cell] = 1;
    }
  });
  const runs: Run[] = [];
  for (let start = 0, end: number; start < negated.length; start = end) {
    for (end = start + 1; end < negated.length && negated[end] === negated[start]; ) end++;
    runs.push({ start: start * cellValues, end: end * cellValues, negated: negated[start] === 1 });
  }
  return runs;
}
