import assert from "node:assert/strict";
import { test } from "node:test";
import { missingValueIn } from "../../../../shared/authoring/newDataset/missingValue.ts";

const found = (...values: number[]) => missingValueIn((i) => values[i] as number, values.length);

test("a value that comes often and lies far from all others stands for missing", () => {
  assert.equal(found(271, 280, -9.99e33, 300, -9.99e33), -9.99e33);
  assert.equal(found(0, 3, 1e20, 5, 1e20, 2), 1e20);
  assert.equal(found(0, 900, -999, 5, -999, 2), -999, "a usual one may be nearer");
});

test("ordinary values do not, nor one that comes once", () => {
  assert.equal(found(271, 280, 290, 300, 300), undefined);
  assert.equal(found(0, 0, 0, 0, 5, 7, 70), undefined);
  assert.equal(found(0, 1, 2, -9999), undefined);
  assert.equal(found(), undefined);
  assert.equal(found(7, 7, 7), undefined);
});
