import { parseInstant } from "../../shared/dataset/timeAxis.ts";
import { ContentionError } from "../../shared/errors.ts";
import { commit } from "../../shared/pipeline/commit/commit.ts";
import type { PipelineEvent } from "../../shared/pipeline/events.ts";
import { extend } from "../../shared/pipeline/extend/extend.ts";
import { type Matching, matchedTogether, nothingAsked } from "../../shared/pipeline/matching.ts";
import { type PlanOutcome, plan } from "../../shared/pipeline/plan/plan.ts";
import type { Range } from "../../shared/pipeline/plan/scan.ts";
import { planMessage } from "../../shared/queue/planMessage.ts";
import type { PlanMessage } from "../../shared/queue/queue.ts";
import type { LocalWiring } from "./wiring.ts";

/** Rounds that may make progress one after the other; a provider that changes every file all the time ends here. */
const roundsMax = 1000;
/** How long to wait before looking again while others work: each look lists the provider, so ever longer. */
const lookAgain = { firstMs: 1000, longestMs: 30_000 };

export interface RunOutcome {
  readonly taken: number;
  /** Timesteps whose last try in this run failed. */
  readonly failed: number;
  readonly matching: Matching;
  /** Whether there is a dataset, at the latest now. */
  readonly isThere: boolean;
}

/**
 * Plans and works on this machine until nothing is pending that is not another's, and what others hold is done too.
 * Throws what the stages throw; what was recorded till then stands, and the next run goes on from there.
 */
export async function runUntilCurrent(
  wiring: LocalWiring,
  range: Range,
  signal: AbortSignal,
): Promise<RunOutcome> {
  const failing = new Set<number>();
  const counting: LocalWiring = {
    ...wiring,
    report(event) {
      if (event.event === "granuleFailed" && event.status !== "pending")
        for (const time of event.times) failing.add(time);
      if (event.event === "granule") for (const time of event.times) failing.delete(time);
      wiring.report(event);
    },
  };
  let taken = 0;
  let matching = nothingAsked;
  let waits = 0;
  const forced = new Set<number>();
  for (let round = 0, { force } = range; round < roundsMax; ) {
    const done = await runRound(counting, { ...range, force }, forced, signal);
    taken += done.taken;
    matching = matchedTogether(matching, done.matching);
    force &&= done.leftChunks;
    if (done.progressed) {
      round++;
      waits = 0;
    } else if (done.waitUntil === undefined) {
      return { taken, failed: failing.size, matching, isThere: done.isThere };
    } else {
      const leftMs = Math.max(0, done.waitUntil - wiring.now()) + 1;
      wiring.report(waiting(wiring, "others", done.waitUntil));
      const patienceMs = Math.min(lookAgain.longestMs, lookAgain.firstMs * 2 ** waits++);
      await wiring.wait(Math.min(patienceMs, leftMs), signal);
    }
  }
  throw new ContentionError(
    `${wiring.descriptor.id}: after ${roundsMax} rounds there still is something new; run again to go on`,
  );
}

/** What a run tells before it waits. */
export function waiting(
  { descriptor }: LocalWiring,
  waitsFor: "listing" | "others" | "nextLook",
  until: number | undefined,
): PipelineEvent {
  return { event: "waiting", dataset: descriptor.id, waitsFor, until };
}

interface RoundOutcome {
  readonly taken: number;
  readonly matching: Matching;
  readonly isThere: boolean;
  /** Something was ingested or resolved, so another plan may find more. What failed has its next try later. */
  readonly progressed: boolean;
  /** Others hold chunks that were to be worked on. */
  readonly leftChunks: boolean;
  /** When a lease that others hold ends. */
  readonly waitUntil: number | undefined;
}

/**
 * One plan with its continuations, and all batches that it sends. `forced` are the chunks that a forced plan of this run
 * was done with: another forced plan, for what others held, leaves them alone.
 */
async function runRound(
  wiring: LocalWiring,
  range: Range,
  forced: Set<number>,
  signal: AbortSignal,
): Promise<RoundOutcome> {
  let taken = 0;
  let matching = nothingAsked;
  let isThere = false;
  let progressed = false;
  let leftChunks = false;
  let waitUntil: number | undefined;
  const wait = (until: number | undefined) => {
    if (until !== undefined) waitUntil = Math.min(waitUntil ?? until, until);
  };
  let isCommitLeft = false;
  const afterPlan = ({ settled, leasedUntil, committed, matching: found, ...planned }: PlanOutcome) => {
    matching = matchedTogether(matching, found);
    isThere ||= planned.isThere;
    progressed ||= settled > 0;
    leftChunks ||= leasedUntil !== undefined;
    wait(leasedUntil);
    isCommitLeft ||= committed.outcome === "left";
  };
  wiring.report(waiting(wiring, "listing", undefined));
  await wiring.queue.publish("plan", [planMessage(wiring.descriptor.id, range)], signal);
  await wiring.queue.run(
    {
      plan: async (message) => afterPlan(await plan(wiring, rangeOf(message), signal)),
      extend: async (message) => {
        if (range.force && forced.has(message.chunk)) return;
        const batch = await extend(wiring, message, signal);
        taken += batch.taken;
        if (batch.outcome === "extended") {
          // Where a chunk was cleared of what a dead worker left, gaps can be resolved now.
          progressed ||= batch.taken > 0 || message.steps.length === 0;
          if (range.force) forced.add(message.chunk);
        } else {
          leftChunks = true;
          wait(wiring.now() + lookAgain.firstMs);
        }
      },
    },
    wiring.descriptor.updates.batchesMax,
    signal,
  );
  if (isCommitLeft) {
    // To another of this run, mostly, and all of those have ended.
    const committed = await commit(wiring, signal);
    if (committed.outcome === "left") wait(committed.heldUntil);
  }
  return { taken, matching, isThere, progressed, leftChunks, waitUntil };
}

/** A person's range may begin and end between two timesteps. */
function rangeOf({ from, to, force = false }: PlanMessage): Range {
  const instant = (text: string | undefined) => (text === undefined ? undefined : parseInstant(text));
  const [first, last] = [instant(from), instant(to)];
  return {
    ...(first === undefined ? {} : { from: first }),
    ...(last === undefined ? {} : { to: last }),
    force,
  };
}
