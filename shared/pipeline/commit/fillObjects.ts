import pMap from "p-map";
import { createArrayEncoder, retainNothing } from "../../archive/arrayEncoder.ts";
import { type ChunkObject, objectsOf } from "../../archive/objectsOf.ts";
import { ABSENT } from "../../store/store.ts";
import { openChunkHeaders } from "../../zarr/layout.ts";
import { callsAtOnceMax, type DatasetWiring } from "../wiring.ts";

/**
 * Creates the objects of chunks that no granule was ever taken into, of fill alone. Zarr lets them be absent, but who may
 * read a bucket and not list it is told that an absent object is forbidden, which readers take for an error.
 *
 * It needs no lease, as it never replaces anything. Where an object stands the put is refused, and that one is the better;
 * a worker that found none is refused in its turn, and merges into this one.
 */
export async function createFillObjects(
  { dataset, store }: Pick<DatasetWiring, "dataset" | "store">,
  chunks: readonly number[],
  signal: AbortSignal,
): Promise<void> {
  if (chunks.length === 0) return;
  const objects = chunks.flatMap((chunk) => objectsOf(dataset, chunk));
  for (const array of dataset.arrays) {
    const bytes = await createArrayEncoder(dataset, array, retainNothing).finish();
    const create = ({ key }: ChunkObject) => store.put(key, bytes, ABSENT, openChunkHeaders, signal);
    const ofArray = objects.filter((object) => object.array === array);
    await pMap(ofArray, create, { concurrency: callsAtOnceMax, signal });
  }
}
