/** How a dataset is by the server's clock, and how it was when it was fetched last. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { freshnessNow } from "../../../../functions/page/panels/headLines.ts";
import { createClock } from "../../../../functions/page/server/clock.ts";

const hour = 3_600_000;

test("what was current when it was fetched last stays so, although the clock goes on", () => {
  const status = {
    start: "2014-04-01T00:00:00Z",
    end: null,
    step: "PT3H",
    chunk_length: 248,
    expected_latency: "PT9H",
    patience: "P2D",
    length: 1,
    committed_at: "2026-01-01T00:00:00Z",
    provider: { looked_at: null, failing: null, unmatched: null },
    failing: [],
  } as unknown as Parameters<typeof freshnessNow>[0];
  let passed = 0;
  const clock = createClock(
    () => passed,
    () => 0,
  );
  // The second timestep is expected at 12:00.
  clock.sync(new Headers({ "accrete-as-of": "2014-04-01T11:00:00Z", "accrete-now": "2026-01-05T00:00:00Z" }));
  const fetchedAt = clock.now();
  assert.equal(freshnessNow(status, clock).state, "current");
  passed = 2 * hour;
  assert.equal(freshnessNow(status, clock).state, "late");
  assert.equal(freshnessNow(status, clock, fetchedAt).state, "current");
  assert.equal(freshnessNow(status, clock, fetchedAt + 1.5 * hour).state, "late");
});
