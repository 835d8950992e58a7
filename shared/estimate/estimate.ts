import type { Assumptions } from "./assumptions.ts";
import { together } from "./calls.ts";
import { type Dollars, keepingDollars, type Usage, usageTimes, workDollars } from "./costs.ts";
import { type Shape, storedBytes } from "./shape.ts";
import { type Simulated, simulate } from "./simulation.ts";
import { type Cause, causes, type Deployment, type Work } from "./world.ts";

/** How long work takes in the cloud, and what it costs. */
export interface Estimate extends Simulated {
  readonly usage: Usage;
  /** GiB of an instance of `extend`; undefined if no size that is offered holds a chunk. */
  readonly extendGib: number | undefined;
  /** What workers spend most of their time on. */
  readonly boundBy: Cause;
  readonly dollars: Dollars;
}

const hoursPerMonth = 730;
const daysPerMonth = hoursPerMonth / 24;

/** The same seed gives the same estimate. */
export function estimate(work: Work, deployment: Deployment, assumptions: Assumptions, seed = 1): Estimate {
  const simulated = simulate(work, deployment, assumptions, seed);
  const extendGib = extendGibOf(deployment.shape, assumptions);
  const usage = usageOf(simulated, work, extendGib ?? Number.NaN, assumptions);
  const { spent } = simulated;
  return {
    ...simulated,
    usage,
    extendGib,
    boundBy: causes.reduce((most, cause) => (spent[cause] > spent[most] ? cause : most)),
    dollars: workDollars(usage, assumptions),
  };
}

/** What a dataset of so many timesteps costs in a month in which it grows by the hour, and nothing fails. */
export function estimateMonth(steps: number, deployment: Deployment, assumptions: Assumptions): Dollars {
  const { shape } = deployment;
  const { operation, sizes, failures } = assumptions;
  const { chunkLength, stepMs, stepsPerGranule } = shape;
  const steady = { ...assumptions, failures: { ...failures, store: 0, ledger: 0, transfer: 0, granule: 0 } };
  const granules = (hoursPerMonth * 3_600_000) / (stepMs * stepsPerGranule);
  const ticks = hoursPerMonth * operation.ticksPerHour;
  const newsTicks = Math.min(ticks, granules);
  // The last chunk is half full, on average.
  const visibleSteps = Math.floor(steps / chunkLength) * chunkLength + Math.floor(chunkLength / 2);
  const tick = (batches: number, batchGranules: number): Usage => {
    const work = { batches, granules: batchGranules, visibleSteps, isUsual: true };
    return estimate(work, deployment, steady).usage;
  };
  const quiet = usageTimes(ticks - newsTicks, tick(0, 0));
  const news = usageTimes(newsTicks, tick(1, Math.max(1, Math.round(granules / newsTicks))));
  const used: Usage = {
    requests: quiet.requests + news.requests,
    vCpuSeconds: quiet.vCpuSeconds + news.vCpuSeconds,
    gibSeconds: quiet.gibSeconds + news.gibSeconds,
    calls: together(quiet.calls, news.calls),
    granules: quiet.granules + news.granules,
  };
  const replaced = (newsTicks / daysPerMonth) * operation.softDeleteDays;
  const kept = {
    stored: storedBytes(shape, assumptions, steps),
    softDeleted: (replaced * storedBytes(shape, assumptions, chunkLength)) / 2,
    inLedger: steps * sizes.ledgerBytesPerStep,
  };
  return { ...workDollars(used, steady), ...keepingDollars(kept, steady) };
}

/** The smallest instance that holds what a worker needs. */
function extendGibOf(shape: Shape, assumptions: Assumptions): number | undefined {
  const { processMib, aheadMib, granulesInMemory, usableShare, extendGibs } = assumptions.instance;
  const { chunkLength, granuleBytes, stepsPerGranule, stepBytes, inflatedBytes } = shape;
  const objects = 2 * storedBytes(shape, assumptions, chunkLength);
  const ahead = Math.min(aheadMib * 2 ** 20, (chunkLength / stepsPerGranule) * granuleBytes);
  const values = granulesInMemory * inflatedBytes + 2 * stepBytes;
  const mib = processMib + (objects + ahead + values) / 2 ** 20;
  return extendGibs.find((gib) => mib <= usableShare * gib * 1024);
}

function usageOf(
  simulated: Simulated,
  { granules }: Work,
  extendGib: number,
  { instance }: Assumptions,
): Usage {
  const { requests, extendMs, planMs, calls } = simulated;
  return {
    requests,
    vCpuSeconds: (extendMs + planMs) / 1000,
    gibSeconds: (extendMs * extendGib + planMs * instance.planGib) / 1000,
    calls,
    granules,
  };
}
