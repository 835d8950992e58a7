/**
 * What `npm test` leaves out of the long proofs it says in the end, and `npm run test:all` leaves out nothing: a file of such
 * proofs is run both ways, by the runner and the reporter of all tests.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { temporaryDirectory } from "../support/temporaryDirectory.ts";

const project = resolve(import.meta.dirname, "../..");
const support = join(project, "test/support");
const proofs = `
  import { test } from "node:test";
  import { casesOf, everySampled, onlyInAll, sampled } from ${JSON.stringify(pathToFileURL(join(support, "sample.ts")).href)};
  test("schedules", (t) => t.diagnostic("played " + casesOf(t, { whole: 2000, sample: 200, what: "schedules" })));
  test("more of them", (t) => t.diagnostic("played " + casesOf(t, { whole: 50, sample: 10, what: "schedules" })));
  test("kinds", (t) => {
    const deaths = ["put a", "put b", "put c", "read a", "list a", "list b"];
    const chosen = sampled(t, deaths, { kindOf: (death) => death.split(" ")[0], what: "deaths" });
    t.diagnostic("chosen " + chosen.join(", "));
  });
  test("one of five", (t) => t.diagnostic("every " + everySampled));
  test("in the whole alone", { skip: onlyInAll }, () => undefined);
  test("elsewhere", { skip: "there is no such thing" }, () => undefined);
`;

/** What the runner says of them, line by line, without the runner's own figures. */
async function said(t: TestContext, environment: Record<string, string>): Promise<string[]> {
  const file = join(await temporaryDirectory(t), "proofs.test.ts");
  await writeFile(file, proofs);
  const reporter = `--test-reporter=${pathToFileURL(join(support, "report.ts")).href}`;
  const { PATH = "" } = process.env;
  const { stdout } = await promisify(execFile)(process.execPath, ["--test", reporter, file], {
    env: { PATH, ...environment },
  });
  return stdout.split("\n").map((line) => line.replace(/^ℹ /, ""));
}

describe("the end of a run", () => {
  test("says what a sample left out, and what else was not there", async (t) => {
    const lines = await said(t, {});
    assert.deepEqual(lines.slice(-6), [
      "skipped: 1 test: npm run test:all plays it",
      "skipped: 1 test: there is no such thing",
      "left out of the long proofs: 1840 of 2050 schedules, 3 of 6 deaths",
      "npm run test:all plays all of them",
      "4 passed, 0 failed",
      "",
    ]);
    for (const played of ["played 200", "played 10", "every 5"]) assert.ok(lines.includes(played), played);
  });

  test("is the same for the same seed, has one case of each kind, and another seed's has others", async (t) => {
    const chosen = async (seed: string) => {
      const line = (await said(t, { ACCRETE_SEED: seed })).find((one) => one.startsWith("chosen "));
      assert.match(line ?? "", /^chosen put [abc], read a, list [ab]$/);
      return line;
    };
    const seeds = Array.from({ length: 3 }, (_, seed) => String(seed + 1));
    const lines = await Promise.all(seeds.map(chosen));
    assert.equal(await chosen("1"), lines[0]);
    assert.ok(new Set(lines).size > 1);
  });

  test("of the whole has nothing left out", async (t) => {
    const lines = await said(t, { ACCRETE_ALL: "1" });
    assert.deepEqual(lines.slice(-3), ["skipped: 1 test: there is no such thing", "5 passed, 0 failed", ""]);
    assert.ok(!lines.some((line) => line.includes("left out")));
    const all = "chosen put a, put b, put c, read a, list a, list b";
    for (const played of ["played 2000", "played 50", "every 1", all])
      assert.ok(lines.includes(played), played);
  });
});

test("the whole is what test:all plays, of the same files, and CI plays it", async () => {
  const { scripts } = JSON.parse(await readFile(join(project, "package.json"), "utf8"));
  assert.equal(scripts["test:all"], "ACCRETE_ALL=1 npm run --silent test");
  assert.match(await readFile(join(project, ".ci/run"), "utf8"), /^stage tests npm run test:all$/m);
});

test("nothing but the sample's own file decides how much is played", async () => {
  const reading: string[] = [];
  for (const name of await readdir(join(project, "test"), { recursive: true })) {
    const file = join(project, "test", name);
    if (!name.endsWith(".ts") || file === import.meta.filename) continue;
    if (/env\.ACCRETE_ALL/.test(await readFile(file, "utf8"))) reading.push(relative(project, file));
  }
  assert.deepEqual(reading, ["test/support/sample.ts"]);
});
