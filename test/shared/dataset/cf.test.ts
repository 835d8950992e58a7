import assert from "node:assert/strict";
import { test } from "node:test";
import { boundsOf, coverageOf, readUnits, statusFlags } from "../../../shared/dataset/cf.ts";

test("CF units of time are read as an instant and the length of one unit", () => {
  // 951912000 s since 1970 is 2000-03-01 12:00:00 UTC.
  assert.deepEqual(readUnits("hours since 2000-03-01 12:00:00"), {
    unitMs: 3_600_000,
    epoch: 951_912_000_000,
  });
  assert.deepEqual(readUnits("seconds since 1970-01-01 00:00:00"), { unitMs: 1000, epoch: 0 });
  assert.deepEqual(readUnits("minutes since 1970-01-02 00:00:00"), { unitMs: 60_000, epoch: 86_400_000 });
  assert.deepEqual(readUnits("days since 1969-12-31 00:00:00"), {
    unitMs: 86_400_000,
    epoch: -86_400_000,
  });
});

test("units of no fixed length, of another spelling or of no instant are refused", () => {
  for (const units of [
    "months since 2000-01-01 00:00:00",
    "hour since 2000-01-01 00:00:00",
    "Hours since 2000-01-01 00:00:00",
    "hours since 2000-01-01",
    "hours since 2000-01-01T00:00:00Z",
    "hours since 2000-01-01 00:00:00 +02:00",
    "hours since 2001-02-29 00:00:00",
    "hours  since 2000-01-01 00:00:00",
    "hours",
    "K",
    "",
  ]) {
    assert.equal(readUnits(units), undefined, units);
  }
});

test("a window lies before, around or after its stamp; an instant has none", () => {
  const hourMs = 3_600_000;
  const t = Date.UTC(2014, 3, 1, 21);
  assert.deepEqual(boundsOf("start", t, 3 * hourMs), [t, Date.UTC(2014, 3, 2, 0)]);
  assert.deepEqual(boundsOf("centre", t, 3 * hourMs), [
    Date.UTC(2014, 3, 1, 19, 30),
    Date.UTC(2014, 3, 1, 22, 30),
  ]);
  assert.deepEqual(boundsOf("end", t, 3 * hourMs), [Date.UTC(2014, 3, 1, 18), t]);
  assert.equal(boundsOf("instant", t, 3 * hourMs), undefined);
});

test("coverage is the window, and of an instant itself", () => {
  const t = Date.UTC(2014, 3, 1, 21);
  const stepMs = 3 * 3_600_000;
  assert.deepEqual(coverageOf("centre", t, stepMs), ["2014-04-01T19:30:00Z", "2014-04-01T22:30:00Z"]);
  assert.deepEqual(coverageOf("end", t, stepMs), ["2014-04-01T18:00:00Z", "2014-04-01T21:00:00Z"]);
  assert.deepEqual(coverageOf("instant", t, stepMs), ["2014-04-01T21:00:00Z", "2014-04-01T21:00:00Z"]);
});

test("the numbers of the statuses never change: they stand in stored chunks", () => {
  assert.deepEqual(statusFlags, { present: 0, missing: 1, corrupt: 2, pending: 3 });
});
