/** What a server on this machine lets its readers hold: turns, memory, time. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { describe, type TestContext, test } from "node:test";
import type { Answered, Streamed } from "../../../../functions/runtime/http/answer.ts";
import { type ServingLimits, startLocalServer } from "../../../../functions/runtime/http/localServer.ts";
import type { Asked } from "../../../../functions/runtime/http/serve.ts";
import { StorageError } from "../../../../shared/errors.ts";

async function started(
  t: TestContext,
  answer: (asked: Asked) => Promise<Answered>,
  limits: Partial<ServingLimits> = {},
) {
  const failures: unknown[] = [];
  const onFailure = (error: unknown) => void failures.push(error);
  const server = await startLocalServer(answer, { host: "127.0.0.1", port: 0, onFailure, limits });
  t.after(() => server.close());
  return { ...server, failures };
}

/** So many bytes, made as they are read; `failAt` of them are had before it fails. */
function streamed(sizeBytes: number, failAt = sizeBytes) {
  const closed = Promise.withResolvers<void>();
  let readBytes = 0;
  const answer: Streamed = {
    status: 200,
    first: 0,
    end: sizeBytes,
    headers: {},
    opened: {
      generation: "1",
      sizeBytes,
      async *read(first, end) {
        for (let at = first; at < end; at += 10_000) {
          if (at >= failAt)
            throw new StorageError("read", "a", "it was replaced or deleted while it was read");
          readBytes = Math.min(end, at + 10_000);
          yield new Uint8Array(readBytes - at).fill(7);
        }
      },
      close: async () => closed.resolve(),
    },
  };
  return { answer, closed: closed.promise, readBytes: () => readBytes };
}

describe("an answer that is read while it is sent", () => {
  test("comes whole, and what it was read from is closed", async (t) => {
    const { answer, closed } = streamed(1_234_567);
    const { url } = await started(t, async () => answer);
    const got = await fetch(url);
    assert.equal(got.headers.get("content-length"), "1234567");
    const bytes = new Uint8Array(await got.arrayBuffer());
    assert.ok(bytes.length === 1_234_567 && bytes.every((value) => value === 7));
    await closed;
  });

  test("is not read for who asks for the head alone", async (t) => {
    const { answer, closed, readBytes } = streamed(50_000);
    const { url } = await started(t, async () => answer);
    const got = await fetch(url, { method: "HEAD" });
    assert.deepEqual([got.status, got.headers.get("content-length")], [200, "50000"]);
    await closed;
    assert.equal(readBytes(), 0);
  });

  test("that fails on its way stops, and that is told to whoever runs the server", async (t) => {
    const { answer, closed } = streamed(1_000_000, 500_000);
    const { url, failures } = await started(t, async () => answer);
    const got = await fetch(url);
    await assert.rejects(got.arrayBuffer());
    await closed;
    assert.deepEqual(failures.map(String), [
      "StorageError: read a: it was replaced or deleted while it was read",
    ]);
  });

  test("is given up where nobody takes it, and its turn goes to the next", async (t) => {
    const { answer, closed, readBytes } = streamed(1_000_000_000);
    const other = streamed(10);
    const { url, failures } = await started(t, async ({ path }) => (path === "/" ? answer : other.answer), {
      answersMax: 1,
      idleMs: 100,
    });
    const reader = connect(Number(new URL(url).port), "127.0.0.1");
    t.after(() => reader.destroy());
    await once(reader, "connect");
    reader.pause().write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await closed;
    assert.ok(readBytes() < 100_000_000, `${readBytes()} bytes were read for nobody`);
    assert.equal((await (await fetch(`${url}other`)).arrayBuffer()).byteLength, 10);
    assert.deepEqual(failures, []);
  });

  test("ends with its reader", async (t) => {
    const { answer, closed } = streamed(1_000_000_000);
    const { url, failures } = await started(t, async () => answer);
    const leaving = new AbortController();
    const got = await fetch(url, { signal: leaving.signal });
    await got.body?.getReader().read();
    leaving.abort();
    await closed;
    assert.deepEqual(failures, []);
  });
});

test("readers of objects, however slow, keep only other such readers waiting", async (t) => {
  const [begun, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const slow = streamed(10);
  const answers: Readonly<Record<string, () => Answered>> = {
    "/slow": () => ({
      ...slow.answer,
      opened: {
        ...slow.answer.opened,
        async *read(first, end) {
          begun.resolve();
          await held.promise;
          yield* slow.answer.opened.read(first, end);
        },
      },
    }),
    "/next": () => next.answer,
    "/head": () => streamed(20).answer,
    "/small": () => ({ status: 200, body: { small: true } }),
    "/unchanged": () => ({ status: 304, content: new Uint8Array(), headers: {} }),
  };
  const next = streamed(30);
  const { url } = await started(t, async ({ path }) => answers[path]?.() as Answered, {
    answersMax: 1,
    waitMs: 50,
  });
  const first = fetch(`${url}slow`);
  await begun.promise;
  const statuses = [];
  for (const [path, method] of [
    ["small", "GET"],
    ["unchanged", "GET"],
    ["head", "HEAD"],
    ["next", "GET"],
  ] as const) {
    const got = await fetch(`${url}${path}`, { method });
    await got.arrayBuffer();
    statuses.push([path, got.status]);
  }
  assert.deepEqual(statuses, [
    ["small", 200],
    ["unchanged", 304],
    ["head", 200],
    ["next", 503],
  ]);
  await next.closed;
  assert.equal(next.readBytes(), 0);
  held.resolve();
  assert.equal((await (await first).arrayBuffer()).byteLength, 10);
});

test("who gets no turn in time is told to ask again", async (t) => {
  const held = Promise.withResolvers<Answered>();
  const begun = Promise.withResolvers<void>();
  const answer = () => {
    begun.resolve();
    return held.promise;
  };
  const { url } = await started(t, answer, { answersMax: 1, waitMs: 50 });
  const first = fetch(url);
  await begun.promise;
  const second = await fetch(url);
  assert.deepEqual([second.status, second.headers.get("retry-after")], [503, "1"]);
  held.resolve({ status: 200, body: { first: true } });
  assert.deepEqual(await (await first).json(), { first: true });
});

test("a server that is closed has nothing under way any more", async (t) => {
  const { answer, closed } = streamed(1_000_000_000);
  const { url, close } = await started(t, async () => answer);
  const got = await fetch(url);
  const read = got.arrayBuffer().catch(() => "interrupted");
  await close();
  await closed;
  assert.equal(await read, "interrupted");
});
