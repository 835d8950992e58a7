import type { Assumptions } from "./assumptions.ts";
import { type Calls, callsOf, changeCalls, roundsOf, times, together } from "./calls.ts";
import { basicMs, batchTimes, odds, publicationMs, scanMs } from "./durations.ts";
import type { Deployment, Work } from "./shape.ts";

/**
 * What a worker spends its time on, and so what bounds the whole: the provider's bandwidth, what its own connections
 * carry, or, where granules are so small that they carry little, answers to requests on them; computing, waiting for answers of store
 * and ledger, for commits, and for something to do.
 */
export const causes = ["provider", "connections", "requests", "compute", "calls", "commits", "idle"] as const;
export type Cause = (typeof causes)[number];

/** What work comes to, on average. */
export interface Course {
  /** From the request until readers see all that is ingested at the first try. */
  readonly wallMs: number;
  /** Milliseconds that the instances of `extend`, and that of `plan`, are busy. */
  readonly extendMs: number;
  readonly planMs: number;
  readonly requests: number;
  readonly commits: number;
  readonly calls: Calls;
  /** Milliseconds of workers. */
  readonly spent: Readonly<Record<Cause, number>>;
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);

/**
 * A worker has its batch recorded after `workMs`; a plan, which looks every `lookMs`, sends another with the next look. A
 * publication takes `publishMs`, and begins at least `commitEveryMs` after the one before has ended. So of W workers a batch
 * comes every
 *
 *     max((workMs + publishMs) / W, whole looks / W, min(publishMs + commitEveryMs, workMs / (W - 1)))
 *
 * where each worker publishes its own batch or, if they come too close for that, one of them does nothing but publish for
 * all; and no faster than the provider sends its bytes.
 */
function paceOf(work: Work, deployment: Deployment, assumptions: Assumptions) {
  const { workers, pace } = deployment;
  const { ledger, queue } = assumptions;
  const { changeMs } = basicMs(assumptions);
  const batch = batchTimes(work, deployment, assumptions);
  const ingestMs = Math.max(batch.connectionsMs, batch.computeMs, batch.providerMs);
  const workMs = batch.callsMs + ingestMs;
  const publishMs = publicationMs(work, deployment, 1, assumptions);
  const spacingMs = publishMs + pace.commitEveryMs;
  const lookMs = pace.batchLookMs + 2 * ledger.readMs + queue.publishMs;
  const looksMs = Math.ceil((workMs + queue.deliveryMs) / lookMs) * lookMs;
  const aloneMs = Math.max(workMs + publishMs, looksMs) / workers;
  const workersMs = Math.max(aloneMs, Math.min(spacingMs, (workMs + changeMs) / (workers - 1)));
  const apartMs = Math.max(workersMs, batch.providerMs);

  const commits = aloneMs === workersMs ? publishMs : workers * workersMs - workMs;
  const idle = Math.max(0, workers * workersMs - workMs - commits);
  const each = { provider: 0, connections: 0, requests: 0, compute: 0, calls: batch.callsMs, commits, idle };
  const isProvider = batch.providerMs === Math.max(workersMs, batch.providerMs);
  const carrying = 2 * batch.requestsMs > batch.connectionsMs ? "requests" : "connections";
  const slowest = batch.connectionsMs > batch.computeMs ? carrying : "compute";
  each[isProvider || batch.providerMs === ingestMs ? "provider" : slowest] += ingestMs;
  each.provider += workers * (apartMs - workersMs);
  const heldMs = workMs + workers * (apartMs - workersMs);
  return { ...batch, workMs, heldMs, publishMs, spacingMs, lookMs, workersMs, apartMs, each };
}

/** How work goes: plans send batches at the pace of the workers; who ends while one gives way to the next waits. */
export function courseOf(work: Work, deployment: Deployment, assumptions: Assumptions): Course {
  const { shape, workers } = deployment;
  const { batches, granules, isUsual } = work;
  const { ledger, queue, store, instance, failures } = assumptions;
  const { changeMs, openMs } = basicMs(assumptions);
  const pace = paceOf(work, deployment, assumptions);
  const { workMs, apartMs, each } = pace;

  const rounds = roundsOf(work, deployment, Math.ceil(instance.planLateMs / apartMs));
  const [firstMs = 0, ...laterMs] = rounds.map((round) => scanMs(round, deployment, assumptions));
  const waitedMs = laterMs.map((ms) => (ms < workMs ? ms ** 2 / workMs / 2 : ms - workMs / 2));
  const turns = Math.floor(Math.max(0, batches - 1) / workers);
  const workedMs = turns * workers * pace.workersMs + sum(waitedMs);
  const sentMs = instance.coldStartMs + firstMs + Math.max(workedMs, turns * workers * pace.providerMs);
  const startMs = 2 * ledger.readMs + queue.publishMs + queue.deliveryMs + instance.coldStartMs;
  const lastMs = Math.max(workMs, pace.callsMs + (batches - turns * workers) * pace.providerMs);
  const overviewMs = isUsual ? changeMs + openMs + store.readMs : 0;
  const planMs = sentMs + publicationMs(work, deployment, 0, assumptions) + overviewMs;
  const wallMs = batches === 0 ? planMs : sentMs + startMs + lastMs + pace.publishMs;

  const { spacingMs } = pace;
  const commits = apartMs < spacingMs ? Math.ceil((batches * apartMs) / spacingMs) : batches;
  const batchGranules = granules / Math.max(1, batches);
  const failed = batches * (1 - (1 - failures.granule) ** batchGranules);
  /** Of all the time: what passes until a granule is tried again. Until the first is, ever more are failing. */
  const retry = Math.min(1, shape.retryFirstMs / wallMs);
  const failing = Math.round(failed * retry * (1 - retry / 2));
  const again = 1 + repeats(failures.granule, batchGranules);
  const planned = rounds.map((round) => ({ ...round, lookReads: lookReads(round.batches, workers, pace) }));
  const renewals = times(batches * Math.floor(pace.heldMs / (deployment.pace.chunkLeaseMs / 3)), changeCalls);
  const calls = together(callsOf(work, deployment, planned, commits, failing), renewals);
  const asked = (count: number, rate = 0) => Math.round(count * again * (1 + odds(rate)));
  return {
    wallMs,
    extendMs:
      batches * again * (sum(Object.values(each)) - each.idle) +
      Math.min(workers, batches) * instance.coldStartMs,
    planMs,
    requests: rounds.length + Math.round(batches * again),
    commits,
    calls: {
      storeReads: asked(calls.storeReads, failures.store),
      storePuts: asked(calls.storePuts, failures.store),
      ledgerReads: asked(calls.ledgerReads, failures.ledger),
      ledgerWrites: asked(calls.ledgerWrites, failures.ledger),
      messages: asked(calls.messages),
    },
    spent: Object.fromEntries(causes.map((cause) => [cause, batches * each[cause]])) as Record<Cause, number>,
  };
}

/** Records that a plan of so many batches reads while it waits: of those that are held, and of those that it does not see held. */
function lookReads(sent: number, workers: number, pace: ReturnType<typeof paceOf>): number {
  if (sent === 0) return 0;
  const looks = 1 + (Math.floor((sent - 1) / workers) * workers * pace.apartMs) / pace.lookMs;
  const held = Math.max(1, Math.min(workers, pace.heldMs / pace.apartMs));
  return Math.round(looks * held) + (pace.workMs < pace.lookMs ? Math.max(0, sent - workers) : 0);
}

/** How often a batch of so many granules is sent again because some failed, each at that rate whenever it is tried. */
function repeats(rate: number, granules: number): number {
  let expected = 0;
  for (let failing = rate; failing > 1e-9; failing *= rate) expected += 1 - (1 - failing) ** granules;
  return expected;
}
