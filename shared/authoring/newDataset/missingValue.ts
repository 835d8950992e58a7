import type { Read } from "../inspect/scoreLayout.ts";

const valuesLookedAtMax = 200_000;
/** What many providers write where nothing was measured. */
const usual = new Set([
  -999, -9999, -99999, -99, 999, 9999, 99999, -32768, -32767, 32767, -31999, -1e30, 1e20,
]);
/** A value so many times farther out than all others stands for none. */
const farOut = 2;

/**
 * The value that most likely stands for missing: the least or the greatest, if it comes more than once and is a usual one or far
 * from all others. `undefined` where none is like that.
 */
export function missingValueIn(read: Read, count: number): number | undefined {
  const every = Math.max(1, Math.ceil(count / valuesLookedAtMax));
  const counts = new Map<number, number>();
  for (let i = 0; i < count; i += every) {
    const value = read(i);
    if (!Number.isNaN(value)) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  const sorted = [...counts.keys()].sort((a, b) => a - b);
  const ends = [
    { value: sorted[0], least: sorted[1], most: sorted.at(-1) },
    { value: sorted.at(-1), least: sorted[0], most: sorted.at(-2) },
  ];
  for (const { value, least, most } of ends) {
    if (value === undefined || least === undefined || most === undefined || sorted.length < 3) continue;
    if ((counts.get(value) ?? 0) < 2) continue;
    const distance = Math.min(Math.abs(value - least), Math.abs(value - most));
    if (usual.has(value) || distance > farOut * (most - least)) return value;
  }
  return undefined;
}
