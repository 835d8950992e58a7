import type { Assumptions } from "./assumptions.ts";
import type { Calls } from "./calls.ts";
import type { Process } from "./clock.ts";
import { createCommits } from "./commits.ts";
import { createFleet } from "./fleet.ts";
import { type Plans, planAll } from "./plans.ts";
import { type Cause, createWorld, type Deployment, type Work } from "./world.ts";

/** What some work came to on the virtual clock, which begins when somebody asks for it. */
export interface Simulated {
  /** Until readers see all that was taken in at the first try, and until nothing is tried again any more. */
  readonly toldMs: number;
  readonly endMs: number;
  readonly calls: Calls;
  /** Instances of `extend`, and what they and that of `plan` were busy. */
  readonly instances: number;
  readonly extendMs: number;
  readonly planMs: number;
  readonly requests: number;
  readonly providerBytes: number;
  /** Connections to the provider at the same time, with those of a plan. */
  readonly connectionsPeak: number;
  readonly commits: number;
  /** The shortest time between two commits. */
  readonly commitsApartMs: number;
  /** Milliseconds of workers by what they went by with, until all was told. */
  readonly spent: Readonly<Record<Cause, number>>;
}

/**
 * Plays work on a virtual clock: phases of plans, batches and commits, not single calls. The same seed gives the
 * same. Two simplifications: instances stay warm once started, and a committer goes on for as long as there is
 * something to tell.
 */
export function simulate(
  work: Work,
  deployment: Deployment,
  assumptions: Assumptions,
  seed: number,
): Simulated {
  const world = createWorld(work, deployment, assumptions, seed);
  const { clock, provider, spent, workers, connections } = world;
  const commits = createCommits(world);
  const fleet = createFleet(world, commits);
  let plans: Plans = { rounds: 0, busyMs: 0 };
  function* begin(): Process {
    plans = yield* planAll(world, fleet, commits);
  }
  clock.start(begin());
  clock.run();
  const { toldAt, publications, apartMs } = commits;
  const busy = Object.values(spent).reduce((sum, ms) => sum + ms, 0);
  return {
    toldMs: work.batches === 0 ? clock.now : toldAt,
    endMs: clock.now,
    calls: world.calls,
    instances: fleet.instances,
    extendMs: fleet.busyMs,
    planMs: plans.busyMs,
    requests: fleet.requests + plans.rounds,
    providerBytes: provider.bytes,
    connectionsPeak: (provider.peak + 1) * connections,
    commits: publications,
    commitsApartMs: apartMs,
    spent: { ...spent, idle: Math.max(0, workers * toldAt - busy) },
  };
}
