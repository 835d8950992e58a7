import type { Command } from "commander";
import { imagineLive, openLive } from "../../shared/pipeline/live.ts";
import { type Range, totalsOf } from "../../shared/pipeline/round.ts";
import { survey } from "../../shared/pipeline/survey.ts";
import type { TypedSettings } from "../settings.ts";
import { closing, type LocalWiring, lookingWiring } from "../wiring.ts";
import { stopSignal } from "./exit.ts";
import { counted, megabytes } from "./format.ts";
import { rangeOf, settingsOf, withRangeOptions } from "./options.ts";

/** `accrete plan`: what is pending. It writes nothing. */
export function addPlan(program: Command): void {
  withRangeOptions(program.command("plan"))
    .description("show what is pending, without doing it")
    .action(async (id: string, typed: TypedSettings) => {
      const settings = settingsOf(typed);
      await closing(lookingWiring(id, settings), (wiring) => showPending(wiring, rangeOf(settings, false)));
    });
}

async function showPending(wiring: LocalWiring, wanted: Range): Promise<void> {
  const signal = stopSignal();
  const live = (await openLive(wiring, signal)) ?? imagineLive(wiring);
  const total = { batches: 0, granules: 0, bytes: 0, leased: 0, settled: 0 };
  for (let range: Range | undefined = wanted; range; ) {
    const found = await survey(wiring, live, range, signal);
    const totals = totalsOf(found);
    for (const name of ["batches", "granules", "bytes", "leased", "settled"] as const)
      total[name] += totals[name];
    range = found.next && { ...found.next, force: false };
  }
  process.stdout.write(
    `${wiring.dataset.id}: ${counted(total.granules, "granule")} pending, ${megabytes(total.bytes)}, ${counted(total.batches, "batch", "batches")}\n`,
  );
  if (total.leased > 0)
    process.stdout.write(`${counted(total.leased, "chunk")} left out: somebody works on them\n`);
  if (total.settled > 0)
    process.stdout.write(`${counted(total.settled, "timestep")} to be settled without a granule\n`);
}
