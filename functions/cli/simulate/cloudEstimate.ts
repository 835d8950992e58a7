import type { Descriptor } from "../../../shared/dataset/dataset.ts";
import { type Deployment, shapeOf } from "../../../shared/estimate/shape.ts";
import { defaultLimits } from "../../../shared/pipeline/wiring.ts";
import { connectionsPerInstance } from "../../runtime/cloud.ts";
import { cloudCommitEveryMs } from "../../runtime/wiring.ts";

/** How terraform would deploy that dataset alone, for an estimate with granules of so many bytes. */
export function cloudDeployment(dataset: Descriptor, granuleBytes: number): Deployment {
  return {
    shape: shapeOf(dataset, granuleBytes),
    workers: dataset.updates.batchesMax,
    connections: connectionsPerInstance(dataset),
    pace: { ...defaultLimits, commitEveryMs: cloudCommitEveryMs },
  };
}
