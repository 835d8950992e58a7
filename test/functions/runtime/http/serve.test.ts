/** How a function behaves under the Functions Framework: what it answers, in time, and what it logs. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { type HttpFunction, http, type Request, type Response } from "@google-cloud/functions-framework";
import { getTestServer } from "@google-cloud/functions-framework/testing";
import { extend } from "../../../../functions/extend.ts";
import { plan } from "../../../../functions/plan.ts";
import { openCloud } from "../../../../functions/runtime/cloud.ts";
import type { Answered } from "../../../../functions/runtime/http/answer.ts";
import { type Handler, serve } from "../../../../functions/runtime/http/serve.ts";
import { status } from "../../../../functions/status.ts";
import { DriftError, SourceError, StorageError, UsageError } from "../../../../shared/errors.ts";
import { pushed } from "../../../support/memoryCloud.ts";
import { temporaryDirectory } from "../../../support/temporaryDirectory.ts";
import { tinyDataset } from "../../../support/tinyDataset.ts";

interface Served {
  readonly environment: NodeJS.ProcessEnv;
  /** What was logged. */
  readonly entries: Record<string, unknown>[];
  readonly called: HttpFunction;
}

/** A function of a deployment of one dataset on this machine. */
async function served(t: TestContext, name: string, handler: Handler<Answered>): Promise<Served> {
  const directory = await temporaryDirectory(t);
  const environment: NodeJS.ProcessEnv = {
    ACCRETE_STORE: directory,
    ACCRETE_LEDGER: join(directory, "ledger.sqlite"),
    ACCRETE_QUEUE: "pubsub://nowhere/accrete",
    PUBSUB_EMULATOR_HOST: "127.0.0.1:1",
    GOOGLE_CLOUD_PROJECT: "somewhere",
  };
  const entries: Record<string, unknown>[] = [];
  const called = serve(name, handler, {
    environment,
    known: [tinyDataset()],
    open: openCloud,
    write: (line) => void entries.push(JSON.parse(line) as Record<string, unknown>),
    isTerminal: false,
    now: () => Date.UTC(2020, 0, 1),
  });
  return { environment, entries, called };
}

interface Replied {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

/** Calls a function as the framework does. */
async function call({ called }: Served, headers: Readonly<Record<string, string>> = {}): Promise<Replied> {
  const get = (name: string) => headers[name.toLowerCase()];
  const request = { method: "POST", path: "/", headers, get };
  const { promise, resolve } = Promise.withResolvers<Replied>();
  let [code, said] = [0, ""];
  let sent: Record<string, string> = {};
  const response = {
    once: () => response,
    writeHead(given: number, headers: Record<string, string>) {
      code = given;
      sent = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
    },
    write(piece: Uint8Array, taken: () => void) {
      said += new TextDecoder().decode(piece);
      taken();
    },
    end: () => resolve({ status: code, body: JSON.parse(said), headers: sent }),
  };
  await called(request as unknown as Request, response as unknown as Response);
  return promise;
}

const answering = (): Promise<{ status: number; body: object }> =>
  Promise.resolve({ status: 200, body: { done: true } });

describe("a function answers", () => {
  test("with its handler's status and body, which nobody may keep", async (t) => {
    assert.deepEqual(await call(await served(t, "plan", answering)), {
      status: 200,
      body: { done: true },
      headers: {
        "cache-control": "no-cache",
        "content-length": "14",
        "content-type": "application/json; charset=utf-8",
      },
    });
  });

  for (const [error, code, fault] of [
    [new UsageError(["a", "b"]), 400, "a"],
    [new StorageError("put", "k", "no answer"), 503, "put k: no answer"],
    [new SourceError("unreachable", "no route"), 503, "no route"],
    [new DriftError("tiny", ["x"]), 500, 'dataset "tiny" in the store is not what the descriptor says: x'],
  ] as const) {
    test(`with ${code} where its handler throws a ${error.name}, and logs it`, async (t) => {
      const fails = await served(t, "extend", () => Promise.reject(error));
      const { status: replied, body } = await call(fails);
      assert.equal(replied, code);
      assert.equal((body as { faults: string[] }).faults[0], fault);
      const [entry] = fails.entries;
      assert.deepEqual([entry?.severity, entry?.function, entry?.status], ["ERROR", "extend", code]);
      assert.equal(entry?.message, error.message);
    });
  }

  test("with 500 what nobody expected: the text and the trace are in the log alone", async (t) => {
    const fails = await served(t, "plan", () => {
      throw new TypeError("undefined is not secret");
    });
    const { status: code, body } = await call(fails);
    assert.equal(code, 500);
    assert.doesNotMatch(JSON.stringify(body), /secret|TypeError|\.ts/);
    assert.equal(fails.entries[0]?.message, "undefined is not secret");
    assert.match(String(fails.entries[0]?.stack_trace), /TypeError: undefined is not secret\n {4}at /);
  });

  test("with 500 while the deployment is not set up, with every fault, and works once it is", async (t) => {
    let calls = 0;
    const broken = await served(t, "plan", () => {
      calls++;
      return answering();
    });
    const { ACCRETE_LEDGER } = broken.environment;
    delete broken.environment.ACCRETE_LEDGER;
    broken.environment.ACCRETE_CONNECTIONS = "many";
    broken.environment.ACCRETE_TIMEOUT_SECONDS = "0";
    const { status: code, body } = await call(broken);
    assert.equal(code, 500);
    const faults = (body as { faults: string[] }).faults.join("\n");
    for (const name of ["ACCRETE_LEDGER", "ACCRETE_CONNECTIONS", "ACCRETE_TIMEOUT_SECONDS"]) {
      assert.match(faults, new RegExp(`^${name} `, "m"));
    }
    assert.match(String(broken.entries[0]?.message), /the deployment is not set up/);

    broken.environment.ACCRETE_LEDGER = ACCRETE_LEDGER;
    delete broken.environment.ACCRETE_CONNECTIONS;
    delete broken.environment.ACCRETE_TIMEOUT_SECONDS;
    assert.equal((await call(broken)).status, 200);
    assert.equal(calls, 1);
  });

  test("every request, with adapters that are constructed once", async (t) => {
    const queues = new Set<unknown>();
    const one = await served(t, "plan", (_, cloud) => {
      queues.add(cloud.queue);
      return answering();
    });
    await Promise.all([call(one), call(one)]);
    await call(one);
    assert.equal(queues.size, 1);
  });
});

/** An answer that is read while it is sent: these pieces, and then it fails. */
function opening(pieces: readonly Uint8Array[]) {
  const closed = Promise.withResolvers<void>();
  const answer: Answered = {
    status: 200,
    first: 0,
    end: 1000,
    headers: {},
    opened: {
      generation: "1",
      sizeBytes: 1000,
      async *read() {
        yield* pieces;
        throw new StorageError("read", "gs://bucket/a", "it was replaced or deleted while it was read");
      },
      close: async () => closed.resolve(),
    },
  };
  return { answer, closed: closed.promise };
}

describe("a handler that does not end", () => {
  /** A function of a minute whose handler has begun. */
  async function begun(t: TestContext) {
    const started = Promise.withResolvers<void>();
    const end = Promise.withResolvers<Answered>();
    let aborted: boolean | undefined;
    const one = await served(t, "extend", (_, __, { signal }) => {
      started.resolve();
      signal.addEventListener("abort", () => {
        aborted = true;
      });
      return end.promise;
    });
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const reply = call(one);
    await started.promise;
    return { one, reply, end, wasAborted: () => aborted };
  }

  test("is told so after 54 s of a minute, and answered with 503 before the minute is over", async (t) => {
    const { one, reply, end, wasAborted } = await begun(t);
    t.mock.timers.tick(53_999);
    assert.equal(wasAborted(), undefined);
    t.mock.timers.tick(1);
    assert.equal(wasAborted(), true);
    t.mock.timers.tick(5_999);
    const { status: code, body } = await reply;
    assert.equal(code, 503);
    assert.match(JSON.stringify(body), /the time is over/);
    assert.match(String(one.entries[0]?.message), /the time is over/);
    end.reject(new Error("and fails later"));
    await new Promise(setImmediate);
  });

  test("and opens something too late has it closed", async (t) => {
    const { reply, end } = await begun(t);
    t.mock.timers.tick(60_000);
    assert.equal((await reply).status, 503);
    const { answer, closed } = opening([]);
    end.resolve(answer);
    await closed;
  });

  test("but ends when it is told has the last word", async (t) => {
    const { reply, end } = await begun(t);
    t.mock.timers.tick(54_000);
    end.resolve({ status: 503, body: { left: 3 } });
    assert.deepEqual((await reply).body, { left: 3 });
  });
});

test("once a request is answered, nothing of its deadline goes on", async (t) => {
  const begun = Promise.withResolvers<AbortSignal>();
  const end = Promise.withResolvers<{ status: number; body: object }>();
  const one = await served(t, "plan", (_, __, { signal }) => {
    begun.resolve(signal);
    return end.promise;
  });
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const reply = call(one);
  const signal = await begun.promise;
  end.resolve({ status: 200, body: {} });
  await reply;
  t.mock.timers.tick(60_000);
  assert.equal(signal.aborted, false);
});

describe("the lines of one request are found by its trace", () => {
  const trace = "0af7651916cd43dd8448eb211c80319c";
  for (const [name, headers, expected] of [
    ["traceparent", { traceparent: `00-${trace}-b7ad6b7169203331-01` }, `projects/somewhere/traces/${trace}`],
    [
      "x-cloud-trace-context",
      { "x-cloud-trace-context": `${trace}/2450465917091935;o=1` },
      `projects/somewhere/traces/${trace}`,
    ],
    ["none", {}, undefined],
    ["one that is malformed", { traceparent: "00-../../x-1-01" }, undefined],
  ] as const) {
    test(`of the header ${name}`, async (t) => {
      const one = await served(t, "plan", async (_, __, ___, log) => {
        log("INFO", "hello");
        return answering();
      });
      await call(one, headers);
      const [entry] = one.entries;
      assert.deepEqual(
        [entry?.message, entry?.function, entry?.["logging.googleapis.com/trace"]],
        ["hello", "plan", expected],
      );
    });
  }
});

/** Asks a function that the framework serves on loopback. */
async function underFramework(t: TestContext, name: string, handler: Handler<Answered>) {
  const { called, entries } = await served(t, name, handler);
  http(name, called);
  const server = getTestServer(name);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as { port: number };
  return {
    entries,
    ask: (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${port}${path}`, init),
    post: (body: string, type = "application/json") =>
      fetch(`http://127.0.0.1:${port}/`, { method: "POST", body, headers: { "content-type": type } }),
  };
}

describe("under the Functions Framework", () => {
  test("status tells of a dataset that is not there yet", async (t) => {
    const { ask } = await underFramework(t, "status", status);
    const all = await ask("/");
    assert.equal(all.status, 200);
    assert.equal(all.headers.get("cache-control"), "no-cache");
    assert.match(String(all.headers.get("content-type")), /^application\/json/);
    const { datasets } = (await all.json()) as { datasets: unknown };
    assert.deepEqual(datasets, [{ dataset: "tiny", title: "Tiny grids", state: "absent" }]);
    assert.ok(Math.abs(Date.parse(String(all.headers.get("accrete-as-of"))) - Date.now()) < 60_000);
    assert.equal((await ask("/tiny")).status, 404);
    assert.equal((await ask("/", { method: "DELETE" })).status, 405);
    const head = await ask("/", { method: "HEAD" });
    assert.deepEqual([head.status, await head.text()], [200, ""]);
  });

  test("an answer that cannot be read to its end stops, and the log says why", async (t) => {
    const { answer, closed } = opening([new Uint8Array(10)]);
    const { ask, entries } = await underFramework(t, "status", async () => answer);
    const got = await ask("/data/tiny.zarr/rain/0.0.0");
    assert.deepEqual([got.status, got.headers.get("content-length")], [200, "1000"]);
    await assert.rejects(got.arrayBuffer());
    await closed;
    assert.equal(
      entries[0]?.message,
      "an answer broke off: read gs://bucket/a: it was replaced or deleted while it was read",
    );
  });

  test("parts of what status serves are sent, and nothing but the head to who asks for that", async (t) => {
    const { ask } = await underFramework(t, "status", status);
    const whole = await (await ask("/metrics")).text();
    const part = await ask("/metrics", { headers: { range: "bytes=2-8" } });
    assert.deepEqual(
      [part.status, part.headers.get("content-range"), await part.text()],
      [206, `bytes 2-8/${whole.length}`, whole.slice(2, 9)],
    );
    const asked = await ask("/metrics", { method: "OPTIONS" });
    assert.deepEqual([asked.status, asked.headers.get("allow")], [204, "GET, HEAD, OPTIONS"]);
  });

  test("a pushed message is read, and what is wrong with it is answered and logged", async (t) => {
    const { post, entries } = await underFramework(t, "extend", extend);
    const reply = await post(JSON.stringify(pushed({ dataset: "huge", chunk: 0, plannedAt: 1, steps: [] })));
    assert.equal(reply.status, 400);
    const { faults } = (await reply.json()) as { faults: string[] };
    assert.match(faults.join(), /no dataset "huge"; there are: tiny/);
    assert.deepEqual([entries[0]?.severity, entries[0]?.status, entries[0]?.faults], ["ERROR", 400, faults]);
  });

  for (const [name, body, type] of [
    ["JSON that is malformed", "{", "application/json"],
    ["JSON that is a list", "[]", "application/json"],
    ["JSON that is a text", '"tiny"', "application/json"],
    ["JSON by another name", "{}", "text/plain"],
    ["a form", "message=tiny", "application/x-www-form-urlencoded"],
    ["bytes", "{}", "application/octet-stream"],
    ["JSON in no envelope", '{"dataset":"tiny"}', "application/json"],
  ] as const) {
    test(`${name} is the sender's fault, and plans nothing`, async (t) => {
      t.mock.method(console, "error", () => undefined); // the framework's own words
      const { post } = await underFramework(t, "plan", plan);
      assert.equal((await post(body, type)).status, 400);
    });
  }
});
