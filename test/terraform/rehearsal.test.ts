/**
 * The deployment that terraform made, rehearsed on emulators: its topics and subscriptions, its bucket, its ledger, and the built
 * functions as its services, with its variables. What the schedule says lets the dataset grow.
 */
import assert from "node:assert/strict";
import { resolve } from "node:path";
import { after, before, describe, test } from "node:test";
import { type Service, startService } from "../cloud/service.ts";
import { until } from "../cloud/stage.ts";
import { emulatorsSkip, startFirestoreEmulator, startPubsubEmulator } from "../support/emulators.ts";
import { callPubsub, pull } from "../support/pubsubRest.ts";
import { startStorageServer } from "../support/storageServer.ts";
import { startTrmmProvider, threeHourly } from "../support/trmmProvider.ts";
import { type Applied, environmentOf, functionType, type Resource, readApplied } from "./applied.ts";

const skip = await emulatorsSkip();
const bundle = resolve(import.meta.dirname, "../../dist/functions/index.js");
/** What the libraries would look for on Google's own machines. */
const googles = ["NODE_ENV", "METADATA_SERVER_DETECTION"];

describe("the deployment", { skip }, () => {
  const closers: (() => Promise<unknown>)[] = [];
  const services = new Map<string, Service>();
  let applied: Applied;
  let pubsub: string;

  before(async () => {
    applied = readApplied();
    const provider = await startTrmmProvider();
    closers.push(provider.close);
    for (const time of threeHourly("2014-04-01T00:00:00Z", 3)) provider.publish(time);
    const storage = await startStorageServer({
      buckets: applied.all("google_storage_bucket").map(({ name }) => name as string),
    });
    closers.push(storage.close);
    const firestore = await startFirestoreEmulator();
    closers.push(firestore.stop);
    const messages = await startPubsubEmulator();
    closers.push(messages.stop);
    pubsub = messages.host;
    for (const made of applied.all(functionType)) {
      const own = Object.entries(environmentOf(made, provider.url)).filter(
        ([name]) => !googles.includes(name),
      );
      const service = await startService({
        target: made.build_config[0].entry_point,
        entry: bundle,
        environment: {
          ...Object.fromEntries(own),
          ACCRETE_STORAGE_ENDPOINT: storage.url,
          FIRESTORE_EMULATOR_HOST: firestore.host,
          PUBSUB_EMULATOR_HOST: pubsub,
        },
        instancesMax: made.service_config[0].max_instance_count,
        concurrency: made.service_config[0].max_instance_request_concurrency,
      });
      closers.push(service.close);
      services.set(made.service_config[0].uri, service);
    }
    for (const { id } of applied.all("google_pubsub_topic")) await callPubsub(pubsub, "PUT", id, {});
    for (const made of applied.all("google_pubsub_subscription")) await subscribe(made);
  });
  after(async () => {
    for (const close of closers.reverse()) await close();
  });

  /** A subscription as it was made, pushed to the service at its function's URL. */
  async function subscribe(made: Resource): Promise<void> {
    const [push] = made.push_config;
    const [retry] = made.retry_policy;
    const [dead] = made.dead_letter_policy;
    await callPubsub(pubsub, "PUT", made.id, {
      topic: made.topic,
      ...(push && { pushConfig: { pushEndpoint: services.get(push.push_endpoint)?.url } }),
      ...(push && { ackDeadlineSeconds: made.ack_deadline_seconds }),
      ...(retry && {
        retryPolicy: { minimumBackoff: retry.minimum_backoff, maximumBackoff: retry.maximum_backoff },
      }),
      ...(dead && {
        deadLetterPolicy: {
          deadLetterTopic: dead.dead_letter_topic,
          maxDeliveryAttempts: dead.max_delivery_attempts,
        },
      }),
    });
  }

  const status = async () => {
    const [{ uri }] = applied.one(functionType, "accrete-status").service_config;
    const answer = await fetch(`${services.get(uri)?.url}/trmm-3b42rt`);
    return (await answer.json()) as Resource;
  };

  test("grows by what its schedule publishes, and leaves no dead letter", async () => {
    const [{ pubsub_target }] = applied.all("google_cloud_scheduler_job") as [Resource];
    const [{ topic_name, data }] = pubsub_target;
    await callPubsub(pubsub, "POST", `${topic_name}:publish`, { messages: [{ data }] });
    await until("three timesteps are visible", async () => (await status()).length === 3);
    const { start, valid_through, gap_count, state } = await status();
    assert.deepEqual(
      [start, valid_through, gap_count, state],
      ["2014-04-01T00:00:00Z", "2014-04-01T06:00:00Z", 0, "backfilling"],
    );
    const dead = applied
      .all("google_pubsub_subscription")
      .filter(({ push_config }) => push_config.length === 0);
    assert.equal(dead.length, 2);
    for (const { name } of dead) assert.deepEqual(await pull(pubsub, "acme-feeds", name), []);
  });
});
