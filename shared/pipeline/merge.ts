import type { Values } from "../dataset/values.ts";

/**
 * Completes a chunk of which only the timesteps at `taken` were decoded: of the others those that are kept are copied from
 * what is stored, and the rest is filled. `chunk` and `stored` are (time, …grid), `sliceLength` values a timestep.
 */
export function mergeStored(
  chunk: Values,
  stored: Values | undefined,
  taken: ReadonlySet<number>,
  isKept: (offset: number) => boolean,
  sliceLength: number,
  fillValue: number,
): void {
  for (let offset = 0; offset * sliceLength < chunk.length; offset++) {
    if (taken.has(offset)) continue;
    const from = offset * sliceLength;
    if (stored && isKept(offset)) chunk.set(stored.subarray(from, from + sliceLength), from);
    else chunk.fill(fillValue, from, from + sliceLength);
  }
}
