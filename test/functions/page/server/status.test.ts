/** What the page accepts as a status, and what it says of anything else. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readStatus } from "../../../../functions/page/server/status.ts";

const status = {
  schema: 2,
  dataset: "rain",
  title: "Rain",
  start: "2014-04-01T00:00:00Z",
  end: null,
  step: "PT3H",
  chunk_length: 248,
  expected_latency: "PT9H",
  patience: "P2D",
  length: 0,
  valid_through: null,
  commit_seq: 1,
  committed_at: null,
  gap_count: 0,
  failing: [],
  revised: [],
  latency: { from: null, published_seconds: [], visible_seconds: [] },
  commits: [],
  provider: { looked_at: null, failing: null, unmatched: null },
};

describe("a status", () => {
  test("is taken whole, with members that the page does not know", () => {
    const newer = { ...status, end: "2014-05-01T00:00:00Z", committed_at: "2014-04-02T00:00:00Z", more: 1 };
    assert.equal(readStatus(status), status);
    assert.equal(readStatus(newer), newer);
  });

  test("of an older version is written anew, and of a newer one the page has to be", () => {
    const old = "status.json has schema 1, and this page reads schema 2: the next commit writes it anew.";
    const newer =
      "status.json has schema 3, and this page reads schema 2: a newer Accrete than this page's wrote it: load the page again.";
    assert.equal(readStatus({ ...status, schema: 1 }), old);
    assert.equal(readStatus({ ...status, schema: 3 }), newer);
    assert.match(String(readStatus({ ...status, schema: "new" })), /no number.*the next commit writes/);
  });

  test("of before there was a schema is read by its version", () => {
    const { schema, ...before } = status;
    assert.deepEqual(readStatus({ ...before, version: 2 }), { ...before, version: 2 });
    assert.match(String(readStatus({ ...before, version: 1 })), /has schema 1/);
    assert.match(String(readStatus(before)), /has schema 1/);
  });

  const { published_seconds, visible_seconds } = status.latency;
  const wrong: Readonly<Record<string, readonly unknown[]>> = {
    dataset: [1],
    title: [null],
    start: ["today", null],
    end: ["never", 1],
    step: ["3 h", null],
    chunk_length: ["248", 0],
    expected_latency: ["9 h"],
    patience: [2],
    length: ["0", -1],
    valid_through: [1],
    commit_seq: ["1"],
    committed_at: ["now", 1],
    failing: ["none", null, [null]],
    revised: [{}, [1]],
    latency: [null, [], { from: null }, { from: null, published_seconds }, { from: 1, visible_seconds }],
    commits: [{}, ["one"]],
    provider: [null, "up", {}, { looked_at: null, failing: "yes" }, { looked_at: 1, failing: null }],
  };
  for (const [member, values] of Object.entries(wrong)) {
    test(`without a fitting ${member} lacks what the page needs`, () => {
      for (const value of [undefined, ...values])
        assert.equal(
          readStatus({ ...status, [member]: value }),
          "status.json lacks what this page needs: accrete doctor says more.",
          JSON.stringify(value),
        );
    });
  }

  test("that is no object is none", () => {
    for (const body of [null, "text", 2]) assert.equal(readStatus(body), "status.json holds no object.");
  });
});

describe("a status that was not asked for", () => {
  test("of another version or form is refused with a sentence", () => {
    assert.match(String(readStatus({ version: 1 })), /has schema 1, and this page reads schema 2/);
    assert.match(String(readStatus(null)), /no object/);
    assert.match(String(readStatus({ version: 2, start: "x" })), /lacks what this page needs/);
  });
});
