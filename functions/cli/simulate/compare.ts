import { chunkLengthMax } from "../../../shared/dataset/check/timeFaults.ts";
import { UsageError } from "../../../shared/errors.ts";
import type { Assumptions } from "../../../shared/estimate/assumptions.ts";
import { type Dollars, totalOf } from "../../../shared/estimate/costs.ts";
import { type Estimate, estimate, estimateMonth } from "../../../shared/estimate/estimate.ts";
import { cloudDeployment } from "./cloudEstimate.ts";
import type { Scenario } from "./scenarios.ts";

/** One choice: the series ingested from nothing, and then a month. */
export interface Choice {
  readonly chunkLength: number;
  readonly workers: number;
  readonly batches: number;
  /** Whether the descriptor says so. */
  readonly isOwn: boolean;
  readonly backfill: Estimate;
  readonly month: Dollars;
}

/** A person's own choices, instead of the scenario's. */
export interface Wanted {
  readonly chunkLengths?: readonly number[] | undefined;
  readonly workers?: readonly number[] | undefined;
}

/** Every chunk length with every number of workers. Throws a `UsageError` for what cannot be deployed. */
export function compare(scenario: Scenario, wanted: Wanted, assumptions: Assumptions): Choice[] {
  const { dataset, timesteps, granuleBytes } = scenario;
  const { connectionsMax } = dataset.source;
  const chunkLengths = wanted.chunkLengths ?? scenario.chunkLengths;
  const workersOf = wanted.workers ?? scenario.workers;
  const faults = [
    ...workersOf
      .filter((count) => count >= connectionsMax)
      .map(
        (count) =>
          `--workers ${count}: ${dataset.id} has ${connectionsMax} connections, one of which a plan needs: at most ${connectionsMax - 1}`,
      ),
    ...chunkLengths
      .filter((length) => length > chunkLengthMax)
      .map((length) => `--chunk-length ${length}: at most ${chunkLengthMax}`),
  ];
  if (faults.length > 0) throw new UsageError(faults);

  return chunkLengths.flatMap((chunkLength) =>
    workersOf.map((workers) => {
      const varied = {
        ...dataset,
        time: { ...dataset.time, chunkLength },
        updates: { ...dataset.updates, batchesMax: workers },
      };
      const deployment = cloudDeployment(varied, granuleBytes);
      const batches = Math.ceil(timesteps / chunkLength);
      const granules = timesteps / dataset.source.stepsPerGranule;
      const work = { batches, granules, visibleSteps: 0, isUsual: false };
      return {
        chunkLength,
        workers,
        batches,
        isOwn: chunkLength === dataset.time.chunkLength && workers === dataset.updates.batchesMax,
        backfill: estimate(work, deployment, assumptions),
        month: estimateMonth(timesteps, deployment, assumptions),
      };
    }),
  );
}

export const dollarsOf = ({ backfill }: Choice): number => totalOf(backfill.dollars);
