import { openPair } from "../../archive/pair.ts";
import { createStored, initialStored, type StoredDataset } from "../../archive/stored.ts";
import { reasonOf, SourceError } from "../../errors.ts";
import { planMessage } from "../../queue/planMessage.ts";
import type { ProviderOutcome } from "../../status/summary.ts";
import { type CommitOutcome, commit } from "../commit/commit.ts";
import { takeCommitLease } from "../commit/commitLease.ts";
import { isUnmatched, type Matching, unmatchedText } from "../matching.ts";
import type { Wiring } from "../wiring.ts";
import { continuationsOf, type Window } from "./continuations.ts";
import { diff } from "./diff.ts";
import { emptyWindowText } from "./emptyWindow.ts";
import { fanOut } from "./fanOut.ts";
import { takePlanLease } from "./planLease.ts";
import { resolveGaps } from "./resolveGaps.ts";
import { isUsual, type Range, totalsOf } from "./scan.ts";

export interface PlanOutcome {
  /** Batches that were sent. */
  readonly batches: number;
  readonly settled: number;
  readonly leasedUntil: number | undefined;
  readonly continues: boolean;
  readonly committed: CommitOutcome;
  readonly matching: Matching;
  /** Whether there is a dataset, at the latest now. */
  readonly isThere: boolean;
}

/**
 * One round of a plan: creates the dataset if need be, unless the provider cannot be reached, nothing matches what it looks for,
 * or the range that somebody asked for holds no timestep;
 * resolves gaps whose patience is over, sends one message per batch, sends itself a continuation where the limits or the time
 * ended the round, and commits what any worker left unsaid. Where batches are paced, plans of the usual window take turns:
 * without the turn a plan sends nothing. Throws `DriftError`, `PairError` before anything is written, `SourceError`,
 * `StorageError`, `ContentionError`; whatever it did till then stands.
 */
export async function plan(wiring: Wiring, range: Range, signal: AbortSignal): Promise<PlanOutcome> {
  const existing = await openPair(wiring, signal);
  const usesPlanLease = wiring.limits.batchesInFlightMax < Number.POSITIVE_INFINITY && isUsual(range);
  const lease = usesPlanLease ? await takePlanLease(wiring, range.turn, signal) : undefined;
  const maySend = !usesPlanLease || lease !== undefined;
  const lookedAt = wiring.now();
  let isTransferred = false;
  try {
    const sent = await planRound(wiring, existing, range, maySend, signal).catch((error: unknown) => {
      // What is recorded already is published all the same, and that the provider could not be asked.
      if (existing && error instanceof SourceError) return error;
      throw error;
    });
    const isRefused = sent instanceof SourceError;
    if (!isRefused && sent.continuations.length > 0) await lease?.transfer(signal);
    for (const next of isRefused ? [] : sent.continuations) {
      const rest = { ...next, force: range.force, ...(lease && { turn: lease.name }) };
      await wiring.queue.publish("plan", [planMessage(wiring.descriptor.id, rest)], signal);
      isTransferred = true;
      wiring.report({ event: "continued", dataset: wiring.descriptor.id, ...next });
    }
    const isThere = isRefused || sent.isThere;
    const look = isRefused
      ? { at: wiring.now(), fault: reasonOf(sent) }
      : lookOf(sent.matching, range, lookedAt);
    const committed: CommitOutcome = isThere
      ? await commit(wiring, signal, look)
      : { outcome: "done", length: 0 };
    if (isRefused) throw sent;
    const { continuations, ...outcome } = sent;
    return { ...outcome, continues: isTransferred, committed };
  } finally {
    if (!isTransferred) await lease?.end();
  }
}

/** What came of looking at the provider, for readers of the status; `undefined` where nothing was asked. */
function lookOf(matching: Matching, range: Range, at: number): ProviderOutcome | undefined {
  const unmatched = unmatchedText(matching) ?? null;
  if (matching.asked === 0 && unmatched === null) return undefined;
  // Where somebody asked for a range, nothing may well be there, and the provider be sound.
  const says = isUsual(range) || (matching.matched > 0 && unmatched === null);
  return { at, ...(says && { unmatched }) };
}

type Sent = Omit<PlanOutcome, "continues" | "committed"> & {
  readonly continuations: readonly Window[];
};

async function planRound(
  wiring: Wiring,
  existing: StoredDataset | undefined,
  range: Range,
  maySend: boolean,
  signal: AbortSignal,
): Promise<Sent> {
  const { opened, found, isThere } = await diffOrCreate(wiring, existing, range, signal);
  const totals = totalsOf(found);
  const { descriptor } = wiring;
  const { matching } = found;
  // Resolved first: what then changes in the record of a chunk that was sent is its worker's doing.
  const settled = isThere ? await resolveGaps(wiring, opened, found.resolutions, signal) : 0;
  const continues = maySend && found.next !== undefined;
  const told = { ...totals, ...matching, settled, continues, isLeft: !maySend };
  wiring.report({ event: "planned", dataset: descriptor.id, ...told });
  const reason = unmatchedText(matching);
  if (reason !== undefined) wiring.report({ event: "unmatched", dataset: descriptor.id, reason });
  const empty = emptyWindowText(opened, range, wiring.asOf());
  if (empty !== undefined) wiring.report({ event: "emptyWindow", dataset: descriptor.id, reason: empty });
  const common = { settled, leasedUntil: totals.leasedUntil, matching, isThere };
  if (!maySend) return { ...common, batches: 0, continuations: [] };
  const unsent = await fanOut(wiring, found.batches, signal);
  const continuations = continuationsOf(opened, found, unsent, range.force);
  return { ...common, batches: found.batches.length - unsent.length, continuations };
}

/**
 * Compares what the provider has with the ledger, and creates the dataset if there is none. But where the provider cannot be reached,
 * or granules should be there and nothing matches what was looked for, nothing is created: the base URL, the paths or the start
 * may be wrong. So may a range that holds no timestep; the usual window may lie before anything is expected.
 */
async function diffOrCreate(
  wiring: Wiring,
  existing: StoredDataset | undefined,
  range: Range,
  signal: AbortSignal,
) {
  const compare = (stored: StoredDataset) => diff(wiring, stored, range, signal);
  const initial = existing ?? initialStored(wiring);
  const found = await compare(initial);
  if (existing) return { opened: existing, found, isThere: true };
  const isInVain = isUnmatched(found.matching) || (found.window === undefined && !isUsual(range));
  if (isInVain && found.batches.length === 0) return { opened: initial, found, isThere: false };
  const opened = await create(wiring, signal);
  // Who creates it at the same time may have it begin elsewhere.
  const isAsExpected = opened.dataset.time.start === initial.dataset.time.start;
  return { opened, found: isAsExpected ? found : await compare(opened), isThere: true };
}

/**
 * Creates the dataset under the commit lease: by that a removal sees it. Where another has the lease this goes on all the same:
 * creating twice is creating once. Throws a `StorageError` while the dataset of before is being removed.
 */
async function create(wiring: Wiring, signal: AbortSignal): Promise<StoredDataset> {
  const lease = await takeCommitLease(wiring, signal);
  if ("heldUntil" in lease) return createStored(wiring, signal);
  try {
    return await createStored(wiring, signal);
  } finally {
    await lease.abandon();
    await lease.stop();
  }
}
