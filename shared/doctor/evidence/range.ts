import { indexInChunk, placeOf, stepsOfChunk } from "../../dataset/chunkGrid.ts";
import type { DatasetWiring } from "../../pipeline/wiring.ts";
import type { Evidence } from "./evidence.ts";
import type { Known } from "./known.ts";

/** Which timesteps to look at, both included; all of them where it does not say. */
export interface DoctorRange {
  readonly from?: number;
  readonly to?: number;
}

/** The chunks of a range: all that are visible, and all that anything tells of. */
export function chunksOf(
  { dataset, length }: Evidence,
  { chunks }: Known,
  { from, to }: DoctorRange,
): readonly number[] {
  const { chunkLength } = dataset.time;
  const visible = Array.from({ length: Math.ceil(length / chunkLength) }, (_, chunk) => chunk);
  const first = from === undefined ? 0 : placeOf(dataset.time.firstFrom(from), chunkLength).chunk;
  const last =
    to === undefined ? Number.POSITIVE_INFINITY : placeOf(dataset.time.lastUntil(to), chunkLength).chunk;
  const all = [...new Set([...visible, ...chunks])].filter((chunk) => chunk >= first && chunk <= last);
  return all.sort((a, b) => a - b);
}

/** The offsets in a chunk that lie in a range and may have a granule by now. */
export function offsetsOf(
  { dataset, asOf }: DatasetWiring,
  chunk: number,
  { from, to }: DoctorRange,
): number[] {
  const first = from === undefined ? 0 : dataset.time.firstFrom(from);
  const last = dataset.time.lastUntil(Math.min(to ?? Number.POSITIVE_INFINITY, asOf()));
  const offsets = Array.from({ length: stepsOfChunk(dataset, chunk) }, (_, offset) => offset);
  return offsets.filter((offset) => {
    const index = indexInChunk(dataset, chunk, offset);
    return index >= first && index <= last;
  });
}
