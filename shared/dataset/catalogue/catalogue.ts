import { UsageError } from "../../errors.ts";
import type { Descriptor } from "../dataset.ts";
import { type DescriptorFile, loadDatasets } from "../loadDatasets.ts";

const files: readonly DescriptorFile[] = [
  ["air-temperature", () => import("./air-temperature.ts")],
  ["trmm-3b42rt", () => import("./trmm-3b42rt.ts")],
];
const loaded = await loadDatasets(files);

/** Every dataset that this build knows. */
export const catalogue: readonly Descriptor[] = loaded.datasets;

/** What is wrong with those that it would know besides, by their ids. */
export const faultyDatasets = loaded.faulty;

/**
 * The dataset of that id. Throws a `DescriptorError` if its descriptor is faulty, a `UsageError` that lists those there are
 * if there is none.
 */
export function datasetById(
  id: string,
  known: readonly Descriptor[] = catalogue,
  faulty: typeof faultyDatasets = faultyDatasets,
): Descriptor {
  const dataset = known.find((candidate) => candidate.id === id);
  if (dataset) return dataset;
  const fault = faulty.get(id);
  if (fault) throw fault;
  throw new UsageError([`there is no dataset "${id}"; there are: ${known.map((one) => one.id).join(", ")}`]);
}
