import type { Descriptor } from "../../shared/dataset/dataset.ts";

/** What bounds a deployment of one dataset, from its descriptor. */
export interface DatasetLimits {
  /** Connections that its provider grants to everybody together. */
  readonly connectionsMax: number;
  /** Batches that may be worked on at once. */
  readonly batchesMax: number;
}

/** The limits of each dataset by its id, for terraform: it knows no descriptor, and must not exceed one. */
export function datasetLimits(datasets: readonly Descriptor[]): Readonly<Record<string, DatasetLimits>> {
  const sorted = datasets.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return Object.fromEntries(
    sorted.map(({ id, source: { connectionsMax }, updates: { batchesMax } }) => [
      id,
      { connectionsMax, batchesMax },
    ]),
  );
}
