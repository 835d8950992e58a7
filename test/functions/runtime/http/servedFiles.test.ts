/** What `status` serves besides its answers: a dataset's objects, metrics, and the page. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Answered } from "../../../../functions/runtime/http/answer.ts";
import { status } from "../../../../functions/status.ts";
import { StorageError } from "../../../../shared/errors.ts";
import { ABSENT } from "../../../../shared/store/store.ts";
import { type MemoryCloud, memoryCloud } from "../../../support/memoryCloud.ts";
import { sentBytes } from "../../../support/sentBytes.ts";
import { neverAborted, type TinyWorld, tinyWorld } from "../../../support/tinyWorld.ts";

async function grown(id = "one"): Promise<TinyWorld> {
  const world = tinyWorld({ id });
  world.publishAll(0, 3);
  world.at(4);
  await world.run();
  return world;
}

const get = (cloud: MemoryCloud, path: string, headers: Readonly<Record<string, string>> = {}) =>
  cloud.ask(status, { method: "GET", path, headers });

async function contentOf(answer: Answered) {
  assert.ok(!("body" in answer), JSON.stringify(answer));
  const bytes = await sentBytes(answer);
  return { status: answer.status, headers: answer.headers, text: new TextDecoder().decode(bytes) };
}

describe("an object of a dataset", () => {
  test("is served as it stands: of the group, and of what is beside it", async () => {
    const world = await grown();
    const cloud = memoryCloud([world]);
    for (const key of await world.store.list("", neverAborted)) {
      const answer = await get(cloud, `/data/${key}`);
      const sent = Buffer.from(await sentBytes(answer));
      assert.deepEqual(sent, Buffer.from((await world.store.read(key, neverAborted))?.bytes ?? []));
      const isJson = /\.z[a-z]+$|\.json$/.test(key);
      assert.equal(
        answer.headers?.["Content-Type"],
        isJson ? "application/json" : "application/octet-stream",
        key,
      );
    }
  });

  test("is sent again only to who has another version", async () => {
    const world = await grown();
    const cloud = memoryCloud([world]);
    const path = "/data/one.accrete/status.json";
    const first = await contentOf(await get(cloud, path));
    const same = await contentOf(await get(cloud, path, { "if-none-match": String(first.headers.ETag) }));
    assert.deepEqual([same.status, same.text, same.headers.ETag], [304, "", first.headers.ETag]);
    const among = await get(cloud, path, { "if-none-match": `"other", W/${first.headers.ETag}` });
    assert.equal(among.status, 304);
    world.publish(4);
    world.at(5);
    await world.run();
    const later = await contentOf(await get(cloud, path, { "if-none-match": String(first.headers.ETag) }));
    assert.deepEqual([later.status, JSON.parse(later.text).length], [200, 5]);
  });

  for (const path of [
    "/data/one.zarr/none",
    "/data/other.zarr/.zmetadata",
    "/data/one.zarr",
    "/data/one.zarrs/x",
    "/data/accrete.sqlite",
    "/data",
  ]) {
    test(`that is not there, or not a dataset's, is not found: ${path}`, async () => {
      const answer = await get(memoryCloud([await grown()]), path);
      assert.equal(answer.status, 404);
      assert.ok("body" in answer);
    });
  }

  for (const path of [
    "/data/one.zarr/../accrete.sqlite",
    "/data/one.zarr/%2e%2e/accrete.sqlite",
    "/data/one.zarr/..%2faccrete.sqlite",
    "/data/one.zarr/%2E%2E%2F%2E%2E%2Fetc/passwd",
  ]) {
    test(`is never one outside of the dataset: ${path}`, async () => {
      const answer = await get(memoryCloud([await grown()]), path);
      assert.ok("body" in answer && answer.status >= 400, JSON.stringify(answer));
    });
  }

  for (const path of ["/data/one.zarr/%ff", "/data/one.zarr/%00", "/data/one.zarr/a%5cb"]) {
    test(`asked for by what can be no key is not found, and no error: ${path}`, async () => {
      const cloud = memoryCloud([await grown()]);
      assert.equal((await get(cloud, path)).status, 404);
      assert.deepEqual(cloud.entries, []);
    });
  }

  test("larger than an answer may be is refused with where to read it, and is read in parts", async () => {
    const world = await grown();
    const key = "one.zarr/rain/9.0.0";
    const headers = { contentType: "application/octet-stream", cacheControl: "no-cache" };
    await world.store.put(key, new Uint8Array(100_001), ABSENT, headers, neverAborted);
    const answer = await get(memoryCloud([world]), `/data/${key}`);
    assert.equal(answer.status, 413);
    const told = /100001 bytes, of which at most 100000 .* ask for ranges of it, or read it at gs:\/\/memory/;
    assert.match(JSON.stringify(answer), told);
    const head = await memoryCloud([world]).ask(status, { method: "HEAD", path: `/data/${key}` });
    assert.deepEqual([head.status, "opened" in head && head.end], [200, 100_001]);
    const part = await get(memoryCloud([world]), `/data/${key}`, { range: "bytes=1-100000" });
    assert.deepEqual([part.status, (await sentBytes(part)).length], [206, 100_000]);
  });

  test("of a store that does not answer is answered with 503 and why", async () => {
    const fail = () => Promise.reject(new StorageError("read", "one.accrete/status.json", "no answer"));
    const answer = await get(memoryCloud([await grown()], { around: fail }), "/data/one.accrete/status.json");
    assert.deepEqual(
      [answer.status, "body" in answer && answer.body],
      [503, { faults: ["read one.accrete/status.json: no answer"] }],
    );
  });
});

test("each answer says what time it is, and as of when the provider is judged", async () => {
  const world = await grown();
  world.clock.asOf = Date.UTC(2020, 0, 1, 12, 0, 0, 5);
  for (const path of ["/", "/one", "/data/one.accrete/status.json", "/metrics", "/none"]) {
    const { headers } = await get(memoryCloud([world]), path);
    assert.equal(headers?.["Accrete-As-Of"], "2020-01-01T12:00:00.005Z", path);
    assert.equal(headers?.["Accrete-Now"], new Date(world.clock.now).toISOString(), path);
  }
});

describe("metrics", () => {
  test("tell the numbers of each dataset that is there, and its state", async () => {
    const world = await grown();
    world.at(6); // an hour after that of 10:00 was expected
    const { text, headers } = await contentOf(
      await get(memoryCloud([world, tinyWorld({ id: "two" })]), "/metrics"),
    );
    assert.equal(headers["Content-Type"], "application/openmetrics-text; version=1.0.0; charset=utf-8");
    const samples = Object.fromEntries(
      text
        .split("\n")
        .filter((line) => line && !line.startsWith("#"))
        .map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ")))]),
    );
    const { commit_seq, committed_at } = await world.status();
    assert.deepEqual(samples, {
      'accrete_readable{dataset="one"}': 1,
      'accrete_readable{dataset="two"}': 1,
      'accrete_length{dataset="one"}': 4,
      'accrete_gaps{dataset="one"}': 0,
      'accrete_commits_total{dataset="one"}': commit_seq,
      'accrete_valid_through_timestamp_seconds{dataset="one"}': Date.UTC(2020, 0, 1, 9) / 1000,
      'accrete_committed_timestamp_seconds{dataset="one"}': Date.parse(String(committed_at)) / 1000,
      'accrete_lag_seconds{dataset="one"}': 3 * 3600,
      'accrete_overdue_seconds{dataset="one"}': 3600,
      'accrete_failing{dataset="one"}': 0,
      'accrete_looked_timestamp_seconds{dataset="one"}': Date.UTC(2020, 0, 1, 10) / 1000,
      'accrete_provider_failing{dataset="one"}': 0,
      'accrete_provider_unmatched{dataset="one"}': 0,
      'accrete_state{dataset="one",accrete_state="current"}': 0,
      'accrete_state{dataset="one",accrete_state="late"}': 1,
      'accrete_state{dataset="one",accrete_state="stalled"}': 0,
      'accrete_state{dataset="one",accrete_state="backfilling"}': 0,
      'accrete_state{dataset="one",accrete_state="ended"}': 0,
    });
    assert.ok(text.endsWith("# EOF\n"));
  });

  test("tell of one that cannot be read that it cannot", async () => {
    const fail = () => Promise.reject(new StorageError("read", "x", "no answer"));
    const { text } = await contentOf(await get(memoryCloud([await grown()], { around: fail }), "/metrics"));
    assert.match(text, /^accrete_readable\{dataset="one"\} 0$/m);
    assert.doesNotMatch(text, /^accrete_length\{/m);
  });
});

describe("to a browser", () => {
  const accept = "text/html,application/xhtml+xml,*/*;q=0.8";

  test("the page is served, which fetches nothing from elsewhere, and its files for good", async () => {
    const cloud = memoryCloud([await grown()]);
    const { text, headers } = await contentOf(await get(cloud, "/", { accept }));
    assert.match(String(headers["Content-Type"]), /^text\/html/);
    assert.match(String(headers["Content-Security-Policy"]), /default-src 'none'/);
    const files = [...text.matchAll(/(?:src|href)="(static\/[^"]+)"/g)].map(([, file]) => file);
    assert.ok(files.length >= 2, text);
    for (const file of files) {
      const found = await contentOf(await get(cloud, `/${file}`, { accept: "*/*" }));
      assert.match(String(found.headers["Cache-Control"]), /immutable/);
      assert.ok(found.text.length > 100);
    }
  });

  test("a dataset's address leads to its place on the page", async () => {
    const { status: code, headers } = await get(memoryCloud([await grown()]), "/one", { accept });
    assert.deepEqual([code, headers?.Location], [302, "./#one"]);
    const below = await get(memoryCloud([await grown()]), "/one/", { accept });
    assert.equal(below.headers?.Location, "../#one");
  });

  test("a file that the page does not have is not found", async () => {
    const answer = await get(memoryCloud([await grown()]), "/static/../index.html", { accept });
    assert.equal(answer.status, 404);
  });
});
