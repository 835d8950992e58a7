/** `accrete build` makes what is deployed from a keeper's directory, or says in a line why not, and then leaves all as it was. */
import assert from "node:assert/strict";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { temporaryDirectory } from "../../support/temporaryDirectory.ts";
import { runAccrete } from "./command.ts";

const shipped = new URL("../../../shared/dataset/catalogue/air-temperature.ts", import.meta.url);

/** A keeper's repository with one dataset, whose file ends in those lines. */
async function keeperWith(t: TestContext, ...lines: string[]) {
  const directory = await temporaryDirectory(t);
  await mkdir(join(directory, "datasets"));
  const text = await readFile(shipped, "utf8");
  await writeFile(join(directory, "datasets/air-temperature.ts"), [text, ...lines, ""].join("\n"));
  return { directory, accrete: (args: string) => runAccrete(directory, args, {}).finished };
}

describe("accrete build refuses", { concurrency: 2 }, () => {
  test("a descriptor that imports what is not there, with its place", async (t) => {
    const { directory, accrete } = await keeperWith(t, 'export const later = () => import("not-there");');
    const { exitCode, stdout, stderr } = await accrete("build");
    assert.deepEqual([exitCode, stdout], [2, ""]);
    assert.match(
      stderr,
      /^accrete: .*datasets\/air-temperature\.ts, line \d+: Could not resolve "not-there"\n$/,
    );
    assert.deepEqual(await readdir(directory), ["datasets"]);
  });

  test("faulty descriptors, all of them", async (t) => {
    const { directory, accrete } = await keeperWith(t, "enum Grid { a }");
    await writeFile(join(directory, "datasets/other.json"), "{");
    const { exitCode, stderr } = await accrete("build");
    assert.equal(exitCode, 2);
    assert.match(
      stderr,
      /^accrete: descriptor of "air-temperature": .*enum.*\naccrete: descriptor of "other": other\.json: .*\n$/,
    );
    assert.deepEqual(await readdir(directory), ["datasets"]);
  });

  test("a directory without descriptors", async (t) => {
    const { directory, accrete } = await keeperWith(t);
    await mkdir(join(directory, "none"));
    const { exitCode, stderr } = await accrete("build --datasets none");
    assert.deepEqual(
      [exitCode, /^accrete: .*none holds no descriptor: .*\n$/.test(stderr)],
      [2, true],
      stderr,
    );
  });

  test("to replace what no build has made", async (t) => {
    const { directory, accrete } = await keeperWith(t);
    await mkdir(join(directory, "functions"));
    await writeFile(join(directory, "functions/own.ts"), "");
    const { exitCode, stderr } = await accrete("build .");
    assert.deepEqual([exitCode, await readdir(join(directory, "functions"))], [2, ["own.ts"]]);
    assert.match(
      stderr,
      /^accrete: .*functions is there, and no build has made it: name another directory\n$/,
    );
  });

  test("a directory that cannot be made", async (t) => {
    const { accrete } = await keeperWith(t);
    const { exitCode, stderr } = await accrete("build /proc/none");
    assert.equal(exitCode, 1);
    assert.match(stderr, /^accrete: write \/proc\/none\/.*: ENOENT.*\n$/);
  });
});

test("accrete build takes files of each kind with what they import, and is repeated over its own result", async (t) => {
  const { directory, accrete } = await keeperWith(t);
  const datasets = join(directory, "datasets");
  await writeFile(join(datasets, "_title.ts"), 'export const title: string = "From a helper";\n');
  const text = await readFile(shipped, "utf8");
  const other = text
    .replace('id: "air-temperature"', 'id: "air-2"')
    .replace(/title:\s+"[^"]*"/, "title")
    .replace(
      /^import/,
      'import { ABSENT } from "accrete-zarr/ports";\nimport { title } from "./_title.ts";\nimport',
    )
    .concat("export const absent = ABSENT;\n");
  await writeFile(join(datasets, "air-2.ts"), other);
  const built = async () => {
    const { exitCode, stdout, stderr } = await accrete("build --json");
    assert.deepEqual([exitCode, stderr], [0, ""]);
    return JSON.parse(stdout) as { sha256: string; datasets: readonly string[] };
  };
  const first = await built();
  assert.deepEqual(first.datasets, ["air-2", "air-temperature"]);
  assert.deepEqual(await built(), first);
  const modules = await readdir(join(directory, "dist/functions"));
  const texts = await Promise.all(
    modules
      .filter((name) => name.endsWith(".js"))
      .map((name) => readFile(join(directory, "dist/functions", name), "utf8")),
  );
  assert.ok(texts.some((module) => module.includes("From a helper")));
});
