/** Parts, conditions and other origins: what readers and viewers elsewhere ask of `status`, by HTTP's own words. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { status } from "../../../../functions/status.ts";
import { ABSENT } from "../../../../shared/store/store.ts";
import { memoryCloud } from "../../../support/memoryCloud.ts";
import { sentBytes } from "../../../support/sentBytes.ts";
import { neverAborted, tinyWorld } from "../../../support/tinyWorld.ts";

const key = "one.zarr/rain/9.0.0";
const path = `/data/${key}`;
const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i & 255);
const put = { contentType: "application/octet-stream", cacheControl: "no-cache" };

async function served(corsOrigins: readonly string[] = []) {
  const world = tinyWorld({ id: "one" });
  world.publishAll(0, 3);
  world.at(4);
  await world.run();
  await world.store.put(key, bytes, ABSENT, put, neverAborted);
  const cloud = Object.assign(memoryCloud([world]), { corsOrigins });
  const ask = (asked: string, headers: Readonly<Record<string, string>> = {}, method = "GET") =>
    cloud.ask(status, { method, path: asked, headers });
  return { world, ask };
}

describe("a part", () => {
  for (const [range, first, end] of [
    ["bytes=0-0", 0, 1],
    ["bytes=0-99", 0, 100],
    ["bytes=990-", 990, 1000],
    ["bytes=990-5000", 990, 1000],
    ["bytes=-10", 990, 1000],
    ["bytes=-5000", 0, 1000],
    ["Bytes=5-6", 5, 7],
  ] as const) {
    test(`of an object is what is sent, and which: ${range}`, async () => {
      const answer = await (await served()).ask(path, { range });
      assert.equal(answer.status, 206);
      assert.equal(answer.headers?.["Content-Range"], `bytes ${first}-${end - 1}/1000`);
      assert.deepEqual(Buffer.from(await sentBytes(answer)), Buffer.from(bytes.slice(first, end)));
    });
  }

  for (const range of ["bytes=1000-", "bytes=5000-6000", "bytes=-0"]) {
    test(`that lies outside is refused with the size: ${range}`, async () => {
      const answer = await (await served()).ask(path, { range });
      assert.deepEqual([answer.status, answer.headers?.["Content-Range"]], [416, "bytes */1000"]);
    });
  }

  for (const range of ["bytes=0-1,5-6", "bytes=9-5", "bytes=-", "bytes=a-b", "lines=0-9", "0-9", ""]) {
    test(`that is no single one is all of it: ${range || "nothing"}`, async () => {
      const answer = await (await served()).ask(path, { range });
      assert.deepEqual([answer.status, (await sentBytes(answer)).length], [200, 1000]);
      assert.equal(answer.headers?.["Accept-Ranges"], "bytes");
    });
  }

  test("is sent of whatever else is served", async () => {
    const { ask } = await served();
    for (const [asked, accept] of [
      ["/", "text/html"],
      ["/", "*/*"],
      ["/one", "*/*"],
      ["/metrics", "*/*"],
    ] as const) {
      const whole = Buffer.from(await sentBytes(await ask(asked, { accept })));
      const part = await ask(asked, { accept, range: "bytes=3-9" });
      const type =
        (await ask(asked, { accept })).headers?.["Content-Type"] ?? "application/json; charset=utf-8";
      assert.deepEqual([part.status, part.headers?.["Content-Type"]], [206, type], asked);
      assert.deepEqual(Buffer.from(await sentBytes(part)), whole.subarray(3, 10), asked);
    }
  });

  test("of an error, or for who asks for the head alone, is all of it", async () => {
    const { ask } = await served();
    assert.equal((await ask("/data/one.zarr/none", { range: "bytes=0-1" })).status, 404);
    assert.equal((await ask(path, { range: "bytes=0-1" }, "HEAD")).status, 200);
  });

  test("goes on only where the version is the same", async () => {
    const { world, ask } = await served();
    const range = "bytes=0-9";
    const { ETag: etag = "" } = (await ask(path)).headers ?? {};
    assert.equal((await ask(path, { range, "if-range": etag })).status, 206);
    assert.equal((await ask(path, { range, "if-match": etag })).status, 206);
    const found = await world.store.read(key, neverAborted);
    await world.store.put(key, new Uint8Array(500), found?.generation ?? "", put, neverAborted);
    for (const ifRange of [etag, `W/${etag}`, "Mon, 30 Nov 2026 00:00:00 GMT"]) {
      const whole = await ask(path, { range, "if-range": ifRange });
      assert.deepEqual([whole.status, (await sentBytes(whole)).length], [200, 500], ifRange);
    }
    assert.equal((await ask(path, { range, "if-match": etag })).status, 412);
    assert.equal((await ask(path, { "if-match": "*" })).status, 200);
    assert.equal((await ask(path, { "if-none-match": "*" })).status, 304);
  });
});

test("what is opened is closed, whether it is sent or not", async () => {
  const { world, ask } = await served();
  let open = 0;
  const plain = world.store.open;
  world.store.open = async (...given) => {
    const opened = await plain(...given);
    if (!opened) return undefined;
    open++;
    return { ...opened, close: async () => void open-- };
  };
  const { ETag: etag = "" } = (await ask(path)).headers ?? {};
  assert.equal(open, 1, "an answer that is sent stays open");
  open = 0;
  for (const headers of [{ "if-none-match": etag }, { "if-match": '"x"' }, { range: "bytes=2000-" }])
    await ask(path, headers as Record<string, string>);
  assert.equal(open, 0);
});

describe("other origins", () => {
  const origin = "https://viewer.example.org";
  const preflight = {
    origin,
    "access-control-request-method": "GET",
    "access-control-request-headers": "range",
  };

  test("read nothing where none is allowed; OPTIONS is told the methods", async () => {
    const { ask } = await served();
    const got = await ask(path, { origin });
    const asked = await ask(path, preflight, "OPTIONS");
    assert.deepEqual([got.status, asked.status, asked.headers?.Allow], [200, 204, "GET, HEAD, OPTIONS"]);
    for (const { headers } of [got, asked])
      assert.ok(!Object.keys(headers ?? {}).some((name) => /^(access-control|vary)/i.test(name)));
    const refused = await ask("/", {}, "DELETE");
    assert.deepEqual([refused.status, refused.headers?.Allow], [405, "GET, HEAD, OPTIONS"]);
  });

  for (const allowed of [[origin, "https://other.example.org"], ["*"]]) {
    test(`read what is served where they are allowed, by ${allowed[0]}`, async () => {
      const { ask } = await served(allowed);
      const told = allowed[0] as string;
      for (const answer of [
        await ask(path, { origin, range: "bytes=0-1" }),
        await ask("/data/one.zarr/none", { origin }),
        await ask("/metrics", { origin }),
      ]) {
        assert.equal(answer.headers?.["Access-Control-Allow-Origin"], told);
        assert.match(String(answer.headers?.["Access-Control-Expose-Headers"]), /Content-Range.*ETag/);
        assert.equal(answer.headers?.Vary, told === "*" ? undefined : "Origin");
      }
      const asked = await ask(path, preflight, "OPTIONS");
      assert.deepEqual([asked.status, asked.headers?.["Access-Control-Allow-Origin"]], [204, told]);
      assert.match(String(asked.headers?.["Access-Control-Allow-Headers"]), /If-Range, Range/);
    });
  }

  test("that are not allowed read nothing, and caches know that it depends on them", async () => {
    const { ask } = await served([origin]);
    for (const headers of [{}, { origin: "https://viewer.example.org.evil" }, { origin: "null" }]) {
      const { headers: told } = await ask(path, headers as Record<string, string>);
      assert.deepEqual([told?.["Access-Control-Allow-Origin"], told?.Vary], [undefined, "Origin"]);
    }
  });
});
