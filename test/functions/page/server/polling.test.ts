/** The page requests again by itself, and costs nothing while nobody sees it. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, mock, test } from "node:test";
import { poll, pollMs, retry } from "../../../../functions/page/server/polling.ts";

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe("polling", () => {
  beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
  afterEach(() => mock.timers.reset());

  function page() {
    const listeners = new Set<() => void>();
    const state = { isHidden: false, requests: 0, signal: undefined as AbortSignal | undefined };
    const visibility = {
      isHidden: () => state.isHidden,
      onChange(listener: () => void) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    };
    const show = (isHidden: boolean) => {
      state.isHidden = isHidden;
      for (const listener of listeners) listener();
    };
    return { state, visibility, show };
  }

  async function pass(ms: number) {
    mock.timers.tick(ms);
    await turn();
  }

  test("requests at once and again after each request, until it stops", async () => {
    const { state, visibility } = page();
    const stop = poll(
      async () => void state.requests++,
      () => 5000,
      visibility,
    );
    await turn();
    assert.equal(state.requests, 1);
    await pass(4999);
    assert.equal(state.requests, 1);
    await pass(1);
    assert.equal(state.requests, 2);
    stop();
    await pass(10_000);
    assert.equal(state.requests, 2);
  });

  test("pauses while the page is hidden, and requests at once when it is visible again", async () => {
    const { state, visibility, show } = page();
    const stop = poll(
      async () => void state.requests++,
      () => 5000,
      visibility,
    );
    await turn();
    show(true);
    await pass(60_000);
    assert.equal(state.requests, 1);
    show(false);
    await turn();
    assert.equal(state.requests, 2);
    await pass(5000);
    assert.equal(state.requests, 3);
    stop();
  });

  test("never requests twice at once, and stopping aborts the request that is under way", async () => {
    const { state, visibility, show } = page();
    const stop = poll(
      (signal) => {
        state.requests++;
        state.signal = signal;
        return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
      },
      () => 5000,
      visibility,
    );
    show(false);
    await pass(20_000);
    assert.equal(state.requests, 1);
    stop();
    await turn();
    assert.equal(state.signal?.aborted, true);
  });

  test("tries again until a try has succeeded, and not while the page is hidden", async () => {
    const { state, visibility, show } = page();
    const stop = retry(async () => ++state.requests === 3, 5000, visibility);
    await turn();
    assert.equal(state.requests, 1);
    await pass(5000);
    assert.equal(state.requests, 2);
    show(true);
    await pass(60_000);
    assert.equal(state.requests, 2);
    show(false);
    await turn();
    assert.equal(state.requests, 3);
    await pass(60_000);
    show(false);
    await turn();
    assert.equal(state.requests, 3);
    stop();
  });

  test("is quick on this machine only", () => {
    const hosts = [
      "localhost",
      "127.0.0.1",
      "[::1]",
      "x.localhost",
      "status.example.org",
      "localhost.example.org",
    ];
    assert.deepEqual(hosts.map(pollMs), [5000, 5000, 5000, 5000, 30_000, 30_000]);
  });
});
