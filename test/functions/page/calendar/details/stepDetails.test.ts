/** What is known of one timestep, from the summary and its chunk's provenance record. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  type ProvenanceStep,
  stepDetails,
} from "../../../../../functions/page/calendar/details/stepDetails.ts";
import { fixedAxis } from "../../../../../shared/dataset/timeAxis.ts";

const axis = fixedAxis({ start: Date.UTC(2014, 3, 1), stepMs: 3 * 3_600_000 });
/** A replay: the provider is judged as of another year than the commits are of. */
const clock = { asOf: Date.UTC(2004, 3, 2, 12), now: Date.UTC(2014, 3, 2, 12) };
const listed = {
  path: "3B42RT.2014040103.7.bin.gz",
  size_bytes: 291_925,
  modified_at: "2014-04-01T09:10:00Z",
};
const recorded: ProvenanceStep = {
  offset: 1,
  status: "present",
  granule: { ...listed, ingested_at: "2014-04-02T10:00:00Z", revision: 0 },
  failed: null,
};
const plain = { length: 8, failing: [], revised: [] };

describe("the details of a timestep", () => {
  test("name granule, size, and when it was published and ingested", () => {
    assert.deepEqual(stepDetails(plain, { axis, index: 1, kind: "present" }, recorded, clock), [
      ["Status", "present"],
      ["Granule", "3B42RT.2014040103.7.bin.gz"],
      ["Size", "0.3 MB (291,925 bytes)"],
      ["Published", "1 Apr 2014 09:10 UTC"],
      ["Ingested", "2 Apr 2014 10:00 UTC (2 h ago)"],
    ]);
  });

  test("of a granule whose size nobody listed say so", () => {
    const failed = {
      granule: { ...listed, size_bytes: null },
      fault: "header",
      reason: "-",
      attempts: 1,
      next_try_at: "2014-04-02T11:00:00Z",
    };
    const step = { ...recorded, granule: null, failed };
    const lines = new Map(stepDetails(plain, { axis, index: 1, kind: "corrupt" }, step, clock));
    assert.equal(lines.get("Size"), "not listed");
  });

  test("of what fails say why, how often it was tried and when it is again, from the summary where that is newer", () => {
    const failed = {
      granule: listed,
      fault: "gzip",
      reason: "old",
      attempts: 1,
      next_try_at: "2014-04-02T11:00:00Z",
    };
    const failing = [
      {
        time: "2014-04-01T03:00:00Z",
        status: "corrupt" as const,
        fault: "gzip",
        reason: "ends early",
        path: null,
        attempts: 3,
        next_try_at: "2004-04-02T12:30:00Z",
      },
    ];
    const lines = new Map(
      stepDetails(
        { ...plain, failing },
        { axis, index: 1, kind: "corrupt" },
        { ...recorded, granule: null, failed },
        clock,
      ),
    );
    assert.equal(lines.get("Granule"), "3B42RT.2014040103.7.bin.gz");
    assert.equal(lines.get("Error"), "gzip: ends early");
    assert.equal(lines.get("Attempts"), "3");
    assert.equal(lines.get("Next try"), "2 Apr 2004 12:30 UTC (in 30 min)");
  });

  test("of a replaced granule say how often", () => {
    const revised = [
      { time: "2014-04-01T03:00:00Z", path: "new", revision: 2, ingested_at: "2014-04-02T11:59:00Z" },
    ];
    const lines = new Map(
      stepDetails({ ...plain, revised }, { axis, index: 1, kind: "revised" }, undefined, clock),
    );
    assert.deepEqual([lines.get("Granule"), lines.get("Revised")], ["new", "2 times"]);
    assert.equal(lines.get("Ingested"), "2 Apr 2014 11:59 UTC (1 min ago)");
  });

  test("of one that was replaced long ago, or once more since, say so by its provenance", () => {
    const granule = { ...listed, ingested_at: "2014-04-02T10:00:00Z", revision: 3 };
    const told = (revised: Parameters<typeof stepDetails>[0]["revised"]) => {
      const at = { axis, index: 1, kind: "present" } as const;
      const lines = new Map(stepDetails({ ...plain, revised }, at, { ...recorded, granule }, clock));
      return ["Granule", "Ingested", "Revised"].map((name) => lines.get(name));
    };
    const expected = [listed.path, "2 Apr 2014 10:00 UTC (2 h ago)", "3 times"];
    assert.deepEqual(told([]), expected);
    const older = {
      time: "2014-04-01T03:00:00Z",
      path: "old",
      revision: 2,
      ingested_at: "2014-04-01T23:00:00Z",
    };
    assert.deepEqual(told([older]), expected);
  });

  test("of one that was replaced since its provenance was written do not tell the old file's size and date", () => {
    const revised = [
      { time: "2014-04-01T03:00:00Z", path: "new", revision: 1, ingested_at: "2014-04-02T11:59:00Z" },
    ];
    const at = { axis, index: 1, kind: "revised" } as const;
    assert.deepEqual(stepDetails({ ...plain, revised }, at, recorded, clock), [
      ["Status", "revised"],
      ["Granule", "new"],
      ["Ingested", "2 Apr 2014 11:59 UTC (1 min ago)"],
      ["Revised", "once"],
    ]);
  });

  test("tell what readers see as pending from what they do not see at all", () => {
    const status = (index: number) =>
      stepDetails(plain, { axis, index, kind: "pending" }, undefined, clock)[0]?.[1];
    assert.match(status(7) ?? "", /readers see fill/);
    assert.match(status(8) ?? "", /not visible yet/);
  });
});
