import { trmm3b42rt } from "../../shared/dataset/catalogue/trmm-3b42rt.ts";
import type { Dataset } from "../../shared/dataset/dataset.ts";
import { tinyDataset } from "../support/tinyDataset.ts";

/** As many batches at once as there are workers in these tests, and connections for all of them and a plan. */
export const workersMax = 4;
const connectionsMax = 2 * (workersMax + 1);

/** 3B42RT as it is, but for the number of workers. */
export const trmm: Dataset = {
  ...trmm3b42rt,
  source: { ...trmm3b42rt.source, connectionsMax },
  growth: { ...trmm3b42rt.growth, batchesMax: workersMax },
};

/** Timesteps of a tiny dataset: 30 chunks of 4. */
export const tinySteps = 120;

/** Tiny datasets, one for each test of its own. */
export const tinyIds = ["turmoil", "backfill", "forced", "revised", "killed", "large", "refused"] as const;

export function tinyCloudDataset(id: (typeof tinyIds)[number]): Dataset {
  return tinyDataset({ id, end: tinySteps - 1, batchesMax: workersMax, connectionsMax });
}

export const cloudDatasets: readonly Dataset[] = [trmm, ...tinyIds.map(tinyCloudDataset)];
