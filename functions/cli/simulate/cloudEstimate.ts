import type { Descriptor } from "../../../shared/dataset/dataset.ts";
import { type Deployment, shapeOf } from "../../../shared/estimate/shape.ts";
import { defaultLimits } from "../../../shared/pipeline/wiring.ts";
import { connectionsPerInstance } from "../../runtime/cloud.ts";
import { cloudCommitEveryMs } from "../../runtime/wiring.ts";

/** How terraform would deploy that dataset alone, for an estimate with granules of so many bytes. */
export function cloudDeployment(descriptor: Descriptor, granuleBytes: number): Deployment {
  return {
    shape: shapeOf(descriptor, granuleBytes),
    workers: descriptor.updates.batchesMax,
    connections: connectionsPerInstance(descriptor),
    pace: { ...defaultLimits, commitEveryMs: cloudCommitEveryMs },
  };
}
