import type { Assumptions } from "./assumptions.ts";
import { type Dollars, keepingDollars, type Usage, workDollars } from "./costs.ts";
import { type Cause, type Course, causes, courseOf } from "./course.ts";
import { type Deployment, type Shape, storedBytes, type Work } from "./shape.ts";

/** How long work takes in the cloud, and what it costs. */
export interface Estimate extends Course {
  readonly usage: Usage;
  /** GiB of an instance of `extend`; undefined if no size that is offered holds a chunk. */
  readonly extendGib: number | undefined;
  /** What workers spend most of their time on. */
  readonly boundBy: Cause;
  readonly dollars: Dollars;
}

const hoursPerMonth = 730;

export function estimate(work: Work, deployment: Deployment, assumptions: Assumptions): Estimate {
  const course = courseOf(work, deployment, assumptions);
  const { requests, extendMs, planMs, calls, spent } = course;
  const extendGib = extendGibOf(deployment.shape, assumptions);
  const usage: Usage = {
    requests,
    vCpuSeconds: (extendMs + planMs) / 1000,
    gibSeconds: (extendMs * (extendGib ?? Number.NaN) + planMs * assumptions.instance.planGib) / 1000,
    calls,
    granules: work.granules,
  };
  const boundBy = causes.reduce((most, cause) => (spent[cause] > spent[most] ? cause : most));
  return { ...course, usage, extendGib, boundBy, dollars: workDollars(usage, assumptions) };
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
  const tick = (batches: number, news: number) =>
    estimate({ batches, granules: news, visibleSteps, isUsual: true }, deployment, steady).dollars;
  const [quiet, news] = [tick(0, 0), tick(1, Math.max(1, Math.round(granules / newsTicks)))];
  const worked = Object.entries(quiet).map(([what, each]) => [
    what,
    (ticks - newsTicks) * each + newsTicks * (news[what] ?? 0),
  ]);
  const replaced = (newsTicks / hoursPerMonth) * 24 * operation.softDeleteDays;
  const kept = {
    stored: storedBytes(shape, assumptions, steps),
    softDeleted: (replaced * storedBytes(shape, assumptions, chunkLength)) / 2,
    inLedger: steps * sizes.ledgerBytesPerStep,
  };
  return { ...Object.fromEntries(worked), ...keepingDollars(kept, assumptions) };
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
