/** The coverage strip: every visible timestep in one line, however many there are, and none better than it is. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Ansi } from "../../../../functions/cli/terminal/ansi.ts";
import {
  type Covered,
  coverageLines,
  coverageRuns,
} from "../../../../functions/cli/terminal/coverageStrip.ts";

const plain: Ansi = (_, text) => text;
const at = (hour: number) => `${new Date(Date.UTC(2014, 3, 1, hour)).toISOString().slice(0, 19)}Z`;

function hourly(length: number, more: Partial<Covered> = {}): Covered {
  return { start: at(0), step: "PT1H", length, gaps: [], revised: [], failing: [], ...more };
}

const gap = (from: number, to: number, status: string) => ({ from: at(from), to: at(to), status });
const revised = (hour: number) => ({ time: at(hour), path: "a", revision: 1, ingested_at: at(hour) });
const failing = (hour: number, status: "present" | "missing" | "corrupt") => ({
  time: at(hour),
  status,
  fault: "size",
  reason: "too short",
  path: "a",
  attempts: 1,
  next_try_at: at(hour),
});

/** One of each kind. */
const kinds = hourly(8, {
  gaps: [gap(2, 3, "missing"), gap(4, 4, "corrupt"), gap(5, 5, "pending")],
  revised: [revised(6)],
  failing: [failing(7, "present"), failing(4, "corrupt"), failing(20, "missing")],
});

describe("the coverage strip", () => {
  test("of few timesteps has a character for each, the times below it and a legend", () => {
    assert.deepEqual(coverageLines(kinds, 80, plain), [
      "██··✕░▓▒",
      "2014-04-01T00:00:00Z to 2014-04-01T07:00:00Z",
      "█ present  ▓ revised  ▒ failing: the old values stand  ░ pending  · missing  ✕ corrupt  (1 timestep a character)",
    ]);
  });

  test("puts first and last time at its ends, where they fit", () => {
    const [strip = "", times] = coverageLines(hourly(50), 80, plain);
    assert.equal(strip, "█".repeat(50));
    assert.equal(times, `${at(0)}          ${at(49)}`);
  });

  test("of many timesteps shows the worst of each span", () => {
    // Ten a character; in the fourth one is missing, in the fifth one corrupt and one missing, in the sixth one revised.
    const gaps = [gap(33, 33, "missing"), gap(41, 41, "corrupt"), gap(44, 44, "missing")];
    const lines = coverageLines(hourly(75, { gaps, revised: [revised(58)] }), 8, plain);
    assert.equal(lines[0], "███·✕▓██");
    assert.match(lines[2] ?? "", /\(10 timesteps a character\)$/);
  });

  for (const [length, columns] of [
    [58_000, 80],
    [58_000, 40],
    [58_000, 1],
    [80, 80],
    [81, 80],
    [1, 80],
    [1, 1],
  ] as const) {
    test(`of ${length} timesteps fits into ${columns} columns, and loses no single gap`, () => {
      const last = length - 1;
      const [strip = ""] = coverageLines(
        hourly(length, { gaps: [gap(last, last, "corrupt")] }),
        columns,
        plain,
      );
      assert.ok(strip.length >= 1 && strip.length <= columns, `${strip.length}`);
      assert.ok(strip.endsWith("✕"));
      assert.equal(strip.indexOf("✕"), strip.length - 1);
    });
  }

  test("of nothing visible is none", () => {
    assert.deepEqual(coverageLines(hourly(0), 80, plain), []);
    assert.deepEqual(coverageRuns(hourly(0)), []);
  });

  test("colours runs, not single characters, and good unlike bad", () => {
    const styled: Ansi = (style, text) => `<${style} ${text}>`;
    const [strip] = coverageLines(kinds, 80, styled);
    assert.equal(strip, "<green ██><red ··><red ✕><yellow ░><cyan ▓><yellow ▒>");
  });

  test("for machines is runs of one status", () => {
    const run = (from: number, to: number, status: string) => ({
      from: at(from),
      to: at(to),
      status,
      timesteps: to - from + 1,
    });
    assert.deepEqual(coverageRuns(kinds), [
      run(0, 1, "present"),
      run(2, 3, "missing"),
      run(4, 4, "corrupt"),
      run(5, 5, "pending"),
      run(6, 6, "revised"),
      run(7, 7, "failing"),
    ]);
  });
});
