/** How a dataset is by the server's clock, and how it was when it was fetched last. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { freshnessNow, nextText } from "../../../../functions/page/panels/headLines.ts";
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

test("the next granule is expected, overdue, or never comes", () => {
  const next = { time: "2014-04-10T12:00:00Z", expected_at: "2014-04-10T21:00:00Z" };
  const text = (asOf: number) => nextText({ next } as Parameters<typeof nextText>[0], asOf);
  assert.deepEqual(text(Date.UTC(2014, 3, 10, 20, 59)), {
    label: "Next granule expected in",
    text: "00:01:00",
  });
  assert.deepEqual(text(Date.UTC(2014, 3, 11, 0, 0, 1)), {
    label: "Next granule overdue by",
    text: "03:00:01",
  });
  assert.match(nextText({ next: null } as Parameters<typeof nextText>[0], 0).text, /ended/);
});
