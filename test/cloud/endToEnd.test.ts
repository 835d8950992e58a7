/**
 * The whole cloud on one machine: a schedule's message, `plan`, four workers at once, commits under the lease. Whatever
 * happens to messages and workers, a reader never sees anything torn, and in the end the store equals, in decoded content,
 * the one that a run on one machine makes of the same provider.
 */
import assert from "node:assert/strict";
import { after, before, describe, type TestContext, test } from "node:test";
import type { DatasetStatus } from "../../functions/runtime/datasetStatus.ts";
import { repeat } from "../../shared/repeating.ts";
import { assertSameContent, readVisible, type Visible } from "../functions/cli/visible.ts";
import { emulatorsSkip } from "../support/emulators.ts";
import { onlyInAll, playsAll, tellLeftOut } from "../support/sample.ts";
import { seeded } from "../support/seeded.ts";
import { temporaryDirectory } from "../support/temporaryDirectory.ts";
import { instantText, tinyTime } from "../support/tinyDataset.ts";
import { startTrmmProvider, type TrmmProvider, threeHourly } from "../support/trmmProvider.ts";
import {
  type TinyId,
  tinyCloudDataset,
  tinyIds,
  tinySteps,
  tinyStepsWhole,
  trmm,
  workersMax,
} from "./datasets.ts";
import { type LocalCloud, startLocalCloud } from "./localCloud.ts";
import {
  contentOf,
  download,
  filesystemStore,
  onOneMachine,
  publicStore,
  startTinyProvider,
  type TinyProvider,
  until,
  visibleLength,
  watchTiny,
  watchTrmm,
} from "./stage.ts";
import { createTurmoil } from "./turmoil.ts";

const skip = await emulatorsSkip();
const trmmStart = "2014-04-01T00:00:00Z";
/** In 4 chunks, or 2 of a sample: every fourth timestep is missing for good. */
const trmmStepsWhole = 160;
const trmmTimes = threeHourly(trmmStart, playsAll ? trmmStepsWhole : 48);
const isPublished = (index: number) => index % 4 !== 3;
const everyMs = 5000;
const turmoil = createTurmoil({ lost: 0.25, doubled: 0.25, heldBack: 0.5 }, seeded(2611), (message) =>
  message.includes('"turmoil"'),
);

describe("the cloud on one machine", { skip }, () => {
  let cloud: LocalCloud;
  let trmmProvider: TrmmProvider;
  const providers = new Map<string, TinyProvider>();
  const lines: string[] = [];
  const provider = (id: TinyId) => providers.get(id) as TinyProvider;
  const length = (id: string) => visibleLength(cloud.storage, id);
  function publishAll(t: TestContext, id: TinyId): void {
    const [whole, played] = [tinyStepsWhole, tinySteps(id)];
    provider(id).publishAll(0, played - 1);
    tellLeftOut(t, { count: whole - played, whole, what: "timesteps in the cloud" });
  }
  /** Grows a dataset by a schedule's messages to that length. */
  async function grow(id: string, to: number, message: object = { dataset: id }): Promise<void> {
    const plan = () => cloud.publish("plan", message);
    await plan();
    const stop = repeat(everyMs, plan);
    await until(`${id} has ${to} timesteps`, () => length(id) === to).finally(stop);
  }
  const settled = () => until("nothing is on its way", () => cloud.extend.working + cloud.plan.working === 0);
  const said = (id: string, pattern: RegExp) =>
    lines.some((line) => line.includes(`"dataset":"${id}"`) && pattern.test(line));

  /** Fails unless readers of the bucket find what readers of a one-machine run of the same provider find. */
  async function assertAsOnOneMachine(id: TinyId): Promise<void> {
    const dataset = tinyCloudDataset(id);
    const expected = await onOneMachine(dataset, provider(id).url, undefined, (directory) =>
      contentOf(filesystemStore(directory), id),
    );
    assert.deepEqual(await contentOf(publicStore(cloud.storage), id), expected);
  }

  before(async () => {
    trmmProvider = await startTrmmProvider();
    for (const id of tinyIds) providers.set(id, await startTinyProvider());
    cloud = await startLocalCloud({
      entry: new URL("functions.ts", import.meta.url).pathname,
      workersMax,
      environment: {
        ACCRETE_DATASET_IDS: ["trmm-3b42rt", ...tinyIds].join(","),
        ACCRETE_SOURCE_TRMM_3B42RT: trmmProvider.url,
        ACCRETE_START_TRMM_3B42RT: trmmStart,
        ...Object.fromEntries(tinyIds.map((id) => [`ACCRETE_SOURCE_${id.toUpperCase()}`, provider(id).url])),
        ACCRETE_ALL: playsAll ? "1" : "",
        ACCRETE_LEASE_SECONDS: "3",
        ACCRETE_TIMEOUT_SECONDS: "30",
      },
      meddle: { plan: turmoil.meddle, extend: turmoil.meddle },
      attemptsMax: { plan: 5, extend: 20 },
      backoff: { minimumBackoff: "1s", maximumBackoff: "10s" },
      onLine: (line) => void lines.push(line),
    });
  });
  after(async () => {
    await cloud?.close();
    await trmmProvider.close();
    for (const one of providers.values()) await one.close();
  });

  test("a schedule's empty message ingests all that there is with four workers, as one machine does", async (t) => {
    const made = trmmTimes.map((time, index) =>
      isPublished(index) ? trmmProvider.publish(time) : undefined,
    );
    const watch = watchTrmm(t, cloud.storage, made);
    const whole = trmmStepsWhole;
    tellLeftOut(t, { count: whole - trmmTimes.length, whole, what: "timesteps in the cloud" });
    // All but the last, which is missing.
    const visible = trmmTimes.length - 1;
    await grow(trmm.id, visible, {});
    assert.ok((await watch.end()) > 0);
    assert.equal(
      cloud.extend.answers.get(429),
      undefined,
      "no message came before there was a worker for it",
    );
    const directory = await temporaryDirectory(t);
    await download(cloud.storage, "trmm-3b42rt", directory);
    const expected = await onOneMachine(trmm, trmmProvider.url, trmmStart, (own) =>
      readVisible(own, trmm.id),
    );
    assert.equal(expected?.length, visible);
    assertSameContent(await readVisible(directory, trmm.id), expected as Visible);
  });

  test("lost, doubled and reordered messages change nothing about the outcome", async (t) => {
    publishAll(t, "turmoil");
    const watch = watchTiny(t, cloud.storage, "turmoil");
    await grow("turmoil", tinySteps("turmoil"));
    assert.ok((await watch.end()) > 0);
    for (const [what, count] of Object.entries(turmoil.done)) assert.ok(count > 0, `${what}: ${count}`);
    await assertAsOnOneMachine("turmoil");
  });

  test("a backfill message ingests its range and nothing else, once; the schedule does the rest", async (t) => {
    const { publish } = cloud;
    publishAll(t, "backfill");
    const watch = watchTiny(t, cloud.storage, "backfill");
    await publish("plan", { dataset: "backfill", from: "2020-01-02T00:00:00Z", to: "2020-01-02T23:00:00Z" });
    await until("its 24 granules are fetched", () => provider("backfill").count("RETR") >= 24);
    await until(
      "they are recorded",
      () => said("backfill", /"event":"committed"/) && cloud.extend.working === 0,
    );
    assert.equal(provider("backfill").count("RETR"), 24);
    assert.equal(length("backfill"), 0);
    await grow("backfill", tinySteps("backfill"));
    await watch.end();
    assert.equal(provider("backfill").count("RETR"), tinySteps("backfill"));
    await assertAsOnOneMachine("backfill");
  });

  test("force ingests again exactly what is there in the range", async (t) => {
    publishAll(t, "forced");
    await grow("forced", tinySteps("forced"));
    await settled();
    const before = provider("forced").count("RETR");
    const watch = watchTiny(t, cloud.storage, "forced");
    const [from, to] = ["2020-01-01T06:00:00Z", "2020-01-02T05:00:00Z"];
    await cloud.publish("plan", { dataset: "forced", from, to, force: true });
    await until("24 granules are fetched again", () => provider("forced").count("RETR") >= before + 24);
    await settled();
    await watch.end();
    assert.equal(provider("forced").count("RETR"), before + 24);
    await assertAsOnOneMachine("forced");
  });

  test("a revised granule replaces its timestep, and no reader sees anything but the old or the new values", async (t) => {
    publishAll(t, "revised");
    await grow("revised", tinySteps("revised"));
    const watch = watchTiny(t, cloud.storage, "revised", [0, 1]);
    // Within the window in which granules are still revised.
    const index = tinySteps("revised") - 20;
    provider("revised").publish(index, 1);
    await cloud.publish("plan", { dataset: "revised", from: instantText(tinyTime(index - 10)) });
    const status = async () => (await fetch(`${cloud.status.url}/revised`)).json() as Promise<DatasetStatus>;
    await until("its status tells of it", async () => (await status()).revised.length > 0);
    assert.deepEqual(
      (await status()).revised.map(({ time, revision }) => [time, revision]),
      [[instantText(tinyTime(index)), 1]],
    );
    await watch.end();
    await assertAsOnOneMachine("revised");
  });

  test("workers that are killed in the middle of their batches are made up for by another delivery alone", async (t) => {
    provider("killed").publishAll(0, 7);
    Object.assign(provider("killed").faults, { stalledTransfers: 100, faultAfterBytes: 10 });
    await settled();
    const watch = watchTiny(t, cloud.storage, "killed");
    await cloud.publish("plan", {
      dataset: "killed",
      from: "2020-01-01T06:00:00Z",
      to: "2020-01-01T13:00:00Z",
    });
    await until("both batches are under way", () => cloud.extend.working === 2);
    await provider("killed").awaitCommand("RETR", 2);
    assert.ok((await cloud.extend.killWorking()) && (await cloud.extend.killWorking()));
    provider("killed").faults.stalledTransfers = 0;
    await until("both batches are visible", () => length("killed") === 8);
    await watch.end();
    // Else it was the deadline of a worker that lived.
    assert.ok(!said("killed", /"left":[1-9]/));
    await assertAsOnOneMachine("killed");
  });

  test("a range that takes longer than a plan may goes on by itself", { skip: onlyInAll }, async (t) => {
    publishAll(t, "large");
    const watch = watchTiny(t, cloud.storage, "large");
    provider("large").faults.latencyMs = 400;
    await cloud.publish("plan", { dataset: "large", from: "2020-01-01T06:00:00Z" });
    await until("all is visible", () => length("large") === tinySteps("large"));
    await watch.end();
    assert.ok(said("large", /"event":"continued"/));
    provider("large").faults.latencyMs = 0;
    await assertAsOnOneMachine("large");
  });

  test("a message that can never work reaches the dead-letter topic after its attempts, with its faults in the log", async () => {
    const poison = { dataset: "refused", from: "2020-01-01T06:30:00Z", to: "yesterday", force: "yes" };
    await cloud.publish("plan", poison);
    const dead: string[] = [];
    await until("it is a dead letter", async () => {
      dead.push(...(await cloud.takeDeadLetters("plan")));
      return dead.length > 0;
    });
    assert.deepEqual(
      dead.map((text) => JSON.parse(text)),
      [poison],
    );
    const refusals = () =>
      lines.filter((line) => line.includes('"function":"plan"') && line.includes("yesterday"));
    await until("all of its refusals are in the log", () => refusals().length >= 5);
    assert.equal(refusals().length, 5);
    const { severity, faults } = JSON.parse(refusals()[0] as string) as {
      severity: string;
      faults: string[];
    };
    assert.equal(severity, "ERROR");
    assert.equal(faults.length, 3);
    assert.equal(length("refused"), 0);
  });
});
