/**
 * What a person sees of a run: on a terminal one line that never breaks, with rate, time left and what is being waited for,
 * and that lives; into a file plain lines. On an output and a clock of this test's own.
 */
import assert from "node:assert/strict";
import { Writable } from "node:stream";
import { describe, test } from "node:test";
import {
  createEventStream,
  createProgress,
  type Progress,
} from "../../../functions/cli/terminal/progress.ts";
import type { PipelineEvent } from "../../../shared/pipeline/events.ts";
import { nothingAsked } from "../../../shared/pipeline/matching.ts";

// Colours go by the output alone.
delete process.env.FORCE_COLOR;

const dataset = "tiny";
const noon = Date.UTC(2014, 3, 1, 12);
const mega = 1e6;
/** To the line's beginning, and clear it: ECMA-48's EL. */
const redraw = "\r\x1b[K";

/** An output that remembers what stands in its last line and above, as a terminal does. */
class Screen extends Writable {
  readonly isTTY: boolean;
  columns: number;
  written = "";
  constructor(columns: number, isTTY = true) {
    super();
    this.columns = columns;
    this.isTTY = isTTY;
  }
  override _write(chunk: Buffer, _: string, done: () => void): void {
    this.written += chunk.toString();
    done();
  }
  /** In bits, as a terminal's stream tells it. */
  colorDepth = 1;
  getColorDepth(): number {
    return this.colorDepth;
  }
  get lines(): string[] {
    return this.written.split("\n").map((line) => line.split(redraw).at(-1) as string);
  }
  /** The moving line. */
  get last(): string {
    return this.lines.at(-1) as string;
  }
}

function scene(columns = 100, isTTY = true) {
  const screen = new Screen(columns, isTTY);
  const clock = { now: noon };
  const tasks = new Set<() => void>();
  const progress: Progress = createProgress(screen as unknown as NodeJS.WriteStream, {
    now: () => clock.now,
    repeat(_, task) {
      const beat = () => void task(new AbortController().signal);
      tasks.add(beat);
      return async () => void tasks.delete(beat);
    },
  });
  /** So many seconds pass, four beats in each. */
  const pass = (seconds: number) => {
    for (let quarter = 0; quarter < 4 * seconds; quarter++) {
      clock.now += 250;
      for (const task of tasks) task();
    }
  };
  return { screen, progress, pass, tasks, report: progress.report };
}

const planned = (granules: number, more: object = {}): PipelineEvent => ({
  ...nothingAsked,
  event: "planned",
  dataset,
  batches: 1,
  granules,
  timesteps: granules,
  bytes: granules * mega,
  unsized: 0,
  leased: 0,
  leasedUntil: undefined,
  settled: 0,
  continues: false,
  isLeft: false,
  ...more,
});
const granule: PipelineEvent = { event: "granule", dataset, times: [noon], path: "a", bytes: mega };
const failed: PipelineEvent = {
  event: "granuleFailed",
  dataset,
  times: [noon],
  status: "corrupt",
  path: "a",
  fault: "size",
  reason: "too short",
  attempts: 1,
  nextTryAt: noon + 3_600_000,
};
const committed: PipelineEvent = {
  event: "committed",
  dataset,
  length: 4,
  commitSeq: 1,
  validThrough: noon,
  gaps: 0,
};
const waiting = (waitsFor: "listing" | "others" | "nextLook", until?: number): PipelineEvent => ({
  event: "waiting",
  dataset,
  waitsFor,
  until,
});

describe("the moving line", () => {
  test("tells done of planned, bytes, rate and the time left", () => {
    const { screen, report, pass } = scene();
    report(planned(40));
    for (let i = 0; i < 10; i++) {
      pass(0.5);
      report(granule);
    }
    // Ten granules of 1 MB in five seconds: thirty are left.
    assert.match(
      screen.last,
      /^. {2}█{6}░{18} {2}10 of 40 granules {2}10\.0 MB {2}2\.0\/s, 2\.0 MB\/s {2}15 s left$/,
    );
  });

  test("goes by what came lately, and tells few a minute", () => {
    const { screen, report, pass } = scene();
    report(planned(100));
    for (let i = 0; i < 30; i++) {
      pass(0.25);
      report(granule);
    }
    for (let i = 0; i < 4; i++) {
      pass(10);
      report(granule);
    }
    // Of the last twenty seconds are two.
    assert.match(screen.last, / 34 of 100 granules .* 6\.0\/min, 0\.1 MB\/s {2}11 min left$/);
    pass(25);
    assert.match(screen.last, / 34 of 100 granules {2}34\.0 MB {2}waiting for a granule, 25 s$/);
  });

  test("says what is being waited for, and for how long already", () => {
    const { screen, report, pass } = scene();
    report(waiting("listing"));
    assert.match(screen.last, /^. {2}listing what the provider has$/);
    pass(7);
    assert.match(screen.last, /^. {2}listing what the provider has, 7 s$/);
    report(planned(1));
    pass(4);
    assert.match(screen.last, / 0 of 1 granules {2}0\.0 MB {2}waiting for a granule, 4 s$/);
    report(granule);
    assert.match(screen.last, / storing$/);
    report(committed);
    assert.doesNotMatch(screen.last, /storing/);
    report(planned(0, { leased: 2 }));
    report(waiting("others", noon + 90_000));
    assert.match(screen.last, /others are at work, lease until 12:01:30Z$/);
    report(waiting("nextLook", noon + 11_000 + 30_000));
    assert.match(screen.last, /^. {2}next look in 30 s$/);
    pass(12);
    assert.match(screen.last, /^. {2}next look in 18 s$/);
  });

  test("lives while nothing happens, and no longer than the run", () => {
    const { screen, report, pass, tasks, progress } = scene();
    report(planned(5));
    const beats = new Set<string>();
    for (let i = 0; i < 8; i++) {
      pass(0.25);
      beats.add(screen.last.slice(0, 1));
    }
    assert.equal(beats.size, 8);
    progress.end();
    assert.equal(screen.last, "");
    assert.equal(tasks.size, 0);
  });

  for (const columns of [1, 8, 20, 40, 60, 80, 200]) {
    test(`never reaches the end of ${columns} columns`, () => {
      const { screen, report, pass } = scene(columns);
      report(waiting("listing"));
      report(planned(1200));
      for (let i = 0; i < 20; i++) {
        pass(1);
        for (let k = 0; k < 50; k++) report(granule);
      }
      pass(5);
      const shown = screen.written
        .replaceAll(redraw, "\n")
        .split("\n")
        .filter((line) => /^[⠀-⣿]/.test(line));
      assert.ok(shown.length > 0);
      for (const line of shown) assert.ok(line.length < Math.max(2, columns), line);
      if (columns >= 40) assert.match(screen.last, /1000 of 1200 granules/);
    });
  }

  test("what stays is a line above it: failures, commits", () => {
    const { screen, report } = scene();
    for (const event of [planned(2), granule, failed, committed]) report(event);
    assert.deepEqual(screen.lines.slice(0, -1), [
      "pending: 2 granules, 2.0 MB, 1 batch",
      "failed: 2014-04-01T12:00:00Z size: too short",
      "        attempt 1, next try 2014-04-01T13:00:00Z",
      "committed: 4 timesteps, valid through 2014-04-01T12:00:00Z",
    ]);
    assert.match(screen.last, / 2 of 2 granules /);
  });

  test("what failed is red where the terminal has colours, and nothing else is", () => {
    const { screen, report } = scene();
    screen.colorDepth = 8;
    for (const event of [planned(2), granule, failed, committed]) report(event);
    const coloured = screen.lines.filter((line) => line.includes("\u001b["));
    assert.deepEqual(coloured, [
      "\u001b[31mfailed: 2014-04-01T12:00:00Z size: too short\u001b[39m",
      "\u001b[31m        attempt 1, next try 2014-04-01T13:00:00Z\u001b[39m",
    ]);
  });

  test("begins anew with each look of --watch", () => {
    const { screen, report } = scene();
    for (const event of [planned(2), granule, granule, committed, waiting("nextLook", noon)]) report(event);
    for (const event of [waiting("listing"), planned(3), granule]) report(event);
    assert.match(screen.last, / 1 of 3 granules {2}1\.0 MB/);
  });

  test("counts granules without a bar where nobody said how many there are", () => {
    const { screen, report, pass } = scene();
    report(granule);
    pass(2);
    report(granule);
    assert.match(screen.last, /^. {2}2 granules {2}2\.0 MB {2}1\.0\/s, 1\.0 MB\/s$/);
  });

  test("does not count what was left to others as still to be done", () => {
    const { screen, report } = scene();
    for (const event of [planned(5), granule, waiting("others", noon), planned(4)]) report(event);
    assert.match(screen.last, / 1 of 5 granules /);
  });
});

describe("into a file", () => {
  test("are lines without a bar, a colour or a beat", () => {
    const { screen, report, pass, tasks } = scene(80, false);
    report(waiting("listing"));
    for (const event of [planned(2), granule, failed, committed]) report(event);
    pass(5);
    assert.equal(tasks.size, 0);
    assert.match(screen.written, /^(?:[ -~]+\n)+$/);
    assert.equal(screen.lines.length, 4 + 1);
  });

  test("what is waited for is told once, until something else happens", () => {
    const { screen, report } = scene(80, false);
    for (let look = 0; look < 3; look++) {
      report(planned(0, { leased: 1 }));
      report(waiting("others", noon + 1000 * look));
    }
    report(committed);
    report(waiting("nextLook", noon));
    report(waiting("nextLook", noon + 1000));
    assert.deepEqual(screen.lines, [
      "left to others: 1 chunk that they work on",
      "waits for others, whose lease ends at 2014-04-01T12:00:00Z",
      "committed: 4 timesteps, valid through 2014-04-01T12:00:00Z",
      "looks again at 2014-04-01T12:00:00Z",
      "",
    ]);
  });
});

test("for machines every event is one JSON object a line, with instants in ISO 8601 and names in snake_case", () => {
  const screen = new Screen(80);
  const { report } = createEventStream(screen as unknown as NodeJS.WriteStream, { now: () => noon });
  for (const event of [planned(2, { leased: 1, leasedUntil: noon }), failed, waiting("listing")])
    report(event);
  const at = "2014-04-01T12:00:00.000Z";
  assert.deepEqual(
    screen.lines.slice(0, -1).map((line) => JSON.parse(line)),
    [
      {
        directories: 0,
        absent_directories: 0,
        empty_directories: 0,
        files: 0,
        asked: 0,
        matched: 0,
        is_expected: false,
        event: "planned",
        dataset,
        batches: 1,
        granules: 2,
        timesteps: 2,
        bytes: 2_000_000,
        unsized: 0,
        leased: 1,
        leased_until: "2014-04-01T12:00:00Z",
        settled: 0,
        continues: false,
        is_left: false,
        at,
      },
      {
        event: "granule_failed",
        dataset,
        timestep: "2014-04-01T12:00:00Z",
        timesteps: 1,
        status: "corrupt",
        path: "a",
        fault: "size",
        reason: "too short",
        attempts: 1,
        next_try_at: "2014-04-01T13:00:00Z",
        at,
      },
      { event: "waiting", dataset, waits_for: "listing", until: null, at },
    ],
  );
});
