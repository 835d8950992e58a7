/** The contract suites can fail: an adapter that breaks one promise of its port is found out by the test that is about it. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { childEnvironment } from "../../support/childEnvironment.ts";
import { formatLies, ledgerLies, queueLies, sourceLies, storeLies } from "./liars.ts";

/** By suite, the tests of it that failed. */
let failed: ReadonlyMap<string, readonly string[]>;
before(() => {
  const told = spawnSync(
    process.execPath,
    ["--test-reporter=tap", join(import.meta.dirname, "tellLies.ts")],
    {
      encoding: "utf8",
      env: childEnvironment(),
    },
  );
  failed = failuresIn(told.stdout);
});

for (const [port, lies] of Object.entries({
  store: storeLies,
  ledger: ledgerLies,
  queue: queueLies,
  source: sourceLies,
  format: formatLies,
})) {
  describe(`the ${port} contract`, () => {
    test("finds nothing wrong with an honest adapter", () => {
      assert.deepEqual(failed.get(`${port} contract: honest`), []);
    });
    for (const [name, { foundBy }] of Object.entries(lies)) {
      test(`finds out one that ${name}`, () => {
        const tests = failed.get(`${port} contract: ${name}`) ?? [];
        assert.ok(tests.includes(foundBy), `these failed: ${tests.join("; ") || "none"}`);
      });
    }
  });
}

/** Of a report in TAP. */
function failuresIn(tap: string): ReadonlyMap<string, readonly string[]> {
  const failures = new Map<string, string[]>();
  let ofSuite: string[] = [];
  for (const line of tap.split("\n")) {
    const suite = /^# Subtest: (.*)$/.exec(line)?.[1];
    const test = /^ {4}not ok \d+ - (.*)$/.exec(line)?.[1];
    if (suite !== undefined) {
      ofSuite = [];
      failures.set(suite, ofSuite);
    }
    if (test !== undefined) ofSuite.push(test);
  }
  return failures;
}
