/**
 * Loaded before each test file: one that is still alive long after its last test says what holds it, and fails. Without this
 * nothing after it would ever run, as the test runner bounds tests but no process.
 */
import { after } from "node:test";

/** All that a file began has ended with its last test, so this only has to be longer than a slow machine hesitates. */
const graceMs = 120_000;

// The runner itself is no test file.
if (process.env.NODE_TEST_CONTEXT) {
  after(() => {
    setTimeout(() => {
      const held = process.getActiveResourcesInfo().join(", ");
      process.stderr.write(`${process.argv[1]} does not end by itself: it is held by ${held}\n`);
      process.exit(1);
    }, graceMs).unref();
  });
}
