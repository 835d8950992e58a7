/**
 * A reporter of the test runner: its own report, and then what the run did not play, and why; last, how many tests passed
 * and failed, in the words that `.ci/run` adds up.
 */
import { Readable } from "node:stream";
import { spec, type TestEvent } from "node:test/reporters";
import { readLeftOut } from "./sample.ts";

interface Run {
  passed: number;
  failed: number;
  /** Tests, by the reason for which they were skipped. */
  readonly skipped: Map<string, number>;
  /** Cases of long proofs, by what they are. */
  readonly leftOut: Map<string, { count: number; whole: number }>;
}

export default async function* report(events: AsyncIterable<TestEvent>): AsyncGenerator<string | Buffer> {
  const run: Run = { passed: 0, failed: 0, skipped: new Map(), leftOut: new Map() };
  yield* Readable.from(noted(events, run)).pipe(new spec());
  yield `\n${linesOf(run).join("\n")}\n`;
}

async function* noted(events: AsyncIterable<TestEvent>, run: Run): AsyncGenerator<TestEvent> {
  for await (const event of events) {
    note(event, run);
    yield event;
  }
}

function note({ type, data }: TestEvent, run: Run): void {
  if (type === "test:pass" && data.skip !== undefined && data.skip !== false) {
    const reason = String(data.skip);
    run.skipped.set(reason, (run.skipped.get(reason) ?? 0) + 1);
  } else if (type === "test:diagnostic") {
    const found = readLeftOut(data.message);
    if (!found) return;
    const sum = run.leftOut.get(found.what) ?? { count: 0, whole: 0 };
    run.leftOut.set(found.what, { count: sum.count + found.count, whole: sum.whole + found.whole });
  } else if (type === "test:summary" && data.file === undefined) {
    const { tests, passed, skipped, todo } = data.counts;
    run.passed = passed;
    // A hook that fails fails the run, and no test.
    run.failed = Math.max(tests - passed - skipped - todo, data.success ? 0 : 1);
  }
}

function linesOf({ passed, failed, skipped, leftOut }: Run): string[] {
  const lines = [...skipped].map(
    ([reason, count]) => `skipped: ${count} ${count === 1 ? "test" : "tests"}: ${reason}`,
  );
  if (leftOut.size > 0) {
    const each = [...leftOut].map(([what, { count, whole }]) => `${count} of ${whole} ${what}`);
    lines.push(`left out of the long proofs: ${each.join(", ")}`, "npm run test:all plays all of them");
  }
  return [...lines, `${passed} passed, ${failed} failed`];
}
