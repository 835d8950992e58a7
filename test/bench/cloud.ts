// npm run bench:cloud: what the protocol costs in the cloud, on emulators: 500 batches of next to nothing through 8 workers,
// and plans that find nothing new. Needs gcloud's emulators.

import assert from "node:assert/strict";
import { resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { readSettings } from "../../functions/runtime/settings.ts";
import { disposal, localWiring } from "../../functions/runtime/wiring.ts";
import trmm3b42rt from "../../shared/dataset/catalogue/trmm-3b42rt.ts";
import { asDescribed } from "../../shared/dataset/dataset.ts";
import { checkedLedger } from "../../shared/ledger/checkedLedger.ts";
import { plan } from "../../shared/pipeline/plan/plan.ts";
import { bucket, type LocalCloud, project, startLocalCloud } from "../cloud/localCloud.ts";
import { publicStore, startTinyProvider, until, visibleLength } from "../cloud/stage.ts";
import { countedLedger, type LedgerCounts, noCounts } from "../support/countedLedger.ts";
import { pull } from "../support/pubsubRest.ts";
import { readStore } from "../support/readStore.ts";
import { tinyFields } from "../support/tinyDataset.ts";
import { batches, chunkLength, manyBatches, workersMax } from "./manyBatches.ts";
import { startServing } from "./serving.ts";
import { settle, settledDataset } from "./settledDataset.ts";

const { id } = manyBatches;
const steps = batches * chunkLength;
const lookMs = 50;
const instances = new Map<number, LedgerCounts>();

const provider = await startTinyProvider();
provider.publishAll(0, steps - 1);
// As a real one: else a batch has ended before the next is sent.
provider.faults.latencyMs = 50;
const cloud = await startLocalCloud({
  workersMax,
  pullsExtend: true,
  entry: resolve(import.meta.dirname, "cloudFunctions.ts"),
  environment: { ACCRETE_SOURCE: provider.url, ACCRETE_TIMEOUT_SECONDS: "540" },
  onLine: (line) => {
    const said = JSON.parse(line) as { instance?: number; counts?: LedgerCounts; severity?: string };
    if (said.instance !== undefined && said.counts) instances.set(said.instance, said.counts);
    if (said.severity === "ERROR") process.stderr.write(`${line}\n`);
  },
});
const ended = new AbortController();
const delivering = deliver(cloud, ended.signal);
try {
  await workOff(cloud);
  for (const count of [480, 50_000]) await planNothing(cloud, count);
} finally {
  ended.abort();
  await delivering;
  await cloud.close();
  await provider.close();
}

/** Pulls batches and delivers each at once, again until it is accepted, as Pub/Sub does on a large scale. */
async function deliver({ environment, extend }: LocalCloud, until: AbortSignal): Promise<void> {
  const pubsub = environment.PUBSUB_EMULATOR_HOST ?? "";
  const post = async (data: Buffer): Promise<void> => {
    const body = JSON.stringify({ message: { data: data.toString("base64") } });
    const headers = { "content-type": "application/json" };
    for (let isDone = false; !isDone && !until.aborted; ) {
      isDone = (await fetch(extend.url, { method: "POST", headers, body })).ok;
    }
  };
  const posts: Promise<void>[] = [];
  while (!until.aborted) {
    const messages = await pull(pubsub, project, "accrete-extend");
    posts.push(...messages.map(({ data }) => post(data)));
    await pause(lookMs);
  }
  await Promise.allSettled(posts);
}

async function workOff({ storage, publish, extend }: LocalCloud): Promise<void> {
  const beganAt = performance.now();
  await publish("plan", { dataset: id });
  await until("all is visible", () => visibleLength(storage, id) === steps);
  const seconds = (performance.now() - beganAt) / 1000;

  const found = await readStore(publicStore(storage), id);
  const right = found?.arrays.rain?.filter(
    (values, index) => JSON.stringify(values) === JSON.stringify(tinyFields(index).rain),
  );
  assert.equal(right?.length, steps, "every timestep is there, with its values");
  const commits = storage.writeTimes(bucket, `${id}.zarr/.zmetadata`);
  const apartMs = commits.slice(1).map((at, i) => at - (commits[i] ?? 0));
  const total = noCounts();
  for (const counts of instances.values()) {
    for (const name of Object.keys(total) as (keyof LedgerCounts)[]) total[name] += counts[name];
  }
  const perBatch = (count: number) => (count / batches).toFixed(1);
  say(`${batches} batches of ${chunkLength} tiny granules, ${workersMax} workers (${extend.workingPeak} at once at the most)
  all visible after            ${seconds.toFixed(0)} s, ${(batches / seconds).toFixed(1)} batches/s
  writes of .zmetadata         ${commits.length}, at least ${Math.min(...apartMs)} ms apart; the first creates it
  ledger, per batch            ${perBatch(total.reads)} reads, ${perBatch(total.writes)} writes, ${perBatch(total.questions)} questions, ${perBatch(total.records)} records read
  storage, per batch           ${perBatch(storage.count())} calls
  answers of extend            ${[...extend.answers].map(([status, count]) => `${status}: ${count}`).join(", ")}`);
}

/** A plan that finds nothing new, of a dataset with so many settled timesteps. */
async function planNothing({ environment }: LocalCloud, count: number): Promise<void> {
  const places = {
    ...environment,
    ACCRETE_STORE: `gs://${bucket}/${count}`,
    ACCRETE_LEDGER: `firestore://settled-${count}/(default)`,
  };
  await settle(places, count);
  const { dataset, start, asOf, served } = settledDataset(count);
  const settled = await startServing(served);
  const settings = readSettings({ source: settled.url }, places);
  const counts = noCounts();
  const beganAt = performance.now();
  await disposal(
    localWiring(trmm3b42rt, settings, () => undefined),
    (wiring) => {
      const ledger = countedLedger(wiring.ledger, counts);
      return plan(
        { ...wiring, ledger: checkedLedger(asDescribed(dataset), ledger), descriptor: dataset, start, asOf },
        { force: false },
        new AbortController().signal,
      );
    },
  );
  const seconds = (performance.now() - beganAt) / 1000;
  settled.stop();
  const { reads, writes, questions, records } = counts;
  say(
    `plan with nothing new at ${count} settled timesteps: ${reads} reads, ${questions} questions, ${records} records read, ${writes} writes; ${seconds.toFixed(2)} s`,
  );
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
