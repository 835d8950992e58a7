/** Steps and gaps of instants, and sizes that are unlike the others: counted by hand. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sizesOf } from "../../../../shared/authoring/names/sizes.ts";
import { missingOf, nominalOf, stepOf } from "../../../../shared/authoring/names/steps.ts";

const at = (...texts: string[]) => texts.map((text) => Date.parse(text));

test("the step is that of most, months are months, and what only nearly repeats is not regular", () => {
  const hours = at("2026-01-01T00:00Z", "2026-01-01T03:00Z", "2026-01-01T12:00Z", "2026-01-01T15:00Z");
  const step = stepOf(hours);
  assert.deepEqual(step, { stepMs: 3 * 3_600_000, isRegular: true });
  assert.deepEqual(missingOf(hours, step), { count: 2, first: at("2026-01-01T06:00Z", "2026-01-01T09:00Z") });
  const months = at("2025-11-01T00:00Z", "2025-12-01T00:00Z", "2026-02-01T00:00Z");
  assert.deepEqual(stepOf(months), { months: 1, isRegular: true });
  assert.deepEqual(missingOf(months, stepOf(months)), { count: 1, first: at("2026-01-01T00:00Z") });
  const scans = at("2026-01-01T04:16Z", "2026-01-01T04:18Z", "2026-01-01T04:20:39Z", "2026-01-01T04:22Z");
  assert.deepEqual(stepOf(scans), { stepMs: 120_000, isRegular: false });
  assert.deepEqual(nominalOf(scans[2] as number, stepOf(scans)), Date.parse("2026-01-01T04:20Z"));
  assert.equal(stepOf(at("2026-01-01T00:00Z")), undefined);
});

test("a size is unlike the others where it is far from the median", () => {
  const sizes = sizesOf([1000, 1010, 990, 1005, 20]);
  assert.deepEqual([sizes?.least, sizes?.median, sizes?.greatest], [20, 1000, 1010]);
  assert.deepEqual(
    [20, 990, 3000].map((bytes) => sizes?.isOutlier(bytes)),
    [true, false, true],
  );
  assert.equal(sizesOf([]), undefined);
});
