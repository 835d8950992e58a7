import trmm3b42rt from "../../shared/dataset/catalogue/trmm-3b42rt.ts";
import type { Descriptor } from "../../shared/dataset/dataset.ts";
import { playsAll } from "../support/sample.ts";
import { tinyDataset } from "../support/tinyDataset.ts";

/** As many batches at once as there are workers in these tests, and connections for all of them and a plan. */
export const workersMax = 4;
const connectionsMax = 2 * (workersMax + 1);

/** 3B42RT as it is, but for the number of workers. */
export const trmm: Descriptor = {
  ...trmm3b42rt,
  source: { ...trmm3b42rt.source, connectionsMax },
  updates: { ...trmm3b42rt.updates, batchesMax: workersMax },
};

/** Timesteps of a tiny dataset, in chunks of 4. */
export const tinyStepsWhole = 120;
/** Of those that a sample has less of. The functions' processes must be told by `ACCRETE_ALL` too. */
const tinyStepsPlayed = playsAll ? tinyStepsWhole : 48;

/** Tiny datasets, one for each test of its own. */
export const tinyIds = ["turmoil", "backfill", "forced", "revised", "killed", "large", "refused"] as const;

export type TinyId = (typeof tinyIds)[number];

/** Turmoil needs many messages to meddle with, and a large range is one that takes long. */
export const tinySteps = (id: TinyId) =>
  id === "turmoil" || id === "large" ? tinyStepsWhole : tinyStepsPlayed;

export function tinyCloudDataset(id: TinyId): Descriptor {
  return tinyDataset({ id, end: tinySteps(id) - 1, batchesMax: workersMax, connectionsMax });
}

export const cloudDatasets: readonly Descriptor[] = [trmm, ...tinyIds.map(tinyCloudDataset)];
