import { type TimeAxis, timeAt } from "../../../shared/dataset/timeAxis.ts";
import type { Kind } from "../map/colours/colourScale.ts";

/** The first and the last of neighbouring chunks. */
export type ChunkRange = readonly [number, number];

/** The range with one chunk more where that is next to it; else that chunk alone. */
export function rangeWith([from, to]: ChunkRange, chunk: number): ChunkRange {
  if (chunk < from - 1 || chunk > to + 1) return [chunk, chunk];
  return [Math.min(from, chunk), Math.max(to, chunk)];
}

/** The ends of an axis for values from `from` to `to`: with room around them, and from 0 on where they are amounts. */
export function valueRange(from: number | null, to: number | null, kind: Kind): [number, number] {
  if (from === null || to === null) return [0, 1];
  const room = (to - from) * 0.08 || (kind === "amount" ? 1 : Math.abs(to) * 0.01 || 1);
  return kind === "amount" && from >= 0 ? [0, to + room] : [from - room, to + room];
}

/**
 * The series that pieces make, up to the dataset's length: times in seconds since 1970 UTC, and values; null where there is
 * none, or where a chunk is not there.
 */
export function seriesLines(
  [from, to]: ChunkRange,
  pieces: ReadonlyMap<number, Float64Array>,
  {
    time,
    length,
    chunkLength,
  }: { readonly time: TimeAxis; readonly length: number; readonly chunkLength: number },
): [number[], (number | null)[]] {
  const first = from * chunkLength;
  const count = Math.max(0, Math.min(length, (to + 1) * chunkLength) - first);
  const indices = Array.from({ length: count }, (_, place) => first + place);
  const known = (index: number) => {
    const value = pieces.get(Math.floor(index / chunkLength))?.[index % chunkLength];
    return value === undefined || Number.isNaN(value) ? null : value;
  };
  return [indices.map((index) => timeAt(time, index) / 1000), indices.map(known)];
}
