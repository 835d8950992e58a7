/** What part of the earth is shown, and which cell is under a point of the picture. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Plane } from "../../../../../functions/page/dataset/field.ts";
import { gridAxisOf, longitudeAxisOf } from "../../../../../functions/page/dataset/gridAxis.ts";
import {
  boxesOf,
  cellAt,
  cellBeside,
  middleOf,
  viewportOf,
} from "../../../../../functions/page/map/picture/viewport.ts";

const evenly = (first: number, step: number, count: number) =>
  Array.from({ length: count }, (_, place) => first + place * step);

function earth(latitudes: number[], longitudes: number[]): Plane {
  return {
    rows: gridAxisOf(latitudes),
    columns: longitudeAxisOf(longitudes),
    isEarth: true,
    names: { row: "lat", column: "lon" },
  };
}

/** 3B42RT's: from 60° N to 60° S, from 0 to 360° E. */
const trmm = earth(evenly(59.875, -0.25, 480), evenly(0.125, 0.25, 1440));
/** From 75° N to 15° N, from 200° E to 330° E. */
const america = earth(evenly(75, -2.5, 25), evenly(200, 2.5, 53));

describe("viewportOf", () => {
  test("shows a grid that goes round from 180° W to 180° E, as high as its latitudes", () => {
    const { west, east, south, north, width, height } = viewportOf(trmm, 1440);
    assert.deepEqual([west, east, south, north, width, height], [-180, 180, -60, 60, 1440, 480]);
  });

  test("goes near to a region, with a little around it", () => {
    const { west, east, south, north } = viewportOf(america, 1000);
    assert.ok(west < 198.75 && west > 185 && east > 331.25 && east < 345);
    assert.ok(south < 13.75 && south > 5 && north > 76.25 && north <= 90);
  });

  test("is no higher than a screen, and never wider than it may be", () => {
    const pole = earth(evenly(-60, 1, 120), evenly(0, 1, 20));
    const { width, height } = viewportOf(pole, 1440);
    assert.ok(height <= 560 && width < 200);
    assert.ok(viewportOf(america, 320).width <= 320);
  });
});

describe("the grid in the picture", () => {
  test("that begins at Greenwich is drawn on both sides of it", () => {
    const view = viewportOf(trmm, 1440);
    assert.deepEqual(
      boxesOf(trmm, view).map(({ x, width }) => [x, width]),
      [
        [-720, 1440],
        [720, 1440],
      ],
    );
  });

  test("has its cells where they belong", () => {
    const view = viewportOf(trmm, 1440);
    // 4 pixels a degree: London is at (720, 34), Quito at (406, 241).
    assert.deepEqual(cellAt(trmm, view, { x: 720.5, y: 34.2 }), { row: 34, column: 0 });
    assert.deepEqual(cellAt(trmm, view, { x: 406.2, y: 241.2 }), { row: 241, column: 1126 });
    const { x, y } = middleOf(trmm, view, { row: 241, column: 1126 });
    assert.ok(Math.hypot(x - 406.5, y - 241.5) < 1e-6, `${x}, ${y}`);
  });

  test("a point beside a region is in no cell", () => {
    const view = viewportOf(america, 1000);
    assert.equal(cellAt(america, view, { x: 2, y: 100 }), undefined);
    const middle = middleOf(america, view, { row: 3, column: 50 });
    assert.deepEqual(cellAt(america, view, middle), { row: 3, column: 50 });
  });
});

describe("cellBeside", () => {
  test("goes east, south and round the earth as it is seen, and not beyond the edge", () => {
    assert.deepEqual(cellBeside(trmm, { row: 0, column: 1439 }, 1, 0), { row: 0, column: 0 });
    assert.deepEqual(cellBeside(trmm, { row: 0, column: 3 }, -10, -1), { row: 0, column: 1433 });
    assert.deepEqual(cellBeside(trmm, { row: 5, column: 0 }, 0, 10), { row: 15, column: 0 });
    assert.deepEqual(cellBeside(america, { row: 24, column: 52 }, 1, 1), { row: 24, column: 52 });
  });

  test("goes down to lesser latitudes where the rows run north", () => {
    const northward = earth(evenly(-10, 1, 21), evenly(-180, 1, 360));
    assert.deepEqual(cellBeside(northward, { row: 10, column: 0 }, 0, 1), { row: 9, column: 0 });
  });
});
