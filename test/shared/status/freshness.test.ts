/** In one word, and why: whether a dataset is as far as it should be. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { freshness, type Measured } from "../../../shared/status/freshness.ts";

/** Hourly from midnight on, each expected after two hours; ten are visible, the last of 09:00; chunks of 4. */
const hourly: Measured = {
  start: "2020-01-01T00:00:00Z",
  end: null,
  step: "PT1H",
  chunk_length: 4,
  expected_latency: "PT2H",
  patience: "P1D",
  length: 10,
  committed_at: "2020-01-01T11:00:00Z",
  provider: { looked_at: "2020-01-01T11:30:00Z", failing: null, unmatched: null },
  failing: [],
};
const at = (day: number, hours: number) => Date.UTC(2020, 0, day, 0, hours * 60);
const stateAt = (instant: number, changed: Partial<Measured> = {}, now = instant) =>
  freshness({ ...hourly, ...changed }, instant, now);

describe("a dataset is", () => {
  test("current until the next timestep is expected", () => {
    // That of 10:00 is expected at 12:00.
    assert.deepEqual(stateAt(at(1, 11.75)), {
      state: "current",
      why: "everything is there that is expected by now",
      expected_through: "2020-01-01T09:00:00Z",
      next: { time: "2020-01-01T10:00:00Z", expected_at: "2020-01-01T12:00:00Z" },
      lag_seconds: 2.75 * 3600,
      overdue_seconds: 0,
    });
  });

  test("late from then on, and says when the provider was last listed", () => {
    assert.deepEqual(stateAt(at(1, 13.5)), {
      state: "late",
      why: "2 timesteps are overdue, the first is 2020-01-01T10:00:00Z; the provider was last listed at 2020-01-01T11:30:00Z",
      expected_through: "2020-01-01T11:00:00Z",
      next: { time: "2020-01-01T10:00:00Z", expected_at: "2020-01-01T12:00:00Z" },
      lag_seconds: 4.5 * 3600,
      overdue_seconds: 1.5 * 3600,
    });
  });

  test("late because the provider cannot be reached, or because no plan runs", () => {
    const failing = {
      since: "2020-01-01T12:00:00Z",
      tried_at: "2020-01-01T12:30:00Z",
      reason: "ftp://host: connect ECONNREFUSED",
    };
    const unreachable = stateAt(at(1, 12), { provider: { looked_at: null, failing, unmatched: null } });
    assert.equal(unreachable.state, "late");
    assert.equal(
      unreachable.why,
      "1 timestep is overdue, the first is 2020-01-01T10:00:00Z; the provider cannot be reached since 2020-01-01T12:00:00Z: ftp://host: connect ECONNREFUSED",
    );
    const unseen = stateAt(at(1, 12), { provider: { looked_at: null, failing: null, unmatched: null } });
    assert.match(unseen.why, /the provider has not been listed yet$/);
  });

  test("late because its granule is broken, whatever else fails", () => {
    const of = (time: string) => ({ time, status: "corrupt", reason: "it ends too early" }) as const;
    const failing = [of("2020-01-01T03:00:00Z"), of("2020-01-01T10:00:00Z")];
    assert.equal(
      stateAt(at(1, 12), { failing }).why,
      "1 timestep is overdue, the first is 2020-01-01T10:00:00Z; its granule is corrupt: it ends too early",
    );
    assert.match(stateAt(at(1, 12), { failing: [of("2020-01-01T03:00:00Z")] }).why, /was last listed at/);
  });

  test("current, though the provider cannot be reached, while nothing is expected of it", () => {
    const failing = { since: "2020-01-01T11:00:00Z", tried_at: "2020-01-01T11:00:00Z", reason: "no route" };
    const { state, why } = stateAt(at(1, 11), { provider: { looked_at: null, failing, unmatched: null } });
    assert.deepEqual(
      [state, why],
      ["current", "the provider cannot be reached since 2020-01-01T11:00:00Z: no route"],
    );
  });

  test("stalled once something is overdue for longer than its patience", () => {
    assert.equal(stateAt(at(2, 12)).state, "late");
    assert.equal(stateAt(at(2, 12) + 1000).state, "stalled");
  });

  test("backfilling while more than a chunk lacks and the last commit is not long ago", () => {
    const behind = (committedMinutesAgo: number, lacking: number) => {
      const now = at(1, 12 + lacking - 1);
      const committed_at = `${new Date(now - committedMinutesAgo * 60_000).toISOString().slice(0, 19)}Z`;
      return stateAt(now, { committed_at }).state;
    };
    assert.equal(behind(14, 5), "backfilling");
    assert.equal(behind(14, 50), "backfilling");
    assert.equal(behind(14, 4), "late");
    assert.equal(behind(15, 5), "late");
    assert.equal(behind(15, 50), "stalled");
    assert.equal(behind(-16, 5), "late"); // dated by a clock that is wrong
  });

  test("backfilling, and says what is wrong with its provider all the same", () => {
    const why = (provider: Partial<Measured["provider"]>) =>
      stateAt(at(1, 16), {
        committed_at: "2020-01-01T15:50:00Z",
        provider: { ...hourly.provider, ...provider },
      }).why;
    assert.equal(why({}), "5 timesteps are still to come, and commits follow each other");
    const since = "2020-01-01T15:55:00Z";
    assert.equal(
      why({ failing: { since, tried_at: since, reason: "no route" } }),
      `5 timesteps are still to come; the provider cannot be reached since ${since}: no route`,
    );
    assert.equal(
      why({ unmatched: { since, reason: "1 directory (it does not exist), no file" } }),
      `5 timesteps are still to come; its granules are not found at the provider since ${since}: 1 directory (it does not exist), no file`,
    );
  });

  test("judged by two clocks in a replay: commits by the wall's", () => {
    const replayed = stateAt(at(1, 20), { committed_at: "2026-05-01T00:00:00Z" }, Date.UTC(2026, 4, 1, 0, 5));
    assert.equal(replayed.state, "backfilling");
  });

  test("ended once it is complete, and then nothing is overdue for ever", () => {
    assert.deepEqual(stateAt(at(31, 0), { end: "2020-01-01T09:00:00Z" }), {
      state: "ended",
      why: "the series is complete to its end",
      expected_through: "2020-01-01T09:00:00Z",
      next: null,
      lag_seconds: 0,
      overdue_seconds: 0,
    });
  });

  test("stalled, not ended, where its end was never reached", () => {
    const { state, overdue_seconds } = stateAt(at(31, 0), { end: "2020-01-01T10:00:00Z" });
    assert.deepEqual([state, overdue_seconds], ["stalled", (30 * 24 - 12) * 3600]);
  });

  test("current while nothing is visible and nothing is expected", () => {
    assert.deepEqual(stateAt(at(1, 1), { length: 0, committed_at: null }), {
      state: "current",
      why: "everything is there that is expected by now",
      expected_through: null,
      next: { time: "2020-01-01T00:00:00Z", expected_at: "2020-01-01T02:00:00Z" },
      lag_seconds: null,
      overdue_seconds: 0,
    });
  });
});
