/** An invocation ends its work before its time is over, and answers before the platform ends it. */
import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { DeadlineError } from "../../../../functions/runtime/http/answer.ts";
import { startDeadline } from "../../../../functions/runtime/http/deadline.ts";

/** What of a deadline has passed after so many milliseconds. */
function passedAfter(t: TestContext, timeoutMs: number, moments: readonly number[]): string[] {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const deadline = startDeadline(timeoutMs);
  let clock = 0;
  return moments.map((moment) => {
    t.mock.timers.tick(moment - clock);
    clock = moment;
    const passed = (["late", "signal", "answerBy"] as const).filter((name) => deadline[name].aborted);
    return `${moment}: ${passed.join(" ")}`;
  });
}

describe("a deadline", () => {
  test("of a minute keeps 6 seconds back, and begins nothing new after three quarters of the rest", (t) => {
    assert.deepEqual(passedAfter(t, 60_000, [0, 40_499, 40_500, 53_999, 54_000, 58_499, 58_500, 60_000]), [
      "0: ",
      "40499: ",
      "40500: late",
      "53999: late",
      "54000: late signal",
      "58499: late signal",
      "58500: late signal answerBy",
      "60000: late signal answerBy",
    ]);
  });

  test("of nine minutes keeps half a minute back, and so one of an hour", (t) => {
    const nine = [382_499, 382_500, 509_999, 510_000, 532_499, 532_500];
    assert.deepEqual(passedAfter(t, 540_000, nine), [
      "382499: ",
      "382500: late",
      "509999: late",
      "510000: late signal",
      "532499: late signal",
      "532500: late signal answerBy",
    ]);
    t.mock.timers.reset();
    const hour = [2_677_499, 2_677_500, 3_569_999, 3_570_000, 3_592_499, 3_592_500];
    assert.deepEqual(passedAfter(t, 3_600_000, hour), [
      "2677499: ",
      "2677500: late",
      "3569999: late",
      "3570000: late signal",
      "3592499: late signal",
      "3592500: late signal answerBy",
    ]);
  });

  test("of few seconds keeps one back", (t) => {
    assert.deepEqual(passedAfter(t, 5000, [2999, 3000, 3999, 4000, 4749, 4750]), [
      "2999: ",
      "3000: late",
      "3999: late",
      "4000: late signal",
      "4749: late signal",
      "4750: late signal answerBy",
    ]);
  });

  test("however short, is over before the platform's time", (t) => {
    assert.deepEqual(passedAfter(t, 1000, [999]), ["999: late signal answerBy"]);
  });

  test("says of how much time how much was used, as an error that passes", (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const { signal } = startDeadline(60_000);
    t.mock.timers.tick(54_000);
    assert.ok(signal.reason instanceof DeadlineError);
    assert.match(signal.reason.message, /54 s of a timeout of 60 s/);
  });

  test("that is ended, as its request was answered, does not come any more", (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const { signal, late, answerBy, end } = startDeadline(60_000);
    t.mock.timers.tick(40_499);
    end();
    t.mock.timers.tick(60_000);
    assert.deepEqual([late.aborted, signal.aborted, answerBy.aborted], [false, false, false]);
  });
});
