/**
 * `accrete new-dataset`: from one granule and answers to a descriptor that decodes it. Answers are piped, as a person would type them;
 * what is written is loaded as every command loads it.
 */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { openDataset } from "../../../functions/runtime/datasets/datasets.ts";
import { asDescribed, type Dataset } from "../../../shared/dataset/dataset.ts";
import type { DataType } from "../../../shared/dataset/values.ts";
import { decoded } from "../../shared/format/flatBinary/small.ts";
import { airGranule, airName } from "../../support/airGranules.ts";
import { childEnvironment } from "../../support/childEnvironment.ts";
import { startFtpServer } from "../../support/ftpServer.ts";
import { startIndexServer } from "../../support/indexServer.ts";
import { temporaryDirectory } from "../../support/temporaryDirectory.ts";
import { createDesk, type Finished, granuleAt, timeOf, trmmFiles } from "./command.ts";

const options = { concurrency: 2 };
const command = resolve(import.meta.dirname, "../../../functions/cli/accrete.ts");
const air = airName("06");
const [rows, columns] = [25, 53];

interface Keeper {
  /** Where the command runs; one granule lies there, and no package. */
  readonly directory: string;
  /** Runs the command with what is typed, line by line. */
  run(args: readonly string[], ...typed: string[]): Promise<Finished>;
  /** Those in `./datasets`; none where it is not there. */
  files(): Promise<string[]>;
  /** The dataset of a descriptor in `./datasets`. */
  dataset(id: string): Promise<Dataset>;
}

async function createKeeper(t: TestContext): Promise<Keeper> {
  const directory = await temporaryDirectory(t);
  await writeFile(join(directory, air), airGranule("06"));
  const descriptors = join(directory, "datasets");
  return {
    directory,
    run: (args, ...typed) => {
      const child = spawn(process.execPath, [command, "new-dataset", ...args], {
        cwd: directory,
        env: childEnvironment(),
      });
      const said = { stdout: "", stderr: "" };
      for (const stream of ["stdout", "stderr"] as const)
        child[stream].setEncoding("utf8").on("data", (text: string) => {
          said[stream] += text;
        });
      child.stdin.on("error", () => undefined);
      child.stdin.end(typed.map((line) => `${line}\n`).join(""));
      return new Promise((done, fail) => {
        child.on("error", fail);
        child.on("close", (exitCode) => done({ exitCode, ...said }));
      });
    },
    files: async () => (await readdir(descriptors).catch(() => [])).sort(),
    dataset: async (id) => asDescribed(await openDataset(id, descriptors)),
  };
}

/** Whoever takes all proposals types nothing. */
const proposal = "";
const airGrid = ["--fields", "air:float32", "--latitude", "75,-2.5,25", "--longitude", "200,2.5,53"];
const airUrl = ["--url", "ftp://host/air"];

describe("from answers to a dataset", options, () => {
  test("the air temperature granules get a descriptor that decodes them", async (t) => {
    const { run, dataset } = await createKeeper(t);
    const { stdout, stderr, exitCode } = await run(
      [],
      air,
      "no", // not the decoding of air-temperature
      "Air!",
      "air-again",
      "Air temperature, once more",
      "Made of piped answers.",
      "nobody",
      "GrADS flat binaries",
      "MIT",
      proposal, // no header
      proposal, // big endian
      "none",
      proposal, // one timestep a granule
      "level:1,2",
      proposal, // no further dimension
      "air",
      "air:float32",
      "75 -2.5 26",
      "200, 2.5, 53",
      proposal,
      proposal,
      proposal,
      proposal,
      proposal,
      "75, -2.5, 25",
      proposal,
      "air temperature",
      "K",
      "air_temperature",
      "-9.99e33",
      proposal,
      "cold to hot",
      "350 150",
      "150, 300",
      "150, 350",
      "ftp://localhost/air",
      "{YYYY}.dat",
      "test8_{YYYYMMDDHH}.dat",
      "2013-01-01T12:00:00Z",
      "2013-01-01T00:00:00Z",
      "PT6H",
      "2013-01-01T18:00:00Z",
      proposal,
      proposal,
      proposal,
      "PT12H",
      "PT6H",
      "P3D",
      proposal,
      proposal, // looks right
    );
    assert.equal(exitCode, 0, stderr);
    assert.match(stderr, /air-temperature decodes it/);
    for (const complaint of [
      /^ {2}id "Air!" is not lower-case letters/m,
      /^ {2}"none" is not a number of timesteps/m,
      /^ {2}"1,2" is not three numbers/m,
      /^ {2}"air" is not name:type/m,
      /^ {2}the granule has 5300 bytes, but these answers make 5512: 0 \+ 26 × 53 × 4; once more:$/m,
      /^ {2}"cold to hot" is not two numbers, as in 0, 300$/m,
      /^ {2}arrays\.air\.validRange 350 to 150 ends before it begins$/m,
      /^ {2}the granule itself has 303$/m,
      /^ {2}"\{YYYY\}\.dat" does not make the granule's own path/m,
      /^ {2}the granule's own time, 2013-01-01T06:00:00Z, is earlier$/m,
      /^ {2}updates\.patience PT6H is shorter than updates\.latency PT12H/m,
    ])
      assert.match(stderr, complaint);
    assert.match(stderr, /min 237, max 303,/);
    assert.match(
      stdout,
      /^wrote datasets\/air-again\.ts: it is sound, and decodes \S*test8_2013010106\.dat$\n^next:\n {2}accrete plan air-again$/m,
    );

    const made = await dataset("air-again");
    const { time, dimensions, arrays, source, updates } = made;
    assert.deepEqual(
      [time.start, time.end, time.stepMs, time.units],
      [Date.UTC(2013, 0, 1), Date.UTC(2013, 0, 1, 18), 6 * 3_600_000, "hours since 2013-01-01 00:00:00"],
    );
    assert.deepEqual(
      dimensions.map(({ name, first, step, count }) => [name, first, step, count]),
      [
        ["lat", 75, -2.5, rows],
        ["lon", 200, 2.5, columns],
      ],
    );
    assert.deepEqual(arrays[0]?.validRange, [150, 350]);
    assert.deepEqual(arrays[0]?.attributes, {
      standard_name: "air_temperature",
      long_name: "air temperature",
      units: "K",
    });
    assert.equal(source.candidates[0]?.path, "test8_{YYYYMMDDHH}.dat");
    assert.deepEqual([updates.latencyMs, updates.patienceMs], [12 * 3_600_000, 3 * 86_400_000]);

    const bytes = Buffer.from(airGranule("06"));
    const expected = Float32Array.from({ length: rows * columns }, (_, i) => bytes.readFloatBE(4 * i));
    const values = decoded(made, bytes, Date.UTC(2013, 0, 1, 6));
    assert.deepEqual(values.air, expected);
  });

  test("with every answer as an option nothing is asked, and what is missing becomes fill", async (t) => {
    const { directory, run, dataset } = await createKeeper(t);
    const bytes = new Uint8Array(4 + 2 * 2 * 3 * 4);
    const view = new DataView(bytes.buffer);
    const stored = [100, 250, -999, 300, 400, -999, 7, 8, 9, 10, 11, 12];
    stored.forEach((value, i) => {
      view.setInt16(4 + 2 * i, value, true);
      view.setInt16(4 + 24 + 2 * i, -value, true);
    });
    const file = join(directory, "two_20200229.raw");
    await writeFile(file, bytes);
    const { stderr, exitCode } = await run(
      [
        [
          file,
          "--yes",
          "--id",
          "two",
          "--title",
          "Two fields",
          "--header-bytes",
          "4",
          "--byte-order",
          "little",
        ],
        ["--fields", "up:int16, down:int16", "--latitude", "-90,60,4", "--longitude", "0,120,3"],
        ["--units", "up=m", "--scale", "up=10", "--missing", "up=-999", "--missing", "down=-"],
        ["--long-name", "down=what goes down", "--standard-name", "up=altitude", "--stamp", "start"],
        ["--start", "2020-02-01", "--step", "P1D", "--chunk-length", "7", "--latency", "P1D"],
        ["--url", "ftps://example.org/x/", "--revision-window", "P30D"],
      ].flat(),
    );
    assert.equal(exitCode, 0, stderr);
    assert.doesNotMatch(stderr, /\[.*\]: /, "nothing is asked");
    const made = await dataset("two");
    assert.deepEqual(
      [made.time.chunkLength, made.time.stamp, made.source.url, made.updates.revisionWindowMs],
      [7, "start", "ftps://example.org/x", 30 * 86_400_000],
    );
    const [up, down] = made.arrays;
    assert.deepEqual([up?.dtype, up?.scaleFactor, up?.fillValue], ["int16" satisfies DataType, 0.1, -999]);
    assert.deepEqual([down?.attributes.long_name, down?.scaleFactor], ["what goes down", undefined]);
    // Ten times as far beyond 7 to 400, in tenths, as these are apart, but for what means missing.
    assert.deepEqual(up?.validRange, [-99.8, 440]);
    assert.deepEqual(down?.validRange, [-15000, 15000]);
    // Each of its values may be measured: what is filled needs a type with room for another.
    assert.deepEqual([down?.dtype, down?.fillValue], ["int32" satisfies DataType, -(2 ** 31)]);
    const values = decoded(made, bytes, Date.UTC(2020, 1, 29));
    assert.deepEqual(values.up, Int16Array.from(stored));
    assert.deepEqual(
      values.down,
      Int32Array.from(stored, (value) => -value),
    );
  });

  test("a granule may have several timesteps, and dimensions besides latitude and longitude", async (t) => {
    const { directory, run, dataset } = await createKeeper(t);
    const frameValues = 3 * 2 * 4;
    const values = Float32Array.from({ length: 2 * frameValues }, (_, i) => 200 + i);
    const file = join(directory, "levels_200229.raw");
    await writeFile(file, new Uint8Array(values.buffer));
    const given = [
      [file, "--yes", "--id", "levels", "--byte-order", "little", "--url", "ftp://host/levels"],
      ["--steps-per-granule", "2", "--dimensions", "level:1000,-150,3:hPa", "--fields", "t:float32"],
      ["--latitude", "-45,90,2", "--longitude", "0,90,4", "--units", "t=K"],
    ].flat();
    const refused = await run([...given, "--step", "P1D"]);
    assert.equal(refused.exitCode, 0, "two days a granule"); // nothing says that they are not
    await rm(join(directory, "datasets/levels.ts"));
    const early = await run([...given, "--step", "PT6H"]);
    assert.match(
      early.stderr,
      /the path "levels_200229\.raw" is that of .*00:00:00Z and of .*T12:00:00Z: it needs/,
    );
    assert.equal(early.exitCode, 2);
    const { stderr, exitCode } = await run(given);
    assert.equal(exitCode, 0, stderr);
    const made = await dataset("levels");
    assert.deepEqual(
      [made.source.candidates[0]?.path, made.source.stepsPerGranule, made.time.stepMs / 3_600_000],
      ["levels_{YYMMDD}.raw", 2, 12],
    );
    assert.deepEqual(made.dimensions[0], {
      name: "level",
      first: 1000,
      step: -150,
      count: 3,
      attributes: { long_name: "level", units: "hPa" },
    });
    assert.deepEqual(
      made.dimensions.map(({ name, count }) => [name, count]),
      [
        ["level", 3],
        ["lat", 2],
        ["lon", 4],
      ],
    );
    const first = decoded(made, new Uint8Array(values.buffer), Date.UTC(2020, 1, 29));
    assert.deepEqual(first.t, values.slice(0, frameValues));
  });

  test("a granule on a provider says where the others are, and no password gets into the file", async (t) => {
    const { run, dataset } = await createKeeper(t);
    const desk = await createDesk(t, trmmFiles(1));
    const url = desk.provider.url.replace("ftp://", "ftp://me:secret@");
    const path = "/3B42RT/2014/04/3B42RT.2014040103.7.bin.gz";
    const { stderr, stdout, exitCode } = await run([
      `${url}${path}`,
      "--yes",
      "--id",
      "rain",
      "--stamp",
      "centre",
    ]);
    assert.equal(exitCode, 0, stderr);
    assert.doesNotMatch(stderr + stdout, /secret/);
    assert.match(stderr, /^ {2}trmm-3b42rt decodes it$/m);
    const made = await dataset("rain");
    assert.equal(made.source.url, `ftp://127.0.0.1:${desk.provider.port}/3B42RT`);
    assert.equal(made.source.candidates[0]?.path, "{YYYY}/{MM}/3B42RT.{YYYYMMDDHH}.7.bin.gz");
    const { raw, expected } = granuleAt(timeOf(1));
    const values = decoded(made, raw, timeOf(1));
    assert.deepEqual(values.precipitation, expected.precipitation);
    assert.deepEqual(values.source, expected.source);
  });

  test("what does not look right can be changed, one answer after the other", async (t) => {
    const { run, dataset } = await createKeeper(t);
    const args = [air, "--id", "air2", ...airUrl, ...airGrid];
    const proposals = Array.from({ length: 5 + 4 + 6 + 1 + 3 + 3 + 3 }, () => proposal);
    const typed = [...proposals, "no", "nonsense", "units=air", "K", "no", "fields", "t:float32", "t2m", "K"];
    const { stderr, exitCode } = await run(args, ...typed, ...Array<string>(4).fill(proposal), "yes");
    assert.equal(exitCode, 0, stderr);
    const made = await dataset("air2");
    assert.deepEqual(
      made.arrays.map(({ name, attributes }) => [name, attributes]),
      [["t", { long_name: "t2m", units: "K" }]],
    );
  });

  test("a provider is not invented: for a file of this machine its URL is asked for, until there is one", async (t) => {
    const { run, files } = await createKeeper(t);
    const before = await files();
    const { stderr, exitCode } = await run([air, "--yes", "--id", "air2", ...airGrid], "", "ftp://host/air");
    assert.match(stderr, /base URL of the provider.*: \n {2}an answer is needed\n/);
    assert.deepEqual([exitCode, await files()], [0, [...before, "air2.ts"].sort()]);
  });

  test("--datasets says where, and the directory is made", async (t) => {
    const { directory, run, files } = await createKeeper(t);
    const place = ["--datasets", "kept/here"];
    const { stdout, stderr, exitCode } = await run([
      air,
      "--yes",
      "--id",
      "air2",
      ...airUrl,
      ...airGrid,
      ...place,
    ]);
    assert.equal(exitCode, 0, stderr);
    assert.match(stdout, /^wrote kept\/here\/air2\.ts: it is sound, /);
    assert.deepEqual(await files(), []);
    assert.deepEqual(await readdir(join(directory, "kept/here")), ["air2.ts"]);
  });

  test("--dry-run prints the file that would be written, and writes nothing", async (t) => {
    const keeper = await createKeeper(t);
    const before = await keeper.files();
    const args = [air, "--yes", "--id", "air2", ...airUrl, ...airGrid];
    const printed = await keeper.run([...args, "--dry-run"]);
    assert.deepEqual([printed.exitCode, await keeper.files()], [0, before]);
    await keeper.run(args);
    assert.deepEqual(await keeper.files(), [...before, "air2.ts"].sort());
    assert.equal(printed.stdout, await readFile(join(keeper.directory, "datasets/air2.ts"), "utf8"));
  });
});

describe("nothing is written", options, () => {
  const cases = [
    [
      "where the fields do not make the granule",
      [air, "--yes", "--id", "a", "--fields", "a:int16", ...airGrid.slice(2)],
      2,
      /^accrete: the granule has 5300 bytes, but these answers make 2650/m,
    ],
    [
      "where the granule is not on the axis",
      [air, "--yes", "--id", "a", ...airUrl, ...airGrid, "--step", "PT4H", "--start", "2013-01-01"],
      2,
      /^accrete: the granule's own time, 2013-01-01T06:00:00Z, is none of the timesteps/m,
    ],
    [
      "where an option answers nothing",
      [air, "--yes", "--id", "a", ...airUrl, ...airGrid, "--units", "rain=mm"],
      2,
      /^accrete: --units=rain answers nothing/m,
    ],
    [
      "with a password in the base URL",
      [air, "--yes", "--id", "a", "--url", "ftp://me:secret@host/"],
      2,
      /^accrete: --url: source\.url has a user/m,
    ],
    [
      "where the granule is a web page",
      ["page.html", "--yes"],
      1,
      /^accrete: page\.html: is no granule but an HTML page/m,
    ],
    [
      "where the granule is not there",
      ["nowhere.dat", "--yes"],
      1,
      /^accrete: read nowhere\.dat: there is no such file$/m,
    ],
    [
      "where the answers end too early",
      [air, "--id", "a", ...airGrid],
      2,
      /^accrete: the answers end before that for --title: give it, or one more line$/m,
    ],
  ] as const;
  for (const [promise, args, expected, why] of cases) {
    test(promise, async (t) => {
      const { directory, run, files } = await createKeeper(t);
      await writeFile(join(directory, "page.html"), "<!doctype html><title>Service unavailable</title>");
      const before = await files();
      const { stdout, stderr, exitCode } = await run(args);
      assert.match(stderr, why);
      assert.doesNotMatch(stderr, /secret|\n {4}at /);
      assert.deepEqual([exitCode, stdout, await files()], [expected, "", before]);
    });
  }

  test("where the same useless answer comes without end", async (t) => {
    const { run, files } = await createKeeper(t);
    const before = await files();
    for (const [args, answer] of [
      [[air, "--id", "a"], proposal],
      [[air, "--id", "a", ...airGrid, "--yes"], "no"],
    ] as const) {
      const { stderr, exitCode } = await run(args, ...Array.from({ length: 500 }, () => answer));
      assert.match(stderr, /^accrete: no usable answer for --url in 30 tries; nothing was written$/m);
      assert.equal(stderr.match(/base URL of the provider/g)?.length, 30);
      assert.deepEqual([exitCode, await files()], [2, before]);
    }
  });

  test("where it does not look right", async (t) => {
    const { run, files } = await createKeeper(t);
    const before = await files();
    const proposals = Array.from({ length: 5 + 4 + 6 + 1 + 3 + 3 + 3 }, () => proposal);
    const { stderr, exitCode } = await run(
      [air, "--id", "a", ...airUrl, ...airGrid],
      ...proposals,
      "no",
      "-",
    );
    assert.match(stderr, /^nothing was written$/m);
    assert.deepEqual([exitCode, await files()], [1, before]);
  });

  test("over a dataset that is there, whatever kind of file it has", async (t) => {
    const { directory, run, files } = await createKeeper(t);
    await mkdir(join(directory, "datasets"));
    const there = ["mine.ts", "other.json", "third.metadata.json"];
    for (const name of there) await writeFile(join(directory, "datasets", name), "{");
    for (const id of ["mine", "other", "third"]) {
      const { stderr, exitCode } = await run([air, "--yes", "--id", id, ...airUrl, ...airGrid]);
      assert.match(
        stderr,
        new RegExp(`^accrete: --id: there is a file of the dataset ${id} already: choose another id$`, "m"),
      );
      assert.deepEqual([exitCode, await files()], [2, there]);
    }
    for (const name of there) assert.equal(await readFile(join(directory, "datasets", name), "utf8"), "{");
  });

  test("where the directory is none", async (t) => {
    const { run, files } = await createKeeper(t);
    const { stderr, exitCode } = await run([
      ...[air, "--yes", "--id", "a", ...airUrl, ...airGrid],
      ...["--datasets", air],
    ]);
    assert.match(
      stderr,
      new RegExp(`^accrete: the datasets' directory .*${air} cannot be read: it is no directory`, "m"),
    );
    assert.deepEqual([exitCode, await files()], [2, []]);
  });
});

describe("from the directory that granules lie in", options, () => {
  const modifiedAt = Date.UTC(2013, 0, 2);
  const granule = { bytes: airGranule("06"), modifiedAt };
  const stamps = ["2012123118", "2013010100", "2013010106", "2013010112"];
  const path = (stamp: string) => `${stamp.slice(0, 4)}/${stamp.slice(4, 6)}/air_${stamp}.dat`;
  const files = {
    ...Object.fromEntries(stamps.map((stamp) => [path(stamp), granule])),
    // The newest is still being written.
    [path("2013010118")]: { bytes: granule.bytes.subarray(0, 100), modifiedAt },
    "2013/01/README": { bytes: new Uint8Array(9), modifiedAt },
  };
  const answers = ["--yes", "--dry-run", "--fields", "air:float32", "--units", "air=K"];

  test("path, start and step are found by the names, and the newest that is whole is probed", async (t) => {
    const tree = Object.fromEntries(Object.entries(files).map(([name, file]) => [`/pub/air/${name}`, file]));
    const [ftp, web] = await Promise.all([
      startFtpServer({ files: tree, login: { user: "me", password: "open sesame" } }),
      startIndexServer({ kind: "apacheFancy", files }),
    ]);
    t.after(() => Promise.all([ftp.close(), web.close()]));
    const { run } = await createKeeper(t);
    for (const [url, base] of [
      [`${ftp.url}pub/air/`, `ftp://127.0.0.1:${ftp.port}/pub/air`],
      [`${ftp.url}pub/air`, `ftp://127.0.0.1:${ftp.port}/pub/air`],
      [web.base, web.base.replace(/\/$/, "")],
    ] as const) {
      const { stdout, stderr, exitCode } = await run([url, ...answers, ...airGrid]);
      assert.equal(exitCode, 0, stderr);
      assert.match(stderr, /air_2013010112\.dat: 5300 bytes/);
      assert.ok(stdout.includes(`url: "${base}"`), stdout);
      assert.match(stdout, /path: "\{YYYY\}\/\{MM\}\/air_\{YYYYMMDDHH\}\.dat"/);
      assert.match(stdout, /start: "2012-12-31T18:00:00Z"/);
      assert.match(stdout, /step: "PT6H"/);
      assert.doesNotMatch(stdout + stderr, /sesame/);
    }
  });

  test("who gives answers is asked which of several names are granules", async (t) => {
    const { run, directory } = await createKeeper(t);
    await mkdir(join(directory, "served"));
    for (const stamp of stamps) await writeFile(join(directory, "served", `air_${stamp}.dat`), granule.bytes);
    await writeFile(join(directory, "served", "list_20130101.txt"), "x");
    const chosen = await run(["served/", ...answers.slice(1), ...airGrid], "3", "1", ...Array(60).fill(""));
    assert.match(chosen.stderr, /^ {2}1 {2}air_\{YYYYMMDDHH\}\.dat, 4 of them$/m);
    assert.match(chosen.stderr, /^ {2}2 {2}list_\{YYYYMMDD\}\.txt, 1 of them$/m);
    assert.match(chosen.stderr, /a number from 1 to 2/);
    assert.match(chosen.stderr, /air_2013010112\.dat: 5300 bytes/);
  });

  test("one in which no name has a date is refused", async (t) => {
    const { run, directory } = await createKeeper(t);
    await mkdir(join(directory, "served"));
    await writeFile(join(directory, "served", "README"), "x");
    const { stderr, exitCode } = await run(["served", "--yes"]);
    assert.match(stderr, /no names of files there have a date; give one granule/);
    assert.equal(exitCode, 2);
  });
});
