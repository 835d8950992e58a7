/** `accrete check`: whether descriptors are sound and yield what was kept, and what each difference would mean. */
import assert from "node:assert/strict";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { airText } from "../../support/descriptorTexts.ts";
import { temporaryDirectory } from "../../support/temporaryDirectory.ts";
import { airFiles, createDesk, runAccrete } from "./command.ts";

const options = { concurrency: 2 };

/** A keeper with the datasets "one" and "two", whose metadata are kept. */
async function createKeeper(t: TestContext) {
  const directory = await temporaryDirectory(t);
  const path = (name: string) => join(directory, "datasets", name);
  await mkdir(path("."));
  for (const id of ["one", "two"]) await writeFile(path(`${id}.ts`), await airText(id));
  const check = (typed = "") => runAccrete(directory, `check ${typed}`.trim(), {}).finished;
  assert.equal((await check("--update")).exitCode, 0);
  return {
    check,
    path,
    async change(id: string, from: string | RegExp, to: string) {
      const text = await readFile(path(`${id}.ts`), "utf8");
      assert.notEqual(text.replace(from, to), text);
      await writeFile(path(`${id}.ts`), text.replace(from, to));
    },
    kept: (id: string) => readFile(path(`${id}.metadata.json`), "utf8"),
  };
}

describe("accrete check", options, () => {
  test("is content where descriptors yield what was kept, however it is laid out", async (t) => {
    const { check, path, kept } = await createKeeper(t);
    await writeFile(path("two.metadata.json"), JSON.stringify(JSON.parse(await kept("two"))));
    const settled = { exitCode: 0, stdout: "one: as kept\ntwo: as kept\n", stderr: "" };
    assert.deepEqual(await check(), settled);
    assert.deepEqual((await readdir(path("."))).sort(), [
      ...["one.metadata.json", "one.ts", "two.metadata.json", "two.ts"],
    ]);
  });

  test("says of each difference what it would mean, the gravest first, and keeps it when told to", async (t) => {
    const { check, change, kept } = await createKeeper(t);
    const before = [await kept("one"), await kept("two")];
    await change("two", /title: ".*"/, 'title: "Air"');
    await change("two", 'dtype: "float32"', 'dtype: "float64"');
    await change("two", "first: 200", "first: 201");
    await change(
      "two",
      "  arrays: [",
      `  auxiliaries: [
    { name: "band", dimension: "lat", values: Array(25).fill(1), attributes: { long_name: "band" } },
  ],
  arrays: [`,
    );
    const found = await check();
    assert.deepEqual([found.exitCode, found.stderr], [3, ""]);
    assert.equal(
      found.stdout,
      `one: as kept
two: 7 differences from datasets/two.metadata.json
  needs a new dataset, by another id or in another store: what is stored would mean something else; extend refuses it
    air/.zarray dtype: "<f8", was "<f4"
    lon values: {"first":201,"step":2.5,"count":53}, was {"first":200,"step":2.5,"count":53}
  needs a repair: extend refuses what is stored until \`accrete doctor two --repair\` has added it from the source
    band/.zarray: is new
  harmless: readers of what is stored are told by the next commit
    .zattrs title: "Air", was "Air temperature at 1000 hPa, 6-hourly, January 2013"
    .zattrs geospatial_lon_min: 201, was 200
    .zattrs geospatial_lon_max: 331, was 330
    air/.zattrs coordinates: "band", was nothing
  keep it with: accrete check two --update
`,
    );
    assert.deepEqual([await kept("one"), await kept("two")], before, "nothing is written unasked");

    const updated = await check("two --update");
    assert.equal(updated.exitCode, 0);
    assert.equal(
      updated.stdout,
      found.stdout
        .replace("one: as kept\n", "")
        .replace("keep it with: accrete check two --update", "datasets/two.metadata.json is written"),
    );
    assert.equal(await kept("one"), before[0]);
    assert.equal((await check()).exitCode, 0);
  });

  test("says that nothing is kept yet, or what is there cannot be read", async (t) => {
    const { check, path } = await createKeeper(t);
    await rm(path("one.metadata.json"));
    await writeFile(path("two.metadata.json"), "<<<<<<< HEAD");
    const { exitCode, stdout } = await check();
    assert.equal(exitCode, 3);
    assert.match(
      stdout,
      /^one: no datasets\/one\.metadata\.json yet\n {2}keep it with: accrete check one --update\ntwo: datasets\/two\.metadata\.json cannot be read: it is not JSON \(.*\)\n {2}keep it with: accrete check two --update\n$/,
    );
    assert.equal((await check("--update")).exitCode, 0);
    assert.equal((await check()).exitCode, 0);
  });

  test("is asked for some alone: of the others nothing is said", async (t) => {
    const { check, change } = await createKeeper(t);
    await change("two", "dtype", "dtyp");
    assert.deepEqual(await check("one"), { exitCode: 0, stdout: "one: as kept\n", stderr: "" });
    const { exitCode, stderr } = await check("one tow");
    assert.equal(exitCode, 2);
    assert.match(stderr, /^accrete: there is no dataset "tow" in datasets; .*did you mean two\?$/m);
  });

  test("says what is wrong with a faulty descriptor, and checks the others all the same", async (t) => {
    const { check, change, kept } = await createKeeper(t);
    const before = await kept("one");
    await change("one", "chunkLength: 40", "chunkLength: 0");
    await change("two", /title: ".*"/, 'title: "Air"');
    for (const typed of ["", "one two"]) {
      const { exitCode, stdout, stderr } = await check(typed);
      assert.equal(exitCode, 2);
      assert.match(stderr, /^accrete: descriptor of "one": .*time\.chunkLength 0 [^\n]*\n$/);
      assert.match(stdout, /^two: 1 difference from /);
    }
    assert.equal((await check("--update")).exitCode, 2);
    assert.equal(await kept("one"), before);
  });

  test("tells the same to machines", async (t) => {
    const { check, change, path } = await createKeeper(t);
    await change("one", /units: "K"/, 'units: "degC"');
    await change("two", "chunkLength: 40", "chunkLength: 0");
    const { exitCode, stdout } = await check("--json");
    assert.equal(exitCode, 2);
    assert.deepEqual(JSON.parse(stdout), {
      datasets: [
        {
          dataset: "one",
          state: "changed",
          file: path("one.metadata.json"),
          differences: [
            { key: "air/.zattrs", field: "units", golden: "K", now: "degC", meaning: "newDataset" },
          ],
          faults: [],
        },
        {
          dataset: "two",
          state: "faulty",
          file: path("two.metadata.json"),
          differences: [],
          faults: ["time.chunkLength 0 is not a positive whole number"],
        },
      ],
    });
  });
});

test("an array that is new is added as it is said: refused by extend, made by the doctor, and gone on with", async (t) => {
  const { directory, accrete } = await createDesk(t, airFiles());
  const file = join(directory, "datasets/one.ts");
  await mkdir(join(directory, "datasets"));
  const text = await airText("one");
  await writeFile(file, text);
  const run = async (typed: string) => {
    const { exitCode, stdout, stderr } = await accrete(typed);
    return { exitCode, said: stdout + stderr };
  };
  assert.equal((await run("check --update")).exitCode, 0);
  const extended = await run("extend one");
  assert.equal(extended.exitCode, 0, extended.said);
  const second =
    '{ name: "again", block: "air", dtype: "float64", fillValue: NaN, validRange: [150, 350], attributes: { long_name: "again", units: "K" } },';
  await writeFile(file, text.replace("  arrays: [", `  arrays: [\n    ${second}`));
  assert.match((await run("check")).said, /^ {2}needs a repair: .*\n {4}again\/\.zarray: is new$/m);
  const refused = await run("extend one");
  assert.equal(refused.exitCode, 1);
  assert.match(refused.said, /an array that is new `accrete doctor DATASET --repair` adds/);
  const repaired = await run("doctor one --repair");
  assert.equal(repaired.exitCode, 0, repaired.said);
  assert.equal((await run("extend one")).exitCode, 0);
});

test("accrete check, of the datasets that ship, is content; they are not a keeper's to update", async (t) => {
  const directory = await temporaryDirectory(t);
  const check = (typed: string) => runAccrete(directory, typed, {}).finished;
  const { stdout, exitCode } = await check("check");
  assert.deepEqual([stdout, exitCode], ["air-temperature: as kept\ntrmm-3b42rt: as kept\n", 0]);
  const refused = await check("check --update");
  assert.match(refused.stderr, /^accrete: --update keeps nothing of the datasets that ship: /);
  assert.equal(refused.exitCode, 2);
});
