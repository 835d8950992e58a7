import pMap from "p-map";
import { openPair } from "../../archive/pair.ts";
import { createStored, initialStored, type StoredDataset } from "../../archive/stored.ts";
import { stepsOfChunk, timeInChunk } from "../../dataset/chunkGrid.ts";
import { reasonOf, SourceError } from "../../errors.ts";
import { updateRecord } from "../../ledger/lease.ts";
import { chunkRecordKey } from "../../ledger/ledger.ts";
import { emptyChunk, type StepRecord, withSteps } from "../../ledger/records.ts";
import { planMessage } from "../../queue/planMessage.ts";
import type { ExtendMessage } from "../../queue/queue.ts";
import { type CommitOutcome, commit } from "../commit/commit.ts";
import { isUnmatched, type Matching, unmatchedText } from "../matching.ts";
import { callsAtOnceMax, type Wiring } from "../wiring.ts";
import { diff } from "./diff.ts";
import { emptyWindowText } from "./emptyWindow.ts";
import { fanOut } from "./fanOut.ts";
import { takePlanLease } from "./planLease.ts";
import { type Diff, type GapResolution, isUsual, type Range, totalsOf } from "./scan.ts";

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
  const turn = usesPlanLease ? await takePlanLease(wiring, range.turn, signal) : undefined;
  let isTransferred = false;
  try {
    const lookedAt = wiring.now();
    const { continuations, ...outcome } = await planRound(
      wiring,
      existing,
      range,
      !usesPlanLease || turn !== undefined,
      signal,
    );
    if (continuations.length > 0) await turn?.transfer(signal);
    for (const next of continuations) {
      const rest = { ...next, force: range.force, ...(turn && { turn: turn.name }) };
      await wiring.queue.publish("plan", [planMessage(wiring.descriptor.id, rest)], signal);
      isTransferred = true;
      wiring.report({ event: "continued", dataset: wiring.descriptor.id, ...next });
    }
    const done = { ...outcome, continues: isTransferred };
    if (!outcome.isThere) return { ...done, committed: { outcome: "done", length: 0 } };
    const { directories, matched } = outcome.matching;
    const unmatched = unmatchedText(outcome.matching) ?? null;
    // Where somebody asked for a range, nothing may well be there, and the provider be sound.
    const tells = isUsual(range) || (matched > 0 && unmatched === null);
    const look = { at: lookedAt, ...(tells && { unmatched }) };
    const hasLooked = directories > 0 || unmatched !== null;
    return { ...done, committed: await commit(wiring, signal, hasLooked ? look : undefined) };
  } finally {
    if (!isTransferred) await turn?.end();
  }
}

type Sent = Omit<PlanOutcome, "continues" | "committed"> & {
  readonly continuations: readonly Window[];
};
type Window = NonNullable<Diff["next"]>;

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
  const settled = isThere ? await resolveGaps(wiring, found.resolutions, signal) : 0;
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
  const compare = (stored: StoredDataset) =>
    diff(wiring, stored, range, signal).catch(async (error: unknown) => {
      // What is recorded already is told to readers all the same, whatever the provider does, and what it does.
      if (existing && error instanceof SourceError)
        await commit(wiring, signal, { at: wiring.now(), fault: reasonOf(error) });
      throw error;
    });
  const initial = existing ?? initialStored(wiring);
  const found = await compare(initial);
  if (existing) return { opened: existing, found, isThere: true };
  const isInVain = isUnmatched(found.matching) || (found.window === undefined && !isUsual(range));
  if (isInVain && found.batches.length === 0) return { opened: initial, found, isThere: false };
  const opened = await createStored(wiring, signal);
  // Who creates it at the same time may have it begin elsewhere.
  const isAsExpected = opened.dataset.time.start === initial.dataset.time.start;
  return { opened, found: isAsExpected ? found : await compare(opened), isThere: true };
}

/**
 * Where the next round goes on: at the first batch that was not sent, else where the diff ended. A plan that forces goes on
 * with each run of batches that were not sent by itself, lest it sends those between them again. What was due for another
 * try, outside of the window, still is due at the next plan.
 */
function continuationsOf(
  { dataset }: StoredDataset,
  { batches, window, next }: Diff,
  unsent: readonly ExtendMessage[],
  force: boolean,
): Window[] {
  const runs: { from: number; to: number }[] = [];
  let isOpen = false;
  for (const batch of batches.toSorted((a, b) => a.chunk - b.chunk)) {
    const first = timeInChunk(dataset, batch.chunk, 0);
    const last = timeInChunk(dataset, batch.chunk, stepsOfChunk(dataset, batch.chunk) - 1);
    if (!window || last < window.from || first > window.to) continue;
    const [from, to] = [Math.max(first, window.from), Math.min(last, window.to)];
    const run = isOpen ? runs.at(-1) : undefined;
    isOpen = unsent.includes(batch);
    if (isOpen && run) run.to = to;
    else if (isOpen) runs.push({ from, to });
  }
  const run = isOpen ? runs.at(-1) : undefined;
  if (window && run) run.to = window.to;
  else if (next) runs.push(next);
  const [first, last] = [runs[0], runs.at(-1)];
  return first && last && !force ? [{ from: first.from, to: last.to }] : runs;
}

/**
 * Records steps that need no worker, unless a worker was quicker. Where one works on the chunk, or left it in the middle of its work, it
 * may have put what is to be called a gap: that waits until it is recorded, or cleared. What is not begun when the plan is late,
 * or is more than the limit, is the next plan's. Returns the number of steps recorded.
 */
async function resolveGaps(
  { descriptor, ledger, limits, late }: Wiring,
  resolutions: Diff["resolutions"],
  signal: AbortSignal,
): Promise<number> {
  let settled = 0;
  async function resolveIn([chunk, steps]: readonly [
    number,
    ReadonlyMap<number, GapResolution>,
  ]): Promise<void> {
    if (late.aborted) return;
    let count = 0;
    await updateRecord(ledger, chunkRecordKey(descriptor.id, chunk), emptyChunk(chunk), signal, (record) => {
      const existing = [...steps].filter(
        ([offset, { before }]) =>
          isSame(record.steps[offset], before) && (before !== undefined || record.lease === null),
      );
      count = existing.length;
      if (count === 0) return undefined;
      const told = existing.some(([, { before, after }]) => isNews(before, after));
      return withSteps(record, new Map(existing.map(([offset, { after }]) => [offset, after])), told);
    });
    settled += count;
  }
  const some = [...resolutions].slice(0, limits.planResolvedChunksMax);
  await pMap(some, resolveIn, { concurrency: callsAtOnceMax, signal });
  return settled;
}

function isSame(recorded: StepRecord | undefined, before: StepRecord | undefined): boolean {
  return JSON.stringify(recorded) === JSON.stringify(before);
}

/** Whether readers have to be told, by their statuses or by the list of what is failing. */
function isNews(before: StepRecord | undefined, after: StepRecord): boolean {
  return before?.status !== after.status || (before.failed === null) !== (after.failed === null);
}
