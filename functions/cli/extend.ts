import type { Command } from "commander";
import { openStored } from "../../shared/archive/stored.ts";
import { ContentionError, SourceError, StorageError, UsageError } from "../../shared/errors.ts";
import { isUnmatched, unmatchedText } from "../../shared/pipeline/matching.ts";
import type { Range } from "../../shared/pipeline/plan/scan.ts";
import { counted } from "../runtime/log/humanText.ts";
import { type RunOutcome, runUntilCurrent, waiting } from "../runtime/runUntilCurrent.ts";
import { headings } from "../runtime/settings/table.ts";
import { rangeOf, type TypedSettings } from "../runtime/settings.ts";
import { disposal, type LocalWiring, localWiring, processRuntime } from "../runtime/wiring.ts";
import { readChosen, withExamples, withOutputOptions, withRangeOptions, withSettings } from "./options.ts";
import { exitCodes, explain, stopSignal } from "./terminal/exit.ts";
import { createEventStream, createProgress } from "./terminal/progress.ts";

/** How often `--watch` looks: a twelfth of the time between two timesteps, within these bounds. */
const watch = { partOfStep: 12, shortestMs: 10_000, longestMs: 300_000 };

type TypedExtend = TypedSettings & { readonly watch?: true; readonly json?: true };

/** `accrete extend`: plan and work until nothing is pending. */
export function defineExtend(command: Command): void {
  command.optionsGroup(headings.task).option("--watch", "go on, and scan again and again for new granules");
  withExamples(
    withOutputOptions(
      withRangeOptions(withSettings(command, "force")),
      `one JSON object a line for each event, "done" the last`,
    ),
    [
      "accrete extend trmm-3b42rt --source ftp://user:password@host/path --start 2014-04-01",
      "begin a dataset in ./data, and ingest all that the provider has",
    ],
    ["accrete extend trmm-3b42rt --watch", "go on where it is, and keep it current until Ctrl-C"],
    [
      "accrete extend trmm-3b42rt --force --from 2014-04-01 --to 2014-04-02T21:00:00Z",
      "ingest two days again",
    ],
    ["accrete extend trmm-3b42rt --json | grep granule_failed", "only what failed, for a script"],
  ).action(run);
}

async function run(id: string, typed: TypedExtend): Promise<void> {
  const { descriptor, settings } = await readChosen(id, typed);
  if (typed.watch && settings.asOf !== undefined) {
    throw new UsageError(["--watch follows the clock and --now stops it: leave out one of them"]);
  }
  const clock = processRuntime(settings);
  const progress = typed.json
    ? createEventStream(process.stdout, clock)
    : createProgress(process.stdout, clock);
  const signal = stopSignal();
  const explainInBetween = (error: unknown) => {
    progress.end();
    explain(error, typed.json);
  };
  try {
    const range = rangeOf(settings);
    const outcome = await disposal(localWiring(descriptor, settings, progress.report), (wiring) =>
      typed.watch
        ? runForEver(wiring, range, settings.watchMs, explainInBetween, signal)
        : runUntilCurrent(wiring, range, signal),
    );
    progress.end();
    const place = `${settings.store.text}/${id}.zarr`;
    process.stdout.write(
      `${typed.json ? doneDocument(id, outcome, place, clock.now()) : doneLine(id, outcome, place)}\n`,
    );
    const isSettled = outcome.failed === 0 && unmatchedText(outcome.matching) === undefined;
    process.exitCode = isSettled ? exitCodes.settled : exitCodes.incomplete;
  } finally {
    progress.end();
  }
}

function doneLine(id: string, { taken, failed, matching, isThere }: RunOutcome, place: string): string {
  const there = isThere ? `in ${place}` : "nothing was created";
  const where = isUnmatched(matching) ? "nothing matches what was looked for" : there;
  return `${id}: ${counted(taken, "timestep")} ingested, ${failed} failed; ${where}`;
}

function doneDocument(dataset: string, outcome: RunOutcome, store: string, now: number): string {
  const { taken, failed, matching } = outcome;
  const unmatched = unmatchedText(matching) ?? null;
  const at = new Date(now).toISOString();
  return JSON.stringify({ event: "done", dataset, taken, failed, unmatched, store, at });
}

/**
 * What fails now, for a dead server or because others are quicker, may work the next time. Throws a `StorageError` once a dataset
 * that was there is gone: somebody removed it, and nobody asked for another.
 */
async function runForEver(
  wiring: LocalWiring,
  range: Range,
  watchMs: number | undefined,
  explainInBetween: (error: unknown) => void,
  signal: AbortSignal,
): Promise<never> {
  const { id, time } = wiring.descriptor;
  const suitsMs = Math.min(watch.longestMs, Math.max(watch.shortestMs, time.stepMs / watch.partOfStep));
  let wasThere = false;
  for (let { force } = range; ; force = false) {
    let isGone = false;
    try {
      const isThere = (await openStored(wiring, signal)) !== undefined;
      isGone = wasThere && !isThere;
      wasThere ||= isThere;
      if (!isGone)
        wasThere = (await runUntilCurrent(wiring, { ...range, force }, signal)).isThere || wasThere;
    } catch (error) {
      if (!mayPass(error)) throw error;
      explainInBetween(error);
    }
    if (isGone)
      throw new StorageError("extend", id, "the dataset was removed meanwhile; run again to begin it anew");
    const waitMs = watchMs ?? suitsMs;
    wiring.report(waiting(wiring, "nextLook", wiring.now() + waitMs));
    await wiring.wait(waitMs, signal);
  }
}

function mayPass(error: unknown): boolean {
  return error instanceof SourceError || error instanceof StorageError || error instanceof ContentionError;
}
