import { ContentionError } from "../../errors.ts";
import type { ProviderOutcome } from "../../status/summary.ts";
import type { Wiring } from "../wiring.ts";
import { type CommitLease, takeCommitLease } from "./commitLease.ts";
import { publish } from "./publication.ts";

/** Rounds of one committer, each of which tells something or finds that more came in. */
const roundsMax = 1000;

/**
 * `left`: another committer was at it and has been asked to look again; `heldUntil` is when its lease ends. `unfinished`: time
 * ran out while more came in; the next commit tells it.
 */
export type CommitOutcome =
  | { readonly outcome: "done" | "unfinished"; readonly length: number }
  | { readonly outcome: "left"; readonly heldUntil: number };

/**
 * Tells readers what the ledger holds (group commit). One committer works at a time; who finds the lease held sets `dirty`
 * and goes, and the holder looks again before it releases it, so that a thousand workers cause a handful of commits.
 * `look` is what came of looking at the provider, if that is why somebody commits: it is told in the status.
 * The lease only saves work: a holder that wakes up late is stopped by the generations of what it would overwrite.
 * Throws a `ContentionError` when others were quicker as often as the limit allows; the next commit does the rest. Throws a
 * `PairError`, with nothing written but the lease, which it gives back.
 */
export async function commit(
  wiring: Wiring,
  signal: AbortSignal,
  look?: ProviderOutcome,
): Promise<CommitOutcome> {
  const lease = await takeCommitLease(wiring, signal);
  if ("heldUntil" in lease) return { outcome: "left", heldUntil: lease.heldUntil };
  try {
    return await publishAll(wiring, lease, look, signal);
  } catch (error) {
    await lease.abandon();
    throw error;
  } finally {
    await lease.stop();
  }
}

/** Publishes until nothing is left to tell, and releases the lease. */
async function publishAll(
  wiring: Wiring,
  lease: CommitLease,
  look: ProviderOutcome | undefined,
  signal: AbortSignal,
): Promise<CommitOutcome> {
  const { descriptor, limits, late } = wiring;
  let last = lease.record;
  for (let races = 0, rounds = 0; races < limits.racesMax && rounds < roundsMax; rounds++) {
    await throttle(wiring, last.committedAt, signal);
    const publication = await publish(wiring, last, look, signal);
    if (publication.outcome === "raced") {
      races++;
      continue;
    }
    const { state, more, outcome } = publication;
    const { length, commitSeq, identity = null } = state;
    const committedAt = outcome === "published" ? wiring.now() : undefined;
    const finished = await lease.finish({ length, commitSeq, identity, committedAt }, more, signal);
    if (!finished.isKept) return { outcome: "done", length };
    if (late.aborted) {
      await lease.release(signal);
      return { outcome: "unfinished", length };
    }
    last = finished.record;
  }
  throw new ContentionError(
    `committing ${descriptor.id}: others were quicker, ${limits.racesMax} times or for ${roundsMax} rounds`,
  );
}

/**
 * Waits until the last commit is as long ago as the store needs it to be: it takes so many writes to one object, whoever
 * makes them. What others record meanwhile is told in the same commit.
 */
async function throttle(
  { limits, now, wait }: Wiring,
  committedAt: number | null,
  signal: AbortSignal,
): Promise<void> {
  const leftMs = committedAt === null ? 0 : committedAt + limits.commitEveryMs - now();
  if (leftMs > 0) await wait(Math.min(leftMs, limits.commitEveryMs), signal);
}
