import assert from "node:assert/strict";
import type { LookupFunction } from "node:net";
import { describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { GranuleError, SourceError, UsageError } from "../../../../../shared/errors.ts";
import { HungUpError } from "../../../../../shared/source/http/core/failure.ts";
import { createHttpCalls } from "../../../../../shared/source/http/core/httpCalls.ts";
import { assertBytes, patternBytes } from "../../../../../shared/testing/files.ts";
import { freePort } from "../../../../support/freePort.ts";
import type { HttpHandler } from "../../../../support/httpServer.ts";
import { patienceMs } from "../../../../support/patience.ts";
import { failure, now, started } from "../started.ts";

const bytes = patternBytes(300_000);
const file = { bytes, etag: '"1"', modifiedAt: Date.UTC(2026, 10, 30) };
const files = { "a.bin": file };
/** Long enough that nothing but the limit under test ends a call. */
const patient = { connectMs: patienceMs, idleMs: patienceMs, answerMs: patienceMs };

describe("answers over HTTP", () => {
  test("the whole body, with the headers of its own answer", async (t) => {
    const { get, server } = await started(t, { files });
    const answer = await get("a.bin");
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.etag, '"1"');
    assert.equal(answer.headers["last-modified"], "Mon, 30 Nov 2026 00:00:00 GMT");
    assert.equal(answer.url.href, `${server.url}a.bin`);
    assert.equal(answer.part, undefined);
    assertBytes(await answer.bytes(bytes.length), bytes);
  });

  test("a body without a stated length, in pieces, and one of no bytes", async (t) => {
    const { bytes: body } = await started(t, {
      files: {
        "pieces.bin": { bytes, headers: { "content-length": "", "transfer-encoding": "chunked" } },
        "ended.bin": { bytes, headers: { "content-length": "", connection: "close" } },
        empty: { bytes: new Uint8Array(0) },
      },
    });
    assertBytes(await body("pieces.bin"), bytes);
    assertBytes(await body("ended.bin"), bytes);
    assertBytes(await body("empty"), new Uint8Array(0));
  });

  test("a body in pieces that breaks off, or of another length than it states in between, is none", async (t) => {
    const { bytes: body, server } = await started(t, {}, { limits: { attemptsMax: 1 } });
    const head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    server.always("a.bin", { kind: "raw", text: `${head}5\r\n01234\r\n` });
    assert.match(
      (await failure(body("a.bin"))).message,
      /: ECONNRESET the server ended the connection after 5 bytes$/,
    );
    server.always("a.bin", { kind: "raw", text: `${head}5\r\n0123456\r\n0\r\n\r\n` });
    assert.match((await failure(body("a.bin"))).message, /the server ended the connection after 5 bytes$/);
  });

  test("what a server calls encoded comes as it is stored", async (t) => {
    const gz = gzipSync(bytes);
    for (const encoding of ["gzip", "x-gzip"]) {
      const { bytes: body, server } = await started(t, {
        files: { "a.gz": { bytes: gz, headers: { "content-encoding": encoding } } },
      });
      assertBytes(await body("a.gz"), gz);
      assert.equal(server.requests[0]?.headers["accept-encoding"], "identity");
    }
  });

  test("HEAD has the headers and no bytes", async (t) => {
    const { get, server } = await started(t, { files });
    const answer = await get("a.bin", { method: "HEAD" });
    assert.equal(answer.headers["content-length"], "300000");
    assertBytes(await answer.bytes(1), new Uint8Array(0));
    assert.equal(server.requests[0]?.method, "HEAD");
  });

  test("the project says who it is, and a request what it wants besides", async (t) => {
    const { bytes: body, server } = await started(t, { files }, { userAgent: "accrete-zarr/1.2.3" });
    await body("a.bin", { headers: { "if-match": '"1"' } });
    const { "user-agent": agent, "if-match": ifMatch } = server.requests[0]?.headers ?? {};
    assert.deepEqual([agent, ifMatch], ["accrete-zarr/1.2.3", '"1"']);
  });

  test("a status among the answers is one; any other is told", async (t) => {
    const { get, server } = await started(t, { files });
    const absent = await get("none", { answers: [200, 404] });
    absent.discard();
    assert.equal(absent.status, 404);
    const failed = await failure(get("none"));
    assert.deepEqual(
      [failed.fault, failed.message],
      ["transfer", `GET ${server.url}none: expected 200, the server answered 404 Not Found`],
    );
    assert.equal(server.count(), 2);
  });

  for (const [status, reason] of [
    [401, "401 Unauthorized: it wants to know who asks"],
    [403, "403 Forbidden: it wants to know who asks"],
  ] as const)
    test(`${status} is refused, and not asked for again`, async (t) => {
      const { get, server } = await started(t);
      server.always("a.bin", { kind: "answer", status });
      const failed = await failure(get("a.bin"));
      assert.deepEqual(
        [failed.fault, failed.message],
        ["refused", `GET ${server.url}a.bin: expected 200, the server answered ${reason}`],
      );
      assert.equal(server.count(), 1);
    });
});

describe("ranges over HTTP", () => {
  const answers = [200, 206];

  test("a part is that which was asked for", async (t) => {
    const { get } = await started(t, { files });
    const middle = await get("a.bin", { answers, headers: { range: "bytes=5-9" } });
    assert.deepEqual([middle.status, middle.part], [206, { first: 5, end: 10, sizeBytes: 300_000 }]);
    assertBytes(await middle.bytes(5), bytes.subarray(5, 10));
    const end = await get("a.bin", { answers, headers: { range: "bytes=299990-" } });
    assert.deepEqual(end.part, { first: 299_990, end: 300_000, sizeBytes: 300_000 });
    assertBytes(await end.bytes(10), bytes.subarray(299_990));
  });

  test("a server that sends all of it is told from one that sends a part", async (t) => {
    const { get, server } = await started(t, { files });
    server.order("a.bin", { kind: "answer", status: 200, body: bytes });
    const answer = await get("a.bin", { answers, headers: { range: "bytes=5-9" } });
    assert.deepEqual([answer.status, answer.part], [200, undefined]);
    assertBytes(await answer.bytes(300_000), bytes);
  });

  for (const [what, headers, reason] of [
    ["without a Content-Range", {}, "the server answered 206 with no Content-Range"],
    [
      "of other bytes",
      { "content-range": "bytes 6-10/300000" },
      "asked for bytes=5-9, the server sent bytes 6-10/300000",
    ],
    [
      "of another length",
      { "content-range": "bytes 5-9/300000", "content-length": "4" },
      "the server sent bytes 5-9/300000 in 4 bytes",
    ],
  ] as const)
    test(`a part ${what} is refused`, async (t) => {
      const { get, server } = await started(t);
      server.always("a.bin", { kind: "answer", status: 206, headers, body: "1234" });
      const failed = await failure(get("a.bin", { answers, headers: { range: "bytes=5-9" } }));
      assert.deepEqual([failed.fault, failed.message], ["transfer", `GET ${server.url}a.bin: ${reason}`]);
    });

  test("a part that nobody asked for is refused", async (t) => {
    const { get, server } = await started(t);
    server.always("a.bin", {
      kind: "answer",
      status: 206,
      headers: { "content-range": "bytes 0-0/9" },
      body: "1",
    });
    assert.match(
      (await failure(get("a.bin", { answers }))).message,
      /asked for the whole file, the server sent bytes 0-0\/9$/,
    );
  });
});

describe("limits of a body", () => {
  test("a file that is larger is one granule's fault, a listing the listing's", async (t) => {
    const { get, server } = await started(t, {
      files: {
        ...files,
        "pieces.bin": { bytes, headers: { "content-length": "", "transfer-encoding": "chunked" } },
      },
    });
    for (const path of ["a.bin", "pieces.bin"]) {
      const message = `GET ${server.url}${path}: is larger than 299999 bytes`;
      await assert.rejects((await get(path)).bytes(299_999), (thrown) => {
        assert.ok(thrown instanceof GranuleError);
        assert.deepEqual([thrown.fault, thrown.message], ["tooLarge", message]);
        return true;
      });
      const listing = await failure((await get(path, { fault: "listing" })).bytes(299_999));
      assert.ok(listing instanceof SourceError);
      assert.deepEqual([listing.fault, listing.message], ["listing", message]);
    }
    assert.equal(server.count(), 4);
    await server.awaitConnections(0);
  });

  test("headers that are too long are told", async (t) => {
    const { get, server } = await started(t, {}, { limits: { headersBytesMax: 4096, attemptsMax: 1 } });
    server.always("a.bin", { kind: "answer", status: 200, headers: { long: "x".repeat(5000) } });
    assert.match(
      (await failure(get("a.bin"))).message,
      /: HPE_HEADER_OVERFLOW the answer's headers are too long$/,
    );
  });
});

describe("tries of a call over HTTP", () => {
  test("what breaks is asked for again as a whole", async (t) => {
    const { bytes: body, server } = await started(t, { files }, { limits: patient });
    server.order(
      "a.bin",
      { kind: "reset" },
      { kind: "drop", afterBytes: 1000 },
      { kind: "reset", afterBytes: 100_000 },
    );
    assertBytes(await body("a.bin"), bytes);
    assert.equal(server.count("a.bin"), 4);
  });

  test("silence is waited for no longer than its limit, before the answer and within", async (t) => {
    const { bytes: body, server } = await started(t, { files }, { limits: { idleMs: 500, attemptsMax: 1 } });
    server.always("a.bin", { kind: "stall" });
    assert.equal((await failure(body("a.bin"))).message, `GET ${server.url}a.bin: no answer within 500 ms`);
    server.always("a.bin", { kind: "stall", afterBytes: 10 });
    const within = await failure(body("a.bin"));
    assert.deepEqual(
      [within.fault, within.message],
      ["transfer", `GET ${server.url}a.bin: the answer stood still for 500 ms`],
    );
  });

  test("an answer that drips is waited for no longer than its limit", async (t) => {
    const { bytes: body, server } = await started(
      t,
      { files },
      { limits: { ...patient, answerMs: 50, attemptsMax: 1 } },
    );
    server.always("a.bin", { kind: "stall", afterBytes: 10 });
    assert.equal(
      (await failure(body("a.bin"))).message,
      `GET ${server.url}a.bin: the answer was not whole within 50 ms`,
    );
  });

  test("a body shorter than its length is a transfer that failed; a listing's is the listing's fault", async (t) => {
    const { bytes: body, server } = await started(t, { files }, { limits: { attemptsMax: 2 } });
    server.always("a.bin", { kind: "length", statedBytes: 400_000 });
    const message = `GET ${server.url}a.bin: ECONNRESET the server ended the connection after 300000 of 400000 bytes, after 2 tries`;
    for (const fault of ["transfer", "listing"] as const) {
      const failed = await failure(body("a.bin", { fault }));
      assert.deepEqual([failed.fault, failed.message], [fault, message]);
    }
  });

  for (const [what, again, change] of [
    ["another ETag", { etag: '"2"' }, 'etag "1", then etag "2"'],
    ["another length", { bytes: patternBytes(5) }, "content-length 300000, then content-length 5"],
    [
      "another date",
      { modifiedAt: Date.UTC(2026, 11, 1) },
      "last-modified Mon, 30 Nov 2026 00:00:00 GMT, then last-modified Tue, 01 Dec 2026 00:00:00 GMT",
    ],
  ] as const)
    test(`a file that comes again with ${what} is not stitched together`, async (t) => {
      const { get, server } = await started(t, { files });
      server.order("a.bin", { kind: "reset", afterBytes: 10 });
      const answer = await get("a.bin");
      server.put("a.bin", { ...file, ...again });
      const failed = await failure(answer.bytes(300_000));
      assert.deepEqual(
        [failed.fault, failed.message],
        [
          "transfer",
          `GET ${server.url}a.bin: the file changed while it was read: first ${change}, after 2 tries`,
        ],
      );
    });

  test("a listing that grew between two tries is the one that came whole", async (t) => {
    const { get, server } = await started(t, { files });
    server.order("a.bin", { kind: "reset", afterBytes: 10 });
    const answer = await get("a.bin", { fault: "listing" });
    server.put("a.bin", { bytes: patternBytes(5), etag: '"2"' });
    assertBytes(await answer.bytes(300_000), patternBytes(5));
  });

  test("a server that takes a request and hangs up is told from all other failures", async (t) => {
    const { bytes: body, server } = await started(t, { files });
    server.always("a.bin", { kind: "reset" });
    const failed = await failure(body("a.bin"));
    assert.ok(failed instanceof HungUpError && failed instanceof SourceError);
    assert.deepEqual(
      [failed.fault, failed.message],
      [
        "transfer",
        `GET ${server.url}a.bin: the server ended the connection without an answer, after 4 tries`,
      ],
    );
    server.always("a.bin", { kind: "reset", afterBytes: 10 });
    assert.equal((await failure(body("a.bin"))) instanceof HungUpError, false);
    server.always("a.bin", { kind: "raw", text: "HTTP/1.1 200 O" });
    assert.equal((await failure(body("a.bin"))) instanceof HungUpError, false);
    server.always("a.bin", { kind: "answer", status: 500 });
    server.order("a.bin", { kind: "reset" });
    assert.equal((await failure(body("a.bin"))) instanceof HungUpError, false);
  });

  test("what is no HTTP is told", async (t) => {
    const { bytes: body, server } = await started(t, { files }, { limits: { attemptsMax: 1 } });
    server.always("a.bin", { kind: "raw", text: "220 ftp.example.org ready\r\n" });
    const { fault, message } = await failure(body("a.bin"));
    assert.equal(fault, "transfer");
    assert.match(message, /: HPE_INVALID_CONSTANT the answer is no HTTP/);
  });

  test("a server that cannot be reached is unreachable", async (t) => {
    const { get } = await started(t);
    const port = await freePort();
    const failed = await failure(get(`http://127.0.0.1:${port}/a.bin`));
    assert.deepEqual(
      [failed.fault, failed.message],
      [
        "unreachable",
        `GET http://127.0.0.1:${port}/a.bin: ECONNREFUSED the server takes no connection, after 4 tries`,
      ],
    );
    assert.equal(failed instanceof HungUpError, false);
  });

  test("a host that nobody knows is unreachable", async (t) => {
    const lookup: LookupFunction = (_host, _options, done) =>
      done(Object.assign(new Error("getaddrinfo ENOTFOUND none.example"), { code: "ENOTFOUND" }), []);
    const { get } = await started(t, {}, { lookup, limits: { attemptsMax: 1 } });
    const failed = await failure(get("http://none.example/a.bin"));
    assert.deepEqual(
      [failed.fault, failed.message],
      ["unreachable", "GET http://none.example/a.bin: ENOTFOUND there is no such host"],
    );
  });

  for (const status of [408, 425, 429, 500, 502, 503, 504, 507, 520, 529])
    test(`${status} is asked for again`, async (t) => {
      const { bytes: body, server } = await started(t, { files });
      server.order("a.bin", { kind: "answer", status });
      assertBytes(await body("a.bin"), bytes);
      server.always("a.bin", { kind: "answer", status });
      const { fault, message } = await failure(body("a.bin"));
      assert.equal(fault, "transfer");
      assert.match(message, new RegExp(`expected 200, the server answered ${status}( .*)?, after 4 tries$`));
    });

  for (const status of [501, 505])
    test(`${status} is not asked for again`, async (t) => {
      const { bytes: body, server } = await started(t, { files });
      server.always("a.bin", { kind: "answer", status });
      assert.equal((await failure(body("a.bin"))).fault, "transfer");
      assert.equal(server.count(), 1);
    });

  test("a server is left alone for as long as it asks", async (t) => {
    const { bytes: body, server } = await started(t, { files });
    server.order("a.bin", { kind: "answer", status: 429, headers: { "retry-after": "1" } });
    const before = performance.now();
    assertBytes(await body("a.bin"), bytes);
    assert.ok(performance.now() - before >= 999);
  });

  for (const [what, header] of [
    ["seconds", "3600"],
    ["a date", new Date(now + 3_600_000).toUTCString()],
  ])
    test(`a longer wait than the limit, in ${what}, ends the call and says until when`, async (t) => {
      const { bytes: body, server } = await started(t);
      server.always("a.bin", { kind: "answer", status: 503, headers: { "retry-after": `${header}` } });
      const failed = await failure(body("a.bin"));
      assert.deepEqual(
        [failed.fault, failed.message],
        [
          "unreachable",
          `GET ${server.url}a.bin: expected 200, the server answered 503 Service Unavailable, and to come again in 3600 s, at 2026-12-01T13:00:00.000Z`,
        ],
      );
      assert.equal(server.count(), 1);
    });
});

describe("connections over HTTP", () => {
  test("they are kept, no more than the most that is allowed are open, and further calls wait", async (t) => {
    const { bytes: body, server } = await started(t, { files }, { connectionsMax: 2 });
    for (const got of await Promise.all(Array.from({ length: 10 }, () => body("a.bin"))))
      assertBytes(got, bytes);
    assert.deepEqual([server.connectionsOpened, server.connectionsPeak], [2, 2]);
  });

  test("an answer that is let go gives its connection back", async (t) => {
    const { get, server } = await started(t, { files }, { connectionsMax: 1 });
    for (let time = 0; time < 3; time++) (await get("none", { answers: [404] })).discard();
    assert.equal(server.connectionsOpened, 1);
    (await get("a.bin")).discard();
    (await get("a.bin")).discard();
    assert.equal(server.connectionsOpened, 2);
  });

  test("a kept connection that the server has ended meanwhile costs no try", async (t) => {
    const { bytes: body, server } = await started(t, { files }, { limits: { attemptsMax: 1 } });
    await Promise.all([body("a.bin"), body("a.bin"), body("a.bin")]);
    server.order("a.bin", { kind: "reset" });
    assertBytes(await body("a.bin"), bytes);
  });

  test("a connection that nobody uses is ended", async (t) => {
    const { bytes: body, server } = await started(t, { files }, { limits: { keepMs: 20 } });
    await body("a.bin");
    await server.awaitConnections(0);
  });

  test("a connection that is in use is not ended for being kept too long", async (t) => {
    const slow: HttpHandler = async () => {
      await wait(200);
      return undefined;
    };
    const { bytes: body } = await started(
      t,
      { files, handler: slow },
      { limits: { keepMs: 20, attemptsMax: 1 } },
    );
    assertBytes(await body("a.bin"), bytes);
  });

  test("an abort ends a call, whatever it waits for, and its connection", async (t) => {
    const { get, bytes: body, server } = await started(t, { files }, { connectionsMax: 1, limits: patient });
    const ending = new AbortController();
    server.always("a.bin", { kind: "stall" });
    const [asked, waiting] = [body("a.bin", {}, ending.signal), body("a.bin", {}, ending.signal)];
    await server.awaitRequest("a.bin");
    const reason = new Error("enough");
    ending.abort(reason);
    for (const call of [asked, waiting]) await assert.rejects(call, reason);
    await server.awaitConnections(0);

    server.always("a.bin", { kind: "stall", afterBytes: 10 });
    const reading = new AbortController();
    const answer = await get("a.bin", {}, reading.signal);
    const read = answer.bytes(300_000);
    reading.abort(reason);
    await assert.rejects(read, reason);
    await server.awaitConnections(0);
    await assert.rejects(body("a.bin", {}, reading.signal), reason);
    assert.equal(server.count("a.bin"), 2);
  });

  test("an abort gives the turn back at whatever moment it comes", async (t) => {
    const { get, bytes: body } = await started(t, { files }, { connectionsMax: 1, limits: patient });
    for (let steps = 0; steps < 40; steps++) {
      const ending = new AbortController();
      const asked = get("a.bin", {}, ending.signal).then((answer) => answer.discard());
      for (let step = 0; step < steps; step++) await undefined;
      ending.abort(new Error("enough"));
      await assert.rejects(asked, /enough/);
    }
    assertBytes(await body("a.bin"), bytes);
  });

  test("closing ends the calls that are under way, also between two tries", async (t) => {
    const {
      calls,
      bytes: body,
      server,
    } = await started(
      t,
      { files },
      { limits: { ...patient, backoffFirstMs: patienceMs, backoffLongestMs: patienceMs } },
    );
    server.always("a.bin", { kind: "stall" });
    server.always("b.bin", { kind: "answer", status: 500 });
    const under = [body("a.bin"), body("b.bin")];
    await Promise.all([server.awaitRequest("a.bin"), server.awaitRequest("b.bin")]);
    await calls.close();
    for (const call of [...under, body("a.bin")]) {
      const failed = await failure(call);
      assert.deepEqual(
        [failed.fault, failed.message],
        ["unreachable", `${server.url}: the source is closed`],
      );
    }
    await server.awaitConnections(0);
  });

  test("a number of connections that is none is a fault of the options", () => {
    for (const connectionsMax of [0, 1.5, Number.NaN])
      assert.throws(
        () =>
          createHttpCalls({
            base: new URL("http://127.0.0.1/"),
            connectionsMax,
            random: () => 0,
            now: () => 0,
          }),
        UsageError,
      );
  });
});
