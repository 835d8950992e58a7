/** S3 as a source: what it lists, gives and refuses, on a server that answers as the vendor documents. */
import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import type { SourceError } from "../../../../../shared/errors.ts";
import type { ObjectOptions } from "../../../../../shared/source/objects/limits.ts";
import { createS3Source } from "../../../../../shared/source/objects/s3/s3Source.ts";
import type { KnownFile, SearchOptions, Source, SourceFile } from "../../../../../shared/source/source.ts";
import { assertBytes, patternBytes } from "../../../../../shared/testing/files.ts";
import { neverAborted } from "../../../../../shared/testing/neverAborted.ts";
import { sourceContract } from "../../../../../shared/testing/source.ts";
import {
  etagOf,
  refusal,
  type S3Object,
  type S3Server,
  type S3ServerOptions,
  startS3Server,
} from "../../../../support/s3Server.ts";

const bucket = "bucket";
const modifiedAt = Date.UTC(2026, 10, 30, 12);
const bytes = patternBytes(20_000);
const now = () => Date.UTC(2026, 10, 30, 13);
const account = { accessKeyId: "AKIAEXAMPLE", secretAccessKey: "hush/+=" };
const credentials = { kind: "aws", ...account } as const;
const searching: SearchOptions = {
  directoriesMax: 10,
  pathsMax: 100,
  callsAtOnceMax: 4,
  isWantable: () => false,
};

type Given = Partial<Omit<ObjectOptions, "url">> & { readonly prefix?: string; readonly region?: string };

function sourceOn(server: S3Server, { prefix = "data", region, ...given }: Given = {}): Source {
  const query = `${region === undefined ? "" : `region=${region}&`}endpoint=${server.url}`;
  return createS3Source({
    url: `s3://${bucket}/${prefix}?${query}`,
    connectionsMax: 4,
    random: () => 0.5,
    now,
    http: { backoffFirstMs: 1, backoffLongestMs: 2 },
    ...given,
  });
}

const below = (prefix: string, objects: Readonly<Record<string, S3Object>>) =>
  Object.fromEntries(Object.entries(objects).map(([path, object]) => [`${prefix}/${path}`, object]));

for (const [name, options, given, traits] of [
  ["S3, anonymous", {}, {}, {}],
  ["S3, in pages of two", { pageKeysMax: 2 }, {}, {}],
  ["S3, signed", { account, now }, { credentials }, {}],
  ["S3 that lists nothing", { mayList: false }, { listing: "none" }, { isListed: false }],
  [
    "S3 that lists nothing, signed",
    { mayList: false, account, now },
    { listing: "none", credentials },
    { isListed: false },
  ],
] as const) {
  sourceContract(
    name,
    async (files) => {
      const server = await startS3Server({ bucket, objects: below("data", files), ...options });
      return { source: sourceOn(server, given), stop: () => server.close() };
    },
    { isVersionExact: true, ...traits },
  );
}

/** A server and a source on it, both closed after the test. */
async function started(
  t: TestContext,
  objects: Readonly<Record<string, S3Object>>,
  options: Partial<S3ServerOptions> = {},
  given: Given = {},
): Promise<{ server: S3Server; source: Source }> {
  const server = await startS3Server({ bucket, objects, ...options });
  const source = sourceOn(server, given);
  t.after(async () => {
    await source.close();
    await server.close();
  });
  return { server, source };
}

const objectsNamed = (...keys: readonly string[]): Record<string, S3Object> =>
  Object.fromEntries(keys.map((key, index) => [key, { bytes: patternBytes(index + 1, index), modifiedAt }]));

/** What is found at each of these paths. */
async function foundAt(source: Source, ...paths: readonly string[]): Promise<(SourceFile | undefined)[]> {
  const wanted = paths.map((path) => ({ paths: [path] }));
  return (await source.search(searching).find(wanted, neverAborted)).map((one) => one?.file);
}

async function bytesAt(source: Source, path: string, version = "before"): Promise<Uint8Array | undefined> {
  const file = { path, sizeBytes: null, version, modifiedAt: null };
  return (await source.fetch(file, neverAborted)).bytes(1_000_000);
}

describe("what S3 lists", () => {
  test("are exact sizes, dates and ETags", async (t) => {
    const { source } = await started(t, { "data/a.bin": { bytes, modifiedAt } });
    const version = etagOf({ bytes, modifiedAt });
    assert.deepEqual(await foundAt(source, "a.bin"), [
      { path: "a.bin", sizeBytes: 20_000, version, modifiedAt },
    ]);
  });

  test("are keys with whatever characters, asked for from the first that is wanted on", async (t) => {
    const odd = ["a b+c", "a%20b", "ä&<>\"'", "#?=;", "日本", "🌍", "(1)!*~", "a\\b", "é"];
    const { server, source } = await started(t, objectsNamed(...odd.map((name) => `data/x/${name}`)));
    const found = await foundAt(source, ...odd.map((name) => `x/${name}`));
    assert.deepEqual(
      found.map((file) => file?.sizeBytes),
      odd.map((_, index) => index + 1),
    );
    for (const [index, name] of odd.entries()) {
      assertBytes(await bytesAt(source, `x/${name}`), patternBytes(index + 1, index));
    }
    const queries = server.requests
      .filter(({ path }) => path === `/${server.listPath}`)
      .map(({ query }) => query);
    assert.deepEqual(
      queries.map((query) => Object.fromEntries(query)),
      [
        {
          "list-type": "2",
          prefix: "data/x/",
          delimiter: "/",
          "start-after": "data/x/#?=",
          "max-keys": "1000",
          "encoding-type": "url",
        },
      ],
    );
  });

  test("begin at the name that is looked for, which is among them", async (t) => {
    const names = ["2026113000", "2026113001", "2026113002", "2026113010"];
    const { server, source } = await started(t, objectsNamed(...names.map((name) => `data/${name}`)));
    const search = source.search(searching);
    const found = await search.find([{ paths: ["2026113001"] }, { paths: ["2026113010"] }], neverAborted);
    assert.deepEqual(
      found.map((one) => one?.file.path),
      ["2026113001", "2026113010"],
    );
    assert.equal(server.requests[0]?.query.get("start-after"), "data/202611300");
    assert.equal(server.count(), 1);
    const [before] = await search.find([{ paths: ["2026113000"] }], neverAborted);
    assert.equal(before?.file.path, "2026113000");
  });

  test("come page by page", async (t) => {
    const names = Array.from({ length: 25 }, (_, index) => `data/${index}`);
    const { server, source } = await started(t, objectsNamed(...names, "data/x/y"), { pageKeysMax: 4 });
    const search = source.search(searching);
    assert.equal((await search.find([{ paths: ["0"] }], neverAborted))[0]?.file.path, "0");
    assert.equal((await search.report(false, neverAborted)).files, 25);
    assert.equal(server.count(server.listPath), 7);
  });

  test("are the keys directly below, and a directory is there while any key begins with it", async (t) => {
    const keys = ["data/d/x", "data/e/", "data/f/g/h", "data/dd", "other/z"];
    const { source } = await started(t, objectsNamed(...keys));
    const report = async (path: string) => {
      const search = source.search(searching);
      await search.find([{ paths: [path] }], neverAborted);
      const { directories, absentDirectories, emptyDirectories, files } = await search.report(
        false,
        neverAborted,
      );
      assert.equal(directories, 1);
      return absentDirectories > 0 ? "absent" : emptyDirectories > 0 ? "empty" : files;
    };
    assert.equal(await report("d/none"), 1);
    assert.equal(await report("d/zzz"), "empty", "all its names come before the one that is looked for");
    assert.equal(await report("e/none"), "empty", "it has a key of its own, which is no file");
    assert.equal(await report("f/none"), "empty");
    assert.equal(await report("f/g/a"), 1);
    assert.equal(await report("ff/none"), "absent");
    assert.equal(await report("none"), "empty", "what there is comes before it");
    assert.equal(await report("a"), 1);
  });

  test("of a whole bucket are its keys, and none where it is empty", async (t) => {
    const { source, server } = await started(t, objectsNamed("a", "b/c"), {}, { prefix: "" });
    assert.deepEqual(
      (await foundAt(source, "a", "b/c")).map((file) => file?.path),
      ["a", "b/c"],
    );
    server.objects.clear();
    const search = source.search(searching);
    await search.find([{ paths: ["a"] }], neverAborted);
    assert.equal((await search.report(true, neverAborted)).absentDirectories, 0);
  });

  test("are known again by their dates where no ETag is told", async (t) => {
    const { server, source } = await started(t, { "data/a": { bytes, modifiedAt, etag: "" } });
    const known = { path: "a", sizeBytes: bytes.length, version: "", modifiedAt };
    const isKnown = async (one: KnownFile) =>
      (await source.search(searching).find([{ paths: ["a"], known: one, isChecked: true }], neverAborted))[0]
        ?.isKnown;
    assert.equal(await isKnown(known), true);
    assert.equal(await isKnown({ ...known, modifiedAt: modifiedAt - 1000 }), false);
    assert.equal(
      server.requests.every(({ method }) => method === "GET"),
      true,
    );
    assert.equal(await isKnown({ ...known, modifiedAt: null }), undefined, "nothing tells");
    assert.equal(server.requests.at(-1)?.method, "HEAD");
  });

  test("that come 503 SlowDown are asked for again", async (t) => {
    const { server, source } = await started(t, objectsNamed("data/a"));
    const slowDown = refusal(503, "SlowDown", "Please reduce your request rate.");
    server.order(server.listPath, slowDown, slowDown);
    server.order(`${bucket}/data/a`, slowDown);
    assert.equal((await foundAt(source, "a"))[0]?.sizeBytes, 1);
    assertBytes(await bytesAt(source, "a"), patternBytes(1, 0));
  });

  test("are bounded", async (t) => {
    const keys = Array.from({ length: 12 }, (_, index) => `data/${index}`);
    for (const [limits, message] of [
      [{ pagesMax: 2 }, /has more than 2 pages$/],
      [{ listedMax: 7 }, /has more than 7 names$/],
      [{ pageBytesMax: 100 }, /100 bytes/],
    ] as const) {
      const { source } = await started(t, objectsNamed(...keys), { pageKeysMax: 4 }, { limits });
      await assert.rejects(foundAt(source, "0"), { name: "SourceError", fault: "listing", message });
    }
  });
});

describe("what S3 refuses", () => {
  const refused = async (work: Promise<unknown>, fault: string, message: RegExp) => {
    await assert.rejects(work, (error: SourceError) => {
      assert.deepEqual([error.name, error.fault], ["SourceError", fault]);
      assert.match(error.message, message);
      assert.ok(!error.message.includes(account.secretAccessKey), error.message);
      return true;
    });
  };

  test("to list, it says, and what to do", async (t) => {
    const { source } = await started(t, objectsNamed("data/a"), { mayList: false });
    const message =
      /^s3:\/\/bucket\/data\/: listing is not allowed \(403 AccessDenied Access Denied\): write listing "none" .*s3:ListBucket/;
    await refused(foundAt(source, "a"), "refused", message);
  });

  test("is a bucket that is not there, listed or not", async (t) => {
    for (const listing of ["index", "none"] as const) {
      const { server, source } = await started(t, {}, {}, { listing });
      const missing = refusal(404, "NoSuchBucket", "The specified bucket does not exist");
      server.always(server.listPath, missing);
      server.always(`${bucket}/data/a`, missing);
      await refused(foundAt(source, "a"), "refused", /: there is no bucket bucket$/);
      await refused(bytesAt(source, "a"), "refused", /: there is no bucket bucket$/);
    }
  });

  for (const listing of ["index", "none"] as const) {
    test(`are requests to another region, and it says to which to write (${listing})`, async (t) => {
      const { server, source } = await started(t, objectsNamed("data/a"), {}, { listing });
      const elsewhere = refusal(
        301,
        "PermanentRedirect",
        "The bucket must be addressed elsewhere.",
        {},
        {
          "x-amz-bucket-region": "eu-central-1",
        },
      );
      server.always(server.listPath, elsewhere);
      server.always(`${bucket}/data/a`, elsewhere);
      const message = /: the bucket is in another region: write region=eu-central-1 into its URL$/;
      await refused(foundAt(source, "a"), "refused", message);
      await refused(bytesAt(source, "a"), "refused", message);
      const headers = { "x-amz-bucket-region": "eu-central-1" };
      server.always(`${bucket}/data/a`, { kind: "answer", status: 301, headers });
      await refused(bytesAt(source, "a"), "refused", message);
    });

    test(`are requests to another endpoint (${listing})`, async (t) => {
      const { server, source } = await started(t, objectsNamed("data/a"), {}, { listing });
      const elsewhere = {
        kind: "answer",
        status: 301,
        headers: { "x-amz-bucket-region": "us-east-1" },
      } as const;
      server.always(server.listPath, elsewhere);
      server.always(`${bucket}/data/a`, elsewhere);
      await refused(foundAt(source, "a"), "refused", /: the bucket is at another endpoint \(301\)$/);
    });

    test(`are signatures for another region, and it says to which to write (${listing})`, async (t) => {
      const options = { account, now, region: "ap-south-1" };
      const { source } = await started(t, objectsNamed("data/a"), options, { credentials, listing });
      await refused(foundAt(source, "a"), "refused", /write region=ap-south-1 into its URL$/);
    });

    for (const [what, given, message] of [
      [
        "keys that it does not know",
        { credentials: { ...credentials, accessKeyId: "AKIAOTHER" } },
        /there is no such access key \(403 InvalidAccessKeyId/,
      ],
      [
        "secrets that are others",
        { credentials: { ...credentials, secretAccessKey: "hush" } },
        /the secret access key is not that of the access key \(403 SignatureDoesNotMatch/,
      ],
      [
        "clocks that differ",
        { credentials, now: () => now() - 20 * 60_000 },
        /clock differs .* 15 minutes \(403 RequestTimeTooSkewed/,
      ],
      [
        "tokens of no session",
        { credentials: { ...credentials, sessionToken: "hush" } },
        /the session token is none of this access key \(400 InvalidToken/,
      ],
    ] as const) {
      test(`are ${what} (${listing})`, async (t) => {
        const { source } = await started(t, objectsNamed("data/a"), { account, now }, { listing, ...given });
        await refused(foundAt(source, "a"), "refused", message);
        await refused(bytesAt(source, "a"), "refused", message);
      });
    }
  }

  test("to give of an object is no absence where keys are listed", async (t) => {
    const { server, source } = await started(t, objectsNamed("data/a"));
    server.always(`${bucket}/data/a`, refusal(403, "AccessDenied", "Access Denied"));
    await refused(
      bytesAt(source, "a"),
      "transfer",
      /^s3:\/\/bucket\/data\/a: may not be read \(403 AccessDenied/,
    );
    const archived = "The operation is not valid for the object's storage class";
    server.always(`${bucket}/data/a`, refusal(403, "InvalidObjectState", archived));
    await refused(
      bytesAt(source, "a"),
      "transfer",
      /it is archived, and cannot be read before it is restored/,
    );
  });

  test("where nothing is listed is absent, and asked about once", async (t) => {
    const { server, source } = await started(
      t,
      objectsNamed("data/b"),
      { mayList: false },
      { listing: "none" },
    );
    const [a, b, c] = await foundAt(source, "a", "b", "c");
    assert.deepEqual([a, b?.path, c], [undefined, "b", undefined]);
    assert.equal(await bytesAt(source, "a"), undefined);
    const methods = server.requests.map(({ method }) => method);
    assert.equal(methods.filter((method) => method === "HEAD").length, 3);
    assert.ok(methods.filter((method) => method === "GET").length <= 3);
    const before = server.count();
    await foundAt(source, "d", "e");
    assert.equal(server.count(), before + 2, "what the status stands for is known by then");
  });

  test("where nothing is listed is not known where that is told of all", async (t) => {
    const { source } = await started(t, objectsNamed("data/b"), { mayList: false }, { listing: "none" });
    const search = source.search(searching);
    const a = { paths: ["a"] };
    assert.deepEqual(await search.find([a], neverAborted), [undefined]);
    assert.match(search.whyUnknown?.(a)?.message ?? "", /^s3:\/\/bucket\/data\/a: may not be read \(403/);
    await search.find([{ paths: ["b"] }, a], neverAborted);
    assert.equal(search.whyUnknown?.(a), undefined, "another is answered");
  });

  test("where nothing is listed may be who asks, at any time", async (t) => {
    const options = { account, now, mayList: false };
    const { server, source } = await started(t, objectsNamed("data/b"), options, {
      credentials,
      listing: "none",
    });
    assert.deepEqual(await foundAt(source, "a"), [undefined]);
    const unknown = refusal(403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist.");
    server.always(`${bucket}/data/a`, unknown);
    await refused(foundAt(source, "a"), "refused", /there is no such access key/);
  });

  test("in no words of its own is told by its status", async (t) => {
    const { server, source } = await started(t, {});
    server.always(server.listPath, { kind: "answer", status: 400, body: "<html>" });
    await refused(foundAt(source, "a"), "listing", /^s3:\/\/bucket\/data\/: the server answered 400$/);
  });
});

describe("an object of S3", () => {
  const place = `${bucket}/data/a`;
  const object = (headers: Readonly<Record<string, string>> = {}, content: Uint8Array = bytes) =>
    ({ kind: "answer", status: 200, headers, body: content }) as const;
  const broken = patternBytes(20_000, 1);
  const etag = `"${etagOf({ bytes, modifiedAt })}"`;

  test("comes with its own version, size and date, whatever was listed", async (t) => {
    const { server, source } = await started(t, { "data/a": { bytes, modifiedAt } });
    const [file = assert.fail("it is there")] = await foundAt(source, "a");
    const newer = { bytes: patternBytes(500), modifiedAt: modifiedAt + 5000 };
    server.objects.set("data/a", newer);
    const { version, sizeBytes, modifiedAt: at, bytes: fetched } = await source.fetch(file, neverAborted);
    assert.deepEqual([version, sizeBytes, at], [etagOf(newer), 500, newer.modifiedAt]);
    assertBytes(await fetched(500), newer.bytes);
    assert.notEqual(version, file.version);
  });

  test("whose bytes are not those of its ETag is asked for once more", async (t) => {
    const { server, source } = await started(t, { "data/a": { bytes, modifiedAt } });
    server.order(place, object({ etag }, broken));
    assertBytes(await bytesAt(source, "a"), bytes);
    assert.equal(server.count(place), 2);
  });

  test("whose bytes are not those of its ETag twice is none", async (t) => {
    const { server, source } = await started(t, { "data/a": { bytes, modifiedAt } });
    server.order(place, object({ etag }, broken), object({ etag }, broken));
    const message = new RegExp(
      `^s3://bucket/data/a: the object has MD5 ${etag.slice(1, -1)}, but bytes of .* came, twice$`,
    );
    await assert.rejects(bytesAt(source, "a"), { name: "GranuleError", fault: "checksum", message });
  });

  test("that is gone before it is asked for once more is none", async (t) => {
    const { server, source } = await started(t, {});
    server.order(place, object({ etag }, broken));
    assert.equal(await bytesAt(source, "a"), undefined);
  });

  test("is compared with its CRC-32C where one is sent", async (t) => {
    const etag = "0123456789abcdef0123456789abcdef-2";
    const { server, source } = await started(t, { "data/a": { bytes, modifiedAt, etag, hasCrc32c: true } });
    assertBytes(await bytesAt(source, "a"), bytes);
    assert.equal(server.requests[0]?.headers["x-amz-checksum-mode"], "ENABLED");
    server.always(place, object({ etag, "x-amz-checksum-crc32c": "AAAAAA==" }));
    const message = /: the object has crc32c AAAAAA==, but bytes of [A-Za-z0-9+/]{6}== came, twice$/;
    await assert.rejects(bytesAt(source, "a"), { name: "GranuleError", fault: "checksum", message });
  });

  for (const [what, headers] of [
    ["was put in parts", { etag: '"0123456789abcdef0123456789abcdef-2"' }],
    [
      "was put in parts with sums",
      { etag: '"0-2"', "x-amz-checksum-crc32c": "AAAAAA==-2", "x-amz-checksum-type": "COMPOSITE" },
    ],
    ["is encrypted with a key of its own", { etag, "x-amz-server-side-encryption": "aws:kms" }],
    ["is encrypted twice", { etag, "x-amz-server-side-encryption": "aws:kms:dsse" }],
    [
      "is encrypted with a customer's key",
      { etag, "x-amz-server-side-encryption-customer-algorithm": "AES256" },
    ],
    ["has a weak ETag", { etag: `W/${etag}` }],
    ["has no ETag", {}],
  ] as const) {
    test(`that ${what} is compared with no MD5`, async (t) => {
      const { server, source } = await started(t, {});
      server.always(place, object(headers, broken));
      assertBytes(await bytesAt(source, "a"), broken);
    });
  }

  test("comes as it is stored, compressed or not", async (t) => {
    const { source } = await started(t, {
      "data/a": { bytes, modifiedAt, headers: { "content-encoding": "gzip", "content-type": "text/plain" } },
    });
    assertBytes(await bytesAt(source, "a"), bytes);
  });

  test("whose transfer breaks is asked for again, signed anew", async (t) => {
    let at = now();
    const server = await startS3Server({
      bucket,
      objects: { "data/a": { bytes, modifiedAt } },
      account,
      now: () => at,
    });
    const source = sourceOn(server, {
      credentials,
      now: () => {
        at += 1000;
        return at;
      },
    });
    t.after(async () => {
      await source.close();
      await server.close();
    });
    server.order(place, { kind: "reset" }, { kind: "answer", status: 500 });
    assertBytes(await bytesAt(source, "a"), bytes);
    const signatures = server.requests.map(({ headers }) => headers.authorization);
    assert.equal(new Set(signatures).size, 3);
  });

  test("outside of the base URL cannot be asked for", async (t) => {
    const { server, source } = await started(t, objectsNamed("data/a"));
    for (const path of ["../other/z", "x/./y", "a\u0000b", "\ud800"]) {
      await assert.rejects(bytesAt(source, path), { name: "UsageError" });
    }
    assert.equal(server.count(), 0);
  });
});
