/**
 * What terraform makes is what the functions need, though neither knows the other: variables, topics, entry points, the line
 * that alarms are set on, the fields that questions are asked of. And nobody may do what is not listed here.
 */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { getFunction } from "@google-cloud/functions-framework/testing";
import { plan } from "../../functions/plan.ts";
import { openCloud } from "../../functions/runtime/cloud.ts";
import { readQueueLocation } from "../../functions/runtime/locations.ts";
import { fieldsOf } from "../../shared/ledger/firestoreDocument.ts";
import { emptyChunk } from "../../shared/ledger/records.ts";
import { readPlanMessage } from "../../shared/queue/messages.ts";
import { catalogue } from "../support/catalogue.ts";
import { memoryCloud, publishedWorld } from "../support/memoryCloud.ts";
import { neverAborted } from "../support/tinyWorld.ts";
import { type Applied, environmentOf, functionType, type Resource, readApplied } from "./applied.ts";

const names = ["plan", "extend", "status"];

let applied: Applied;
before(() => {
  applied = readApplied();
});

const environment = (name: string) =>
  environmentOf(applied.one(functionType, `accrete-${name}`), "ftp://reader:secret@ftp.example.org/pub");

describe("the functions", () => {
  for (const name of names) {
    test(`${name} is set up by its variables, and reads all of them`, async () => {
      const read = new Set<string>();
      const watched = new Proxy(environment(name), {
        get(target, variable: string) {
          read.add(variable);
          return target[variable];
        },
      });
      const { datasets, timeoutMs } = await openCloud(watched, catalogue);
      assert.deepEqual(
        datasets.map(({ id }) => id),
        ["trmm-3b42rt"],
      );
      assert.equal(timeoutMs, name === "status" ? 60_000 : 540_000);
      const unread = Object.keys(environment(name)).filter((variable) => !read.has(variable));
      // These are for the platform's own libraries, and for the framework.
      assert.deepEqual(unread.sort(), ["GOOGLE_CLOUD_PROJECT", "METADATA_SERVER_DETECTION", "NODE_ENV"]);
    });
  }

  test("are those that the bundle registers", async () => {
    await import("../../functions/index.ts");
    for (const { build_config } of applied.all(functionType)) {
      assert.equal(typeof getFunction(build_config[0].entry_point), "function");
    }
    assert.equal(applied.all(functionType).length, names.length);
  });

  test("keep the ledger and the datasets that were made for them", () => {
    const { ACCRETE_LEDGER, ACCRETE_STORE } = environment("plan");
    const [{ name: database }] = applied.all("google_firestore_database") as [Resource];
    assert.equal(ACCRETE_LEDGER, `firestore://acme-feeds/${database}`);
    assert.equal(ACCRETE_STORE, `gs://${applied.one("google_storage_bucket", "acme-feeds-accrete").name}`);
  });
});

describe("messages", () => {
  test("go by topics that are there", () => {
    const { project, prefix } = readQueueLocation("ACCRETE_QUEUE", environment("plan").ACCRETE_QUEUE ?? "");
    for (const name of ["plan", "extend", "extended"]) {
      assert.equal(
        applied.one("google_pubsub_topic", `${prefix}-${name}`).id,
        `projects/${project}/topics/${prefix}-${name}`,
      );
    }
  });

  test("of a schedule are such that plan takes them: its dataset, the usual window", () => {
    const [{ pubsub_target }] = applied.all("google_cloud_scheduler_job") as [Resource];
    const message = JSON.parse(Buffer.from(pubsub_target[0].data, "base64").toString());
    const { dataset, ...range } = readPlanMessage(message, catalogue);
    assert.equal(dataset?.id, "trmm-3b42rt");
    assert.deepEqual(range, { force: false });
  });

  test("are pushed to the very URL that a function answers at", () => {
    for (const name of ["plan", "extend"]) {
      const [{ uri }] = applied.one(functionType, `accrete-${name}`).service_config;
      const [push] = applied.one("google_pubsub_subscription", `accrete-${name}`).push_config;
      assert.deepEqual([push.push_endpoint, push.oidc_token[0].audience], [uri, uri]);
    }
  });
});

describe("the alarm of freshness", () => {
  const extracted = (text: string) => /^EXTRACT\(jsonPayload\.(\w+)\)$/.exec(text)?.[1] ?? text;

  test("is set on a line that plan writes, with its dataset and a number", async () => {
    const world = await publishedWorld(4);
    const cloud = memoryCloud([world]);
    world.at(30);
    await cloud.ask(plan, {});
    const metric = applied.one("google_logging_metric", "accrete_overdue");
    const [, wanted] = /jsonPayload\.event="(\w+)"$/.exec(metric.filter) ?? [];
    const [line, ...more] = cloud.entries.filter(({ event }) => event === wanted);
    assert.ok(line && more.length === 0);
    // The first timestep was expected an hour after its time.
    assert.equal(line[extracted(metric.value_extractor)], 29 * 3600);
    assert.equal(line[extracted(metric.label_extractors.dataset)], "tiny");
    assert.ok(metric.filter.includes(`service_name="accrete-plan"`));
  });

  test("is raised for its own dataset: when it is overdue for twelve hours, and when nothing was said for an interval, for another one", () => {
    const policies = applied.all("google_monitoring_alert_policy");
    const of = (text: string) => policies.find(({ display_name }) => display_name.includes(text));
    const [{ condition_threshold }] = of("is overdue")?.conditions ?? [];
    const [{ condition_prometheus_query_language }] = of("nobody looks after")?.conditions ?? [];
    assert.equal(condition_threshold[0].threshold_value, 12 * 3600);
    assert.match(condition_threshold[0].filter, /user\/accrete_overdue".*dataset = "trmm-3b42rt"/);
    assert.equal(
      condition_prometheus_query_language[0].query,
      'absent_over_time(logging_googleapis_com:user_accrete_overdue_count{monitored_resource="cloud_run_revision",dataset="trmm-3b42rt"}[3600s])',
    );
    assert.equal(policies.length, 5);
    for (const { notification_channels } of policies) assert.equal(notification_channels.length, 1);
  });
});

test("fields without an index are fields of a chunk's record", () => {
  const known = Object.keys(fieldsOf({ ...emptyChunk(0), steps: {} }, "id"));
  const unindexed = applied.all("google_firestore_field").map(({ field }) => field as string);
  assert.deepEqual(
    unindexed.filter((field) => !known.includes(field.split(".")[0] ?? "")),
    [],
  );
});

describe("nobody may do more than is listed here", () => {
  const agent = "service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com";
  const own = "the dataset's objects";
  const ledger = "the ledger's database";
  const staged = "the platform's copy of the source";
  const bucket = "acme-feeds-accrete";
  const conditions: Record<string, string> = {
    'resource.name.startsWith("projects/_/buckets/acme-feeds-accrete/objects/trmm-3b42rt.")': own,
    'resource.name == "projects/acme-feeds/databases/accrete"': ledger,
    'resource.name.startsWith("projects/_/buckets/gcf-v2-sources-123456789012-europe-west1")': staged,
  };

  /** Who may do what, where, and under which condition. */
  const expected = [
    ["accrete-build", "artifactregistry.writer", "repository accrete"],
    ["accrete-build", "logging.logWriter", "project"],
    ["accrete-build", "storage.objectViewer", `bucket ${bucket}-source`],
    ["accrete-build", "storage.objectViewer", "project", staged],
    ["accrete-extend", "datastore.user", "project", ledger],
    ["accrete-extend", "pubsub.publisher", "topic accrete-extended"],
    ["accrete-extend", "secretmanager.secretAccessor", "secret trmm-source"],
    ["accrete-extend", "storage.legacyBucketReader", `bucket ${bucket}`],
    ["accrete-extend", "storage.objectUser", `bucket ${bucket}`, own],
    ["accrete-plan", "datastore.user", "project", ledger],
    ["accrete-plan", "pubsub.publisher", "topic accrete-extend"],
    ["accrete-plan", "pubsub.publisher", "topic accrete-extended"],
    ["accrete-plan", "pubsub.publisher", "topic accrete-plan"],
    ["accrete-plan", "secretmanager.secretAccessor", "secret trmm-source"],
    ["accrete-plan", "storage.legacyBucketReader", `bucket ${bucket}`],
    ["accrete-plan", "storage.objectUser", `bucket ${bucket}`, own],
    ["accrete-push-extend", "run.invoker", "service accrete-extend"],
    ["accrete-push-plan", "run.invoker", "service accrete-plan"],
    ["accrete-status", "datastore.viewer", "project", ledger],
    ["accrete-status", "storage.objectViewer", `bucket ${bucket}`],
    [agent, "iam.serviceAccountOpenIdTokenCreator", "account accrete-push-extend"],
    [agent, "iam.serviceAccountOpenIdTokenCreator", "account accrete-push-plan"],
    [agent, "pubsub.publisher", "topic accrete-extend-dead"],
    [agent, "pubsub.publisher", "topic accrete-plan-dead"],
    [agent, "pubsub.subscriber", "subscription accrete-extend"],
    [agent, "pubsub.subscriber", "subscription accrete-plan"],
  ];

  test("all grants of the deployment", () => {
    const types = applied.types.filter((type) => type.includes("_iam_"));
    const granted = types.flatMap((type) => applied.all(type).map((grant) => grantOf(type, grant)));
    const sorted = (grants: readonly (readonly string[])[]) =>
      grants.map((grant) => grant.join(" | ")).sort();
    assert.deepEqual(sorted(granted), sorted(expected));
  });

  test("every object that a run writes lies where its writers may write", async () => {
    const world = await publishedWorld(4);
    await world.run();
    const keys = await world.store.list("", neverAborted);
    assert.ok(keys.length > 10);
    for (const key of keys) assert.ok(key.startsWith("tiny."), key);
  });

  function grantOf(type: string, grant: Resource): string[] {
    const who = String(grant.member).replace(/^serviceAccount:/, "");
    const own = /^(accrete-[a-z-]+)@acme-feeds\.iam\.gserviceaccount\.com$/.exec(who)?.[1];
    const role = String(grant.role).replace(/^roles\//, "");
    const condition = grant.condition?.[0]?.expression as string | undefined;
    const told = condition === undefined ? [] : [conditions[condition] ?? condition];
    return [own ?? who, role, placeOf(type, grant), ...told];
  }

  function placeOf(type: string, grant: Resource): string {
    const last = (path: string) => path.split("/").at(-1)?.split("@")[0] ?? "";
    switch (type) {
      case "google_project_iam_member":
        return "project";
      case "google_storage_bucket_iam_member":
        return `bucket ${grant.bucket}`;
      case "google_pubsub_topic_iam_member":
        return `topic ${last(grant.topic)}`;
      case "google_pubsub_subscription_iam_member":
        return `subscription ${grant.subscription}`;
      case "google_cloud_run_service_iam_member":
        return `service ${grant.service}`;
      case "google_secret_manager_secret_iam_member":
        return `secret ${grant.secret_id}`;
      case "google_service_account_iam_member":
        return `account ${last(grant.service_account_id)}`;
      case "google_artifact_registry_repository_iam_member":
        return `repository ${grant.repository}`;
      default:
        return `${type} ${JSON.stringify(grant)}`;
    }
  }
});
