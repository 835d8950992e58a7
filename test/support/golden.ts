import { resolve } from "node:path";
import { openDatasets, shippedDirectory } from "../../functions/runtime/datasets/datasets.ts";
import { goldenPath } from "../../functions/runtime/datasets/goldenFiles.ts";
import { goldenBytes } from "../../shared/archive/golden.ts";
import type { Generated } from "./generated.ts";

export interface Golden extends Generated {
  readonly id: string;
}

/** The datasets that ship, and the one that a new repository has. */
const directories = [
  shippedDirectory,
  resolve(import.meta.dirname, "../../functions/cli/init/template/datasets"),
];

async function goldensIn(directory: string): Promise<readonly Golden[]> {
  const { datasets } = await openDatasets(directory);
  return datasets.map((descriptor) => ({
    id: descriptor.id,
    path: goldenPath(directory, descriptor.id),
    bytes: () => goldenBytes(descriptor),
  }));
}

/** Their golden metadata, as `accrete check --update` would write them. */
export const goldens: readonly Golden[] = (await Promise.all(directories.map(goldensIn))).flat();
