import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { describe, test } from "node:test";
import { promisify } from "node:util";
import { StorageError } from "../../../shared/errors.ts";
import { ABSENT } from "../../../shared/store/store.ts";
import { neverAborted as never } from "../../../shared/testing/neverAborted.ts";
import { headers, text, written } from "../../../shared/testing/objects.ts";
import { storeContract } from "../../../shared/testing/store.ts";
import { bucket, gcsStore, startGcs } from "../../support/gcsWorld.ts";
import { patienceMs } from "../../support/patience.ts";
import { seeded } from "../../support/seeded.ts";
import { startStorageServer } from "../../support/storageServer.ts";

storeContract("gcs", async () => {
  const server = await startStorageServer({ buckets: [bucket] });
  return { store: gcsStore(server.url), stop: () => server.close() };
});

storeContract("gcs, with a prefix", async () => {
  const server = await startStorageServer({ buckets: [bucket] });
  return { store: gcsStore(server.url, { prefix: "a/b.c" }), stop: () => server.close() };
});

// Without lost answers: of a put that was written and at once overwritten, nothing is left that could tell of it.
storeContract("gcs, where a tenth of all calls fail", async () => {
  const shareKinds = ["tooManyRequests", "unavailable", "resetBefore", "brokenBody", "wrongBytes"] as const;
  const faults = { share: 0.1, shareKinds };
  const server = await startStorageServer({ buckets: [bucket], faults, random: seeded(1) });
  const store = gcsStore(server.url, { limits: { attemptsMax: 20 } });
  return { store, stop: () => server.close() };
});

describe("a store in a bucket", () => {
  test("keeps each object under its prefix, with what HTTP readers are told of it", async (t) => {
    const { server, store } = await startGcs(t, { prefix: "live/trmm" });
    await store.put(
      "a.zarr/.zattrs",
      text("{}"),
      ABSENT,
      { contentType: "application/json", cacheControl: "public, max-age=60" },
      never,
    );
    assert.deepEqual(server.names(bucket), ["live/trmm/a.zarr/.zattrs"]);
    const response = await fetch(`${server.url}/${bucket}/live/trmm/a.zarr/.zattrs`);
    assert.equal(await response.text(), "{}");
    assert.equal(response.headers.get("content-type"), "application/json");
    assert.equal(response.headers.get("cache-control"), "public, max-age=60");
    assert.equal(
      response.headers.get("x-goog-generation"),
      (await store.read("a.zarr/.zattrs", never))?.generation,
    );
  });

  test("sees nothing outside its prefix, also where that begins with the same letters", async (t) => {
    const { server, store } = await startGcs(t, { prefix: "live" });
    for (const name of ["live2/a", "a", "liv/a", "live"]) server.put(bucket, name, text("other"));
    assert.deepEqual(await store.list("", never), []);
    assert.equal(await store.read("a", never), undefined);
    const existing = String(server.find(bucket, "a")?.generation);
    assert.deepEqual(await store.delete("a", existing, never), { outcome: "preconditionFailed" });
    assert.equal(server.names(bucket).length, 4);
  });

  test("reads an object and its generation in one request, and puts in one", async (t) => {
    const { server, store } = await startGcs(t);
    await written(store, "a", text("a"));
    assert.equal(server.count(), 1);
    await store.read("a", never);
    assert.equal(server.count(), 2);
    await store.put("a", text("late"), ABSENT, headers, never);
    assert.equal(server.count(), 3);
  });

  test("opens an object in one request, and reads a part of it in one a MiB, of that generation", async (t) => {
    const { server, store } = await startGcs(t);
    server.put(bucket, "a", new Uint8Array(3_000_000));
    const opened = (await store.open("a", never)) ?? assert.fail("it is missing");
    assert.equal(server.count(), 1);
    for await (const _ of opened.read(10, 2_000_000));
    assert.equal(server.count(), 3);
    server.put(bucket, "a", new Uint8Array(3_000_000));
    await assert.rejects(opened.read(0, 1)[Symbol.asyncIterator]().next(), {
      tag: "storage",
      message: `read gs://${bucket}/a: it was replaced or deleted while it was read`,
    });
  });

  test("an open object whose bytes are not those that were put is an error at its end", async (t) => {
    const { server, store } = await startGcs(t);
    server.put(bucket, "a", new Uint8Array(3_000_000));
    const opened = (await store.open("a", never)) ?? assert.fail("it is missing");
    Object.assign(server.faults, { wrongBytes: 1, faultAfterBytes: 5 });
    const read = async () => {
      for await (const _ of opened.read(0, opened.sizeBytes));
    };
    await assert.rejects(read(), {
      tag: "storage",
      message: /the object has crc32c .+, but bytes of .+ came/,
    });
    await read();
  });

  test("lists past the server's pages, and passes over the marks of folders", async (t) => {
    const { server, store } = await startGcs(t);
    const names = Array.from({ length: 2345 }, (_, i) => `a/${i}`);
    for (const name of [...names, "a/", "a/folder/", "b"]) server.put(bucket, name, text(""));
    assert.deepEqual(await store.list("a/", never), names.toSorted());
    assert.equal(server.count("list"), 3);
  });

  test("a listing over the limit is an error that tells it", async (t) => {
    const { server, store } = await startGcs(t, { limits: { listedMax: 3 } });
    for (const name of ["a/1", "a/2", "a/3", "b"]) server.put(bucket, name, text(""));
    assert.equal((await store.list("a", never)).length, 3);
    await assert.rejects(store.list("", never), {
      tag: "storage",
      message: `list gs://${bucket}/: more than 3 names, or 10000 pages of them; give a longer prefix`,
    });
  });

  test("an object over the limit is an error that tells it, and is not asked for again", async (t) => {
    const { server, store } = await startGcs(t, { limits: { objectBytesMax: 10 } });
    server.put(bucket, "a", text("eleven byte"));
    server.put(bucket, "b", text("ten bytes."));
    assert.equal((await store.read("b", never))?.bytes.length, 10);
    await assert.rejects(store.read("a", never), {
      message: `read gs://${bucket}/a: the answer is larger than 10 bytes`,
    });
    assert.equal(server.count("media", "a"), 1);
  });

  test("a bucket that does not exist is told by every verb, with what to do", async (t) => {
    const { store } = await startGcs(t, { bucket: "elsewhere" });
    const told = (operation: string) => ({
      tag: "storage",
      key: "gs://elsewhere",
      message: `${operation} gs://elsewhere: this bucket does not exist; create it, or give another --store`,
    });
    await assert.rejects(store.read("a", never), told("read"));
    await assert.rejects(store.put("a", text("a"), ABSENT, headers, never), told("put"));
    await assert.rejects(store.delete("a", "1", never), told("delete"));
    await assert.rejects(store.list("", never), told("list"));
  });

  test("a missing permission is told by every verb, with the role that has it, and tried once", async (t) => {
    const { server, store } = await startGcs(t);
    for (const operation of ["media", "insert", "delete", "list"] as const)
      server.faults.forbidden.add(operation);
    const told = (operation: string, key: string) => (error: unknown) =>
      error instanceof StorageError &&
      error.message.startsWith(`${operation} gs://${bucket}/${key}: permission denied (robot@example`) &&
      error.message.endsWith(
        `grant the role roles/storage.objectUser on gs://${bucket} to the account that runs this`,
      );
    await assert.rejects(store.read("a", never), told("read", "a"));
    await assert.rejects(store.put("a", text("a"), ABSENT, headers, never), told("put", "a"));
    await assert.rejects(store.delete("a", "1", never), told("delete", "a"));
    await assert.rejects(store.list("b", never), told("list", "b"));
    assert.equal(server.count(), 4);
  });

  test("where nobody listens, that is told with the address, after all tries", async () => {
    const server = await startStorageServer({ buckets: [] });
    await server.close();
    const store = gcsStore(server.url, { limits: { attemptsMax: 3 } });
    const port = new URL(server.url).port;
    const why = `no answer from ${server.url}: connect ECONNREFUSED 127.0.0.1:${port}, after 3 tries`;
    await assert.rejects(store.read("a", never), {
      tag: "storage",
      message: `read gs://${bucket}/a: ${why}; nothing is lost, try again later`,
    });
    await assert.rejects(store.put("a", text("a"), ABSENT, headers, never), {
      tag: "storage",
      key: `gs://${bucket}/a`,
    });
  });

  test("without credentials every verb tells how to get some, and no call is made", async () => {
    const script = `
      import { createGcsStore } from "./shared/store/gcs/gcsStore.ts";
      const own = { newId: String, random: Math.random, now: Date.now };
      const store = createGcsStore({ bucket: "archive", prefix: "", ...own });
      await store.read("a", new AbortController().signal).catch((error) => console.log(error.message));
    `;
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script], {
      env: { METADATA_SERVER_DETECTION: "none", HOME: "/nonexistent" },
      timeout: patienceMs,
    });
    assert.match(stdout, /^read gs:\/\/archive\/a: no Google Cloud credentials \(Could not load the default/);
    assert.match(stdout, /run "gcloud auth application-default login"/);
  });

  test("options that cannot be used are told all at once", () => {
    assert.throws(() => gcsStore("http://127.0.0.1:1", { bucket: "No Bucket", prefix: "a/" }), {
      tag: "usage",
      faults: [
        'bucket "No Bucket": must be 3 to 222 of a-z, 0-9, dots, dashes and underscores',
        'prefix "a/": must not end with a slash',
      ],
    });
    assert.throws(() => gcsStore("http://127.0.0.1:1", { prefix: "../a" }), { tag: "usage" });
  });

  test("a name that is too long with its prefix is refused before any call", async (t) => {
    const { server, store } = await startGcs(t, { prefix: `${"p/".repeat(300)}p` });
    const key = `${"k/".repeat(212)}k`;
    await assert.rejects(store.put(key, text("a"), ABSENT, headers, never), {
      tag: "storage",
      message: /a name of 1027 bytes, over 1024/,
    });
    assert.equal(server.count(), 0);
  });

  test("a process ends by itself once its calls are done, failed or given up", async (t) => {
    const { server } = await startGcs(t);
    server.faults.names = /hangs/;
    server.faults.hang = 1;
    const script = `
      import { createGcsStore } from "./shared/store/gcs/gcsStore.ts";
      const own = { newId: crypto.randomUUID.bind(crypto), random: Math.random, now: Date.now };
      const store = createGcsStore({ bucket: "${bucket}", prefix: "", endpoint: "${server.url}", ...own });
      const never = new AbortController().signal;
      const headers = { contentType: "text/plain", cacheControl: "no-cache" };
      await store.put("a", new Uint8Array(3), "0", headers, never);
      await store.read("a", never);
      await store.read("hangs", AbortSignal.timeout(200)).catch((error) => console.log(error.name));
    `;
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script], {
      timeout: patienceMs,
    });
    assert.equal(stdout, "TimeoutError\n");
    await server.awaitConnections(0);
  });
});
