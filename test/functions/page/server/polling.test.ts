/** The page looks again by itself, costs nothing while nobody sees it, and words what it cannot get. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, mock, test } from "node:test";
import { createAsk } from "../../../../functions/page/server/api.ts";
import { createClock } from "../../../../functions/page/server/clock.ts";
import { persist, poll, pollMs } from "../../../../functions/page/server/polling.ts";

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe("polling", () => {
  beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
  afterEach(() => mock.timers.reset());

  function page() {
    const listeners = new Set<() => void>();
    const state = { isHidden: false, looks: 0, signal: undefined as AbortSignal | undefined };
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

  test("looks at once and again after each look, until it ends", async () => {
    const { state, visibility } = page();
    const end = poll(
      async () => void state.looks++,
      () => 5000,
      visibility,
    );
    await turn();
    assert.equal(state.looks, 1);
    await pass(4999);
    assert.equal(state.looks, 1);
    await pass(1);
    assert.equal(state.looks, 2);
    end();
    await pass(10_000);
    assert.equal(state.looks, 2);
  });

  test("pauses while the page is hidden, and looks at once when it is seen again", async () => {
    const { state, visibility, show } = page();
    const end = poll(
      async () => void state.looks++,
      () => 5000,
      visibility,
    );
    await turn();
    show(true);
    await pass(60_000);
    assert.equal(state.looks, 1);
    show(false);
    await turn();
    assert.equal(state.looks, 2);
    await pass(5000);
    assert.equal(state.looks, 3);
    end();
  });

  test("never looks twice at once, and ending ends the look that is under way", async () => {
    const { state, visibility, show } = page();
    const end = poll(
      (signal) => {
        state.looks++;
        state.signal = signal;
        return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
      },
      () => 5000,
      visibility,
    );
    show(false);
    await pass(20_000);
    assert.equal(state.looks, 1);
    end();
    await turn();
    assert.equal(state.signal?.aborted, true);
  });

  test("tries again until a try has succeeded, and not while the page is hidden", async () => {
    const { state, visibility, show } = page();
    const end = persist(async () => ++state.looks === 3, 5000, visibility);
    await turn();
    assert.equal(state.looks, 1);
    await pass(5000);
    assert.equal(state.looks, 2);
    show(true);
    await pass(60_000);
    assert.equal(state.looks, 2);
    show(false);
    await turn();
    assert.equal(state.looks, 3);
    await pass(60_000);
    show(false);
    await turn();
    assert.equal(state.looks, 3);
    end();
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

describe("asking the server", () => {
  const { signal } = new AbortController();
  const clock = createClock(
    () => 0,
    () => 0,
  );
  const ask = createAsk("http://127.0.0.1/below/", clock);
  afterEach(() => mock.restoreAll());

  function answering(status: number, body: string, headers = {}) {
    return mock.method(globalThis, "fetch", async () => new Response(body, { status, headers }));
  }

  test("hands out JSON, and takes the server's word for what time it is", async () => {
    const fetching = answering(200, '{"a":1}', { "accrete-as-of": "2014-04-10T12:00:00.000Z" });
    assert.deepEqual(await ask("data/x", signal), { outcome: "found", body: { a: 1 } });
    assert.equal(String(fetching.mock.calls[0]?.arguments[0]), "http://127.0.0.1/below/data/x");
    assert.equal(clock.asOf(), Date.UTC(2014, 3, 10, 12));
  });

  test("says what is absent, that the store cannot be had, and what else went wrong", async () => {
    answering(404, '{"faults":["there is no such key"]}');
    assert.deepEqual(await ask("data/x", signal), { outcome: "absent", fault: "there is no such key" });
    answering(503, '{"faults":["read x: EACCES"]}');
    assert.deepEqual(await ask("data/x", signal), {
      outcome: "failed",
      fault: "The store cannot be had: read x: EACCES",
    });
    answering(502, "<html>");
    assert.deepEqual(await ask("data/x", signal), {
      outcome: "failed",
      fault: "The server answered 502: it does not say why",
    });
    answering(200, "<html>");
    assert.match(((await ask("data/x", signal)) as { fault: string }).fault, /not JSON/);
  });

  test("tells nothing to who has ended it meanwhile", async () => {
    const ending = new AbortController();
    mock.method(globalThis, "fetch", async () => {
      const response = new Response("{}");
      return Object.assign(response, {
        async text() {
          ending.abort();
          return "{}";
        },
      });
    });
    await assert.rejects(ask("data/x", ending.signal), { name: "AbortError" });
  });

  test("says that nobody answers", async () => {
    mock.method(globalThis, "fetch", async () => {
      throw new TypeError("Failed to fetch");
    });
    assert.deepEqual(await ask("data/x", signal), {
      outcome: "failed",
      fault: "The server does not answer (Failed to fetch).",
    });
  });
});
