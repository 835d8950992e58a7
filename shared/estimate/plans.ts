import { type Batch, openMs } from "./batches.ts";
import {
  changeCalls,
  lookCalls,
  openCalls,
  overviewCalls,
  recordsPerPage,
  sendCalls,
  surveyCalls,
} from "./calls.ts";
import type { Process } from "./clock.ts";
import type { Commits } from "./commits.ts";
import type { Fleet } from "./fleet.ts";
import type { World } from "./world.ts";

/** What the plans of a backfill, or of a schedule's tick, came to. */
export interface Plans {
  /** Each a request of its own. */
  readonly rounds: number;
  readonly busyMs: number;
}

/** Plans until all is sent: each round compares, sends batches as earlier ones end, and asks for the next. */
export function* planAll(world: World, fleet: Fleet, commits: Commits): Process<Plans> {
  const { work, shape, clock, perform, assumptions } = world;
  const { ledger, queue, instance } = assumptions;
  const changeMs = ledger.readMs + ledger.writeMs;
  let rounds = 0;
  let next = 0;
  yield instance.coldStartMs;
  do {
    const lateAt = clock.now + instance.planLateMs;
    rounds++;
    if (work.isUsual) yield* perform({ ...changeCalls, messages: 1 }, changeMs);
    else yield* perform({ messages: 1 }, 0);
    yield* perform(openCalls(shape), openMs(assumptions));
    const end = Math.min(work.batches, next + batchesPerRound(world));
    yield* survey(world, next, end);
    next = yield* fanOut(world, fleet, next, end, lateAt);
    if (work.isUsual) yield* perform(changeCalls, changeMs);
    if (next < work.batches) clock.start(commits.commit(true));
    else yield* commits.commit(true);
    if (work.isUsual) yield* perform(overviewCalls(shape), openMs(assumptions) + assumptions.store.readMs);
    if (next < work.batches) yield queue.deliveryMs;
  } while (next < work.batches);
  return { rounds, busyMs: clock.now };
}

/** The limits of one round, in batches. */
function batchesPerRound({ shape, pace }: World): number {
  const { chunkLength, directoriesPerStep } = shape;
  const listed = pace.planDirectoriesMax / (directoriesPerStep * chunkLength);
  const looked = pace.planStepsMax / chunkLength;
  return Math.max(1, Math.floor(Math.min(pace.planBatchesMax, listed, looked)));
}

/** Lists the provider and reads the ledger, from the revision window on if nobody asked for a range. */
function* survey(
  { work, shape, connections, assumptions, perform }: World,
  next: number,
  end: number,
): Process {
  const { ledger, provider } = assumptions;
  const chunkOf = (step: number) => Math.floor(step / shape.chunkLength);
  const { visibleSteps } = work;
  const isUsual = work.isUsual && next === 0;
  const batchChunk = chunkOf(visibleSteps) + next;
  const first = isUsual ? chunkOf(Math.max(0, visibleSteps - shape.revisedSteps)) : batchChunk;
  // A round ends at the first chunk that it has no room for.
  const beyond = chunkOf(visibleSteps) + end + (end < work.batches ? 1 : 0);
  const known = Math.max(0, chunkOf(visibleSteps - 1) + 1 - first);
  const chunks = Math.max(beyond - first, known);
  const directories = Math.ceil(chunks * shape.chunkLength * shape.directoriesPerStep);
  const listings = Math.ceil(directories / connections);
  const questions = Math.ceil(chunks / recordsPerPage) + (isUsual ? 3 : 0);
  const ms = listings * provider.listMs + questions * ledger.readMs;
  yield* perform(surveyCalls(chunks, known, isUsual), ms);
}

/**
 * Sends batches so that no more are in flight than there are workers, as far as the plan sees: what somebody holds,
 * and what it sent itself and nobody has begun. Returns the first that was not sent in time.
 */
function* fanOut(world: World, fleet: Fleet, first: number, end: number, lateAt: number): Process<number> {
  const { work, shape, workers, pace, clock, perform, assumptions } = world;
  const { ledger, queue } = assumptions;
  const unseen = new Set<Batch>();
  for (let next = first; next < end; ) {
    const looked = [...unseen].filter(({ state }) => state !== "held").length;
    for (const batch of unseen) if (batch.state !== "sent") unseen.delete(batch);
    let inFlight = fleet.held + unseen.size;
    yield* perform(lookCalls(fleet.held, looked), (1 + looked) * ledger.readMs);
    for (; next < end && inFlight < workers; inFlight++) {
      yield* perform(sendCalls, ledger.readMs + queue.publishMs);
      const isExisting = next === 0 && work.visibleSteps % shape.chunkLength > 0;
      const batch: Batch = { number: next, granules: granulesOf(world, next), isExisting, state: "sent" };
      fleet.send(batch);
      unseen.add(batch);
      next++;
    }
    if (next === end || clock.now >= lateAt) return next;
    yield pace.batchLookMs;
  }
  return end;
}

/** Granules are spread over batches as evenly as can be. */
function granulesOf({ work: { batches, granules } }: World, batch: number): number {
  const before = (count: number) => Math.floor((count * granules) / batches);
  return before(batch + 1) - before(batch);
}
