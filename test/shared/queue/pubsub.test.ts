import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, describe, type TestContext, test } from "node:test";
import { promisify } from "node:util";
import { StorageError } from "../../../shared/errors.ts";
import { granuleOf } from "../../../shared/ledger/storedForm.ts";
import { createPubsubQueue, type PubsubQueueOptions } from "../../../shared/queue/pubsub.ts";
import type { Queue, Topics } from "../../../shared/queue/queue.ts";
import { batch, extended, plans } from "../../../shared/testing/messages.ts";
import { neverAborted } from "../../../shared/testing/neverAborted.ts";
import { queueContract } from "../../../shared/testing/queue.ts";
import { emulatorsSkip, startPubsubEmulator } from "../../support/emulators.ts";
import { patienceMs } from "../../support/patience.ts";
import { createTopics, pull } from "../../support/pubsubRest.ts";
import { temporaryDirectory } from "../../support/temporaryDirectory.ts";
import { refusingHost, silentHost } from "../../support/unreachable.ts";

const run = promisify(execFile);
const topicNames = ["plan", "extend", "extended"] as const;
const prefix = "weather";
const callMs = 2000;
/** With time for the client to be loaded and the machine to be busy; left to itself, the client would give up after a minute. */
const lateMs = callMs + 50_000;

const skip = await emulatorsSkip();
const emulator = skip ? undefined : await startPubsubEmulator();
const host = emulator?.host ?? "";
after(() => emulator?.stop());

if (skip) test("queue contract: pubsub", { skip }, () => {});
else queueContract("pubsub", startQueue);

let projects = 0;

/** A queue in a project of its own, with its topics, whose messages are pulled. */
async function startQueue() {
  const project = `project-${++projects}`;
  await createTopics(
    host,
    project,
    topicNames.map((name) => `${prefix}-${name}`),
  );
  const pubsub = createPubsubQueue({ project, prefix, emulatorHost: host });
  const sent = { plan: 0, extend: 0, extended: 0 };
  const queue: Queue = {
    async publish(topic, messages, signal) {
      await pubsub.publish(topic, messages, signal);
      sent[topic] += messages.length;
    },
  };
  return {
    project,
    queue,
    async deliver(handled: <Topic extends keyof Topics>(topic: Topic, message: Topics[Topic]) => void) {
      for (const topic of topicNames) {
        for (const { data } of await pullAll(project, topic, sent[topic])) {
          const { schema, ...message } = JSON.parse(data.toString(), (_name, value) => granuleOf(value));
          assert.equal(schema, 2);
          handled(topic, message);
        }
      }
    },
    stop: () => pubsub.close(),
  };
}

/** Pulls until `count` messages are there, and then until there are no more. */
async function pullAll(project: string, topic: keyof Topics, count: number) {
  const pulled = [];
  const deadline = AbortSignal.timeout(patienceMs);
  for (;;) {
    const more = await pull(host, project, `${prefix}-${topic}`);
    pulled.push(...more);
    if (more.length === 0 && pulled.length >= count) return pulled;
    deadline.throwIfAborted();
  }
}

describe("a queue in Pub/Sub", { skip }, () => {
  test("a message is JSON with its schema, and the dataset beside it as an attribute", async (t) => {
    const { project, queue, stop } = await startQueue();
    t.after(stop);
    await queue.publish("extend", [batch], neverAborted);
    const [message, ...others] = await pullAll(project, "extend", 1);
    const steps = batch.steps.map(({ offset, granule: { version: listedDate, ...granule } }) => {
      return { offset, granule: { ...granule, listedDate } };
    });
    assert.deepEqual(JSON.parse(message?.data.toString() ?? ""), { schema: 2, ...batch, steps });
    assert.deepEqual({ ...message?.attributes }, { dataset: "batch" });
    assert.deepEqual(others, []);
  });

  test("500 messages of one call arrive as they were published", async (t) => {
    const { queue, deliver, stop } = await startQueue();
    t.after(stop);
    const batches = Array.from({ length: 500 }, (_, chunk) => ({ ...batch, chunk }));
    await queue.publish("extend", batches, neverAborted);
    const delivered = new Map<number, unknown>();
    await deliver((_, message) => delivered.set("chunk" in message ? message.chunk : -1, message));
    assert.deepEqual([...delivered.values()].length, 500);
    for (const expected of batches) assert.deepEqual(delivered.get(expected.chunk), expected);
  });

  test("more than one request holds is sent all the same", async (t) => {
    const { project, queue, stop } = await startQueue();
    t.after(stop);
    const granule = { path: "x".repeat(4e6), sizeBytes: 0, version: "", modifiedAt: null };
    const large = Array.from({ length: 3 }, (_, chunk) => ({
      ...batch,
      chunk,
      steps: [{ offset: 0, granule }],
    }));
    await queue.publish("extend", large, neverAborted);
    const pulled = await pullAll(project, "extend", large.length);
    assert.deepEqual(pulled.map(({ data }) => JSON.parse(data.toString()).chunk).sort(), [0, 1, 2]);
    await queue.publish(
      "plan",
      Array.from({ length: 2500 }, (_, i) => ({ dataset: String(i) })),
      neverAborted,
    );
    assert.equal((await pullAll(project, "plan", 2500)).length, 2500);
  });

  test("a message too large for the service is refused with its dataset and size, and none of its call is sent", async (t) => {
    const { project, queue, stop } = await startQueue();
    t.after(stop);
    const steps = batch.steps.map((step) => ({
      ...step,
      granule: { ...step.granule, path: "x".repeat(5e6) },
    }));
    await assert.rejects(queue.publish("extend", [batch, { ...batch, steps }], neverAborted), {
      tag: "storage",
      key: `pubsub://${project}/weather-extend`,
      message: /a message of batch has 100\d{5} bytes, and at most 9900000 can be sent; none was/,
    });
    assert.deepEqual(await pull(host, project, "weather-extend"), []);
  });

  test("a topic that does not exist is named, with what to do", async (t) => {
    const queue = createPubsubQueue({ project: "empty", prefix, emulatorHost: host });
    t.after(() => queue.close());
    await assert.rejects(queue.publish("extended", [extended, extended], neverAborted), (error) => {
      assert.ok(error instanceof StorageError);
      assert.equal(error.operation, "publish");
      assert.equal(error.key, "pubsub://empty/weather-extended");
      assert.match(error.message, /not found.*; create the topic in project empty, or choose another prefix/);
      return true;
    });
  });

  test("refuses once it is closed, and may be closed twice", async () => {
    const { project, stop } = await startQueue();
    const queue = createPubsubQueue({ project, prefix, emulatorHost: host });
    await queue.publish("plan", plans, neverAborted);
    await queue.close();
    await queue.close();
    await assert.rejects(queue.publish("plan", plans, neverAborted), { tag: "storage", message: /closed/ });
    await stop();
  });
});

describe("a queue in Pub/Sub that cannot be reached", () => {
  test("where nobody listens, publishing fails in its time and says where", async (t) => {
    await assertUnreachable(t, await refusingHost(), /ECONNREFUSED|no answer/);
  });

  test("where nobody answers, publishing fails in its time and says where", async (t) => {
    await assertUnreachable(t, await silentHost(t), /DEADLINE_EXCEEDED|no answer/);
  });

  test("an abort ends the wait at once, with its reason", async (t) => {
    const emulatorHost = await silentHost(t);
    const queue = createPubsubQueue({ project: "p", prefix, emulatorHost });
    t.after(() => queue.close());
    const controller = new AbortController();
    const publishing = queue.publish("plan", plans, controller.signal);
    const reason = new Error("deadline");
    setImmediate(() => controller.abort(reason));
    await assert.rejects(publishing, (thrown) => thrown === reason);
  });

  test("a process that published and closed ends by itself", async () => {
    const emulatorHost = await refusingHost();
    const { stdout } = await publishInProcess({ emulatorHost, limits: { callMs: 1000 } }, {});
    assert.match(stdout, /^storage publish .*; see that/);
  });

  test("without credentials it says how to get some", async (t) => {
    const home = await temporaryDirectory(t);
    const alone = { HOME: home, CLOUDSDK_CONFIG: home, METADATA_SERVER_DETECTION: "none" };
    const { stdout } = await publishInProcess({ limits: { callMs: patienceMs } }, alone);
    assert.match(stdout, /^storage publish .*; set GOOGLE_APPLICATION_CREDENTIALS, or run gcloud auth/);
  });
});

/** What a process of its own says that publishes two messages, closes, and does nothing more. */
async function publishInProcess(options: Partial<PubsubQueueOptions>, environment: Record<string, string>) {
  const module = new URL("../../../shared/queue/pubsub.ts", import.meta.url);
  const given = JSON.stringify({ project: "p", prefix, ...options });
  const program = `const { createPubsubQueue } = await import(${JSON.stringify(module)});
    const queue = createPubsubQueue(${given});
    await queue.publish("plan", [{ dataset: "a" }, { dataset: "b" }], new AbortController().signal)
      .catch(({ tag, message }) => console.log(tag, message));
    await queue.close();`;
  return run(process.execPath, ["--input-type=module", "-e", program], {
    env: { PATH: process.env.PATH, ...environment },
    timeout: patienceMs,
  });
}

async function assertUnreachable(t: TestContext, emulatorHost: string, why: RegExp): Promise<void> {
  const queue = createPubsubQueue({ project: "p", prefix, emulatorHost, limits: { callMs } });
  t.after(() => queue.close());
  const late = AbortSignal.timeout(lateMs);
  await assert.rejects(queue.publish("plan", plans, neverAborted), (error) => {
    assert.ok(error instanceof StorageError);
    assert.equal(error.key, "pubsub://p/weather-plan");
    assert.ok(
      error.message.endsWith(`; see that ${emulatorHost} can be reached, and try again`),
      error.message,
    );
    assert.match(error.message, why);
    return true;
  });
  assert.ok(!late.aborted, `it took more than ${lateMs} ms`);
}
