import { UsageError } from "../errors.ts";
import { airTemperature } from "./air-temperature.ts";
import type { Dataset } from "./dataset.ts";
import { trmm3b42rt } from "./trmm-3b42rt.ts";

/** Every dataset that this build knows. */
export const catalogue: readonly Dataset[] = [airTemperature, trmm3b42rt];

/** The dataset of that id. Throws a `UsageError` that lists those there are. */
export function datasetById(id: string, known: readonly Dataset[] = catalogue): Dataset {
  const dataset = known.find((candidate) => candidate.id === id);
  if (dataset) return dataset;
  throw new UsageError([`there is no dataset "${id}"; there are: ${known.map((one) => one.id).join(", ")}`]);
}
