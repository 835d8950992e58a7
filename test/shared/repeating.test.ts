/** What repeats begins nothing after it was stopped, and whoever stops it goes on when what was under way has ended. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, mock, test } from "node:test";
import { repeat } from "../../shared/repeating.ts";

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe("repeating", () => {
  beforeEach(() => mock.timers.enable({ apis: ["setInterval"] }));
  afterEach(() => mock.timers.reset());

  /** Runs that end when the test says so. */
  function repeating() {
    const runs: (PromiseWithResolvers<void> & { readonly signal: AbortSignal })[] = [];
    const stop = repeat(1000, (signal) => {
      const run = { ...Promise.withResolvers<void>(), signal };
      runs.push(run);
      return run.promise;
    });
    const pass = async (ms: number) => {
      mock.timers.tick(ms);
      await turn();
    };
    return { runs, stop, pass };
  }

  /** Whether a promise is resolved by now. */
  async function isSettled(promise: Promise<unknown>): Promise<boolean> {
    let settled = false;
    const note = () => {
      settled = true;
    };
    promise.then(note, note);
    await turn();
    return settled;
  }

  test("runs every so often, and not before the last run has ended", async () => {
    const { runs, stop, pass } = repeating();
    await pass(999);
    assert.equal(runs.length, 0);
    await pass(1);
    assert.equal(runs.length, 1);
    await pass(5000);
    assert.equal(runs.length, 1);
    runs[0]?.resolve();
    await turn();
    await pass(1000);
    assert.equal(runs.length, 2);
    runs[1]?.resolve();
    await stop();
  });

  test("a stop that falls into a run aborts it, awaits its end, and nothing runs afterwards", async () => {
    const { runs, stop, pass } = repeating();
    await pass(1000);
    const stopped = stop();
    assert.equal(runs[0]?.signal.aborted, true);
    assert.equal(await isSettled(stopped), false);
    runs[0]?.resolve();
    assert.equal(await isSettled(stopped), true);
    await pass(60_000);
    assert.equal(runs.length, 1);
  });

  test("a run that fails is followed by the next, and its stop does not throw", async () => {
    const { runs, stop, pass } = repeating();
    await pass(1000);
    runs[0]?.reject(new Error("no answer"));
    await turn();
    await pass(1000);
    assert.equal(runs.length, 2);
    const stopped = stop();
    runs[1]?.reject(new Error("no answer"));
    await stopped;
    await stop();
  });

  test("what was stopped before its first run never runs", async () => {
    const { runs, stop, pass } = repeating();
    await stop();
    await pass(60_000);
    assert.equal(runs.length, 0);
  });
});
