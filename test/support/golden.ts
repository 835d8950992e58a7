import { shippedDirectory } from "../../functions/runtime/datasets/datasets.ts";
import { goldenPath } from "../../functions/runtime/datasets/goldenFiles.ts";
import { goldenBytes } from "../../shared/archive/golden.ts";
import { catalogue } from "./catalogue.ts";
import type { Generated } from "./generated.ts";

export interface Golden extends Generated {
  readonly id: string;
}

/** The golden metadata of the datasets that ship, as `accrete check --update` would write them. */
export const goldens: readonly Golden[] = catalogue.map((descriptor) => ({
  id: descriptor.id,
  path: goldenPath(shippedDirectory, descriptor.id),
  bytes: () => goldenBytes(descriptor),
}));
