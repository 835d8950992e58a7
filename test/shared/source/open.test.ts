/** Which adapter a URL is given to. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkSourceUrl, openSource } from "../../../shared/source/open.ts";
import { assertBytes, patternBytes } from "../../../shared/testing/files.ts";
import { neverAborted } from "../../../shared/testing/neverAborted.ts";
import { startFtpServer } from "../../support/ftpServer.ts";
import { startHttpServer } from "../../support/httpServer.ts";
import { startS3Server } from "../../support/s3Server.ts";
import { startStorageServer } from "../../support/storageServer.ts";

const others = { connectionsMax: 1, random: () => 0.5, now: Date.now };

test("an FTP server's files are there at its URL, however the scheme is written", async (t) => {
  const server = await startFtpServer({
    files: { "pub/a.bin": { bytes: patternBytes(5), modifiedAt: 1000 } },
  });
  t.after(() => server.close());
  const source = await openSource([
    { name: "", url: `${server.url}pub/`.replace("ftp:", "FTP:"), ...others },
  ]);
  const search = source.search({
    directoriesMax: 1,
    pathsMax: 1,
    callsAtOnceMax: 1,
    isWantable: () => false,
  });
  const [found] = await search.find([{ paths: ["a.bin"] }], neverAborted);
  const fetched = await source.fetch(found?.file ?? assert.fail("it is there"), neverAborted);
  assertBytes(await fetched.bytes(5), patternBytes(5));
  await source.close();
});

test("an HTTP server's files are there at theirs", async (t) => {
  const server = await startHttpServer({ files: { "pub/a.bin": { bytes: patternBytes(5) } } });
  t.after(() => server.close());
  const source = await openSource([{ name: "", url: `${server.url}pub`, ...others }]);
  const file = { path: "a.bin", sizeBytes: null, version: "", modifiedAt: null };
  assertBytes(await (await source.fetch(file, neverAborted)).bytes(5), patternBytes(5));
  await source.close();
});

test("objects of buckets are there at theirs", async (t) => {
  const bytes = patternBytes(5);
  const s3 = await startS3Server({ bucket: "bucket", objects: { "pub/a.bin": { bytes, modifiedAt: 1000 } } });
  const gcs = await startStorageServer({ buckets: ["bucket"] });
  gcs.put("bucket", "pub/a.bin", bytes);
  t.after(() => Promise.all([s3.close(), gcs.close()]));
  for (const url of [`s3://bucket/pub?endpoint=${s3.url}`, `GS://bucket/pub/?endpoint=${gcs.url}`]) {
    checkSourceUrl(url);
    const source = await openSource([{ name: "", url, ...others }]);
    const file = { path: "a.bin", sizeBytes: null, version: "", modifiedAt: null };
    assertBytes(await (await source.fetch(file, neverAborted)).bytes(5), bytes);
    await source.close();
  }
});

for (const [url, fault] of [
  [
    "gopher://reader:secret@h/a",
    /^source "gopher:\/\/reader:\*\*\*@h\/a": must begin with ftp:\/\/ or ftps:\/\/ or .*s3:\/\/ or gs:\/\//,
  ],
  ["constructor://h/a", /must begin with ftp:/],
  ["h/a", /must begin with ftp:/],
  ["ftp://:secret@h/a", /has a password but no user/],
  ["https://:secret@h/a", /has a password but no user/],
  ["s3://key:secret@bucket/a", /has a user or a password/],
  ["gs://bucket/a?token=secret", /has "token" behind the \?/],
] as const) {
  test(`${url} is refused, and its password is not told`, async () => {
    const isTold = (thrown: Error) => fault.test(thrown.message) && !thrown.message.includes("secret");
    assert.throws(() => checkSourceUrl(url), isTold);
    await assert.rejects(openSource([{ name: "", url, ...others }]), isTold);
  });
}

test("an FTP server is asked as whom the credentials say, where the URL names nobody", async (t) => {
  const server = await startFtpServer({
    files: { "a.bin": { bytes: patternBytes(5), modifiedAt: 1000 } },
    login: { user: "reader", password: "hush" },
  });
  t.after(() => server.close());
  const url = server.url.replace(/\/\/[^/]*@/, "//");
  const fetched = async (password: string) => {
    const credentials = { kind: "basic", user: "reader", password } as const;
    const source = await openSource([{ name: "", url, credentials, ...others }]);
    try {
      const file = { path: "a.bin", sizeBytes: 5, version: "", modifiedAt: 1000 };
      return await (await source.fetch(file, neverAborted)).bytes(5);
    } finally {
      await source.close();
    }
  };
  assertBytes(await fetched("hush"), patternBytes(5));
  await assert.rejects(fetched("wrong-one"), (thrown: Error) => !thrown.message.includes("wrong-one"));
});
