import assert from "node:assert/strict";
import { test } from "node:test";
import { isStep, sanitizeChunk } from "../../../shared/ledger/recordSchema.ts";
import {
  emptyChunk,
  type IngestedGranule,
  type StepRecord,
  withSteps,
} from "../../../shared/ledger/records.ts";
import { tinyDataset } from "../../support/tinyDataset.ts";

const present: StepRecord = {
  status: "present",
  granule: {
    path: "a.bin",
    sizeBytes: 1,
    version: "",
    modifiedAt: null,
    crc32c: "00000000",
    ingestedAt: 1,
    revision: 0,
  },
  failed: null,
};

function missingUntil(nextTryAt: number): StepRecord {
  const failed = {
    granule: null,
    fault: "notThere",
    reason: "it is not listed",
    attempts: 1,
    nextTryAt,
  } as const;
  return { status: "missing", granule: null, failed };
}

test("the size of what came is known; that of a file which only is listed may not be", () => {
  const unsized = { path: "a.bin", sizeBytes: null, version: "", modifiedAt: null };
  const failed = { granule: unsized, fault: "header", reason: "-", attempts: 1, nextTryAt: 5 };
  assert.ok(isStep(present));
  assert.ok(isStep({ status: "corrupt", granule: null, failed }));
  assert.ok(!isStep({ ...present, granule: { ...present.granule, sizeBytes: null } }));
  assert.ok(
    !isStep({
      status: "corrupt",
      granule: null,
      failed: { ...failed, granule: { ...unsized, sizeBytes: -1 } },
    }),
  );
});

test("steps are laid over those that stand, and the others stay", () => {
  const before = withSteps(
    emptyChunk(3),
    new Map([
      [0, present],
      [1, missingUntil(50)],
    ]),
    false,
  );
  const after = withSteps(
    before,
    new Map([
      [1, present],
      [39, missingUntil(70)],
    ]),
    false,
  );
  assert.deepEqual(after.steps, { "0": present, "1": present, "39": missingUntil(70) });
  assert.deepEqual(before.steps, { "0": present, "1": missingUntil(50) });
  assert.equal(after.chunk, 3);
});

test("the chunk's next try is the earliest of its steps', of the kept and of the changed", () => {
  const one = withSteps(emptyChunk(0), new Map([[5, missingUntil(50)]]), false);
  assert.equal(one.nextTryAt, 50);
  assert.equal(withSteps(one, new Map([[6, missingUntil(70)]]), false).nextTryAt, 50);
  assert.equal(withSteps(one, new Map([[6, missingUntil(30)]]), false).nextTryAt, 30);
  assert.equal(withSteps(one, new Map([[5, missingUntil(90)]]), false).nextTryAt, 90);
});

test("a present step whose newer granule is broken counts for the next try", () => {
  const revised: StepRecord = { ...present, failed: missingUntil(40).failed };
  assert.equal(withSteps(emptyChunk(0), new Map([[0, revised]]), false).nextTryAt, 40);
});

test("a chunk with nothing to try again has no next try", () => {
  const due = withSteps(emptyChunk(0), new Map([[5, missingUntil(50)]]), false);
  assert.equal(withSteps(due, new Map([[5, present]]), false).nextTryAt, null);
  assert.equal(withSteps(emptyChunk(0), new Map(), false).nextTryAt, null);
});

test("what readers have not been told stays unpublished until somebody clears it", () => {
  const untold = withSteps(emptyChunk(0), new Map([[0, present]]), true);
  assert.equal(untold.uncommitted, true);
  assert.equal(withSteps(untold, new Map([[1, missingUntil(9)]]), false).uncommitted, true);
  assert.equal(withSteps(emptyChunk(0), new Map([[0, present]]), false).uncommitted, false);
});

test("lease and generations are kept", () => {
  const lease = { holder: "one", expiresAt: 5 };
  const before = { ...emptyChunk(0), lease, generations: { "a/0": "7" } };
  const after = withSteps(before, new Map([[0, present]]), true);
  assert.deepEqual([after.lease, after.generations], [lease, { "a/0": "7" }]);
});

test("a record counts no fewer ingestions than its granules were brought by: else what comes next would count for older", () => {
  const dataset = tinyDataset();
  const brought = { ...present, granule: { ...(present.granule as IngestedGranule), ingestion: 5 } };
  const record = withSteps(emptyChunk(3), new Map([[0, brought]]), false);
  for (const ingestions of [undefined, 4, -1, "5"]) {
    const found = sanitizeChunk(dataset, 3, ingestions === undefined ? record : { ...record, ingestions });
    assert.deepEqual([found.faults, found.record.ingestions], [["ingestions"], 5]);
  }
  for (const ingestions of [5, 6])
    assert.deepEqual(sanitizeChunk(dataset, 3, { ...record, ingestions }).faults, []);
  assert.deepEqual(
    sanitizeChunk(dataset, 3, withSteps(emptyChunk(3), new Map([[0, present]]), false)).faults,
    [],
  );
});
