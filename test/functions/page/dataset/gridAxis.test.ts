/** Which cell a coordinate lies in, however a grid's latitudes and longitudes run. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { longitudeSideOf, sideOf } from "../../../../functions/page/dataset/gridAxis.ts";

describe("sideOf", () => {
  test("reaches half a cell beyond the outer centres, rising or falling", () => {
    for (const centres of [
      [-1, 0, 1],
      [1, 0, -1],
    ]) {
      const side = sideOf(centres);
      assert.deepEqual([side.from, side.to], [-1.5, 1.5]);
      assert.equal(side.at(side.cellOf(0.9) as number), 1);
      assert.equal(side.at(side.cellOf(-1.4) as number), -1);
      assert.equal(side.at(side.cellOf(0.4) as number), 0);
      assert.equal(side.cellOf(1.6), undefined);
      assert.equal(side.cellOf(-1.6), undefined);
    }
  });

  test("knows uneven cells: the border is halfway between the centres", () => {
    const side = sideOf([0, 1, 10]);
    assert.equal(side.cellOf(5.4), 1);
    assert.equal(side.cellOf(5.6), 2);
    // Of three equal stretches from -0.5 to 14.5, the middles are 2, 7 and 12.
    assert.deepEqual([...side.stretches], [1, 2, 2]);
  });

  test("stretches run from the lesser end, whichever way the cells do", () => {
    assert.deepEqual([...sideOf([1, 2, 3]).stretches], [0, 1, 2]);
    assert.deepEqual([...sideOf([3, 2, 1]).stretches], [2, 1, 0]);
  });

  test("may be of one cell", () => {
    assert.equal(sideOf([7]).cellOf(7.2), 0);
  });
});

describe("longitudeSideOf", () => {
  test("finds a longitude by any of its numbers", () => {
    const side = longitudeSideOf([0, 90, 180, 270]);
    for (const west90 of [-90, 270, 630]) assert.equal(side.cellOf(west90), 3);
    assert.equal(side.cellOf(-30), 0);
    assert.equal(side.cellOf(-50), 3);
  });

  test("goes on where the numbers jump", () => {
    const side = longitudeSideOf([350, 355, 0, 5]);
    assert.deepEqual([side.from, side.to], [347.5, 367.5]);
    assert.equal(side.cellOf(1), 2);
    assert.equal(side.cellOf(-4), 1);
    assert.equal(side.cellOf(20), undefined);
  });
});
