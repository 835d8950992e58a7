/**
 * What is deployed works as what it was made from: the bundle's functions against the emulators; and the command, on another
 * machine, works on the same dataset beside them.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import type { DatasetStatus } from "../../functions/runtime/datasetStatus.ts";
import { airFiles, airPath, runAccrete } from "../functions/cli/command.ts";
import { type AirHour, airHours } from "../support/airGranules.ts";
import { emulatorsSkip } from "../support/emulators.ts";
import { type FtpServer, startFtpServer } from "../support/ftpServer.ts";
import { bucket, type LocalCloud, startLocalCloud } from "./localCloud.ts";
import { until, visibleLength } from "./stage.ts";

const skip = await emulatorsSkip();
const project = resolve(import.meta.dirname, "../..");
const id = "air-temperature";

describe("the deployed bundle, and the command beside it", { skip }, () => {
  let directory: string;
  let provider: FtpServer;
  let cloud: LocalCloud;
  const accrete = async (args: string) =>
    runAccrete(directory, args, { ...cloud.environment, ACCRETE_SOURCE: provider.url }).finished;
  const publish = async (...hours: AirHour[]) => {
    const files = airFiles();
    for (const hour of hours) {
      const file = files[airPath(hour)] as { bytes: Uint8Array; modifiedAt: number };
      provider.put(airPath(hour), file.bytes, file.modifiedAt);
    }
  };

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "accrete-bundle-"));
    const command = join(project, "functions/cli/accrete.ts");
    const datasets = join(project, "shared/dataset/catalogue");
    await promisify(execFile)(process.execPath, [command, "build", directory, "--datasets", datasets]);
    await symlink(join(project, "node_modules"), join(directory, "node_modules"));
    provider = await startFtpServer();
    cloud = await startLocalCloud({
      entry: join(directory, "functions/index.js"),
      workersMax: 2,
      environment: {
        ACCRETE_DATASET_IDS: id,
        ACCRETE_SOURCE: provider.url,
        // As the platform's buildpack sets them for a worker of half a GiB.
        LOG_EXECUTION_ID: "true",
        NODE_OPTIONS: "--max-old-space-size=384",
      },
      backoff: { minimumBackoff: "1s", maximumBackoff: "5s" },
    });
  });
  after(async () => {
    await cloud?.close();
    await provider?.close();
    await rm(directory, { recursive: true });
  });

  test("plan, extend and status do their work", async () => {
    await publish(airHours[0], airHours[1]);
    await cloud.publish("plan", {});
    await until("two timesteps are visible", () => visibleLength(cloud.storage, id) === 2);
    const status = (await (await fetch(`${cloud.status.url}/${id}`)).json()) as DatasetStatus;
    assert.deepEqual([status.length, status.valid_through], [2, "2013-01-01T06:00:00Z"]);

    const page = await fetch(cloud.status.url, { headers: { accept: "text/html" } });
    const [, script = ""] = /src="(static\/[^"]+)"/.exec(await page.text()) ?? [];
    assert.equal(
      (await fetch(`${cloud.status.url}/${script}`)).headers.get("content-type"),
      "text/javascript; charset=utf-8",
    );
    const seen = await fetch(`${cloud.status.url}/data/${id}.accrete/status.json`);
    assert.equal(((await seen.json()) as DatasetStatus).length, 2);
  });

  test("the command extends the dataset in the bucket, sends a plan to the functions, and sees what both did", async () => {
    await publish(airHours[2]);
    const extended = await accrete(`extend ${id}`);
    assert.deepEqual([extended.exitCode, extended.stderr], [0, ""]);
    assert.match(extended.stdout, new RegExp(`1 timestep ingested, 0 failed; in gs://${bucket}/${id}.zarr`));

    await publish(airHours[3]);
    const sent = await accrete(`plan ${id} --send --from 2013-01-01T18:00:00Z`);
    assert.deepEqual([sent.exitCode, sent.stderr], [0, ""]);
    await until("four timesteps are visible", () => visibleLength(cloud.storage, id) === 4);

    const { stdout } = await accrete(`status ${id} --json`);
    const status = JSON.parse(stdout) as DatasetStatus;
    assert.deepEqual([status.length, status.gap_count], [4, 0]);
  });

  test("the command removes it from bucket and Firestore, and it may begin anew", async () => {
    const { exitCode, stdout, stderr } = await accrete(`remove ${id} --yes`);
    assert.deepEqual([exitCode, stderr], [0, ""]);
    assert.match(stdout, new RegExp(`^${id}: removed \\d+ objects and 2 records of the ledger`));
    assert.deepEqual(cloud.storage.names(bucket), []);
    const again = await accrete(`remove ${id} --yes`);
    assert.equal(again.exitCode, 1);
    assert.match(again.stderr, /there is no such dataset/);
    const begun = await accrete(`extend ${id}`);
    assert.deepEqual([begun.exitCode, begun.stderr], [0, ""]);
    assert.equal(visibleLength(cloud.storage, id), 4);
  });

  test("a bucket that does not exist is named, with what to do", async () => {
    const { exitCode, stderr } = await accrete(`extend ${id} --store gs://no-such-bucket`);
    assert.equal(exitCode, 1);
    assert.match(stderr, /gs:\/\/no-such-bucket.*does not exist/);
  });
});
