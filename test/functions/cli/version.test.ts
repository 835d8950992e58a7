/** `accrete --version`: what is asked first when two machines work on one dataset. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { createDesk } from "./command.ts";

const manifest = await readFile(join(import.meta.dirname, "../../../package.json"), "utf8");
const { version } = JSON.parse(manifest) as { readonly version: string };
const node = process.versions.node;

test("says in a line the versions of the package, of Node and of schemas, from wherever it is asked", async (t) => {
  const desk = await createDesk(t);
  const line = `accrete ${version}, Node ${node}, schemas: ledger 2, messages 2, status 2, removal 3\n`;
  for (const asked of ["--version", "-V", "status --version"])
    assert.deepEqual(await desk.accrete(asked), { exitCode: 0, stdout: line, stderr: "" }, asked);
});

test("says the same for a script", async (t) => {
  const desk = await createDesk(t);
  const { stdout, stderr, exitCode } = await desk.accrete("--version --json");
  assert.deepEqual([exitCode, stderr], [0, ""]);
  assert.deepEqual(JSON.parse(stdout), {
    accrete: version,
    node,
    schemas: { ledger: 2, messages: 2, status: 2, removal: 3 },
  });
});
