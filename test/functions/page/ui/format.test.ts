/** How the page words instants, spans, and what the dataset is like. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { nextText } from "../../../../functions/page/panels/headLines.ts";
import { timelineOf } from "../../../../functions/page/panels/timeline.ts";
import { readStatus } from "../../../../functions/page/server/status.ts";
import { countdown, relative, withReadableInstants } from "../../../../functions/page/ui/format.ts";

describe("words", () => {
  test("a running clock counts days, hours, minutes and seconds", () => {
    assert.deepEqual([0, 61_999, 93_784_000].map(countdown), ["00:00:00", "00:01:01", "1 d 02:03:04"]);
  });

  test("an instant is told from now, in either direction", () => {
    assert.deepEqual(
      [90_000, -7_200_000, 10].map((ms) => relative(ms, 0)),
      ["in 1 min 30 s", "2 h ago", "now"],
    );
  });

  test("instants in a sentence are readable", () => {
    assert.equal(
      withReadableInstants(
        "1 timestep is overdue, the first is 2014-04-10T12:00:00Z; see 2014-04-10T12:00:05Z",
      ),
      "1 timestep is overdue, the first is 10 Apr 2014 12:00 UTC; see 10 Apr 2014 12:00:05 UTC",
    );
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

  test("what has happened is told with the latest first", () => {
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
});

describe("a status", () => {
  test("of another version or form is refused with a sentence", () => {
    assert.match(String(readStatus({ version: 1 })), /has schema 1, and this page reads schema 2/);
    assert.match(String(readStatus(null)), /no object/);
    assert.match(String(readStatus({ version: 2, start: "x" })), /lacks what this page needs/);
  });
});
