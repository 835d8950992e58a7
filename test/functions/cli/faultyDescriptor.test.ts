/** What is wrong in one descriptor's file ends what concerns its dataset, in one line; everything else goes on. */
import assert from "node:assert/strict";
import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { shippedDirectory } from "../../../functions/runtime/datasets/datasets.ts";
import { temporaryDirectory } from "../../support/temporaryDirectory.ts";
import { runAccrete } from "./command.ts";

const options = { concurrency: 2 };
const [sound, faulty] = ["trmm-3b42rt", "air-temperature"];

/** A keeper's directory with the datasets that ship, of which the descriptor of `faulty` is changed. */
async function keeperWith(t: TestContext, change: (text: string) => string) {
  const directory = await temporaryDirectory(t);
  await cp(shippedDirectory, join(directory, "datasets"), { recursive: true });
  const file = join(directory, `datasets/${faulty}.ts`);
  const before = await readFile(file, "utf8");
  await writeFile(file, change(before));
  assert.notEqual(await readFile(file, "utf8"), before);
  const start = (typed: string) => {
    const run = runAccrete(directory, typed, {});
    t.after(async () => {
      run.kill("SIGKILL");
      await run.finished;
    });
    return run;
  };
  return { start, accrete: (typed: string) => start(typed).finished };
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
    (text: string) => text.replace(/^export default/m, "export default ="),
    /^accrete: descriptor of "air-temperature": air-temperature\.ts, line \d+: .+$/,
  ],
] as const) {
  describe(`${what} in the descriptor of one dataset`, options, () => {
    test("lets every command for another dataset go on", async (t) => {
      const { accrete } = await keeperWith(t, change);
      const { exitCode, stdout, stderr } = await accrete(`status ${sound}`);
      assert.deepEqual({ exitCode, stdout }, { exitCode: 1, stdout: "" });
      assert.match(stderr, /^accrete: status .*trmm-3b42rt\.zarr: there is no such dataset; .*\n$/);
    });

    test("ends a command for that dataset in one line with all faults", async (t) => {
      const { accrete } = await keeperWith(t, change);
      const { exitCode, stdout, stderr } = await accrete(`status ${faulty}`);
      assert.deepEqual({ exitCode, stdout }, { exitCode: 2, stdout: "" });
      assert.match(stderr.replace(/\n$/, ""), fault);
    });

    test("is told beside the list of the others", async (t) => {
      const { accrete } = await keeperWith(t, change);
      const { exitCode, stdout, stderr } = await accrete("datasets");
      assert.equal(exitCode, 3);
      assert.match(stdout, /^trmm-3b42rt$/m);
      assert.doesNotMatch(stdout, /air-temperature/);
      assert.match(stderr.replace(/\n$/, ""), fault);
    });

    test("is told to whoever asks the server, beside how the others are", async (t) => {
      const { start } = await keeperWith(t, change);
      const run = start("serve --port 0");
      const [, url = ""] = await run.says(/the page is at (\S+),/);
      const { datasets } = (await (await fetch(url)).json()) as { datasets: Record<string, unknown>[] };
      assert.deepEqual(
        datasets.map(({ dataset, state }) => [dataset, state]),
        [
          [sound, "absent"],
          [faulty, "unreadable"],
        ],
      );
      assert.match(`accrete: ${datasets[1]?.faults}`, fault);
      assert.match(
        await (await fetch(`${url}metrics`)).text(),
        /^accrete_readable\{dataset="air-temperature"\} 0$/m,
      );
      assert.equal((await fetch(`${url}${faulty}`)).status, 500);
      run.kill("SIGINT");
      assert.equal((await run.finished).exitCode, 0);
    });
  });
}
