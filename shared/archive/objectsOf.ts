import { regionsOf } from "../dataset/chunkGrid.ts";
import type { Descriptor } from "../dataset/dataset.ts";
import type { ArraySpec } from "../dataset/descriptor.ts";
import { groupKey } from "../zarr/layout.ts";
import { formatOf } from "./formatOf.ts";

/** One of the objects that hold a chunk of the dataset. */
export interface ChunkObject {
  readonly array: ArraySpec;
  /** In the store. */
  readonly key: string;
  /** By which the ledger's record of the chunk keeps its generation: the array's own name, as it has one object a chunk. */
  readonly name: string;
  /** What it covers of its array: for each dimension the first index, and one past the last. */
  readonly region: readonly (readonly [first: number, end: number])[];
}

/** The objects of a chunk, whether they are there or not. */
export function objectsOf(descriptor: Descriptor, chunk: number): readonly ChunkObject[] {
  const { keys } = formatOf(descriptor);
  return regionsOf(descriptor, chunk).map(({ array, coordinates, region }) => {
    const key = groupKey(descriptor.id, keys.chunk(array.name, coordinates));
    return { array, key, name: array.name, region };
  });
}
