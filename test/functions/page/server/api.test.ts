/** What the page makes of the server's answers, and of none. */
import assert from "node:assert/strict";
import { afterEach, describe, mock, test } from "node:test";
import { createApi } from "../../../../functions/page/server/api.ts";
import { createClock } from "../../../../functions/page/server/clock.ts";

describe("the server's API", () => {
  const { signal } = new AbortController();
  const clock = createClock(
    () => 0,
    () => 0,
  );
  const api = createApi("http://127.0.0.1/below/", clock);
  afterEach(() => mock.restoreAll());

  function answering(status: number, body: string, headers = {}) {
    return mock.method(globalThis, "fetch", async () => new Response(body, { status, headers }));
  }

  test("returns JSON, and takes the time from the server", async () => {
    const fetching = answering(200, '{"a":1}', { "accrete-as-of": "2014-04-10T12:00:00.000Z" });
    assert.deepEqual(await api.getJson("data/x", signal), { outcome: "found", body: { a: 1 } });
    assert.equal(String(fetching.mock.calls[0]?.arguments[0]), "http://127.0.0.1/below/data/x");
    assert.equal(clock.asOf(), Date.UTC(2014, 3, 10, 12));
  });

  test("says what is absent, that the store cannot be read, and what else went wrong", async () => {
    answering(404, '{"faults":["there is no such key"]}');
    assert.deepEqual(await api.getJson("data/x", signal), {
      outcome: "absent",
      fault: "there is no such key",
    });
    answering(503, '{"faults":["read x: EACCES"]}');
    assert.deepEqual(await api.getJson("data/x", signal), {
      outcome: "failed",
      fault: "The store cannot be read: read x: EACCES",
    });
    answering(502, "<html>");
    assert.deepEqual(await api.getJson("data/x", signal), {
      outcome: "failed",
      fault: "The server answered 502: it does not say why",
    });
    answering(200, "<html>");
    assert.match(((await api.getJson("data/x", signal)) as { fault: string }).fault, /not JSON/);
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
    await assert.rejects(api.getJson("data/x", ending.signal), { name: "AbortError" });
  });

  test("says that nobody answers", async () => {
    mock.method(globalThis, "fetch", async () => {
      throw new TypeError("Failed to fetch");
    });
    assert.deepEqual(await api.getJson("data/x", signal), {
      outcome: "failed",
      fault: "The server does not answer (Failed to fetch).",
    });
  });
});
