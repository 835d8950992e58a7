/** The recent events of a dataset. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { timelineOf } from "../../../../functions/page/panels/timeline.ts";

test("events are listed with the latest first", () => {
  const commit = {
    seq: 2,
    at: "2014-04-10T12:00:00Z",
    length: 77,
    from: "2014-04-10T12:00:00Z",
    to: "2014-04-10T12:00:00Z",
    gap_count: 1,
  };
  const told = timelineOf({
    commits: [
      { ...commit, seq: 3, at: "2014-04-10T15:00:00Z", from: null }, // a granule failed behind the last visible one
      commit,
      { ...commit, seq: 1, at: "2014-04-09T12:00:00Z", length: 0, from: null, to: null, gap_count: 0 },
    ],
    revised: [
      { time: "2014-04-03T12:00:00Z", path: "a.gz", revision: 2, ingested_at: "2014-04-10T00:00:00Z" },
    ],
    provider: {
      looked_at: null,
      failing: {
        since: "2014-04-11T00:00:00Z",
        tried_at: "2014-04-11T01:00:00Z",
        reason: "connection refused",
      },
      unmatched: { since: "2014-04-10T20:00:00Z", reason: "2 directories (none exists), no file" },
    },
  });
  assert.deepEqual(
    told.map(({ text }) => text),
    [
      "The provider cannot be reached: connection refused",
      "Its granules are not found at the provider: 2 directories (none exists), no file",
      "Commit 3: nothing that is visible changed; 77 timesteps, 1 of them gaps",
      "Commit 2: 10 Apr 2014 12:00 UTC; 77 timesteps, 1 of them gaps",
      "3 Apr 2014 12:00 UTC replaced, 2 times by now: a.gz",
      "Commit 1: nothing is visible yet; 0 timesteps",
    ],
  );
});
