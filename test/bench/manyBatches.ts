import type { Dataset } from "../../shared/dataset/dataset.ts";
import { tinyDataset } from "../support/tinyDataset.ts";

export const workersMax = 8;
export const batches = 500;
export const chunkLength = 4;

/** Many batches of next to nothing: what is left is the cost of the protocol. */
export const manyBatches: Dataset = tinyDataset({
  id: "many",
  chunkLength,
  end: batches * chunkLength - 1,
  batchesMax: workersMax,
  connectionsMax: 2 * (workersMax + 1),
});
