import type { TimeAxis } from "../../../shared/dataset/timeAxis.ts";
import type { ScaleKind } from "../map/colours/colourScale.ts";

/** The first and the last of neighbouring chunks. */
export type ChunkRange = readonly [number, number];

/** The range extended by one chunk if that is next to it; else that chunk alone. */
export function extendRange([from, to]: ChunkRange, chunk: number): ChunkRange {
  if (chunk < from - 1 || chunk > to + 1) return [chunk, chunk];
  return [Math.min(from, chunk), Math.max(to, chunk)];
}

/** The ends of an axis for values from `from` to `to`: with room around them, and from 0 where they are amounts. */
export function valueAxisRange(from: number | null, to: number | null, kind: ScaleKind): [number, number] {
  if (from === null || to === null) return [0, 1];
  const room = (to - from) * 0.08 || (kind === "amount" ? 1 : Math.abs(to) * 0.01 || 1);
  return kind === "amount" && from >= 0 ? [0, to + room] : [from - room, to + room];
}

/**
 * The series that chunks hold, up to the dataset's length: times in seconds since 1970 UTC, and values; null where there is
 * none, or where a chunk is not loaded.
 */
export function seriesLines(
  [from, to]: ChunkRange,
  chunks: ReadonlyMap<number, Float64Array>,
  {
    time,
    length,
    chunkLength,
  }: { readonly time: TimeAxis; readonly length: number; readonly chunkLength: number },
): [number[], (number | null)[]] {
  const first = from * chunkLength;
  const count = Math.max(0, Math.min(length, (to + 1) * chunkLength) - first);
  const indices = Array.from({ length: count }, (_, offset) => first + offset);
  const known = (index: number) => {
    const value = chunks.get(Math.floor(index / chunkLength))?.[index % chunkLength];
    return value === undefined || Number.isNaN(value) ? null : value;
  };
  return [indices.map((index) => time.at(index) / 1000), indices.map(known)];
}
