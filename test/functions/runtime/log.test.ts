/** What the functions print: for Cloud Logging or for people, one line each, and never a password. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { createLog, type LogFields, logEvents, type Severity } from "../../../functions/runtime/log/log.ts";
import type { PipelineEvent } from "../../../shared/pipeline/events.ts";
import { nothingAsked } from "../../../shared/pipeline/matching.ts";

const noon = Date.UTC(2020, 0, 1, 12);

function recorded(form: "json" | "text", common: LogFields = {}) {
  const lines: string[] = [];
  const clock = { now: noon };
  const log = createLog({ form, write: (line) => void lines.push(line), now: () => clock.now }, common);
  return { log, lines, clock };
}

/** The entry that is written in JSON. */
function entryOf(severity: Severity, message: string, fields?: LogFields): Record<string, unknown> {
  const { log, lines } = recorded("json");
  log(severity, message, fields);
  return parsed(lines);
}

function parsed(lines: readonly string[]): Record<string, unknown> {
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? "", /^[^\n]+\n$/);
  return JSON.parse(lines[0] ?? "") as Record<string, unknown>;
}

function entryOfEvent(event: PipelineEvent): Record<string, unknown> {
  const { log, lines } = recorded("json");
  logEvents(log)(event);
  return parsed(lines);
}

describe("a line for Cloud Logging", () => {
  test("is JSON with severity, message, fields and the seconds since the beginning", () => {
    const { log, lines, clock } = recorded("json", { function: "plan" });
    const about = log.with({ dataset: "tiny", chunk: 3 });
    clock.now += 1250;
    about("WARNING", "slow", { granules: 7 });
    assert.deepEqual(parsed(lines), {
      severity: "WARNING",
      message: "slow",
      function: "plan",
      dataset: "tiny",
      chunk: 3,
      granules: 7,
      seconds: 1.25,
    });
  });

  test("of a log without more fields is not changed by one with more", () => {
    const { log, lines } = recorded("json", { function: "plan" });
    log.with({ dataset: "tiny" });
    log("INFO", "done");
    assert.deepEqual(parsed(lines), { severity: "INFO", message: "done", function: "plan", seconds: 0 });
  });

  test("holds whatever text there is, in one line", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" }), (message, field) => {
        fc.pre(!/:\/\//.test(message + field));
        const entry = entryOf("INFO", message, { field });
        assert.deepEqual([entry.message, entry.field], [message, field]);
      }),
    );
  });
});

describe("a line for people", () => {
  test("has the time of day, the severity, what it is about, and the message", () => {
    const { log, lines, clock } = recorded("text", { function: "extend" });
    log("ERROR", "broken");
    clock.now += 61_000;
    log.with({ dataset: "tiny", chunk: 3 })("INFO", "chunk 3: 4 timesteps ingested", { taken: 4 });
    assert.deepEqual(lines, [
      "12:00:00 ERROR   extend: broken\n",
      "12:01:01 INFO    extend tiny: chunk 3: 4 timesteps ingested\n",
    ]);
  });

  test("without a word about its place has the message alone", () => {
    const { log, lines } = recorded("text");
    log("DEBUG", "hello");
    assert.deepEqual(lines, ["12:00:00 DEBUG   hello\n"]);
  });

  test("stays one line where the message has several", () => {
    const { log, lines } = recorded("text");
    log("ERROR", "one\ntwo\r\nthree");
    assert.match(lines.join(""), /^12:00:00 ERROR {3}one[^\r\n]+two[^\r\n]+three\n$/);
  });
});

describe("a password in a URL is hidden", () => {
  const urls: readonly [name: string, url: string][] = [
    ["alone", "ftp://reader:hunter2@ftp.example.org/pub"],
    ["in capitals", "FTP://Reader:hunter2@ftp.example.org"],
    ["without a user", "ftp://:hunter2@ftp.example.org/"],
    ["with a slash in it", "ftp://reader:a/hunter2@ftp.example.org/"],
    ["with a colon and an @ in it", "ftp://reader:a:hunter2@b@ftp.example.org/"],
    ["of a user that is an address", "ftp://reader@example.org:hunter2@ftp.example.org/"],
    ["with a quotation mark in it", 'ftp://reader:a"hunter2@ftp.example.org/'],
    ["of a proxy", "http://reader:hunter2@127.0.0.1:8080/"],
  ];
  for (const form of ["json", "text"] as const) {
    for (const [name, url] of urls) {
      test(`${name}, in ${form}: in the message, in every field, in what is common to all lines`, () => {
        const { log, lines } = recorded(form, { source: url, dataset: url });
        log.with({ deep: { list: [url] } })("ERROR", `cannot open ${url}, sorry`, {
          faults: [url],
          path: url,
        });
        const text = lines.join("");
        assert.doesNotMatch(text, /hunter2/);
        assert.match(text, /\*\*\*@/);
        if (form === "json")
          assert.match(String((JSON.parse(text) as LogFields).message), /^cannot open .*sorry$/s);
      });
    }
  }

  test("and what is none stays as it is", () => {
    for (const text of [
      "see https://example.org/a?b=c#d",
      "http://127.0.0.1:8080/path",
      "gs://bucket/prefix",
      "projects/p/topics/t",
      "mail somebody@example.org: please",
      "ftp://reader@example.org:2121/pub",
      "at 12:00:00 a@b",
    ]) {
      assert.equal(entryOf("INFO", text).message, text);
    }
  });
});

describe("an event in the log", () => {
  const dataset = "tiny";
  const time = Date.UTC(2014, 3, 1, 21);
  const text = "2014-04-01T21:00:00Z";

  const events: readonly [event: PipelineEvent, severity: Severity, message: RegExp, fields: LogFields][] = [
    [{ event: "created", dataset, start: time }, "INFO", /begins at 2014-04-01T21:00:00Z/, { start: text }],
    [
      {
        ...nothingAsked,
        event: "planned",
        dataset,
        batches: 2,
        granules: 80,
        timesteps: 80,
        bytes: 1_500_000,
        unsized: 1,
        leased: 1,
        leasedUntil: time,
        settled: 3,
        continues: true,
        isLeft: false,
      },
      "INFO",
      /80 granules, 1\.5 MB without 1 of unknown size, 2 batches; resolved without a granule: 3 timesteps; .* 1 chunk /,
      {
        batches: 2,
        granules: 80,
        timesteps: 80,
        bytes: 1_500_000,
        unsized: 1,
        leased: 1,
        leasedUntil: text,
        settled: 3,
        continues: true,
        isLeft: false,
      },
    ],
    [
      { event: "unmatched", dataset, reason: "2 directories (none exists), no file; looked for a/b.gz" },
      "WARNING",
      /^nothing matches: 2 directories \(none exists\), no file; looked for a\/b\.gz$/,
      { reason: "2 directories (none exists), no file; looked for a/b.gz" },
    ],
    [
      {
        event: "emptyWindow",
        dataset,
        reason: "no timestep lies between a and b; the next is expected at c",
      },
      "INFO",
      /^no timestep lies between a and b; the next is expected at c$/,
      { reason: "no timestep lies between a and b; the next is expected at c" },
    ],
    [
      { event: "continued", dataset, from: time, to: time + 3_600_000 },
      "INFO",
      /2014-04-01T21:00:00Z to 2014-04-01T22:00:00Z/,
      { from: text, to: "2014-04-01T22:00:00Z" },
    ],
    [
      { event: "skipped", dataset, chunk: 4, reason: "malformed listing" },
      "WARNING",
      /chunk 4: malformed listing/,
      { chunk: 4, reason: "malformed listing" },
    ],
    [
      { event: "granule", dataset, times: [time], path: "a/b.gz", bytes: 5 },
      "DEBUG",
      /2014-04-01T21:00:00Z a\/b\.gz/,
      { timestep: text, timesteps: 1, path: "a/b.gz", bytes: 5 },
    ],
    [
      {
        event: "granuleFailed",
        dataset,
        times: [time, time + 3_600_000],
        status: "corrupt",
        path: "a/b.gz",
        fault: "size",
        reason: "too short",
        attempts: 2,
        nextTryAt: time,
      },
      "WARNING",
      /2014-04-01T21:00:00Z to 2014-04-01T22:00:00Z size: too short; attempt 2, next try 2014-04-01T21:00:00Z/,
      {
        timestep: text,
        timesteps: 2,
        path: "a/b.gz",
        fault: "size",
        reason: "too short",
        attempts: 2,
        nextTryAt: text,
      },
    ],
    [
      { event: "batch", dataset, chunk: 4, outcome: "extended", taken: 3, failed: 1, left: 0 },
      "INFO",
      /chunk 4: 3 timesteps ingested, 1 failed/,
      { chunk: 4, outcome: "extended", taken: 3, failed: 1 },
    ],
    [
      { event: "batch", dataset, chunk: 4, outcome: "leased", taken: 0, failed: 0, left: 0 },
      "INFO",
      /chunk 4: somebody else works on it/,
      { chunk: 4, outcome: "leased", taken: 0 },
    ],
    [
      { event: "committed", dataset, length: 9, commitSeq: 3, validThrough: time, gaps: 1 },
      "INFO",
      /9 timesteps, valid through 2014-04-01T21:00:00Z, 1 gap/,
      { length: 9, commitSeq: 3, validThrough: text, gaps: 1 },
    ],
  ];
  for (const [event, severity, message, fields] of events) {
    const outcome = event.event === "batch" ? ` (${event.outcome})` : "";
    test(`${event.event}${outcome} has its numbers beside a sentence, and instants in words`, () => {
      const entry = entryOfEvent(event);
      assert.deepEqual([entry.severity, entry.event, entry.dataset], [severity, event.event, dataset]);
      assert.match(String(entry.message), message);
      for (const [name, value] of Object.entries(fields)) assert.deepEqual(entry[name], value, name);
      // Cloud Logging takes these for the entry's own time.
      for (const name of ["time", "timestamp", "timestampSeconds"]) assert.ok(!(name in entry), name);
    });
  }

  test("of a plan that found nothing says so", () => {
    const entry = entryOfEvent({
      ...nothingAsked,
      event: "planned",
      dataset,
      batches: 0,
      granules: 0,
      timesteps: 0,
      bytes: 0,
      unsized: 0,
      leased: 0,
      leasedUntil: undefined,
      settled: 0,
      continues: false,
      isLeft: false,
    });
    assert.equal(entry.message, "nothing is pending");
    assert.ok(!("leasedUntil" in entry));
  });
});
