import { hourMs, tinyDataset, tinyTime } from "../support/tinyDataset.ts";

/** The dataset that is soaked: hourly, and an hour passes each second. */
export const soakDataset = tinyDataset({ chunkLength: 10, batchesMax: 2, connectionsMax: 6 });

/** Hours since the first timestep, in a soak that began at `began` (milliseconds since 1970 UTC). */
export function soakHours(began: number): number {
  return (Date.now() - began) / 1000;
}

/** The instant as which the provider is judged then. */
export function soakAsOf(began: number): () => number {
  return () => tinyTime(0) + soakHours(began) * hourMs;
}
