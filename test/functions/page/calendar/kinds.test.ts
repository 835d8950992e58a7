/** What the calendar says of each timestep and of spans of them. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { kindCodesOf, kinds, tally, tallyText } from "../../../../functions/page/calendar/kinds.ts";
import { fixedAxis } from "../../../../shared/dataset/timeAxis.ts";

const axis = fixedAxis({ start: Date.UTC(2014, 3, 1), stepMs: 3 * 3_600_000 });
const failing = (time: string, status: "present" | "missing" | "corrupt") => {
  return { time, status, fault: "gzip", reason: "ends early", path: null, attempts: 1, next_try_at: time };
};
const revised = (time: string) => ({ time, path: "a", revision: 1, ingested_at: time });
const named = (codes: Uint8Array) => [...codes].map((code) => kinds[code]);

describe("the kind of a timestep", () => {
  test("is its flag, then pending up to what is expected by now", () => {
    const codes = kindCodesOf({ length: 4, revised: [], failing: [] }, axis, {
      flags: Int8Array.of(0, 1, 2, 3),
      expected: 5,
    });
    assert.deepEqual(named(codes), ["present", "missing", "corrupt", "pending", "pending", "pending"]);
  });

  test("is revised where a present granule was replaced, and only there", () => {
    const summary = {
      length: 2,
      revised: [revised("2014-04-01T00:00:00Z"), revised("2014-04-01T03:00:00Z")],
      failing: [],
    };
    const codes = kindCodesOf(summary, axis, { flags: Int8Array.of(0, 2), expected: 1 });
    assert.deepEqual(named(codes), ["revised", "corrupt"]);
  });

  test("is corrupt before readers see it, so that what holds back the others is found", () => {
    const summary = {
      length: 1,
      revised: [],
      failing: [
        failing("2014-04-01T03:00:00Z", "corrupt"),
        failing("2014-04-01T00:00:00Z", "present"),
        failing("2030-01-01T00:00:00Z", "corrupt"),
      ],
    };
    const codes = kindCodesOf(summary, axis, { flags: Int8Array.of(0), expected: 2 });
    assert.deepEqual(named(codes), ["present", "corrupt", "pending"]);
  });

  test("is unknown where the flags read are older than the summary, and known where they are newer", () => {
    const summary = { length: 3, revised: [], failing: [] };
    assert.deepEqual(named(kindCodesOf(summary, axis, { flags: Int8Array.of(0), expected: -1 })), [
      "present",
      "unknown",
      "unknown",
    ]);
    assert.equal(kindCodesOf(summary, axis, { flags: new Int8Array(5), expected: 2 }).length, 5);
  });

  test("an empty dataset of which nothing is expected has none", () => {
    assert.equal(
      kindCodesOf({ length: 0, revised: [], failing: [] }, axis, { flags: new Int8Array(), expected: -1 })
        .length,
      0,
    );
  });
});

describe("a span of timesteps", () => {
  test("is shown as the worst in it: corrupt, missing, pending, revised, present", () => {
    const codes = Uint8Array.of(0, 0, 4, 3, 1, 2);
    const worst = [2, 3, 4, 5, 6].map((end) => tally(codes, 0, end).worst);
    assert.deepEqual(worst, ["present", "revised", "pending", "missing", "corrupt"]);
  });

  test("tells how many there are of each, and how large the worst part is", () => {
    const told = tally(Uint8Array.of(0, 0, 0, 0, 0, 0, 1, 1), 0, 8);
    assert.deepEqual([told.most, told.worst, told.worstShare], ["present", "missing", 0.25]);
    assert.equal(tallyText(told), "2 missing, 6 present");
  });
});
