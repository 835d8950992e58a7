import { valuesPerStep } from "./coordinates.ts";
import type { Dataset, Descriptor } from "./dataset.ts";
import type { ArraySpec } from "./descriptor.ts";
import { arrayTypes, type DataType, type Values } from "./values.ts";

/** The chunk of timestep `index`, and its offset in there, for chunks of `chunkLength` timesteps. */
export function placeOf(
  index: number,
  chunkLength: number,
): { readonly chunk: number; readonly offset: number } {
  const chunk = Math.floor(index / chunkLength);
  return { chunk, offset: index - chunk * chunkLength };
}

/** The index of the timestep at `offset` in `chunk`. */
export function indexInChunk({ time }: Dataset, chunk: number, offset: number): number {
  return chunk * time.chunkLength + offset;
}

/** The instant of `offset` in `chunk`. */
export function timeInChunk(dataset: Dataset, chunk: number, offset: number): number {
  return dataset.time.at(indexInChunk(dataset, chunk, offset));
}

/** The number of timesteps that `chunk` can ever hold: `chunkLength`, less where the series ends. */
export function stepsOfChunk({ time }: Dataset, chunk: number): number {
  const first = chunk * time.chunkLength;
  return Math.max(0, Math.min(time.chunkLength, time.count() - first));
}

/** The chunk of the last timestep at or before instant `t`; -1 if there is none. */
export function lastChunkUntil({ time }: Dataset, t: number): number {
  return placeOf(time.lastUntil(t), time.chunkLength).chunk;
}

/** The shape of a data array's chunk: (time, …fixed dimensions), whole grids. */
export function chunkShape({ time, dimensions }: Descriptor): readonly number[] {
  return [time.chunkLength, ...dimensions.map(({ count }) => count)];
}

/** Values in a data array's chunk. */
export function chunkValues(descriptor: Descriptor): number {
  return descriptor.time.chunkLength * valuesPerStep(descriptor);
}

/** What one object of a chunk covers. */
export interface Region {
  readonly array: ArraySpec;
  /** Its place in the grid of its array's chunks. */
  readonly coordinates: readonly number[];
  /** For each dimension of the array the first index, and one past the last. */
  readonly region: readonly (readonly [first: number, end: number])[];
}

/** The parts of all arrays that a chunk of the dataset consists of: of each array one, with whole grids. */
export function regionsOf({ time, dimensions, arrays }: Descriptor, chunk: number): Region[] {
  const first = chunk * time.chunkLength;
  const grid = dimensions.map(({ count }) => [0, count] as const);
  return arrays.map((array) => ({
    array,
    coordinates: [chunk, ...dimensions.map(() => 0)],
    region: [[first, first + time.chunkLength], ...grid],
  }));
}

/** `count` values, all of them `fill`. */
export function filledValues(dtype: DataType, count: number, fill: number): Values {
  const values = new arrayTypes[dtype](count);
  return fill === 0 ? values : values.fill(fill);
}

/** The bytes of `values`, little endian as every machine is that this runs on. Not copied. */
export function bytesOf(values: Values | BigInt64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
