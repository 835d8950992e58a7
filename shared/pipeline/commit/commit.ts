import { ContentionError } from "../../errors.ts";
import {
  isHeldBy,
  isHeldByOther,
  leaseFrom,
  renewalsPerLease,
  updateHeld,
  updateRecord,
} from "../../ledger/lease.ts";
import { datasetRecordKey } from "../../ledger/ledger.ts";
import { type DatasetRecord, emptyDataset } from "../../ledger/records.ts";
import type { ProviderOutcome } from "../../status/summary.ts";
import type { Wiring } from "../wiring.ts";
import { type Publication, publish } from "./publication.ts";

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
 * and goes, and the holder looks again before it lets go, so that a thousand workers cause a handful of commits.
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
  const { limits, newId } = wiring;
  const holder = newId();
  const releaseAtOnce = () =>
    release(wiring, holder, AbortSignal.timeout(limits.releaseMs)).catch(() => undefined); // else it runs out by itself
  const existing = await takeOrMark(wiring, holder, signal).catch(async (error: unknown) => {
    await releaseAtOnce(); // it may be ours, though nobody heard
    throw error;
  });
  if (!isHeldBy(existing.lease, holder))
    return { outcome: "left", heldUntil: existing.lease?.expiresAt ?? 0 };
  const stop = wiring.repeat(limits.commitLeaseMs / renewalsPerLease, (until) =>
    prolong(wiring, holder, until),
  );
  try {
    return await publishAll(wiring, holder, existing, look, signal);
  } catch (error) {
    await releaseAtOnce();
    throw error;
  } finally {
    await stop();
  }
}

/** Publishes until nothing is left to tell, and releases the lease. */
async function publishAll(
  wiring: Wiring,
  holder: string,
  existing: DatasetRecord,
  look: ProviderOutcome | undefined,
  signal: AbortSignal,
): Promise<CommitOutcome> {
  const { descriptor, limits, late } = wiring;
  let last = existing;
  for (let races = 0, rounds = 0; races < limits.racesMax && rounds < roundsMax; rounds++) {
    await throttle(wiring, last.committedAt, signal);
    const publication = await publish(wiring, last, look, signal);
    if (publication.outcome === "raced") {
      races++;
      continue;
    }
    last = await releaseOrRepeat(wiring, holder, publication, signal);
    const { length } = publication.state;
    if (!isHeldBy(last.lease, holder)) return { outcome: "done", length };
    if (late.aborted) {
      await release(wiring, holder, signal);
      return { outcome: "unfinished", length };
    }
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

/** Takes the commit lease; where another has it, marks the record, once. */
function takeOrMark(wiring: Wiring, holder: string, signal: AbortSignal): Promise<DatasetRecord> {
  return updateRecord(
    wiring.ledger,
    datasetRecordKey(wiring.descriptor.id),
    emptyDataset,
    signal,
    (record) => {
      if (!isHeldByOther(record.lease, holder, wiring.now())) {
        return {
          ...record,
          lease: leaseFrom(wiring.now(), holder, wiring.limits.commitLeaseMs),
          dirty: false,
        };
      }
      return record.dirty ? undefined : { ...record, dirty: true };
    },
  );
}

/** Changes the dataset's record while the commit lease is ours; returns what stands afterwards. */
async function updateOurs(
  { descriptor, ledger }: Wiring,
  holder: string,
  signal: AbortSignal,
  change: (record: DatasetRecord) => DatasetRecord,
): Promise<DatasetRecord> {
  return (await updateHeld(ledger, datasetRecordKey(descriptor.id), emptyDataset, holder, signal, change))
    .record;
}

/** Releases the lease, or keeps it for another look if more came in meanwhile. */
function releaseOrRepeat(
  wiring: Wiring,
  holder: string,
  publication: Publication,
  signal: AbortSignal,
): Promise<DatasetRecord> {
  const { state, more, outcome } = publication;
  const { length, commitSeq, identity = null } = state;
  return updateOurs(wiring, holder, signal, ({ dirty, committedAt, ...record }) => ({
    ...record,
    identity,
    length,
    commitSeq,
    committedAt: outcome === "published" ? wiring.now() : committedAt,
    lease: dirty || more ? leaseFrom(wiring.now(), holder, wiring.limits.commitLeaseMs) : null,
    dirty: false,
  }));
}

function prolong(wiring: Wiring, holder: string, signal: AbortSignal): Promise<DatasetRecord> {
  return updateOurs(wiring, holder, signal, (record) => ({
    ...record,
    lease: leaseFrom(wiring.now(), holder, wiring.limits.commitLeaseMs),
  }));
}

function release(wiring: Wiring, holder: string, signal: AbortSignal): Promise<DatasetRecord> {
  return updateOurs(wiring, holder, signal, (record) => ({ ...record, lease: null }));
}
