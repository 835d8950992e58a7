import { boundsOf } from "../dataset/cf.ts";
import type { Dataset } from "../dataset/dataset.ts";
import { timeAt } from "../dataset/timeAxis.ts";
import { bytesOf, chunkKey } from "./chunkGrid.ts";
import { boundsType, coordinateChunkLength, hasBounds } from "./metadata.ts";

/** One chunk of a coordinate: its key below the group, and its bytes before compression. */
export interface CoordinateChunk {
  readonly key: string;
  readonly raw: Uint8Array;
}

/** The one chunk of each coordinate that never grows. */
export function fixedChunks({ dimensions, auxiliaries = [] }: Dataset): CoordinateChunk[] {
  return [
    ...dimensions.map(({ name, first, step, count }) => ({
      key: chunkKey(name, [0]),
      raw: bytesOf(Float64Array.from({ length: count }, (_, i) => first + i * step)),
    })),
    ...auxiliaries.map(({ name, values }) => ({
      key: chunkKey(name, [0]),
      raw: bytesOf(Int8Array.from(values)),
    })),
  ];
}

/** Chunk `chunk` of `time` and of `time_bnds`, full, whatever part of it readers see. */
export function timeChunks(dataset: Dataset, chunk: number): CoordinateChunk[] {
  const { time } = dataset;
  const first = chunk * coordinateChunkLength;
  const units = (t: number) => (t - time.epoch) / time.unitMs;
  const stamps = new BigInt64Array(coordinateChunkLength);
  for (let i = 0; i < coordinateChunkLength; i++) stamps[i] = BigInt(units(timeAt(time, first + i)));
  const stampChunk = { key: chunkKey("time", [chunk]), raw: bytesOf(stamps) };
  if (!hasBounds(dataset)) return [stampChunk];
  const bounds = new Float64Array(2 * coordinateChunkLength);
  for (let i = 0; i < coordinateChunkLength; i++) {
    const [from, to] = boundsOf(time.stamp, timeAt(time, first + i), time.stepMs) as readonly [
      number,
      number,
    ];
    bounds[2 * i] = units(from);
    bounds[2 * i + 1] = units(to);
  }
  const raw = boundsType(dataset) === "int64" ? bytesOf(BigInt64Array.from(bounds, BigInt)) : bytesOf(bounds);
  return [stampChunk, { key: chunkKey("time_bnds", [chunk, 0]), raw }];
}
