/** What a person is told of a failure: what went wrong, what to do about it, and the exit code for a script. */
import assert from "node:assert/strict";
import { resolve } from "node:path";
import { describe, test } from "node:test";
import { failureOf } from "../../../../functions/cli/terminal/exit.ts";
import { ContentionError, StorageError } from "../../../../shared/errors.ts";
import { runScript } from "../command.ts";

describe("a failure is told with what to do", () => {
  const sqlite = (errcode: number) => {
    const cause = Object.assign(new Error("it says"), { code: "ERR_SQLITE_ERROR", errcode });
    return failureOf(new StorageError("read", "ledger", "it says", { cause }));
  };
  // SQLite's result codes: BUSY, READONLY, CORRUPT, FULL, NOTADB; BUSY_RECOVERY is BUSY with more said of it.
  for (const [code, remedy] of [
    [5, /another process .*run again later; nothing is lost$/],
    [5 + 256, /another process .*run again later; nothing is lost$/],
    [8, /this user may not write it$/],
    [11, /move that file away: `accrete doctor DATASET --repair` makes a new ledger from the store$/],
    [13, /the disk is full; free some space and run again, nothing is lost$/],
    [26, /move that file away: `accrete doctor DATASET --repair` makes a new ledger from the store$/],
  ] as const) {
    test(`of a ledger, with SQLite's code ${code}`, () => {
      const { tag, faults, exitCode } = sqlite(code);
      assert.deepEqual([tag, exitCode, faults.length], ["storage", 1, 1]);
      assert.match(faults[0] ?? "", remedy);
    });
  }

  test("and is its own message where nothing can be added", () => {
    assert.deepEqual(failureOf(new ContentionError("others were quicker")).faults, ["others were quicker"]);
  });

  test("asks to be reported where nobody expected it", () => {
    const { tag, faults, exitCode } = failureOf(new TypeError("x is not a function"));
    assert.deepEqual([tag, exitCode], ["unexpected", 1]);
    assert.match(faults[0] ?? "", /^x is not a function; nobody expected this: please report it/);
  });
});

describe("npm run bench", () => {
  const script = resolve(import.meta.dirname, "../../../bench/bench.ts");
  for (const [args, fault] of [
    [["--only", "nonsense"], /^accrete: no row begins with nonsense; there are: extend-float32, /],
    [["--runs", "few"], /^accrete: --runs "few" is not a whole number from 1$/],
    [["--onyl"], /^accrete: Unknown option '--onyl'.*npm run bench/],
  ] as const) {
    test(`${args.join(" ")} is refused in a sentence`, async () => {
      const { exitCode, stdout, stderr } = await runScript(script, "/", args, {}).finished;
      assert.deepEqual([exitCode, stdout, stderr.split("\n").length], [2, "", 2]);
      assert.match(stderr.trimEnd(), fault);
    });
  }
});
