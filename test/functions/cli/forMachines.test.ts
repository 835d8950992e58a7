/**
 * `--json`: nothing but JSON on stdout, and what fails as one line on stderr. Colours: on terminals, where NO_COLOR and
 * FORCE_COLOR do not say otherwise, and never in JSON.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  airFiles,
  airModifiedAt,
  createDesk,
  type Finished,
  granuleAt,
  timeOf,
  trmmFiles,
} from "./command.ts";
import { readVisible } from "./visible.ts";

const options = { concurrency: 2 };
const id = "trmm-3b42rt";
const air = "air-temperature";
const controlSequence = "\u001b";
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/;

/** The error that a command tells as its only line on stderr. */
function errorOf({ stderr, exitCode }: Finished): { tag: string; faults: string[]; exit_code: number } {
  assert.match(stderr, /^[^\n]+\n$/);
  const { error } = JSON.parse(stderr);
  assert.equal(error.exit_code, exitCode);
  return error;
}

describe("--json", options, () => {
  test("of datasets lists what can be extended", async (t) => {
    const desk = await createDesk(t);
    const { datasets } = JSON.parse((await desk.accrete("datasets --json")).stdout);
    assert.deepEqual(
      datasets.map(({ dataset }: { dataset: string }) => dataset),
      [air, id],
    );
    assert.deepEqual(datasets[0], {
      dataset: air,
      title: "Air temperature at 1000 hPa, 6-hourly, January 2013",
      start: "2013-01-01T00:00:00Z",
      end: "2013-01-01T18:00:00Z",
      step: "PT6H",
      arrays: ["air"],
      expected_latency: "PT6H",
      patience: "P1D",
    });
  });

  test("of plan is one object", async (t) => {
    const desk = await createDesk(t, trmmFiles(38, 39, 40, 41));
    const bytes = [38, 39, 40, 41].reduce((sum, i) => sum + granuleAt(timeOf(i)).gz.length, 0);
    const now = "--start 2014-04-01 --now 2014-04-06T06:00:00Z --json";
    const { cloud, provider, ...pending } = JSON.parse((await desk.accrete(`plan ${id} ${now}`)).stdout);
    assert.deepEqual(pending, {
      dataset: id,
      granules: 4,
      timesteps: 4,
      bytes,
      granules_of_unknown_size: 0,
      batches: 2,
      chunks_left_to_others: 0,
      timesteps_to_settle: 0,
      empty_window: null,
    });
    assert.deepEqual([provider.asked > 4, provider.matched, provider.unmatched], [true, 4, null]);
    assert.equal(cloud.workers, 2);
    assert.ok(cloud.seconds > 0 && cloud.dollars > 0 && cloud.dollars < 0.01);
    const nothing = await desk.accrete(`plan ${id} --to 2014-04-01 ${now}`);
    assert.equal(JSON.parse(nothing.stdout).cloud, null);
  });

  test("of extend is an object a line for each event, with instants and no more, and ends with what was done", async (t) => {
    const desk = await createDesk(t, airFiles());
    const { exitCode, stdout, stderr } = await desk.accrete(`extend ${air} --json`);
    assert.deepEqual([exitCode, stderr], [0, ""]);
    const events = stdout
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line));
    for (const { event, at, ...members } of events) {
      assert.match(event, /^[a-z_]+$/);
      assert.match(at, instant);
      assert.equal(members.dataset, air);
      for (const name of Object.keys(members)) assert.match(name, /^[a-z_0-9]+$/);
    }
    const named = (name: string) => events.filter(({ event }) => event === name);
    assert.equal(named("granule").length, 4);
    assert.deepEqual(
      named("granule")
        .map(({ timestep }) => timestep)
        .sort(),
      ["2013-01-01T00:00:00Z", "2013-01-01T06:00:00Z", "2013-01-01T12:00:00Z", "2013-01-01T18:00:00Z"],
    );
    const { valid_through, length } = named("committed").at(-1);
    assert.deepEqual([valid_through, length], ["2013-01-01T18:00:00Z", 4]);
    const { at: _, ...done } = events.at(-1);
    assert.deepEqual(done, {
      event: "done",
      dataset: air,
      taken: 4,
      failed: 0,
      unmatched: null,
      store: `${desk.store}/${air}.zarr`,
    });
    assert.equal((await readVisible(desk.store, air))?.length, 4);
  });

  test("of extend says what failed, and ends with 3", async (t) => {
    // Cut off long ago: one of today may still be on its way.
    const cutOff = { bytes: new Uint8Array(9), modifiedAt: airModifiedAt };
    const desk = await createDesk(t, { ...airFiles(), "/test8_2013010106.dat": cutOff });
    const { exitCode, stdout } = await desk.accrete(`extend ${air} --json`);
    assert.equal(exitCode, 3);
    const failed = stdout.split("\n").find((line) => line.includes('"granule_failed"'));
    const { timestep, fault, next_try_at } = JSON.parse(failed ?? "{}");
    assert.deepEqual([timestep, fault], ["2013-01-01T06:00:00Z", "length"]);
    assert.match(next_try_at, instant);
  });

  test("of doctor is one object", async (t) => {
    const desk = await createDesk(t, airFiles());
    await desk.accrete(`extend ${air}`);
    const { exitCode, stdout } = await desk.accrete(`doctor ${air} --json`);
    const { dataset, length, differences } = JSON.parse(stdout);
    assert.deepEqual([exitCode, dataset, length, differences], [0, air, 4, []]);
  });

  for (const [what, args, tag, fault] of [
    [
      "an unknown option",
      `extend ${air} --jason --json`,
      "usage",
      /^unknown option '--jason' \(Did you mean --json\?\)$/,
    ],
    ["a missing argument", "plan --json", "usage", /^missing required argument 'dataset'$/],
    ["an unknown dataset", "plan air-temprature --json", "usage", /; did you mean air-temperature\?$/],
    ["a bad time", `status ${air} --now soon --json`, "usage", /^--now "soon" is not a time/],
    ["no dataset", `status ${air} --json`, "storage", /there is no such dataset/],
    [
      "a dead provider",
      `plan ${air} --source ftp://127.0.0.1:1/ --json`,
      "source",
      /; check the provider's URL/,
    ],
  ] as const) {
    test(`what fails is one line on stderr, with its tag: ${what}`, async (t) => {
      const desk = await createDesk(t);
      const finished = await desk.accrete(args);
      assert.equal(finished.stdout, "");
      const error = errorOf(finished);
      assert.equal(error.tag, tag);
      assert.match(error.faults[0] ?? "", fault);
      assert.equal(error.exit_code, tag === "usage" ? 2 : 1);
    });
  }

  test("a run that is stopped says so in JSON too", async (t) => {
    const desk = await createDesk(t, airFiles());
    desk.provider.faults.stalledTransfers = 4;
    const run = desk.start(`extend ${air} --json`);
    await desk.provider.awaitCommand("RETR");
    run.kill("SIGINT");
    const error = errorOf(await run.finished);
    assert.deepEqual([error.tag, error.exit_code], ["interrupted", 130]);
  });
});

describe("colours", options, () => {
  test("are where a person forces them, but never in JSON, and nowhere else into a pipe", async (t) => {
    const desk = await createDesk(t, airFiles());
    const forced = { FORCE_COLOR: "1" };
    const colours = async (args: string, environment: Record<string, string>) =>
      (await desk.accrete(args, environment)).stdout.includes(controlSequence);
    await desk.accrete(`extend ${air}`);
    assert.equal(await colours(`status ${air}`, forced), true);
    assert.equal(await colours(`status ${air}`, {}), false);
    assert.equal(await colours(`status ${air}`, { NO_COLOR: "1" }), false);
    for (const args of [`status ${air} --json`, `doctor ${air} --json`, `extend ${air} --force --json`])
      assert.equal(await colours(args, forced), false, args);
  });
});
