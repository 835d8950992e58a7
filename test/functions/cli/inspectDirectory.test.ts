/** `accrete inspect` of a directory: what it says of names, timesteps, gaps and sizes is counted by hand from what was laid there. */
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import type { ServedFile } from "../../../shared/testing/files.ts";
import { airText } from "../../support/descriptorTexts.ts";
import { startFtpServer } from "../../support/ftpServer.ts";
import { startHttpServer } from "../../support/httpServer.ts";
import { indexPage } from "../../support/indexPages.ts";
import { startIndexServer } from "../../support/indexServer.ts";
import { startS3Server } from "../../support/s3Server.ts";
import { temporaryDirectory } from "../../support/temporaryDirectory.ts";
import { type Finished, runAccrete } from "./command.ts";

const modifiedAt = Date.UTC(2014, 3, 5);
const file = (length: number): ServedFile => ({ bytes: new Uint8Array(length), modifiedAt });
const rain = (stamp: string) => `2014/${stamp.slice(4, 6)}/rain_${stamp}.bin`;
/** Every 3 hours, but for 06 and 15 of 1 April; one is far too short. */
const stamps = [
  "2014033118",
  "2014033121",
  "2014040100",
  "2014040103",
  "2014040109",
  "2014040112",
  "2014040118",
];
const files: Readonly<Record<string, ServedFile>> = {
  ...Object.fromEntries(stamps.map((stamp) => [rain(stamp), file(stamp === "2014040112" ? 10 : 1000)])),
  "2014/04/rain-2014040115.bin": file(1000),
  "2014/04/README": file(5),
};
const april = stamps.filter((stamp) => stamp.startsWith("201404"));

async function inspected(t: TestContext, ...args: string[]): Promise<Finished> {
  return runAccrete(await temporaryDirectory(t), ["inspect", ...args], {}).finished;
}

/** The same files at a place of each kind: the URL of their directory. */
const places: Readonly<Record<string, (t: TestContext) => Promise<string>>> = {
  async ftp(t) {
    const tree = Object.fromEntries(Object.entries(files).map(([path, one]) => [`/data/${path}`, one]));
    const server = await startFtpServer({ files: tree, login: { user: "me", password: "open sesame" } });
    t.after(() => server.close());
    return `${server.url}data/`;
  },
  async nginx(t) {
    const server = await startIndexServer({ kind: "nginx", files });
    t.after(() => server.close());
    return server.base;
  },
  async s3(t) {
    const objects = Object.fromEntries(Object.entries(files).map(([path, one]) => [`data/${path}`, one]));
    const server = await startS3Server({ bucket: "bucket", objects });
    t.after(() => server.close());
    return `s3://bucket/data/?endpoint=${server.url}`;
  },
  async file(t) {
    const directory = await temporaryDirectory(t);
    for (const [path, { bytes }] of Object.entries(files)) {
      await mkdir(join(directory, path, ".."), { recursive: true });
      await writeFile(join(directory, path), bytes);
    }
    return `${directory}/`;
  },
};
const below = (url: string, path: string) => url.replace(/(?=\?|$)/, path);

for (const [kind, start] of Object.entries(places)) {
  describe(`a directory: ${kind}`, { concurrency: 2 }, () => {
    test("shows what its names have in common, what is missing between them, and what is unlike", async (t) => {
      const url = below(await start(t), "2014/04/");
      const { stdout, stderr, exitCode } = await inspected(t, url);
      assert.deepEqual([stderr, exitCode], ["", 0]);
      assert.doesNotMatch(stdout, /sesame/);
      assert.match(stdout, /^files {8}7, 0\.0 MB/m);
      assert.match(stdout, /^pattern {6}\{YYYY\}\/\{MM\}\/rain_\{YYYYMMDDHH\}\.bin, below \//m);
      assert.match(stdout, /^ {2}timesteps {2}5, 2014-04-01T00:00:00Z to 2014-04-01T18:00:00Z, every PT3H$/m);
      assert.match(stdout, /^ {2}missing {4}2: 2014-04-01T06:00:00Z, 2014-04-01T15:00:00Z$/m);
      assert.match(
        stdout,
        /^ {2}sizes {6}10 to 1000 bytes, half of them up to 1000; unlike the others: rain_2014040112\.bin \(10\)$/m,
      );
      assert.match(stdout, /^no pattern {3}1: README$/m);
    });

    test("holds names against a pattern, in the directories that it leads to", async (t) => {
      const url = await start(t);
      const pattern = "{YYYY}/{MM}/rain_{YYYYMMDDHH}.bin";
      const { stdout, exitCode } = await inspected(t, url, "--pattern", pattern, "--json");
      const said = JSON.parse(stdout);
      assert.equal(exitCode, 0);
      assert.deepEqual(
        [said.verdict, said.directories, said.files, said.bytes],
        ["directory", ["2014"], 9, 7015],
      );
      assert.deepEqual([said.directories_listed, said.is_cut], [4, false]);
      const [group] = said.groups;
      assert.deepEqual(
        group.names.map(({ name }: { name: string }) => name),
        stamps.map(rain),
      );
      assert.deepEqual(
        [group.first, group.last, group.step],
        ["2014-03-31T18:00:00Z", "2014-04-01T18:00:00Z", "PT3H"],
      );
      assert.deepEqual(group.first_missing, ["2014-04-01T06:00:00Z", "2014-04-01T15:00:00Z"]);
      assert.deepEqual(group.size_outliers, [rain("2014040112")]);
      assert.deepEqual(said.others.map(({ name }: { name: string }) => name).sort(), [
        "2014/04/README",
        "2014/04/rain-2014040115.bin",
      ]);
      assert.equal(said.nearest, "2014/04/rain-2014040115.bin");
    });
  });
}

describe("a directory", { concurrency: 2 }, () => {
  test("without a slash turns out to be one", async (t) => {
    for (const start of [places.ftp, places.nginx, places.s3, places.file]) {
      const url = below((await start?.(t)) ?? "", "2014/04");
      const { stdout, stderr, exitCode } = await inspected(t, url);
      assert.deepEqual([stderr, exitCode], ["", 0], url);
      assert.match(stdout, /^ {2}timesteps {2}5,/m);
    }
  });

  test("is held against a dataset's own paths from where it is, and where none fits that is 3", async (t) => {
    const url = (await places.ftp?.(t)) ?? "";
    const { stdout, stderr, exitCode } = await inspected(t, `${url}2014/04/`, "--dataset", "air-temperature");
    assert.equal(exitCode, 3);
    assert.match(stdout, /: no name fits$/m);
    assert.match(stdout, /^no match {5}7: /m);
    assert.match(stdout, /^nearest {6}rain/m);
    assert.match(stderr, /^accrete: no name in ftp:\/\/127\.0\.0\.1:\d+\/data\/2014\/04\/ fits$/m);
    const fits = await inspected(t, `${url}2014/04/`, "--pattern", "{YYYY}/{MM}/rain_{YYYYMMDDHH}.bin");
    assert.match(fits.stdout, new RegExp(`^ {2}timesteps {2}${april.length},`, "m"));
    assert.match(fits.stdout, /^ {2}2014-04-01T09:00:00Z {2}rain_2014040109\.bin$/m);
  });

  test("that is not there, options that are for a file, and patterns with faults are refused", async (t) => {
    const url = (await places.ftp?.(t)) ?? "";
    for (const [args, code, why] of [
      [[`${url}2015/`], 1, /\/data\/2015\/: there is no such directory/],
      [[url, "--field", "rain"], 2, /--field is for one file: this is a directory/],
      [[url, "--pattern", "%Y.bin"], 2, /--pattern "%Y\.bin" has %Y, which is no pattern here/],
      [[url, "--pattern", "x", "--dataset", "air-temperature"], 2, /give one$/m],
      [[`${url}2014/04/README`, "--pattern", "x"], 2, /--pattern is for a directory/],
    ] as const) {
      const { stderr, stdout, exitCode } = await inspected(t, ...args);
      assert.match(stderr, why);
      assert.deepEqual([exitCode, stdout], [code, ""]);
    }
  });
});

test("a host of a dataset's is asked as its descriptor says, and no other", async (t) => {
  const token = "hush-hush-token";
  const server = await startHttpServer({
    handler({ path, headers }) {
      if (headers.authorization !== `Bearer ${token}`) return { kind: "answer", status: 401 };
      const entries = april.map((stamp) => {
        return { name: `rain_${stamp}.bin`, kind: "file", sizeBytes: 1000, modifiedAt } as const;
      });
      const { contentType, text } = indexPage("nginx", path, entries);
      return { kind: "answer", status: 200, headers: { "content-type": contentType }, body: text };
    },
  });
  t.after(() => server.close());
  const directory = await temporaryDirectory(t);
  const text = (await airText("air-there"))
    .replace("ftp://localhost/air-temperature", `${server.url}data`)
    .replace("connectionsMax: 4,", 'connectionsMax: 4, auth: { kind: "bearer", secret: "there" },')
    .replace("test8_{YYYYMMDDHH}.dat", "rain_{YYYYMMDDHH}.bin");
  await writeFile(join(directory, "air-there.ts"), text);
  const inspect = (...args: string[]) =>
    runAccrete(directory, ["inspect", `${server.url}data/`, "--datasets", directory, ...args], {
      ACCRETE_SECRET_THERE: token,
    }).finished;
  const known = await inspect("--dataset", "air-there");
  assert.equal(known.exitCode, 0, known.stderr);
  assert.match(known.stdout, /rain_\{YYYYMMDDHH\}\.bin/);
  const unknown = await inspect();
  assert.equal(unknown.exitCode, 1);
  assert.match(unknown.stderr, /401/);
});
