/** How failures are answered: 400 where a message can never work, 503 what passes by itself, 500 what needs somebody. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { DeadlineError, failureAnswer } from "../../../../functions/runtime/http/answer.ts";
import {
  ContentionError,
  DescriptorError,
  DriftError,
  GranuleError,
  SourceError,
  StorageError,
  UsageError,
} from "../../../../shared/errors.ts";

describe("a failure is answered", () => {
  for (const [error, status, faults] of [
    [new UsageError(["one", "two"]), 400, ["one", "two"]],
    [new StorageError("put", "a/b", "no answer"), 503, ["put a/b: no answer"]],
    [new SourceError("unreachable", "no route to host"), 503, ["no route to host"]],
    [new SourceError("refused", "530 login incorrect"), 503, ["530 login incorrect"]],
    [new GranuleError("size", "too short"), 503, ["too short"]],
    [new ContentionError("others were quicker"), 503, ["others were quicker"]],
    [new DeadlineError("the time is over"), 503, ["the time is over"]],
    [
      new DriftError("tiny", ["a", "b"]),
      500,
      ['dataset "tiny" in the store is not what the descriptor says: a; b'],
    ],
    [new DescriptorError("tiny", ["a"]), 500, ['descriptor of "tiny": a']],
  ] as const) {
    test(`with ${status} for a ${error.name}${"fault" in error ? ` (${error.fault})` : ""}, and why`, () => {
      assert.deepEqual(failureAnswer(error), { status, body: { faults } });
    });
  }

  for (const thrown of [new TypeError("secret text"), "secret text", undefined, { tag: "secret text" }]) {
    test(`with 500 for what nobody expected, and without a word of ${JSON.stringify(thrown)}`, () => {
      const { status, body } = failureAnswer(thrown);
      assert.equal(status, 500);
      assert.doesNotMatch(JSON.stringify(body), /secret text/);
      assert.match(JSON.stringify(body), /log/);
    });
  }

  test("shortly, and in one line", () => {
    const { body } = failureAnswer(new StorageError("read", "a", `${"x".repeat(10_000)}\nmore`));
    const [fault = ""] = (body as { faults: string[] }).faults;
    assert.ok(fault.length <= 2000 && !fault.includes("\n"));
    assert.match(fault, /^read a: xxx/);
  });
});
