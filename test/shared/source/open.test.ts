/** Which adapter a URL is given to. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkSourceUrl, openSource } from "../../../shared/source/open.ts";
import { assertBytes, patternBytes } from "../../../shared/testing/files.ts";
import { neverAborted } from "../../../shared/testing/neverAborted.ts";
import { startFtpServer } from "../../support/ftpServer.ts";

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

for (const [url, fault] of [
  [
    "gopher://reader:secret@h/a",
    /^source "gopher:\/\/reader:\*\*\*@h\/a": must begin with ftp:\/\/ or ftps:\/\/$/,
  ],
  ["constructor://h/a", /must begin with ftp:/],
  ["h/a", /must begin with ftp:/],
  ["ftp://:secret@h/a", /has a password but no user/],
] as const) {
  test(`${url} is refused, and its password is not told`, async () => {
    const isTold = (thrown: Error) => fault.test(thrown.message) && !thrown.message.includes("secret");
    assert.throws(() => checkSourceUrl(url), isTold);
    await assert.rejects(openSource([{ name: "", url, ...others }]), isTold);
  });
}
