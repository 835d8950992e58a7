/** What is wrong in one descriptor's file ends what concerns its dataset, in one line; everything else goes on. */
import assert from "node:assert/strict";
import { cp, readFile, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { temporaryDirectory } from "../support/temporaryDirectory.ts";
import { runScript } from "./command.ts";

const options = { concurrency: 2 };
const project = resolve(import.meta.dirname, "../..");
const [sound, faulty] = ["trmm-3b42rt", "air-temperature"];

/** A checkout in which the descriptor of `faulty` is changed. */
async function checkoutWith(t: TestContext, change: (text: string) => string) {
  const directory = await temporaryDirectory(t);
  for (const folder of ["shared", "functions"])
    await cp(join(project, folder), join(directory, folder), { recursive: true });
  await cp(join(project, "package.json"), join(directory, "package.json"));
  await symlink(join(project, "node_modules"), join(directory, "node_modules"));
  const file = join(directory, `shared/dataset/${faulty}.ts`);
  const before = await readFile(file, "utf8");
  await writeFile(file, change(before));
  assert.notEqual(await readFile(file, "utf8"), before);
  const command = join(directory, "functions/accrete.ts");
  return (typed: string) => runScript(command, directory, typed.split(" "), {}).finished;
}

for (const [what, change, fault] of [
  [
    "two faults",
    (text: string) =>
      text.replace(/step: "PT6H"/, 'step: "6 hours"').replace(/chunkLength: \d+/, "chunkLength: 0"),
    /^accrete: descriptor of "air-temperature": .*time\.chunkLength 0 .*; .*time\.step "6 hours" .*$|^accrete: descriptor of "air-temperature": .*time\.step "6 hours" .*; .*time\.chunkLength 0 .*$/,
  ],
  [
    "a syntax error",
    (text: string) => text.replace(/^(export const \w+) =/m, "$1 = ="),
    /^accrete: descriptor of "air-temperature": air-temperature\.ts, line \d+: .+$/,
  ],
] as const) {
  describe(`${what} in the descriptor of one dataset`, options, () => {
    test("lets every command for another dataset go on", async (t) => {
      const accrete = await checkoutWith(t, change);
      const { exitCode, stdout, stderr } = await accrete(`status ${sound}`);
      assert.deepEqual({ exitCode, stdout }, { exitCode: 1, stdout: "" });
      assert.match(stderr, /^accrete: status .*trmm-3b42rt\.zarr: there is no such dataset; .*\n$/);
    });

    test("ends a command for that dataset in one line with all faults", async (t) => {
      const accrete = await checkoutWith(t, change);
      const { exitCode, stdout, stderr } = await accrete(`status ${faulty}`);
      assert.deepEqual({ exitCode, stdout }, { exitCode: 2, stdout: "" });
      assert.match(stderr.replace(/\n$/, ""), fault);
    });

    test("is told beside the list of the others", async (t) => {
      const accrete = await checkoutWith(t, change);
      const { exitCode, stdout, stderr } = await accrete("datasets");
      assert.equal(exitCode, 3);
      assert.match(stdout, /^trmm-3b42rt$/m);
      assert.doesNotMatch(stdout, /air-temperature/);
      assert.match(stderr.replace(/\n$/, ""), fault);
    });
  });
}
