/** Loaded before all tests: what one process of a run has compiled, none of its hundreds of others compiles again. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

// In the runner, whose environment the tests' processes have too.
if (!process.env.NODE_TEST_CONTEXT) {
  const folder = mkdtempSync(join(tmpdir(), "accrete-compiled-"));
  process.env.NODE_COMPILE_CACHE = folder;
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
}
