import type { Assumptions } from "./assumptions.ts";
import { type Bandwidth, createBandwidth } from "./bandwidth.ts";
import { addTo, type Calls, noCalls } from "./calls.ts";
import { createChance, type Luck } from "./chance.ts";
import { createClock, type Process, type VirtualClock } from "./clock.ts";
import type { Shape } from "./shape.ts";

/** What is to be taken in: batches of chunks in a row, the first beginning at the end of what is visible. */
export interface Work {
  readonly batches: number;
  /** Over all batches, which have as many each as can be. */
  readonly granules: number;
  /** Timesteps that are there already. */
  readonly visibleSteps: number;
  /**
   * By the plans of the usual window, which take turns and look at the revision window again; else by one of a range.
   */
  readonly isUsual: boolean;
}

/** Limits of the stages, as they are named there. */
export interface CommitPace {
  readonly planBatchesMax: number;
  readonly planDirectoriesMax: number;
  readonly planStepsMax: number;
  readonly batchLookMs: number;
  readonly granulesInFlightMax: number;
  readonly arraysInFlightMax: number;
  readonly commitEveryMs: number;
  readonly commitChunksMax: number;
  readonly chunkLeaseMs: number;
  readonly commitLeaseMs: number;
}

export interface Deployment {
  readonly shape: Shape;
  /** Batches at once, and instances of `extend`. */
  readonly workers: number;
  /** Of each instance to the provider. */
  readonly connections: number;
  readonly pace: CommitPace;
}

/**
 * What a worker spends its time on, and so what bounds the whole: the provider's bandwidth, what its own connections
 * carry, computing, waiting for answers of store and ledger, for the ledger to take a write, for commits, and for
 * something to do.
 */
export const causes = ["provider", "connections", "compute", "calls", "ledger", "commits", "idle"] as const;
export type Cause = (typeof causes)[number];

/** What the parts of a simulation have in common. */
export interface World extends Deployment {
  readonly work: Work;
  readonly assumptions: Assumptions;
  readonly clock: VirtualClock;
  /** Whether transfers break off, and granules fail. */
  readonly luck: { readonly transfer: Luck; readonly granule: Luck };
  readonly provider: Bandwidth;
  /** Milliseconds of workers. */
  readonly spent: Record<Cause, number>;
  /** Calls so far, those that were made again included. */
  readonly calls: Calls;
  /** Makes these calls, which take so long if none fails; a worker's waiting counts as spent on `calls`. */
  perform(calls: Partial<Calls>, ms: number, isWorkers?: boolean): Process;
  /** Prolongs a lease that was held for so long, three times in its length. */
  renew(heldMs: number, leaseMs: number): Process;
}

export function createWorld(
  work: Work,
  deployment: Deployment,
  assumptions: Assumptions,
  seed: number,
): World {
  const { failures, ledger } = assumptions;
  const clock = createClock();
  const luckOf = createChance(seed);
  const luck = { store: luckOf(failures.store), ledger: luckOf(failures.ledger) };
  const spent = Object.fromEntries(causes.map((cause) => [cause, 0])) as Record<Cause, number>;
  const calls = { ...noCalls };
  let ledgerFreeAt = 0;

  /** Those of the calls that fail are made again, until none does. */
  function again(calls: number, fails: Luck): number {
    let repeated = 0;
    for (let left = fails(calls); left > 0; left = fails(left)) repeated += left;
    return repeated;
  }

  /** How long the ledger lets these writes wait. */
  function ledgerWaitMs(writes: number): number {
    const perSecond = ledger.writesPerSecond * ledger.growth ** Math.floor(clock.now / ledger.growthEveryMs);
    const freeAt = Math.max(ledgerFreeAt, clock.now);
    ledgerFreeAt = freeAt + (writes / perSecond) * 1000;
    return freeAt - clock.now;
  }

  function* perform(made: Partial<Calls>, ms: number, isWorkers = false): Process {
    const repeated: Calls = {
      storeReads: again(made.storeReads ?? 0, luck.store),
      storePuts: again(made.storePuts ?? 0, luck.store),
      ledgerReads: again(made.ledgerReads ?? 0, luck.ledger),
      ledgerWrites: again(made.ledgerWrites ?? 0, luck.ledger),
      messages: 0,
    };
    const { storeReads, storePuts, ledgerReads, ledgerWrites } = repeated;
    const lostMs = failures.againMs * (storeReads + storePuts + ledgerReads + ledgerWrites);
    const waitMs = ledgerWaitMs((made.ledgerWrites ?? 0) + ledgerWrites);
    addTo(calls, made);
    addTo(calls, repeated);
    if (isWorkers) {
      spent.calls += ms + lostMs;
      spent.ledger += waitMs;
    }
    yield ms + lostMs + waitMs;
  }

  return {
    ...deployment,
    work,
    assumptions,
    clock,
    luck: { transfer: luckOf(failures.transfer), granule: luckOf(failures.granule) },
    provider: createBandwidth(clock, assumptions.provider.bytesPerSecond),
    spent,
    calls,
    perform,
    *renew(heldMs, leaseMs) {
      const times = Math.floor(heldMs / (leaseMs / 3));
      if (times > 0) yield* perform({ ledgerReads: times, ledgerWrites: times }, 0);
    },
  };
}
