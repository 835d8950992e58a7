/** `npm run simulate` compares choices for whole series in the cloud, and refuses what cannot be deployed. */
import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { resolve } from "node:path";
import { describe, test } from "node:test";
import { runScript } from "./command.ts";

const script = resolve(import.meta.dirname, "../../../functions/cli/simulate/simulate.ts");
const simulate = (...args: string[]) => runScript(script, tmpdir(), args, {}).finished;

describe("npm run simulate", { concurrency: 2 }, () => {
  test("prints what it assumes, a table for each series, and what to choose", async () => {
    const { exitCode, stdout, stderr } = await simulate("--chunk-length", "40,160", "--workers", "2,7");
    assert.deepEqual([exitCode, stderr], [0, ""]);
    assert.match(stdout, /^Assumed$/m);
    assert.match(stdout, /^ {2}provider {3}10 MB\/s in all/m);
    const rows = stdout.split("\n").filter((line) => /^ {2,}\*? +(40|160) +[27] /.test(line));
    assert.equal(rows.length, 2 * 4);
    // What terraform/README.md says of 3B42RT: 1 h 26 min, 0.58 $.
    assert.match(
      stdout,
      /^ +\* +40 +2 +1 h 2\d min +0\.5 .* 0\.5\d +1\.4\d +the connections to the provider$/m,
    );
    assert.match(stdout, /^ +Fastest: .+\. Cheapest: .+; a month costs least with \d+ a chunk\.$/m);
  });

  test("--json tells every number, the same each time", async () => {
    const args = ["--json", "--chunk-length", "160", "--workers", "2", "--failure-rate", "0.01"];
    const [first, second] = await Promise.all([simulate(...args), simulate(...args)]);
    assert.equal(first.stdout, second.stdout);
    const { assumptions, scenarios } = JSON.parse(first.stdout);
    assert.deepEqual(
      ["store", "ledger", "transfer", "granule"].map((what) => assumptions.failures[what]),
      [0.01, 0.01, 0.01, 0.01],
    );
    assert.deepEqual(
      scenarios.map(({ scenario }: { scenario: string }) => scenario),
      ["trmm-3b42rt", "half-hourly"],
    );
    const [{ choices }] = scenarios;
    assert.equal(choices.length, 1);
    // 58,000 timesteps of 160 a chunk.
    assert.equal(choices[0].batches, 363);
    assert.ok(
      choices[0].requests > 363 && choices[0].calls.storePuts > 363 * 4 && choices[0].dollarsInAll > 0,
    );
  });

  test("a quicker provider takes less time", async () => {
    const tells = async (rate: string) => {
      const args = ["--json", "--chunk-length", "160", "--workers", "2", "--provider-mb-per-second", rate];
      return JSON.parse((await simulate(...args)).stdout).scenarios[1].choices[0].toldMs;
    };
    const [slow, quick] = await Promise.all(["1", "10"].map(tells));
    // 700 GB at 1 MB/s.
    assert.ok(slow >= 700_000 * 1000 && quick < slow / 5, `${slow}, ${quick}`);
  });

  for (const [args, fault] of [
    [
      ["--workers", "0"],
      /^error: option '--workers <counts>' argument '0' is invalid\. It is not a whole number from 1 on\.$/,
    ],
    [["--failure-rate", "2"], /argument '2' is invalid\. It is not a share from 0 to 0\.5\.$/],
    [["--provider-mb-per-second", "fast"], /argument 'fast' is invalid\. It is not a number above 0\.$/],
    [["--speed", "1"], /^error: unknown option '--speed'$/],
    [
      ["--workers", "8"],
      /^accrete: --workers 8: trmm-3b42rt has 8 connections, one of which a plan needs: at most 7$/,
    ],
    [["--chunk-length", "600"], /^accrete: --chunk-length 600: at most 511$/],
  ] as const) {
    test(`refuses ${args.join(" ")}, with 2`, async () => {
      const { exitCode, stdout, stderr } = await simulate(...args);
      assert.deepEqual([exitCode, stdout], [2, ""]);
      assert.match(stderr.split("\n")[0] as string, fault);
      assert.doesNotMatch(stderr, /\n {4}at /);
    });
  }
});
