/** The page goes by the server's clocks, however wrong this machine's own is. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createClock } from "../../../../functions/page/server/clock.ts";

test("the wall clock and the provider's are the server's, and go on from its last answer", () => {
  let passed = 0;
  const clock = createClock(
    () => passed,
    () => 7000 + passed,
  );
  assert.deepEqual([clock.now(), clock.asOf()], [7000, 7000]);
  passed = 500;
  const headers = { "accrete-now": "2026-05-01T00:00:00.250Z", "accrete-as-of": "2014-04-01T12:00:00.000Z" };
  clock.sync(new Headers(headers));
  passed = 1500;
  assert.equal(clock.now(), Date.UTC(2026, 4, 1, 0, 0, 1, 250));
  assert.equal(clock.asOf(), Date.UTC(2014, 3, 1, 12, 0, 1));
});

test("an answer that says nothing of them changes nothing", () => {
  const clock = createClock(
    () => 0,
    () => 7000,
  );
  clock.sync(new Headers({ "accrete-now": "noon" }));
  assert.deepEqual([clock.now(), clock.asOf()], [7000, 7000]);
});
