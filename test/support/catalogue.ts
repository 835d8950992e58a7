import { openDatasets, shippedDirectory } from "../../functions/runtime/datasets/datasets.ts";

/** The datasets that ship. */
export const { datasets: catalogue } = await openDatasets(shippedDirectory);
