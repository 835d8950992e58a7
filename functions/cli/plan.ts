import type { Command } from "commander";
import type { StoredDataset } from "../../shared/archive/stored.ts";
import { UsageError } from "../../shared/errors.ts";
import { assumptions } from "../../shared/estimate/assumptions.ts";
import { totalOf } from "../../shared/estimate/costs.ts";
import { estimate } from "../../shared/estimate/estimate.ts";
import { type Matching, oddText, unmatchedLine, unmatchedText } from "../../shared/pipeline/matching.ts";
import { emptyWindowText } from "../../shared/pipeline/plan/emptyWindow.ts";
import type { Range } from "../../shared/pipeline/plan/scan.ts";
import { readPlanMessage } from "../../shared/queue/messages.ts";
import { planMessage } from "../../shared/queue/planMessage.ts";
import { counted, dollarsText, granulesText, sizeText, span } from "../runtime/log/humanText.ts";
import { findPending, type Pending } from "../runtime/pending.ts";
import { headings } from "../runtime/settings/table.ts";
import { rangeOf, type TypedSettings } from "../runtime/settings.ts";
import { disposal, type LocalWiring, openQueue, readOnlyWiring } from "../runtime/wiring.ts";
import {
  type Chosen,
  readChosen,
  withExamples,
  withOutputOptions,
  withRangeOptions,
  withSettings,
} from "./options.ts";
import { cloudDeployment } from "./simulate/cloudEstimate.ts";
import { exitCodes, stopSignal } from "./terminal/exit.ts";
import { printJson } from "./terminal/json.ts";

type TypedPlan = TypedSettings & { readonly send?: true; readonly json?: true };

/** `accrete plan`: what is pending. It writes nothing. */
export function definePlan(command: Command): void {
  command.optionsGroup(headings.task).option("--send", "ask the cloud's functions to do it, over --queue");
  withExamples(
    withOutputOptions(withRangeOptions(withSettings(command, "force"))),
    ["accrete plan trmm-3b42rt", "what the next extend would ingest"],
    [
      "accrete plan trmm-3b42rt --source ftp://user:password@host/path --from 2014-04-01 --to 2014-04-30",
      "how much a month is, before there is a dataset",
    ],
    [
      "accrete plan trmm-3b42rt --send --from 2014-04-01 --queue pubsub://acme-feeds/accrete",
      "have the cloud ingest it",
    ],
  ).action(run);
}

async function run(id: string, typed: TypedPlan): Promise<void> {
  const chosen = await readChosen(id, typed);
  const { descriptor, settings } = chosen;
  if (typed.force && !typed.send) throw new UsageError(["--force goes with --send, or with accrete extend"]);
  if (typed.send) return sendPlan(chosen, rangeOf(settings), typed.json);
  const range = rangeOf(settings);
  const found = await disposal(readOnlyWiring(descriptor, settings), (wiring) => find(wiring, range));
  if (typed.json) printJson(pendingDocument(id, found));
  else
    process.stdout.write(
      pendingLines(id, found)
        .map((line) => `${line}\n`)
        .join(""),
    );
  process.exitCode = unmatchedText(found.matching) === undefined ? exitCodes.settled : exitCodes.incomplete;
}

/** Publishes the message that a person would: the functions then plan the range, and work it off. */
async function sendPlan({ descriptor, settings }: Chosen, range: Range, asJson?: true): Promise<void> {
  const { id } = descriptor;
  const { queue } = settings;
  if (!queue) throw new UsageError(["--send needs --queue or ACCRETE_QUEUE: pubsub://PROJECT/TOPIC"]);
  const message = planMessage(id, range);
  readPlanMessage(message, [descriptor]);
  await disposal(openQueue(settings), (opened) => opened.publish("plan", [message], stopSignal()));
  const topic = `${queue.prefix}-plan`;
  if (asJson) printJson({ dataset: id, sent: message, topic });
  else process.stdout.write(`${id}: sent ${JSON.stringify(message)} to ${topic}\n`);
}

interface Found {
  readonly pending: Pending;
  readonly matching: Matching;
  /** Why there can be nothing: what was to be compared holds no timestep. */
  readonly empty: string | undefined;
  /** How long the functions would take, and what that costs; `undefined` where nothing is pending. */
  readonly cloud: CloudWork | undefined;
}

async function find(wiring: LocalWiring, wanted: Range): Promise<Found> {
  const { stored, pending, matching } = await findPending(wiring, wanted, stopSignal());
  const cloud = pending.granules > 0 ? inTheCloud(stored, wanted, pending) : undefined;
  return { pending, matching, empty: emptyWindowText(stored, wanted, wiring.asOf()), cloud };
}

function pendingLines(id: string, { pending, matching, empty, cloud }: Found): string[] {
  const { granules, timesteps, bytes, unsized, batches, leased, settled } = pending;
  const [unmatched, odd] = [unmatchedText(matching), oddText(matching)];
  return [
    `${id}: ${granulesText(granules, timesteps)} pending, ${sizeText(bytes, granules, unsized)}, ${counted(batches, "batch", "batches")}`,
    ...(unmatched === undefined ? [] : [unmatchedLine(unmatched)]),
    ...(odd === undefined ? [] : [`to look at: ${odd}`]),
    ...(empty === undefined ? [] : [empty]),
    ...(leased > 0 ? [`${counted(leased, "chunk")} left out: somebody works on them`] : []),
    ...(settled > 0 ? [`${counted(settled, "timestep")} to be resolved without a granule`] : []),
    ...(cloud ? [cloudLine(cloud)] : []),
  ];
}

function pendingDocument(dataset: string, { pending, matching, empty, cloud }: Found) {
  const { granules, timesteps, bytes, unsized, batches, leased, settled } = pending;
  const { workers, seconds, dollars } = cloud ?? {};
  const assumed = { provider_bytes_per_second: assumptions.provider.bytesPerSecond };
  return {
    dataset,
    granules,
    timesteps,
    bytes,
    granules_of_unknown_size: unsized,
    batches,
    chunks_left_to_others: leased,
    timesteps_to_settle: settled,
    empty_window: empty ?? null,
    provider: {
      directories: matching.directories,
      files: matching.files,
      asked: matching.asked,
      matched: matching.matched,
      looked_for: matching.lookedFor ?? null,
      nearest: matching.nearest ?? null,
      paths_asked: matching.pathsAsked ?? 0,
      unreadable: matching.unreadable ?? null,
      refusal: matching.refusal ?? null,
      unmatched: unmatchedText(matching) ?? null,
    },
    cloud: cloud ? { workers, seconds, dollars, ...assumed } : null,
  };
}

interface CloudWork {
  readonly workers: number;
  readonly seconds: number;
  readonly dollars: number;
}

function inTheCloud({ dataset, state }: StoredDataset, { from, to }: Range, pending: Pending): CloudWork {
  const isUsual = from === undefined && to === undefined;
  const { batches, granules } = pending;
  const work = { batches, granules, visibleSteps: state.length, isUsual };
  const sized = pending.granules - pending.unsized;
  const granuleBytes = sized > 0 ? pending.bytes / sized : dataset.decoding.granuleBytesMax;
  const deployment = cloudDeployment(dataset, granuleBytes);
  const { wallMs, dollars } = estimate(work, deployment, assumptions);
  return { workers: deployment.workers, seconds: wallMs / 1000, dollars: totalOf(dollars) };
}

function cloudLine({ workers, seconds, dollars }: CloudWork): string {
  const told = `about ${span(1000 * seconds)}, ${dollarsText(dollars)}`;
  const assumed = `as chunks in a row, from a provider of ${assumptions.provider.bytesPerSecond / 1e6} MB/s`;
  return `in the cloud, with ${counted(workers, "worker")}: ${told} (${assumed}; npm run simulate tells what is assumed)`;
}
