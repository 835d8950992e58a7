import type { Command } from "commander";
import { catalogue, datasetById } from "../../shared/dataset/catalogue.ts";
import { UsageError } from "../../shared/errors.ts";
import { assumptions } from "../../shared/estimate/assumptions.ts";
import { totalOf } from "../../shared/estimate/costs.ts";
import { estimate } from "../../shared/estimate/estimate.ts";
import { withCheckedLedger } from "../../shared/ledger/checkedLedger.ts";
import { imagineLive, type LiveDataset, openLive } from "../../shared/pipeline/live.ts";
import { type Range, totalsOf } from "../../shared/pipeline/round.ts";
import { survey } from "../../shared/pipeline/survey.ts";
import { planMessage, readPlanMessage } from "../../shared/queue/messages.ts";
import { cloudDeployment } from "../cloudEstimate.ts";
import { counted, dollarsText, megabytes, span } from "../format.ts";
import type { Settings, TypedSettings } from "../settings.ts";
import { closing, type LocalWiring, lookingWiring, openQueue } from "../wiring.ts";
import { stopSignal } from "./exit.ts";
import { rangeOf, settingsOf, withRangeOptions } from "./options.ts";

/** `accrete plan`: what is pending. It writes nothing. */
export function addPlan(program: Command): void {
  withRangeOptions(program.command("plan"))
    .description("show what is pending, without doing it")
    .option("--send", "ask the cloud's functions to do it, over --queue")
    .option("--force", "with --send: take in again what is already there")
    .action(async (id: string, typed: TypedSettings & { send?: true; force?: true }) => {
      const settings = settingsOf(id, typed);
      if (typed.force && !typed.send)
        throw new UsageError(["--force goes with --send, or with accrete extend"]);
      if (typed.send) return sendPlan(id, settings, rangeOf(settings, typed.force ?? false));
      await closing(lookingWiring(id, settings), (wiring) => showPending(wiring, rangeOf(settings, false)));
    });
}

/** Publishes the message that a person would: the functions then plan the range, and work it off. */
async function sendPlan(id: string, settings: Settings, range: Range): Promise<void> {
  const { queue } = settings;
  if (!queue) throw new UsageError(["--send needs --queue or ACCRETE_QUEUE: pubsub://PROJECT/TOPIC"]);
  const message = planMessage(datasetById(id).id, range);
  readPlanMessage(message, catalogue);
  await closing(openQueue(settings), (opened) => opened.publish("plan", [message]));
  process.stdout.write(`${id}: sent ${JSON.stringify(message)} to ${queue.prefix}-plan\n`);
}

async function showPending(given: LocalWiring, wanted: Range): Promise<void> {
  const wiring = withCheckedLedger(given);
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
  if (total.granules > 0) process.stdout.write(`${inTheCloud(live, wanted, total)}\n`);
}

/** How long the functions would take for what is pending, and what that costs. */
function inTheCloud(
  { dataset, state }: LiveDataset,
  { from, to }: Range,
  pending: { readonly batches: number; readonly granules: number; readonly bytes: number },
): string {
  // Each timestep names its granule, also where several share one.
  const granules = Math.ceil(pending.granules / dataset.source.stepsPerGranule);
  const isUsual = from === undefined && to === undefined;
  const work = { batches: pending.batches, granules, visibleSteps: state.length, isUsual };
  const deployment = cloudDeployment(dataset, pending.bytes / pending.granules);
  const { toldMs, dollars } = estimate(work, deployment, assumptions);
  const told = `about ${span(toldMs)}, ${dollarsText(totalOf(dollars))}`;
  const assumed = `as chunks in a row, from a provider of ${assumptions.provider.bytesPerSecond / 1e6} MB/s`;
  return `in the cloud, with ${counted(deployment.workers, "worker")}: ${told} (${assumed}; npm run simulate tells what is assumed)`;
}
