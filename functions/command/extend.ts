import type { Command } from "commander";
import { ContentionError, SourceError, StorageError, UsageError } from "../../shared/errors.ts";
import type { Range } from "../../shared/pipeline/round.ts";
import { counted } from "../format.ts";
import { runUntilSettled } from "../localRun.ts";
import type { TypedSettings } from "../settings.ts";
import { closing, type LocalWiring, localWiring } from "../wiring.ts";
import { exitCodes, explain, stopSignal } from "./exit.ts";
import { rangeOf, settingsOf, withRangeOptions } from "./options.ts";
import { createProgress } from "./progress.ts";

/** How often `--watch` looks: a twelfth of the time between two timesteps, within these bounds. */
const watch = { partOfStep: 12, shortestMs: 10_000, longestMs: 300_000 };

/** `accrete extend`: plan and work until nothing is pending. */
export function addExtend(program: Command): void {
  withRangeOptions(program.command("extend"))
    .description("take in what is pending")
    .option("--force", "take in again what is already there")
    .option("--watch", "go on, and look again for new granules")
    .action(async (id: string, typed: TypedSettings & { force?: true; watch?: true }) => {
      const settings = settingsOf(id, typed);
      if (typed.watch && settings.asOf !== undefined) {
        throw new UsageError(["--watch follows the clock and --now stops it: leave out one of them"]);
      }
      const progress = createProgress(process.stdout);
      const signal = stopSignal();
      try {
        const range = rangeOf(settings, typed.force ?? false);
        const { taken, failed } = await closing(localWiring(id, settings, progress.report), (wiring) =>
          typed.watch
            ? runForEver(wiring, range, settings.watchMs, signal)
            : runUntilSettled(wiring, range, signal),
        );
        progress.end();
        process.stdout.write(
          `${id}: ${counted(taken, "timestep")} taken in, ${failed} failed; in ${settings.store.text}/${id}.zarr\n`,
        );
        process.exitCode = failed > 0 ? exitCodes.someFailed : exitCodes.settled;
      } finally {
        progress.end();
      }
    });
}

/** What fails now, for a dead server or because others are quicker, may work the next time. */
async function runForEver(
  wiring: LocalWiring,
  range: Range,
  watchMs: number | undefined,
  signal: AbortSignal,
): Promise<never> {
  const { stepMs } = wiring.dataset.time;
  const suitsMs = Math.min(watch.longestMs, Math.max(watch.shortestMs, stepMs / watch.partOfStep));
  for (let { force } = range; ; force = false) {
    try {
      await runUntilSettled(wiring, { ...range, force }, signal);
    } catch (error) {
      if (!mayPass(error)) throw error;
      explain(error);
    }
    await wiring.wait(watchMs ?? suitsMs, signal);
  }
}

function mayPass(error: unknown): boolean {
  return error instanceof SourceError || error instanceof StorageError || error instanceof ContentionError;
}
