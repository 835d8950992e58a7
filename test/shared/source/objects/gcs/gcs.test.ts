/** Cloud Storage as a source: what it lists, gives and refuses, on the project's own server of it. */
import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { gunzipSync, gzipSync } from "node:zlib";
import type { SourceError } from "../../../../../shared/errors.ts";
import { createGcsSource } from "../../../../../shared/source/objects/gcs/gcsSource.ts";
import type { ObjectOptions } from "../../../../../shared/source/objects/limits.ts";
import type { SearchOptions, Source, SourceFile } from "../../../../../shared/source/source.ts";
import { assertBytes, modifiedAt, patternBytes } from "../../../../../shared/testing/files.ts";
import { neverAborted } from "../../../../../shared/testing/neverAborted.ts";
import { sourceContract } from "../../../../../shared/testing/source.ts";
import type { Reaction } from "../../../../support/httpReactions.ts";
import { type HttpHandler, startHttpServer } from "../../../../support/httpServer.ts";
import { crc32cText } from "../../../../support/storageObjects.ts";
import { type StorageServer, startStorageServer } from "../../../../support/storageServer.ts";

const bucket = "bucket";
const now = () => modifiedAt;
const searching: SearchOptions = {
  directoriesMax: 10,
  pathsMax: 100,
  callsAtOnceMax: 4,
  isWantable: () => false,
};

type Given = Partial<Omit<ObjectOptions, "url">> & { readonly prefix?: string };

function sourceOn(url: string, { prefix = "data", ...given }: Given = {}): Source {
  return createGcsSource({
    url: `gs://${bucket}/${prefix}?endpoint=${url}`,
    connectionsMax: 4,
    random: () => 0.5,
    now,
    http: { backoffFirstMs: 1, backoffLongestMs: 2 },
    ...given,
  });
}

async function serving(files: Readonly<Record<string, Uint8Array>>): Promise<StorageServer> {
  const server = await startStorageServer({ buckets: [bucket], now });
  for (const [name, bytes] of Object.entries(files)) server.put(bucket, name, bytes);
  return server;
}

for (const isListed of [true, false]) {
  sourceContract(
    isListed ? "Cloud Storage" : "Cloud Storage that lists nothing",
    async (files) => {
      const served = Object.entries(files).map(([path, { bytes }]) => [`data/${path}`, bytes] as const);
      const server = await serving(Object.fromEntries(served));
      if (!isListed) server.faults.forbidden.add("list");
      const source = sourceOn(server.url, isListed ? {} : { listing: "none" });
      return { source, stop: () => server.close() };
    },
    { isVersionExact: true, isListed },
  );
}

/** A server and a source on it, both closed after the test. */
async function started(
  t: TestContext,
  files: Readonly<Record<string, Uint8Array>>,
  given: Given = {},
): Promise<{ server: StorageServer; source: Source }> {
  const server = await serving(files);
  const source = sourceOn(server.url, given);
  t.after(async () => {
    await source.close();
    await server.close();
  });
  return { server, source };
}

/** A source on a server that answers as it is told. */
async function answering(t: TestContext, handler: HttpHandler, given: Given = {}): Promise<Source> {
  const server = await startHttpServer({ handler });
  const source = sourceOn(server.url, given);
  t.after(async () => {
    await source.close();
    await server.close();
  });
  return source;
}

async function foundAt(source: Source, ...paths: readonly string[]): Promise<(SourceFile | undefined)[]> {
  const wanted = paths.map((path) => ({ paths: [path] }));
  return (await source.search(searching).find(wanted, neverAborted)).map((one) => one?.file);
}

async function bytesAt(source: Source, path: string): Promise<Uint8Array | undefined> {
  const file = { path, sizeBytes: null, version: "before", modifiedAt: null };
  return (await source.fetch(file, neverAborted)).bytes(1_000_000);
}

const listError = (status: number, reason: string, message: string): Reaction => ({
  kind: "answer",
  status,
  body: JSON.stringify({ error: { code: status, message, errors: [{ message, domain: "global", reason }] } }),
});
const objectError = (status: number, code: string, message: string): Reaction => ({
  kind: "answer",
  status,
  body: `<?xml version='1.0' encoding='UTF-8'?><Error><Code>${code}</Code><Message>${message}</Message></Error>`,
});

describe("what Cloud Storage lists", () => {
  test("are exact sizes, dates and generations", async (t) => {
    const { server, source } = await started(t, { "data/a.bin": patternBytes(7) });
    const version = String(server.find(bucket, "data/a.bin")?.generation);
    assert.deepEqual(await foundAt(source, "a.bin"), [{ path: "a.bin", sizeBytes: 7, version, modifiedAt }]);
  });

  test("are names with whatever characters, in pages", async (t) => {
    const odd = ["a b+c", "a%20b", "ä&<>\"'", "#?=;", "日本", "🌍", "(1)!*~", "a\\b"];
    const many = Array.from({ length: 2500 }, (_, index) => `z${index}`);
    const names = [...odd, ...many].map((name, index) => [
      `data/x/${name}`,
      patternBytes(index % 200, index),
    ]);
    const { server, source } = await started(t, Object.fromEntries(names));
    const found = await foundAt(source, ...[...odd, ...many].map((name) => `x/${name}`));
    assert.ok(found.every((file) => file !== undefined));
    assert.equal(server.count("list"), 3);
    for (const [index, name] of odd.entries()) {
      assertBytes(await bytesAt(source, `x/${name}`), patternBytes(index, index));
    }
  });

  test("begin at the name that is looked for", async (t) => {
    const queries: URLSearchParams[] = [];
    const source = await answering(t, ({ query }) => {
      queries.push(query);
      return {
        kind: "answer",
        status: 200,
        body: JSON.stringify({ kind: "storage#objects", prefixes: ["data/x/"] }),
      };
    });
    assert.deepEqual(await foundAt(source, "2026113001"), [undefined]);
    const [{ fields, ...query } = assert.fail("it was asked")] = queries.map((one) =>
      Object.fromEntries(one),
    );
    assert.match(fields ?? "", /\bkind\b.*\bprefixes\b/);
    assert.deepEqual(query, {
      prefix: "data/",
      delimiter: "/",
      maxResults: "1000",
      startOffset: "data/2026113001",
    });
  });

  test("tell a directory from none", async (t) => {
    const one = patternBytes(1);
    const { source } = await started(t, { "data/d/x": one, "data/e/": new Uint8Array(0), "data/f/g/h": one });
    for (const [path, expected] of [
      ["d/a", [0, 0]],
      ["d/z", [0, 1]],
      ["e/a", [0, 1]],
      ["f/a", [0, 1]],
      ["ff/a", [1, 0]],
    ] as const) {
      const search = source.search(searching);
      await search.find([{ paths: [path] }], neverAborted);
      const { absentDirectories, emptyDirectories } = await search.report(false, neverAborted);
      assert.deepEqual([absentDirectories, emptyDirectories], expected, path);
    }
  });

  test("that come 429 or 503 are asked for again", async (t) => {
    const { server, source } = await started(t, { "data/a": patternBytes(1) });
    Object.assign(server.faults, { tooManyRequests: 1, unavailable: 1 });
    assert.equal((await foundAt(source, "a"))[0]?.sizeBytes, 1);
    assert.equal(server.count("list"), 3);
  });
});

describe("what Cloud Storage refuses", () => {
  const refused = (work: Promise<unknown>, fault: SourceError["fault"], message: RegExp) =>
    assert.rejects(work, { name: "SourceError", fault, message });

  test("to list, it says, and what to do", async (t) => {
    const message =
      "Anonymous caller does not have storage.objects.list access to the Google Cloud Storage bucket.";
    for (const status of [401, 403]) {
      const source = await answering(t, () => listError(status, "required", message));
      const told = new RegExp(
        `^gs://bucket/data/: listing is not allowed \\(${status} required Anonymous .*\\): write listing "none" .*; or let auth be "google", and grant roles/storage.objectViewer on gs://bucket`,
      );
      await refused(foundAt(source, "a"), "refused", told);
    }
  });

  test("is a bucket that is not there, listed or not", async (t) => {
    const missing = "The specified bucket does not exist.";
    for (const listing of ["index", "none"] as const) {
      const handler: HttpHandler = ({ path }) =>
        path.startsWith("/storage/")
          ? listError(404, "notFound", missing)
          : objectError(404, "NoSuchBucket", missing);
      const source = await answering(t, handler, { listing });
      await refused(foundAt(source, "a"), "refused", /: there is no bucket bucket$/);
      await refused(bytesAt(source, "a"), "refused", /: there is no bucket bucket$/);
    }
  });

  test("to give of an object is no absence where names are listed", async (t) => {
    const source = await answering(t, () => objectError(403, "AccessDenied", "Access denied."));
    await refused(
      bytesAt(source, "a"),
      "transfer",
      /^gs:\/\/bucket\/data\/a: may not be read \(403 AccessDenied/,
    );
  });

  test("where a project has to pay is told in its own words", async (t) => {
    const message = "Bucket is a requester pays bucket but no user project provided.";
    const source = await answering(t, () => listError(400, "required", message));
    await refused(
      foundAt(source, "a"),
      "listing",
      /the server answered 400 required Bucket is a requester pays/,
    );
  });
});

describe("an object of Cloud Storage", () => {
  test("comes with its own generation and size, whatever was listed", async (t) => {
    const { server, source } = await started(t, { "data/a": patternBytes(100) });
    const [file = assert.fail("it is there")] = await foundAt(source, "a");
    const { generation } = server.put(bucket, "data/a", patternBytes(50, 1));
    const { version, sizeBytes, bytes } = await source.fetch(file, neverAborted);
    assert.deepEqual([version, sizeBytes], [String(generation), 50]);
    assertBytes(await bytes(50), patternBytes(50, 1));
    assert.notEqual(version, file.version);
  });

  test("whose bytes are not those of its CRC-32C is asked for once more, and then none", async (t) => {
    const { server, source } = await started(t, { "data/a": patternBytes(100) });
    server.faults.wrongBytes = 1;
    assertBytes(await bytesAt(source, "a"), patternBytes(100));
    assert.equal(server.count("public"), 2);
    server.faults.wrongBytes = 2;
    const message = /^gs:\/\/bucket\/data\/a: the object has crc32c .{8}, but bytes of .{8} came, twice$/;
    await assert.rejects(bytesAt(source, "a"), { name: "GranuleError", fault: "checksum", message });
  });

  test("whose transfer breaks is asked for again", async (t) => {
    const { server, source } = await started(t, { "data/a": patternBytes(100_000) });
    Object.assign(server.faults, { brokenBody: 1, faultAfterBytes: 10 });
    assertBytes(await bytesAt(source, "a"), patternBytes(100_000));
  });

  test("that is stored compressed comes as it is stored", async (t) => {
    const stored = gzipSync(patternBytes(5000));
    // https://cloud.google.com/storage/docs/transcoding: the sum is that of what is stored, whatever is sent.
    const source = await answering(t, ({ headers }) => {
      const isRaw = /\bgzip\b/.test(headers["accept-encoding"] ?? "");
      return {
        kind: "answer",
        status: 200,
        headers: {
          "x-goog-hash": [`crc32c=${crc32cText(stored)}`, "md5=rL0Y20zC+Fzt72VPzMSk2A=="],
          "x-goog-generation": "7",
          ...(isRaw && { "content-encoding": "gzip" }),
        },
        body: isRaw ? stored : gunzipSync(stored),
      };
    });
    assertBytes(await bytesAt(source, "a"), stored);
  });
});
