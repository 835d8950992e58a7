import { boundsOf } from "../dataset/cf.ts";
import { bytesOf } from "../dataset/chunkGrid.ts";
import { coordinateTolerance, coordinateValues } from "../dataset/coordinates.ts";
import type { Dataset, Descriptor } from "../dataset/dataset.ts";
import { boundsType, coordinateChunkLength, hasBounds } from "../zarr/metadata.ts";
import { formatOf } from "./formatOf.ts";

/** One chunk of a coordinate: its key below the group, and its bytes before compression. */
export interface CoordinateChunk {
  readonly key: string;
  readonly raw: Uint8Array;
  /** How far its values may lie from these doubles, and still be the same coordinate: rounded otherwise. */
  readonly tolerance?: number;
}

/** How stored bytes, of as many values, compare with a coordinate's own. */
export function compareCoordinate(
  { raw, tolerance }: CoordinateChunk,
  stored: Uint8Array,
): "same" | "rounded" | "unlike" {
  if (stored.every((byte, i) => byte === raw[i])) return "same";
  if (tolerance === undefined) return "unlike";
  const [expected, found] = [raw, stored].map(
    ({ buffer, byteOffset, byteLength }) => new DataView(buffer, byteOffset, byteLength),
  ) as [DataView, DataView];
  for (let at = 0; at < raw.length; at += 8) {
    const distance = Math.abs(found.getFloat64(at, true) - expected.getFloat64(at, true));
    if (!(distance <= tolerance)) return "unlike";
  }
  return "rounded";
}

/** The one chunk of each coordinate that never grows. */
export function fixedChunks(descriptor: Descriptor): CoordinateChunk[] {
  const { dimensions, auxiliaries = [] } = descriptor;
  const { keys } = formatOf(descriptor);
  return [
    ...dimensions.map((dimension) => ({
      key: keys.chunk(dimension.name, [0]),
      raw: bytesOf(coordinateValues(dimension)),
      tolerance: coordinateTolerance(dimension),
    })),
    ...auxiliaries.map(({ name, values }) => ({
      key: keys.chunk(name, [0]),
      raw: bytesOf(Int8Array.from(values)),
    })),
  ];
}

/** Chunk `chunk` of `time` and of `time_bnds`, full, whatever part of it readers see. */
export function timeChunks(dataset: Dataset, chunk: number): CoordinateChunk[] {
  const { time } = dataset;
  const { keys } = formatOf(dataset);
  const first = chunk * coordinateChunkLength;
  const units = (t: number) => (t - time.epoch) / time.unitMs;
  const stamps = new BigInt64Array(coordinateChunkLength);
  for (let i = 0; i < coordinateChunkLength; i++) stamps[i] = BigInt(units(time.at(first + i)));
  const stampChunk = { key: keys.chunk("time", [chunk]), raw: bytesOf(stamps) };
  if (!hasBounds(dataset)) return [stampChunk];
  const bounds = new Float64Array(2 * coordinateChunkLength);
  for (let i = 0; i < coordinateChunkLength; i++) {
    const [from, to] = boundsOf(time.stamp, time.at(first + i), time.stepMs) as readonly [number, number];
    bounds[2 * i] = units(from);
    bounds[2 * i + 1] = units(to);
  }
  const raw = boundsType(dataset) === "int64" ? bytesOf(BigInt64Array.from(bounds, BigInt)) : bytesOf(bounds);
  return [stampChunk, { key: keys.chunk("time_bnds", [chunk, 0]), raw }];
}
