/** How long a test may take is said once, for all of them, and far away: a machine may be ten times slower, or busy. */
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { test } from "node:test";

const root = resolve(import.meta.dirname, "..");
/** As an option of a test or a suite; what waits for a process or an answer names `patienceMs`. */
const ownLimit = /[{,]\s*timeout(:\s*[\d_]+)?\s*[,}]/;

test("no test and no suite has a limit of its own", async () => {
  const files = (await readdir(root, { recursive: true })).filter((name) => name.endsWith(".ts"));
  assert.ok(files.length > 100);
  const limited: string[] = [];
  for (const name of files) {
    if (ownLimit.test(await readFile(join(root, name), "utf8"))) limited.push(name);
  }
  assert.deepEqual(limited, []);
});
