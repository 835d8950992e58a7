import { SourceError } from "../errors.ts";
import { updateRecord } from "../ledger/lease.ts";
import { chunkKey } from "../ledger/ledger.ts";
import { emptyChunk, type StepRecord, withSteps } from "../ledger/records.ts";
import { planMessage } from "../queue/messages.ts";
import type { ExtendMessage } from "../queue/queue.ts";
import { timeInChunk } from "../zarr/chunkGrid.ts";
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
  const fanOut = createFanOut(wiring, found.batches, found.leases.keys());
  await fanOut.sendNow();
  await settle(wiring, found.settlements);
  const totals = totalsOf(found);
  report({ event: "planned", dataset: dataset.id, ...totals, continues: found.next !== undefined });
  const committed = await commit(wiring, signal);
  const unsent = await fanOut.sendRest(signal);
  const next = continuationOf(live, found, unsent);
  if (next) {
    await queue.publish("plan", [planMessage(dataset.id, { ...next, force: range.force })]);
    report({ event: "continued", dataset: dataset.id, ...next });
  }
  return {
    batches: found.batches.length - unsent.length,
    settled: totals.settled,
    leasedUntil: totals.leasedUntil,
    continues: next !== undefined,
    committed,
  };
}

/**
 * Where the next round goes on: at the first chunk of the window that was not sent, else where the survey ended. What was
 * due for another try, outside of the window, still is due at the next plan.
 */
function continuationOf(
  { dataset }: LiveDataset,
  { window, next }: Survey,
  unsent: readonly ExtendMessage[],
): Survey["next"] {
  const starts = unsent.map(({ chunk }) => timeInChunk(dataset, chunk, 0));
  const within = starts.filter(
    (start) => window && start + dataset.time.stepMs * dataset.time.chunkLength > window.from,
  );
  if (!window || within.length === 0) return next;
  return { from: Math.max(window.from, Math.min(...within)), to: window.to };
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
