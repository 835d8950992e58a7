/** That the storage server of the tests is what Cloud Storage is: by its own client library, and by plain HTTP. */
import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { type File, type GetFilesOptions, Storage } from "@google-cloud/storage";
import { text } from "../../../shared/testing/objects.ts";
import { seeded } from "../../support/seeded.ts";
import {
  type StorageServer,
  type StorageServerOptions,
  startStorageServer,
} from "../../support/storageServer.ts";

const large = Buffer.from(Uint8Array.from({ length: 700_000 }, (_, i) => (i * 31 + (i >> 9)) & 255));
const code = (expected: number) => (error: unknown) =>
  typeof error === "object" && error !== null && "code" in error && Number(error.code) === expected;

async function started(t: TestContext, options: Partial<StorageServerOptions> = {}) {
  const server = await startStorageServer({ buckets: ["archive"], ...options });
  t.after(() => server.close());
  const client = new Storage({
    apiEndpoint: server.url,
    projectId: "p",
    retryOptions: { autoRetry: false },
  });
  const archive = client.bucket("archive");
  return { server, archive, client };
}

async function asRead(server: StorageServer, path: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${server.url}/${path}`, { headers });
  return { response, body: Buffer.from(await response.arrayBuffer()) };
}

describe("the storage server, by the client library", () => {
  const uploads: Record<string, (file: File) => Promise<unknown>> = {
    "in one request": (file) => file.save(large, { resumable: false, validation: "crc32c" }),
    resumable: (file) => file.save(large, { resumable: true, validation: "crc32c" }),
    "resumable in chunks": (file) => file.save(large, { resumable: true, chunkSize: 262_144 }),
  };
  for (const [how, upload] of Object.entries(uploads)) {
    test(`takes an upload ${how}, and gives it back`, async (t) => {
      const { server, archive } = await started(t);
      const file = archive.file("a/b ü%20?#");
      await upload(file);
      assert.equal(file.metadata.generation, String(server.find("archive", "a/b ü%20?#")?.generation));
      assert.equal(Buffer.compare((await archive.file(file.name).download())[0], large), 0);
      const [metadata] = await archive.file(file.name).getMetadata();
      assert.equal(Number(metadata.size), large.length);
      assert.equal(metadata.generation, file.metadata.generation);
    });
  }

  test("keeps what the upload says of the object", async (t) => {
    const { archive } = await started(t);
    await archive.file("a").save("a", {
      resumable: false,
      metadata: { contentType: "application/json", cacheControl: "no-cache", metadata: { "write-id": "7" } },
    });
    const [metadata] = await archive.file("a").getMetadata();
    assert.equal(metadata.contentType, "application/json");
    assert.equal(metadata.cacheControl, "no-cache");
    assert.deepEqual(metadata.metadata, { "write-id": "7" });
    assert.equal(metadata.crc32c, "wdBDMA==");
    assert.equal(metadata.md5Hash, "DMF1ucDxtqgxw5niaXcmYQ==");
  });

  test("refuses an upload whose hash is another, and changes nothing", async (t) => {
    const { server, archive } = await started(t);
    for (const resumable of [false, true]) {
      const metadata = { crc32c: "AAAAAA==" };
      await assert.rejects(archive.file("a").save("a", { resumable, metadata, validation: false }));
    }
    assert.deepEqual(server.names("archive"), []);
  });

  test("holds every kind of upload to its condition", async (t) => {
    const { archive } = await started(t);
    const put = (resumable: boolean, ifGenerationMatch: number | string) =>
      archive.file("a").save("x", { resumable, preconditionOpts: { ifGenerationMatch } });
    await put(false, 0);
    await assert.rejects(put(false, 0), code(412));
    await assert.rejects(put(true, 0), code(412));
    const [{ generation }] = await archive.file("a").getMetadata();
    await put(true, generation ?? "");
    await assert.rejects(put(false, generation ?? ""), code(412));
  });

  test("of 20 racing creations lets one through", async (t) => {
    const { archive } = await started(t);
    const put = (i: number) =>
      archive.file("a").save(String(i), { resumable: false, preconditionOpts: { ifGenerationMatch: 0 } });
    const results = await Promise.allSettled(Array.from({ length: 20 }, (_, i) => put(i)));
    const winner = results.findIndex(({ status }) => status === "fulfilled");
    assert.equal(results.filter(({ status }) => status === "fulfilled").length, 1);
    assert.equal(String((await archive.file("a").download())[0]), String(winner));
  });

  test("knows a version by its generation, also after the object was deleted and made anew", async (t) => {
    const { archive } = await started(t);
    const generations: bigint[] = [];
    for (let i = 0; i < 5; i++) {
      const file = archive.file("a");
      await file.save(String(i), { resumable: false });
      generations.push(BigInt(file.metadata.generation ?? 0));
      await archive.file("a", { generation: Number(file.metadata.generation) }).download();
      if (i % 2 === 0) await archive.file("a").delete();
    }
    assert.deepEqual(
      generations,
      [...new Set(generations)].toSorted((a, b) => (a < b ? -1 : 1)),
    );
    await assert.rejects(archive.file("a", { generation: 1 }).download(), code(404));
  });

  test("lists by prefix, delimiter and page", async (t) => {
    const { server, archive } = await started(t);
    for (const name of ["a/1", "a/b/2", "a/b/3", "a/c", "b"]) server.put("archive", name, text(name));
    const names = async (query: GetFilesOptions) =>
      (await archive.getFiles(query))[0].map(({ name }) => name);
    assert.deepEqual(await names({}), ["a/1", "a/b/2", "a/b/3", "a/c", "b"]);
    assert.deepEqual(await names({ prefix: "a/", maxResults: 2 }), ["a/1", "a/b/2"]);
    assert.deepEqual(await names({ startOffset: "a/b/3" }), ["a/b/3", "a/c", "b"]);
    const counted = server.count("list");
    const first = await fetch(`${server.url}/storage/v1/b/archive/o?maxResults=2&delimiter=/&prefix=a/`);
    const page = (await first.json()) as {
      items: { name: string }[];
      prefixes: string[];
      nextPageToken: string;
    };
    assert.deepEqual([page.items.map(({ name }) => name), page.prefixes], [["a/1"], ["a/b/"]]);
    const token = encodeURIComponent(page.nextPageToken);
    const second = await fetch(
      `${server.url}/storage/v1/b/archive/o?delimiter=/&prefix=a/&pageToken=${token}`,
    );
    const rest = (await second.json()) as { items: { name: string }[]; prefixes?: string[] };
    assert.deepEqual([rest.items.map(({ name }) => name), rest.prefixes], [["a/c"], undefined]);
    assert.equal(server.count("list"), counted + 2);
  });

  test("says what is missing, and what is forbidden, as the client expects it", async (t) => {
    const { server, archive, client } = await started(t);
    await assert.rejects(archive.file("a").getMetadata(), {
      code: 404,
      message: "No such object: archive/a",
    });
    await assert.rejects(archive.file("a").download(), code(404));
    await assert.rejects(archive.file("a").delete(), code(404));
    await assert.rejects(client.bucket("none").getFiles(), code(404));
    await assert.rejects(client.bucket("none").file("a").save("a", { resumable: false }), code(404));
    assert.deepEqual(await archive.exists(), [true]);
    assert.deepEqual(await client.bucket("none").exists(), [false]);
    server.faults.forbidden.add("metadata");
    await assert.rejects(archive.file("a").getMetadata(), code(403));
  });

  test("takes one write a second of a name, by the clock it is given", async (t) => {
    let present = 1_000_000;
    const { server, archive } = await started(t, { writeEveryMs: 1_000, now: () => present });
    const put = (name: string) => archive.file(name).save("a", { resumable: false });
    await put("a");
    await put("b");
    present += 999;
    await assert.rejects(put("a"), code(429));
    present += 1;
    await put("a");
    assert.deepEqual(server.writeTimes("archive", "a"), [1_000_000, 1_001_000]);
  });

  test("finds wrong bytes in a download by its hash, and half of one by its end", async (t) => {
    const { server, archive } = await started(t);
    server.put("archive", "a", large);
    server.faults.wrongBytes = 1;
    await assert.rejects(archive.file("a").download());
    server.faults.faultAfterBytes = 100_000;
    server.faults.brokenBody = 1;
    await assert.rejects(archive.file("a").download());
    assert.equal((await archive.file("a").download())[0].length, large.length);
  });
});

describe("the storage server, by plain HTTP", () => {
  test("lets anybody read, from anywhere, all or a range", async (t) => {
    const { server } = await started(t);
    const { generation } = server.put("archive", "a b/.zarray", text("0123456789"));
    const { response, body } = await asRead(server, "archive/a%20b/.zarray");
    assert.equal(String(body), "0123456789");
    assert.equal(response.headers.get("access-control-allow-origin"), "*");
    assert.equal(response.headers.get("x-goog-generation"), String(generation));
    for (const [range, expected] of [
      ["bytes=2-4", "234"],
      ["bytes=7-", "789"],
      ["bytes=-2", "89"],
      ["bytes=8-99", "89"],
    ] as const) {
      const part = await asRead(server, "archive/a%20b/.zarray", { range });
      assert.deepEqual([part.response.status, String(part.body)], [206, expected], range);
    }
    assert.equal(
      (await asRead(server, "archive/a%20b/.zarray", { range: "bytes=10-" })).response.status,
      416,
    );
    const etag = response.headers.get("etag") ?? "";
    const again = await asRead(server, "archive/a%20b/.zarray", { "if-none-match": etag });
    assert.equal(again.response.status, 304);
    const head = await fetch(`${server.url}/archive/a%20b/.zarray`, { method: "HEAD" });
    assert.equal(head.headers.get("content-length"), "10");
    assert.equal((await asRead(server, "archive/none")).response.status, 404);
    assert.equal((await asRead(server, "none/a")).response.status, 404);
    server.faults.forbidden.add("list");
    const [hidden, missing] = [await asRead(server, "archive/none"), await asRead(server, "none/a")];
    assert.deepEqual([hidden.response.status, missing.response.status], [403, 404]);
    assert.match(String(hidden.body), /<Code>AccessDenied<.*may not exist/);
    assert.equal((await asRead(server, "archive/a%20b/.zarray")).response.status, 200);
  });

  test("answers a read on the condition of another generation with 304, and a delete with 412", async (t) => {
    const { server } = await started(t);
    const { generation } = server.put("archive", "a", text("a"));
    const url = `${server.url}/storage/v1/b/archive/o/a`;
    const status = async (query: string, method = "GET") => (await fetch(url + query, { method })).status;
    assert.equal(await status(`?alt=media&ifGenerationNotMatch=${generation}`), 304);
    assert.equal(await status("?alt=media&ifGenerationNotMatch=1"), 200);
    assert.equal(await status("?alt=media&ifGenerationMatch=1"), 412);
    assert.equal(await status("?ifGenerationMatch=1", "DELETE"), 412);
    assert.equal(await status(`?ifGenerationMatch=${generation}`, "DELETE"), 204);
    assert.equal(await status(""), 404);
  });

  test("asked for the state of a resumable upload, says how much has come; a cancelled one is gone", async (t) => {
    const { server } = await started(t);
    const start = async () => {
      const url = `${server.url}/upload/storage/v1/b/archive/o?uploadType=resumable&name=a`;
      return (await fetch(url, { method: "POST" })).headers.get("location") ?? "";
    };
    const put = (url: string, range: string, body = "") =>
      fetch(url, { method: "PUT", headers: { "content-range": range }, body });
    const upload = await start();
    assert.equal((await put(upload, "bytes */*")).status, 308);
    assert.equal((await put(upload, "bytes 0-3/10", "0123")).status, 308);
    assert.equal((await put(upload, "bytes */10")).headers.get("range"), "bytes=0-3");
    assert.deepEqual(server.names("archive"), []);
    assert.equal((await put(upload, "bytes 2-9/10", "23456789")).status, 200);
    assert.equal((await put(upload, "bytes */*")).status, 200);
    assert.equal(Buffer.from(server.find("archive", "a")?.bytes ?? []).toString(), "0123456789");
    const cancelled = await start();
    assert.equal((await fetch(cancelled, { method: "DELETE" })).status, 499);
    assert.equal((await put(cancelled, "bytes */*")).status, 404);
  });

  test("an upload that stops changes nothing, and is not counted", async (t) => {
    const { server } = await started(t);
    const controller = new AbortController();
    const half = new ReadableStream({ start: (stream) => stream.enqueue(text("half of it")) });
    const options: RequestInit & { duplex: "half" } = { method: "POST", body: half, duplex: "half" };
    const url = `${server.url}/upload/storage/v1/b/archive/o?uploadType=media&name=a`;
    const sending = fetch(url, { ...options, signal: controller.signal });
    await server.awaitConnections(1);
    controller.abort();
    await assert.rejects(sending, { name: "AbortError" });
    await server.awaitConnections(0);
    assert.deepEqual([server.names("archive"), server.count()], [[], 0]);
  });

  test("goes wrong only for the operations and names it is told, and as often", async (t) => {
    const { server } = await started(t);
    for (const name of ["a", "b"]) server.put("archive", name, text(name));
    server.faults.names = /b$/;
    server.faults.operations = ["public"];
    server.faults.unavailable = 1;
    server.faults.tooManyRequests = 1;
    const status = async (name: string) => (await asRead(server, `archive/${name}`)).response.status;
    const statuses = [await status("a"), await status("b"), await status("b"), await status("b")];
    assert.deepEqual(statuses, [200, 429, 503, 200]);
  });

  test("lets a share of the calls fail, the same with the same random numbers", async (t) => {
    const run = async () => {
      const shareKinds = ["unavailable", "tooManyRequests"] as const;
      const { server } = await started(t, { random: seeded(3), faults: { share: 0.5, shareKinds } });
      server.put("archive", "a", text("a"));
      const statuses: number[] = [];
      for (let i = 0; i < 40; i++) statuses.push((await asRead(server, "archive/a")).response.status);
      return statuses;
    };
    const statuses = await run();
    assert.deepEqual(new Set(statuses), new Set([200, 429, 503]));
    assert.deepEqual(await run(), statuses);
  });
});
