import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import {
  fixedAxis,
  formatDuration,
  formatInstant,
  parseDuration,
  parseInstant,
  type TimeAxis,
} from "../../../shared/dataset/timeAxis.ts";

const hourMs = 3_600_000;
/** Seconds since 1970, as `date -u -d 2000-03-01 +%s` tells. */
const march2000 = 951_868_800_000;
const threeHourly: TimeAxis = fixedAxis({ start: march2000, stepMs: 3 * hourMs });
const ended: TimeAxis = { ...threeHourly, end: march2000 + 9 * hourMs };

const second = 1000;
const axes = fc
  .record({
    start: fc.integer({ min: -1e8, max: 2e9 }).map((seconds) => seconds * second),
    stepMs: fc.integer({ min: 1, max: 20 * 86_400 }).map((seconds) => seconds * second),
  })
  .map(fixedAxis);
/** With the longest steps they reach the year 7500. */
const indices = fc.nat(100_000);

describe("the append dimension", () => {
  test("an index and its instant belong to each other", () => {
    fc.assert(
      fc.property(axes, indices, (axis, index) => {
        assert.equal(axis.indexOf(axis.at(index)), index);
      }),
    );
  });

  test("between two timesteps there is none", () => {
    fc.assert(
      fc.property(axes, indices, fc.integer({ min: 1 }), (axis, index, offset) => {
        const between = axis.at(index) + (offset % axis.stepMs);
        assert.equal(axis.indexOf(between), offset % axis.stepMs === 0 ? index : undefined);
      }),
    );
  });

  test("there is no timestep before the start, nor after the end", () => {
    assert.equal(ended.indexOf(march2000 - 3 * hourMs), undefined);
    assert.equal(ended.indexOf(march2000), 0);
    assert.equal(ended.indexOf(march2000 + 9 * hourMs), 3);
    assert.equal(ended.indexOf(march2000 + 12 * hourMs), undefined);
    assert.equal(threeHourly.indexOf(march2000 + 12 * hourMs), 4);
  });

  test("the first timestep from an instant is the nearest that is not before it", () => {
    fc.assert(
      fc.property(axes, fc.integer({ min: -1e9, max: 4e9 }), (axis, seconds) => {
        const t = seconds * second;
        const index = axis.firstFrom(t);
        assert.ok(index >= 0 && axis.at(index) >= t);
        assert.ok(index === 0 || axis.at(index - 1) < t);
      }),
    );
  });

  test("the last timestep until an instant is the nearest that is not after it, nor after the end", () => {
    fc.assert(
      fc.property(axes, fc.option(fc.nat(1000)), fc.integer({ min: -1e9, max: 4e9 }), (axis, steps, at) => {
        const end = steps === null ? undefined : axis.at(steps);
        const until = Math.min(at * second, end ?? Number.POSITIVE_INFINITY);
        const index = (end === undefined ? axis : { ...axis, end }).lastUntil(at * second);
        assert.ok(index >= -1 && (index === -1 || axis.at(index) <= until));
        assert.ok(axis.at(index + 1) > until);
      }),
    );
  });

  test("the bounds at and beside timesteps", () => {
    const oneMs = 1;
    assert.equal(ended.firstFrom(march2000 - 100 * hourMs), 0);
    assert.equal(ended.firstFrom(march2000), 0);
    assert.equal(ended.firstFrom(march2000 + oneMs), 1);
    assert.equal(ended.firstFrom(march2000 + 3 * hourMs), 1);
    assert.equal(ended.firstFrom(march2000 + 12 * hourMs), 4);
    assert.equal(ended.lastUntil(march2000 - oneMs), -1);
    assert.equal(ended.lastUntil(march2000 - 100 * hourMs), -1);
    assert.equal(ended.lastUntil(march2000), 0);
    assert.equal(ended.lastUntil(march2000 + 3 * hourMs - oneMs), 0);
    assert.equal(ended.lastUntil(march2000 + 100 * hourMs), 3);
    assert.equal(threeHourly.lastUntil(march2000 + 100 * hourMs), 33);
  });
});

describe("instants as text", () => {
  test("are read in every form that ISO 8601 gives them in UTC", () => {
    for (const [text, seconds] of [
      ["2014-04-01T21:00:00Z", 1_396_386_000],
      ["2014-04-01T21:00:00+00:00", 1_396_386_000],
      ["2014-04-01T21:00:00", 1_396_386_000],
      ["2014-04-01 21:00:00", 1_396_386_000],
      ["2014-04-01T21:00Z", 1_396_386_000],
      ["2014-04-01T21", 1_396_386_000],
      ["2000-03-01", 951_868_800],
      ["2000-02-29T00:00:01Z", 951_782_401],
      ["1970-01-01T00:00:00Z", 0],
      ["1969-12-31T23:59:59Z", -1],
    ] as const) {
      assert.equal(parseInstant(text), seconds * 1000, text);
    }
  });

  test("are refused where they are no instant, in another zone, or anything else", () => {
    for (const text of [
      "2014-02-30",
      "2014-02-29",
      "1900-02-29",
      "2014-04-31T00:00:00Z",
      "2014-13-01",
      "2014-00-01",
      "2014-04-00",
      "2014-04-01T24:00:00Z",
      "2014-04-01T21:60:00Z",
      "2014-04-01T21:00:60Z",
      "2014-04-01T21:00:00+02:00",
      "2014-04-01T21:00:00-00:30",
      "2014-04-01T21:00:00 CET",
      "2014-04-01T21:00:00.5Z",
      "2014-4-1",
      "14-04-01",
      "01.04.2014",
      "20140401",
      "1396386000",
      "yesterday",
      "",
      " 2014-04-01",
      "2014-04-01\n",
      "2014-04-01T",
      "2014-04-01T21:00:00ZZ",
      "２０１４-04-01",
    ]) {
      assert.equal(parseInstant(text), undefined, JSON.stringify(text));
    }
  });

  test("read as they were written, to the second", () => {
    const seconds = fc.integer({ min: Date.UTC(1000, 0) / 1000, max: Date.UTC(9999, 11, 31) / 1000 });
    fc.assert(
      fc.property(seconds, (at) => {
        const text = formatInstant(at * 1000);
        assert.match(text, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
        assert.equal(parseInstant(text), at * 1000);
      }),
    );
  });

  test("are written in UTC", () => {
    assert.equal(formatInstant(1_396_386_000_000), "2014-04-01T21:00:00Z");
    assert.equal(formatInstant(march2000), "2000-03-01T00:00:00Z");
  });
});

describe("durations as text", () => {
  test("are read in days, hours, minutes and seconds", () => {
    for (const [text, seconds] of [
      ["PT3H", 10_800],
      ["P1D", 86_400],
      ["P1DT12H", 129_600],
      ["PT90M", 5400],
      ["P30DT1H2M3S", 2_595_723],
      ["PT0S", 0],
    ] as const) {
      assert.equal(parseDuration(text), seconds * 1000, text);
    }
  });

  test("are refused where they have no length that is always the same, or are anything else", () => {
    for (const text of [
      "P",
      "PT",
      "P1DT",
      "P1M",
      "P1Y",
      "P1W",
      "3H",
      "PT3",
      "PT3h",
      "PT3H ",
      "-PT3H",
      "PT1.5H",
      "PT1M1H",
      "",
    ]) {
      assert.equal(parseDuration(text), undefined, JSON.stringify(text));
    }
  });

  test("read as they were written, to the second", () => {
    fc.assert(
      fc.property(fc.nat(400 * 86_400), (seconds) => {
        assert.equal(parseDuration(formatDuration(seconds * 1000)), seconds * 1000);
      }),
    );
  });

  test("are written in their shortest form", () => {
    const written = [10_800, 86_400, 129_600, 5400, 59, 0].map((seconds) => formatDuration(seconds * 1000));
    assert.deepEqual(written, ["PT3H", "P1D", "P1DT12H", "PT1H30M", "PT59S", "PT0S"]);
  });
});
