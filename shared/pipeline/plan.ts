import { formatInstant } from "../dataset/timeAxis.ts";
import { SourceError } from "../errors.ts";
import { updateRecord } from "../ledger/lease.ts";
import { chunkKey } from "../ledger/ledger.ts";
import { emptyChunk, type StepRecord, withSteps } from "../ledger/records.ts";
import { type CommitOutcome, commit } from "./commit.ts";
import { createLive, openLive } from "./live.ts";
import { type Survey, totalsOf } from "./round.ts";
import { type Range, survey } from "./survey.ts";
import type { Wiring } from "./wiring.ts";

export interface PlanOutcome {
  readonly batches: number;
  readonly settled: number;
  readonly leasedUntil: number | undefined;
  readonly continues: boolean;
  readonly committed: CommitOutcome;
}

/**
 * One round of a plan: creates the dataset if need be, sends one message per batch, settles gaps whose patience is over,
 * sends itself a continuation where the limits ended the round, and commits what any worker left unsaid.
 * Throws `DriftError`, `SourceError`, `StorageError`, `ContentionError`; whatever it did till then stands.
 */
export async function plan(wiring: Wiring, range: Range, signal: AbortSignal): Promise<PlanOutcome> {
  const live = (await openLive(wiring, signal)) ?? (await createLive(wiring, signal));
  const found = await survey(wiring, live, range, signal).catch(async (error: unknown) => {
    // What is recorded already is told to readers all the same, whatever the provider does.
    if (error instanceof SourceError) await commit(wiring, signal);
    throw error;
  });
  await wiring.queue.publish("extend", found.batches);
  await settle(wiring, found.settlements);
  const { leasedUntil, next } = found;
  const planned = { ...totalsOf(found), leasedUntil, continues: next !== undefined };
  wiring.report({ event: "planned", dataset: wiring.dataset.id, ...planned });
  if (next) {
    const { from, to } = next;
    const continuation = {
      dataset: wiring.dataset.id,
      from: formatInstant(from),
      to: formatInstant(to),
      force: range.force,
    };
    await wiring.queue.publish("plan", [continuation]);
  }
  const committed = await commit(wiring, signal);
  return {
    batches: found.batches.length,
    settled: found.settlements.size,
    leasedUntil,
    continues: next !== undefined,
    committed,
  };
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
