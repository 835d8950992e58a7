/** `accrete status`: what readers see, how late it is, and what is wrong, for people and for machines. */
import assert from "node:assert/strict";
import { cp, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { granule3b42rt } from "../../support/granules.ts";
import { trmmPath } from "../../support/trmmProvider.ts";
import { airFiles, airPath, createDesk, type Desk, granuleAt, timeOf, trmmFiles } from "./command.ts";
import { readVisible } from "./visible.ts";

const options = { concurrency: 2 };
const id = "trmm-3b42rt";
const air = "air-temperature";
const title = "TRMM 3B42RT: 3-hourly near-real-time precipitation, 60°N-60°S, 0.25°";

/** Timesteps 0 to 5, of which 2 is missing and 3 is corrupt; the patience of both is over by 2014-04-05. */
async function withGaps(desk: Desk): Promise<void> {
  const half = granuleAt(timeOf(3)).gz;
  desk.provider.put(trmmPath(timeOf(3)), half.subarray(0, half.length / 2), timeOf(5));
  const { exitCode } = await desk.accrete(`extend ${id} --start 2014-04-01 --now 2014-04-05`);
  assert.equal(exitCode, 3);
}

describe("accrete status", options, () => {
  test("tells length, coverage, lag and state", async (t) => {
    const desk = await createDesk(t, trmmFiles(0, 1, 2, 3, 4, 5));
    await desk.accrete(`extend ${id} --start 2014-04-01 --now 2014-04-02`);
    const metadata = await readVisible(desk.store, id);
    const { exitCode, stdout, stderr } = await desk.accrete(`status ${id} --now 2014-04-02`);
    assert.equal(stderr, "");
    assert.equal(exitCode, 0);
    assert.deepEqual(stdout.split("\n"), [
      `${id}: ${title}`,
      "length         6 timesteps from 2014-04-01T00:00:00Z",
      "valid through  2014-04-01T15:00:00Z",
      "state          current, 9 h behind; expected through 2014-04-01T15:00:00Z",
      "why            everything is there that is expected by now",
      "next           2014-04-01T18:00:00Z, expected at 2014-04-02T03:00:00Z (in 3 h)",
      `committed      ${metadata?.attributes.date_modified} (commit 1)`,
      "██████",
      "2014-04-01T00:00:00Z to 2014-04-01T15:00:00Z",
      "█ present  (1 timestep a character)",
      "gaps           0",
      "",
    ]);
  });

  test("is late once a granule is overdue, and needs no provider to say so", async (t) => {
    const desk = await createDesk(t, trmmFiles(0, 1));
    await desk.accrete(`extend ${id} --start 2014-04-01 --now 2014-04-01T12:00:00Z`);
    await desk.provider.close();
    const state = async (now: string) => {
      const { stdout } = await desk.accrete(`status ${id} --now ${now}`);
      return /^state +(.*)$/m.exec(stdout)?.[1];
    };
    assert.equal(
      await state("2014-04-01T14:59:59Z"),
      "current, 11 h 59 min behind; expected through 2014-04-01T03:00:00Z",
    );
    assert.equal(
      await state("2014-04-01T15:00:00Z"),
      "late, 12 h behind; expected through 2014-04-01T06:00:00Z",
    );
  });

  test("a series that is complete has ended, however long ago", async (t) => {
    const desk = await createDesk(t, airFiles());
    await desk.accrete(`extend ${air}`);
    const { stdout } = await desk.accrete(`status ${air}`);
    assert.match(stdout, /^state +ended, 0 s behind; expected through 2013-01-01T18:00:00Z$/m);
  });

  test("lists gaps, and why they are", async (t) => {
    const desk = await createDesk(t, trmmFiles(0, 1, 4, 5));
    await withGaps(desk);
    const { exitCode, stdout } = await desk.accrete(`status ${id} --now 2014-04-05`);
    assert.equal(exitCode, 0);
    const lines = stdout.split("\n");
    assert.ok(lines.includes("length         6 timesteps from 2014-04-01T00:00:00Z"), stdout);
    assert.deepEqual(lines.slice(lines.indexOf("gaps           2"), lines.indexOf("failing") + 1), [
      "gaps           2",
      "  2014-04-01T06:00:00Z  missing",
      "  2014-04-01T09:00:00Z  corrupt",
      "failing",
    ]);
    assert.match(
      stdout,
      /^ {2}2014-04-01T06:00:00Z {2}missing, notThere: the provider does not list it \(attempt 1, next try 2014-04-05T01:00:00Z\)$/m,
    );
    assert.match(
      stdout,
      /^ {2}2014-04-01T09:00:00Z {2}corrupt, truncated: \S.* \(attempt 1, next try 2014-04-05T01:00:00Z\)$/m,
    );
  });

  test("lists the granules that the provider has replaced", async (t) => {
    const desk = await createDesk(t, trmmFiles(0, 1, 2));
    const now = "--now 2014-04-01T18:00:00Z";
    await desk.accrete(`extend ${id} --start 2014-04-01 ${now}`);
    assert.doesNotMatch((await desk.accrete(`status ${id} ${now}`)).stdout, /revised/);
    const time = timeOf(1);
    desk.provider.put(trmmPath(time), granule3b42rt({ time, seed: 2 }).gz, time + 8 * 3_600_000);
    assert.equal((await desk.accrete(`extend ${id} ${now}`)).exitCode, 0);
    assert.match(
      (await desk.accrete(`status ${id} ${now}`)).stdout,
      /^revised\n {2}2014-04-01T03:00:00Z {2}once, last ingested \d{4}-\d\d-\d\dT\S+Z$/m,
    );
  });

  test("--json gives the same to a machine", async (t) => {
    const desk = await createDesk(t, trmmFiles(0, 1, 4, 5));
    await withGaps(desk);
    const { exitCode, stdout } = await desk.accrete(`status ${id} --json --now 2014-04-05`);
    assert.equal(exitCode, 0);
    const { failing, committed_at, store_identity, commit_seq, latency, commits, provider, why, ...status } =
      JSON.parse(stdout);
    assert.match(why, /^24 timesteps are overdue, the first is 2014-04-01T18:00:00Z; \S/);
    assert.equal(latency.published_seconds.length, 6);
    assert.equal(commits[0].length, 6);
    assert.equal(provider.failing, null);
    assert.deepEqual(status, {
      schema: 2,
      dataset: id,
      title,
      start: "2014-04-01T00:00:00Z",
      end: "2019-12-31T21:00:00Z",
      step: "PT3H",
      chunk_length: 40,
      expected_latency: "PT9H",
      patience: "P2D",
      length: 6,
      valid_through: "2014-04-01T15:00:00Z",
      gap_count: 2,
      revised: [],
      // By three days, and patience is two.
      state: "stalled",
      expected_through: "2014-04-04T15:00:00Z",
      next: { time: "2014-04-01T18:00:00Z", expected_at: "2014-04-02T03:00:00Z" },
      lag_seconds: (3 * 24 + 9) * 3600,
      // Three hours after the last visible timestep is the next, which was expected nine hours later.
      overdue_seconds: (3 * 24 + 9 - 3 - 9) * 3600,
      gaps: [
        { from: "2014-04-01T06:00:00Z", to: "2014-04-01T06:00:00Z", status: "missing" },
        { from: "2014-04-01T09:00:00Z", to: "2014-04-01T09:00:00Z", status: "corrupt" },
      ],
      coverage: [
        { from: "2014-04-01T00:00:00Z", to: "2014-04-01T03:00:00Z", status: "present", timesteps: 2 },
        { from: "2014-04-01T06:00:00Z", to: "2014-04-01T06:00:00Z", status: "missing", timesteps: 1 },
        { from: "2014-04-01T09:00:00Z", to: "2014-04-01T09:00:00Z", status: "corrupt", timesteps: 1 },
        { from: "2014-04-01T12:00:00Z", to: "2014-04-01T15:00:00Z", status: "present", timesteps: 2 },
      ],
    });
    const visible = await readVisible(desk.store, id);
    assert.equal(committed_at, visible?.attributes.date_modified);
    assert.equal(commit_seq, visible?.attributes.commit_seq);
    assert.equal(store_identity, visible?.attributes.store_identity);
    const byTime = new Map(failing.map((step: { time: string }) => [step.time, step]));
    assert.equal(byTime.size, 2);
    assert.deepEqual(byTime.get("2014-04-01T06:00:00Z"), {
      time: "2014-04-01T06:00:00Z",
      status: "missing",
      fault: "notThere",
      reason: "the provider does not list it",
      path: null,
      attempts: 1,
      next_try_at: "2014-04-05T01:00:00Z",
    });
    const { reason, ...corrupt } = byTime.get("2014-04-01T09:00:00Z") as Record<string, unknown>;
    assert.deepEqual(corrupt, {
      time: "2014-04-01T09:00:00Z",
      status: "corrupt",
      fault: "truncated",
      path: "3B42RT/2014/04/3B42RT.2014040109.7.bin.gz",
      attempts: 1,
      next_try_at: "2014-04-05T01:00:00Z",
    });
    assert.equal(typeof reason, "string");
  });

  test("neighbouring gaps of one kind are one", async (t) => {
    const { [airPath("06")]: _, [airPath("12")]: __, ...ends } = airFiles();
    const desk = await createDesk(t, ends);
    await desk.accrete(`extend ${air}`);
    assert.match(
      (await desk.accrete(`status ${air}`)).stdout,
      /^gaps +2\n {2}2013-01-01T06:00:00Z to 2013-01-01T12:00:00Z {2}missing$/m,
    );
  });

  test("a dataset in which nothing is visible yet says so", async (t) => {
    const desk = await createDesk(t);
    await desk.accrete(`extend ${id} --start 2014-04-01 --now 2014-04-01`);
    const { exitCode, stdout } = await desk.accrete(`status ${id} --now 2014-04-01`);
    assert.equal(exitCode, 0);
    assert.match(stdout, /^length +0 timesteps from 2014-04-01T00:00:00Z\nvalid through +-\n/m);
    assert.match(stdout, /^state +current, nothing is visible yet; expected through -$/m);
    const { length, valid_through, lag_seconds, gaps } = JSON.parse(
      (await desk.accrete(`status ${id} --json --now 2014-04-01`)).stdout,
    );
    assert.deepEqual(
      { length, valid_through, lag_seconds, gaps },
      {
        length: 0,
        valid_through: null,
        lag_seconds: null,
        gaps: [],
      },
    );
  });

  test("a dataset that is not there: it says what creates it, ends with 1, and creates nothing", async (t) => {
    const desk = await createDesk(t);
    const fault = `status ${desk.store}/${id}.zarr: there is no such dataset; check --store, or \`accrete extend ${id}\` creates it`;
    const error = { tag: "storage", faults: [fault], exit_code: 1 };
    for (const [how, stderr] of [
      ["", `accrete: ${fault}\n`],
      [" --json", `${JSON.stringify({ error })}\n`],
    ]) {
      assert.deepEqual(await desk.accrete(`status ${id}${how}`), { exitCode: 1, stdout: "", stderr });
    }
    assert.deepEqual(await readdir(desk.directory), []);
  });

  test("what it says of a copy without its ledger is what the copy shows", async (t) => {
    const desk = await createDesk(t, airFiles());
    await desk.accrete(`extend ${air}`);
    await cp(join(desk.store, `${air}.zarr`), join(desk.directory, "copy", `${air}.zarr`), {
      recursive: true,
    });
    const original = await desk.accrete(`status ${air}`);
    assert.deepEqual(await desk.accrete(`status ${air} --store copy`), original);
    assert.deepEqual(await readdir(join(desk.directory, "copy")), [`${air}.zarr`]);
  });

  test("beside the dataset, status.json holds what every reader may fetch", async (t) => {
    const desk = await createDesk(t, trmmFiles(0, 1, 4, 5));
    await withGaps(desk);
    const published = JSON.parse(await readFile(join(desk.store, `${id}.accrete/status.json`), "utf8"));
    const told = JSON.parse((await desk.accrete(`status ${id} --json --now 2014-04-05`)).stdout);
    assert.equal(published.schema, 2);
    const names = Object.keys(published);
    assert.deepEqual(Object.fromEntries(names.map((name) => [name, told[name]])), published);
  });
});

describe("accrete datasets", options, () => {
  test("lists what can be extended, with its period, step and arrays", async (t) => {
    const desk = await createDesk(t);
    const { exitCode, stdout, stderr } = await desk.accrete("datasets");
    assert.equal(stderr, "");
    assert.equal(exitCode, 0);
    assert.match(
      stdout,
      /^trmm-3b42rt\n {2}TRMM 3B42RT: .*\n {2}2000-03-01T00:00:00Z to 2019-12-31T21:00:00Z, every PT3H\n {2}precipitation, precipitation_error, source, uncal_precipitation$/m,
    );
    assert.match(
      stdout,
      /^air-temperature\n {2}.*\n {2}2013-01-01T00:00:00Z to 2013-01-01T18:00:00Z, every PT6H\n {2}air$/m,
    );
    assert.deepEqual(await readdir(desk.directory), []);
  });
});
