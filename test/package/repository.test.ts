/**
 * The repository that `accrete init` makes, with the package in its `node_modules`: what other programs than the command look for there
 * lies where they look.
 */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { runAccrete } from "../functions/cli/command.ts";
import { temporaryDirectory } from "../support/temporaryDirectory.ts";
import { command } from "./installed.ts";

const project = resolve(import.meta.dirname, "../..");
const compiler = join(project, "node_modules/typescript/bin/tsc");

async function createKeeper(t: TestContext): Promise<string> {
  const keeper = join(await temporaryDirectory(t), "keeper");
  const { exitCode, stderr } = await runAccrete("/", ["init", keeper], {}).finished;
  assert.equal(exitCode, 0, stderr);
  await mkdir(join(keeper, "node_modules"));
  await symlink(join(project, "dist/package"), join(keeper, "node_modules/accrete-zarr"));
  return keeper;
}

describe("in a repository of one's own", () => {
  test("an editor knows what a descriptor has, and what it must not have", async (t) => {
    const keeper = await createKeeper(t);
    const compile = () => command(process.execPath, keeper, [compiler, "-p", keeper, "--pretty", "false"]);
    assert.deepEqual(await compile(), { exitCode: 0, stdout: "", stderr: "" });
    const example = await readFile(join(keeper, "datasets/example.ts"), "utf8");
    const wrong = { type: "step: 6,", name: 'pace: 1, step: "PT6H",' };
    for (const [name, text] of Object.entries(wrong))
      await writeFile(join(keeper, `datasets/${name}.ts`), example.replace('step: "PT6H",', text));
    const { stdout } = await compile();
    assert.match(stdout, /^datasets\/type\.ts\(\d+,\d+\): error TS2322: Type 'number' is not assignable/m);
    assert.match(stdout, /^datasets\/name\.ts\(\d+,\d+\): error TS2353: .*'pace' does not exist/m);
  });

  test("terraform finds the module, with what tells how to deploy it", async (t) => {
    const keeper = await createKeeper(t);
    const root = await readFile(join(keeper, "terraform/main.tf"), "utf8");
    const [, source = ""] = /^ {2}source = "(\.[^"]+)"$/m.exec(root) ?? [];
    for (const file of ["main.tf", "variables.tf", "README.md"])
      assert.ok(existsSync(join(keeper, "terraform", source, file)), `${source}/${file}`);
  });

  test("every path into the package that its files name is there", async (t) => {
    const keeper = await createKeeper(t);
    for (const file of ["README.md", "terraform/main.tf"])
      for (const [path] of (await readFile(join(keeper, file), "utf8")).matchAll(/node_modules\/[\w./-]+\w/g))
        assert.ok(existsSync(join(keeper, path)), `${file}: ${path}`);
  });
});
