/**
 * `accrete inspect`: what it says of one file, by the dataset that decodes it or by what any file shows. Values are worked out
 * from the granules' own bytes.
 */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { gzipSync } from "node:zlib";
import { airGranule, airName } from "../../support/airGranules.ts";
import { startFtpServer } from "../../support/ftpServer.ts";
import { startIndexServer } from "../../support/indexServer.ts";
import { startS3Server } from "../../support/s3Server.ts";
import { temporaryDirectory } from "../../support/temporaryDirectory.ts";
import { createDesk, type Finished, granuleAt, runAccrete, timeOf, trmmFiles } from "./command.ts";

const options = { concurrency: 2 };
const air = airName("06");
const airFile = { [air]: airGranule("06") };
const trmmName = "3B42RT.2014040103.7.bin.gz";

/** Runs the command where those files lie. */
async function inspected(
  t: TestContext,
  files: Readonly<Record<string, Uint8Array>>,
  ...args: string[]
): Promise<Finished> {
  const directory = await temporaryDirectory(t);
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(directory, name), bytes);
  return runAccrete(directory, ["inspect", ...args], {}).finished;
}

/** Mean and standard deviation of the population, in one go. */
function spreadOf(values: readonly number[]) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    mean,
    standardDeviation: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length),
  };
}

function near(actual: number, expected: number): void {
  assert.ok(
    Math.abs(actual - expected) <= 1e-9 * Math.max(1, Math.abs(expected)),
    `${actual}, not ${expected}`,
  );
}

describe("a granule of a known dataset", options, () => {
  test("is shown with its timestep, its statistics and a picture, north up", async (t) => {
    const { stdout, stderr, exitCode } = await inspected(t, airFile, air);
    assert.deepEqual([stderr, exitCode], ["", 0]);
    const lines = stdout.split("\n");
    assert.equal(lines[0], air);
    assert.match(stdout, /^size {9}5300 bytes, dated \d{4}-/m);
    assert.match(stdout, /^dataset {6}air-temperature, by its path$/m);
    assert.match(stdout, /^timestep {5}2013-01-01T06:00:00Z, index 1$/m);
    assert.match(stdout, /^air: air temperature at 1000 hPa, float32, 25 × 53, in K$/m);
    assert.match(stdout, /^ {2}1325 values, 0 missing \(0 %\)$/m);
    const picture = lines.filter((line) => /^ {2}[ ░▒▓█·]{53}$/.test(line));
    assert.equal(picture.length, 13);
    assert.match(picture[0] as string, /^[ ░]+$/, "it is cold in the north");
    assert.match(picture.at(-1) as string, /^ {2}█+$/, "and warm in the south");
    assert.match(lines.at(-2) as string, /^ {2}[\d.]+ ▕ {4}░░░░▒▒▒▒▓▓▓▓████▏ [\d.]+ K {2}\(1 % to 99 %\)$/);
  });

  test("of float32 values has the statistics of its bytes", async (t) => {
    const bytes = Buffer.from(airGranule("06"));
    const values = Array.from({ length: 25 * 53 }, (_, i) => bytes.readFloatBE(4 * i));
    const { stdout } = await inspected(t, airFile, air, "--json");
    const said = JSON.parse(stdout);
    assert.deepEqual(
      [said.verdict, said.dataset, said.time, said.index, said.compression, said.header],
      ["decoded", "air-temperature", "2013-01-01T06:00:00Z", 1, "none", null],
    );
    const [field] = said.fields;
    assert.deepEqual([field.count, field.missing, field.shape, field.units], [1325, 0, [25, 53], "K"]);
    near(field.min, Math.min(...values));
    near(field.max, Math.max(...values));
    near(field.mean, spreadOf(values).mean);
    near(field.standard_deviation, spreadOf(values).standardDeviation);
    near(field.percentiles.p50, values.toSorted((a, b) => a - b)[662] as number);
  });

  test("of packed values has the statistics of what they mean, without what is missing", async (t) => {
    const { gz, expected } = granuleAt(timeOf(1));
    const { stdout } = await inspected(t, { [trmmName]: gz }, trmmName, "--field", "precipitation", "--json");
    const said = JSON.parse(stdout);
    assert.equal(said.header.nominal_HHMMSS, "030000");
    assert.equal(said.inflated_bytes, 2880 + 480 * 1440 * 7);
    const known = Array.from(expected.precipitation).filter((value) => value !== -31999);
    assert.equal(said.fields.length, 1);
    const [field] = said.fields;
    assert.equal(field.missing, 480 * 1440 - known.length);
    near(field.max, known.reduce((most, value) => Math.max(most, value), 0) / 100);
    near(field.mean, spreadOf(known).mean / 100);
    near(field.standard_deviation, spreadOf(known).standardDeviation / 100);
  });

  test("that lies under another name is known by what is in it", async (t) => {
    const { stdout, exitCode } = await inspected(t, { "x.gz": granuleAt(timeOf(1)).gz }, "x.gz");
    assert.match(stdout, /^dataset {6}trmm-3b42rt, by what is in it/m);
    assert.match(stdout, /^timestep {5}2014-04-01T03:00:00Z, index \d+$/m);
    assert.equal(exitCode, 0);
  });

  test("without a date in its name or in itself is decoded, and its time is not known", async (t) => {
    const { stdout, exitCode } = await inspected(t, { "x.dat": airGranule("06") }, "x.dat");
    assert.match(stdout, /^timestep {5}not known: neither path nor header says it$/m);
    assert.equal(exitCode, 0);
  });

  test("that is not on the dataset's axis is said to be so", async (t) => {
    const name = "test8_2013010203.dat";
    const { stdout, exitCode } = await inspected(t, { [name]: airGranule("06") }, name);
    assert.match(stdout, /^timestep {5}2013-01-02T03:00:00Z: not on the dataset's axis, which begins 2013/m);
    assert.equal(exitCode, 0);
  });

  test("is fetched from its provider, whose password is not shown", async (t) => {
    const server = await startFtpServer({
      files: trmmFiles(1),
      login: { user: "me", password: "open sesame" },
    });
    t.after(() => server.close());
    const url = `${server.url}/3B42RT/2014/04/${trmmName}`;
    const { stdout, stderr, exitCode } = await inspected(t, {}, url, "--field", "source");
    assert.deepEqual([stderr, exitCode], ["", 0]);
    assert.match(stdout, /^ftp:\/\/127\.0\.0\.1:\d+\/3B42RT\/2014\/04\/3B42RT\.2014040103\.7\.bin\.gz\n/);
    assert.match(stdout, /^size {9}\d+ bytes, dated 2014-04-01T10:00:00Z$/m);
    assert.match(stdout, /^timestep {5}2014-04-01T03:00:00Z/m);
  });

  test("is fetched over HTTP and from a bucket just so", async (t) => {
    const served = { [`v7/${air}`]: { bytes: airGranule("06"), modifiedAt: Date.UTC(2013, 0, 2) } };
    const [web, s3] = await Promise.all([
      startIndexServer({ kind: "nginx", files: served }),
      startS3Server({ bucket: "bucket", objects: served }),
    ]);
    t.after(() => Promise.all([web.close(), s3.close()]));
    const bucket = `s3://bucket/v7/${air}`;
    for (const [url, shown] of [
      [`${web.base}v7/${air}`, `${web.base}v7/${air}`],
      [`${bucket}?endpoint=${s3.url}`, bucket],
    ] as const) {
      const { stdout, stderr, exitCode } = await inspected(t, {}, url);
      assert.deepEqual([stderr, exitCode, stdout.split("\n")[0]], ["", 0, shown]);
      assert.match(stdout, /^size {9}5300 bytes, dated 2013-01-02T00:00:00Z$/m);
      assert.match(stdout, /^timestep {5}2013-01-01T06:00:00Z, index 1$/m);
    }
  });
});

describe("what should be a granule and is none is corrupt: 3, and why", options, () => {
  const { gz } = granuleAt(timeOf(1));
  const damaged = gz.slice();
  damaged[gz.length - 5] = (damaged[gz.length - 5] as number) ^ 1;
  const cases = [
    ["damaged.gz", damaged, [], /CRC-32 is [0-9a-f]{8}, the trailer states [0-9a-f]{8}$/m],
    ["cut.gz", gz.subarray(0, gz.length / 2), [], /the gzip data ends too early/],
    [
      "3B42RT.2014040106.7.bin.gz",
      gz,
      [],
      /the header's time is 20140401 030000; 20140401 060000 was asked for/,
    ],
    ["test8_2013010100.dat", new Uint8Array(5299), [], /the granule is 5299 bytes; its blocks make 5300/],
    ["x.bin", new Uint8Array(100), ["--dataset", "trmm-3b42rt"], /not gzip but nothing but zero bytes/],
  ] as const;
  for (const [name, bytes, args, why] of cases) {
    test(`${name} ${args.join(" ")}`, async (t) => {
      const { stdout, stderr, exitCode } = await inspected(t, { [name]: bytes }, name, ...args);
      assert.equal(exitCode, 3);
      assert.match(stderr, new RegExp(`^accrete: ${name} is corrupt: .*${why.source}`, why.flags));
      assert.match(stdout, /^crc32c {7}[0-9a-f]{8}$/m);
    });
  }

  test("with --json it is in the object", async (t) => {
    const { stdout, stderr, exitCode } = await inspected(
      t,
      { "damaged.gz": damaged },
      "damaged.gz",
      "--json",
    );
    const said = JSON.parse(stdout);
    assert.deepEqual(
      [said.verdict, said.fault, said.fields, stderr, exitCode],
      ["corrupt", "checksum", [], "", 3],
    );
  });

  test("what inflates to more than any granule is refused", async (t) => {
    const bomb = gzipSync(Buffer.alloc(9 * 1024 * 1024));
    const { stderr, exitCode } = await inspected(t, { "a.gz": bomb }, "a.gz", "--dataset", "trmm-3b42rt");
    assert.match(stderr, /is corrupt: inflates to more than 8388608 bytes$/m);
    assert.equal(exitCode, 3);
  });
});

describe("a file that no dataset decodes: 1", options, () => {
  test("each says why, and what its length and values speak for", async (t) => {
    const { expected } = granuleAt(timeOf(1));
    const bytes = new Uint8Array(Float32Array.from(expected.precipitation).buffer);
    const { stdout, stderr, exitCode } = await inspected(t, { "rain.f32": bytes }, "rain.f32");
    assert.match(stdout, /^ {2}air-temperature: tooLarge: rain\.f32: is larger than 65536 bytes$/m);
    assert.match(stdout, /^ {2}trmm-3b42rt: notGzip: not gzip but unknown binary data/m);
    assert.match(
      stdout,
      /^could be\n {2}1 field of float32, little endian, 480 × 1440 \(0\.25°, 60°N-60°S\)$/m,
    );
    assert.equal(stderr, "accrete: no dataset decodes rain.f32; `accrete new-dataset` makes one for it\n");
    assert.equal(exitCode, 1);
  });

  test("a readable header is shown, and what could follow it", async (t) => {
    const { raw } = granuleAt(timeOf(1));
    const { stdout, exitCode } = await inspected(t, { "rt.bin": raw }, "rt.bin");
    assert.match(stdout, /^header\n {2}algorithm_ID=3B42RT$/m);
    assert.match(
      stdout,
      /^ {2}480 × 1440 \(0\.25°, 60°N-60°S\): 7 bytes a cell after a header of 2880 bytes$/m,
    );
    assert.equal(exitCode, 1);
  });

  test("a page of a web server is called one", async (t) => {
    const page = new TextEncoder().encode("<!doctype html><title>503</title>Service unavailable");
    const { stdout, stderr, exitCode } = await inspected(t, { "a.dat": page }, "a.dat");
    assert.match(stdout, /^looks like {3}an HTML page/m);
    assert.deepEqual([stderr, exitCode], ["accrete: no dataset decodes a.dat\n", 1]);
  });

  test("so is an empty file", async (t) => {
    const { stdout, exitCode } = await inspected(t, { "a.dat": new Uint8Array() }, "a.dat");
    assert.match(stdout, /^looks like {3}an empty file$/m);
    assert.equal(exitCode, 1);
  });
});

describe("what cannot be read", options, () => {
  const cases = [
    ["nowhere.dat", 1, /^accrete: read nowhere\.dat: there is no such file$/],
    [
      "ftp://me:secret@127.0.0.1:1/a.dat",
      1,
      /^accrete: ftp:\/\/127\.0\.0\.1:1\/a\.dat: connect ECONNREFUSED .*; check the provider's URL/,
    ],
    [
      "ftp://me:secret@127.0.0.1:1/",
      1,
      /^accrete: ftp:\/\/127\.0\.0\.1:1\/: connect ECONNREFUSED .*; check the provider's URL/,
    ],
    [
      "sftp://me:secret@127.0.0.1/a.dat",
      2,
      /^accrete: source "sftp:\/\/me:\*\*\*@127\.0\.0\.1\/a\.dat": must begin with ftp:\/\/ or .*https:\/\/ or/,
    ],
    [`${air} --dataset nonsense`, 2, /^accrete: there is no dataset "nonsense"/],
    [`${air} --field rain`, 2, /^accrete: air-temperature has no field "rain"; there are: air$/],
  ] as const;
  for (const [args, expected, why] of cases) {
    test(args, async (t) => {
      const { stdout, stderr, exitCode } = await inspected(t, airFile, ...args.split(" "));
      assert.equal(stderr.split("\n").length, 2, stderr);
      assert.match(stderr.trim(), why);
      assert.deepEqual([stdout, exitCode], ["", expected]);
    });
  }

  test("for a wrong password is refused, and says what to check", async (t) => {
    const server = await startFtpServer({ login: { user: "me", password: "open sesame" } });
    t.after(() => server.close());
    const url = `ftp://me:close@127.0.0.1:${server.port}/a.dat`;
    const { stderr, exitCode } = await inspected(t, {}, url);
    assert.match(
      stderr,
      /^accrete: ftp:\/\/127\.0\.0\.1:\d+\/a\.dat: 530 .*; check user and password in the provider's URL$/m,
    );
    assert.equal(exitCode, 1);
  });

  test("is said to be away where the provider does not have it", async (t) => {
    const desk = await createDesk(t);
    const { stderr, exitCode } = await desk.accrete(["inspect", `${desk.provider.url}/a.dat`]);
    assert.match(stderr, /^accrete: ftp:\/\/127\.0\.0\.1:\d+\/a\.dat: there is no such file$/m);
    assert.equal(exitCode, 1);
  });
});
