import type { StoredDataset } from "../../archive/stored.ts";
import { stepsOfChunk, timeInChunk } from "../../dataset/chunkGrid.ts";
import type { ExtendMessage } from "../../queue/queue.ts";
import type { Diff } from "./scan.ts";

/** The first and the last timestep that another plan is to compare. */
export type Window = NonNullable<Diff["next"]>;

/**
 * Where the next round goes on: at the first batch that was not sent, else where the diff ended. A plan that forces goes on
 * with each run of batches that were not sent by itself, so that it does not send those between them again. What was due for another
 * try, outside of the window, still is due at the next plan.
 */
export function continuationsOf(
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
