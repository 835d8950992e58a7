/** Which cell a coordinate lies in, however a grid's latitudes and longitudes run. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { gridAxisOf, longitudeAxisOf } from "../../../../functions/page/dataset/gridAxis.ts";

describe("gridAxisOf", () => {
  test("reaches half a cell beyond the outer centres, rising or falling", () => {
    for (const centres of [
      [-1, 0, 1],
      [1, 0, -1],
    ]) {
      const axis = gridAxisOf(centres);
      assert.deepEqual([axis.from, axis.to], [-1.5, 1.5]);
      assert.equal(axis.at(axis.cellOf(0.9) as number), 1);
      assert.equal(axis.at(axis.cellOf(-1.4) as number), -1);
      assert.equal(axis.at(axis.cellOf(0.4) as number), 0);
      assert.equal(axis.cellOf(1.6), undefined);
      assert.equal(axis.cellOf(-1.6), undefined);
    }
  });

  test("knows uneven cells: the border is halfway between the centres", () => {
    const axis = gridAxisOf([0, 1, 10]);
    assert.equal(axis.cellOf(5.4), 1);
    assert.equal(axis.cellOf(5.6), 2);
    // Of three equal parts from -0.5 to 14.5, the middles are 2, 7 and 12.
    assert.deepEqual([...axis.resampled], [1, 2, 2]);
  });

  test("resampling runs from the smaller end, whichever way the cells run", () => {
    assert.deepEqual([...gridAxisOf([1, 2, 3]).resampled], [0, 1, 2]);
    assert.deepEqual([...gridAxisOf([3, 2, 1]).resampled], [2, 1, 0]);
  });

  test("may be of one cell", () => {
    assert.equal(gridAxisOf([7]).cellOf(7.2), 0);
  });
});

describe("longitudeAxisOf", () => {
  test("finds a longitude by any of its numbers", () => {
    const axis = longitudeAxisOf([0, 90, 180, 270]);
    for (const west90 of [-90, 270, 630]) assert.equal(axis.cellOf(west90), 3);
    assert.equal(axis.cellOf(-30), 0);
    assert.equal(axis.cellOf(-50), 3);
  });

  test("goes on where the numbers jump", () => {
    const axis = longitudeAxisOf([350, 355, 0, 5]);
    assert.deepEqual([axis.from, axis.to], [347.5, 367.5]);
    assert.equal(axis.cellOf(1), 2);
    assert.equal(axis.cellOf(-4), 1);
    assert.equal(axis.cellOf(20), undefined);
  });
});
