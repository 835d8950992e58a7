import { SourceError } from "../errors.ts";
import { updateRecord } from "../ledger/lease.ts";
import { chunkKey } from "../ledger/ledger.ts";
import { emptyChunk, type StepRecord, withSteps } from "../ledger/records.ts";
import { planMessage } from "../queue/messages.ts";
import type { ExtendMessage } from "../queue/queue.ts";
import { stepsOfChunk, timeInChunk } from "../zarr/chunkGrid.ts";
import { type CommitOutcome, commit } from "./commit.ts";
import { createFanOut } from "./fanOut.ts";
import { createLive, type LiveDataset, openLive } from "./live.ts";
import { type Range, type Survey, totalsOf } from "./round.ts";
import { survey } from "./survey.ts";
import type { Wiring } from "./wiring.ts";

export interface PlanOutcome {
  /** Batches that were sent. */
  readonly batches: number;
  readonly settled: number;
  readonly leasedUntil: number | undefined;
  readonly continues: boolean;
  readonly committed: CommitOutcome;
}

/**
 * One round of a plan: creates the dataset if need be, sends one message per batch, settles gaps whose patience is over,
 * commits what any worker left unsaid, and sends itself a continuation where the limits or the time ended the round.
 * Throws `DriftError`, `SourceError`, `StorageError`, `ContentionError`; whatever it did till then stands.
 */
export async function plan(wiring: Wiring, range: Range, signal: AbortSignal): Promise<PlanOutcome> {
  const { dataset, queue, report } = wiring;
  const live = (await openLive(wiring, signal)) ?? (await createLive(wiring, signal));
  const found = await survey(wiring, live, range, signal).catch(async (error: unknown) => {
    // What is recorded already is told to readers all the same, whatever the provider does.
    if (error instanceof SourceError) await commit(wiring, signal);
    throw error;
  });
  const fanOut = createFanOut(wiring, found.batches);
  // Settled first: what then changes in the record of a chunk that was sent is its worker's doing.
  await settle(wiring, found.settlements);
  await fanOut.sendNow();
  const totals = totalsOf(found);
  report({ event: "planned", dataset: dataset.id, ...totals, continues: found.next !== undefined });
  const committed = await commit(wiring, signal);
  const unsent = await fanOut.sendRest(signal);
  for (const next of continuationsOf(live, found, unsent)) {
    await queue.publish("plan", [planMessage(dataset.id, { ...next, force: range.force })]);
    report({ event: "continued", dataset: dataset.id, ...next });
  }
  return {
    batches: found.batches.length - unsent.length,
    settled: totals.settled,
    leasedUntil: totals.leasedUntil,
    continues: found.next !== undefined || unsent.length > 0,
    committed,
  };
}

/**
 * Where the next rounds go on: each run of batches that were not sent, up to one that was, lest a plan that forces sends that
 * again; and where the survey ended. What was due for another try, outside of the window, still is due at the next plan.
 */
function continuationsOf(
  { dataset }: LiveDataset,
  { batches, window, next }: Survey,
  unsent: readonly ExtendMessage[],
): NonNullable<Survey["next"]>[] {
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
  return runs;
}

/** Records steps that need no worker, unless a worker was quicker. */
async function settle({ dataset, ledger }: Wiring, settlements: Survey["settlements"]): Promise<void> {
  for (const [chunk, steps] of settlements) {
    await updateRecord(ledger, chunkKey(dataset.id, chunk), emptyChunk(chunk), (record) => {
      const standing = [...steps].filter(([offset, { before }]) => isSame(record.steps[offset], before));
      if (standing.length === 0) return undefined;
      const told = standing.some(([, { before, after }]) => isNews(before, after));
      return withSteps(record, new Map(standing.map(([offset, { after }]) => [offset, after])), told);
    });
  }
}

function isSame(recorded: StepRecord | undefined, before: StepRecord | undefined): boolean {
  return JSON.stringify(recorded) === JSON.stringify(before);
}

/** Whether readers have to be told, by their statuses or by the list of what is failing. */
function isNews(before: StepRecord | undefined, after: StepRecord): boolean {
  return before?.status !== after.status || (before.failed === null) !== (after.failed === null);
}
