/** Pictures in a terminal: which pixel stands where, what it is a mean of, and how it is written. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { drawn, scaleLine } from "../../../../functions/cli/terminal/pictureBlocks.ts";
import { framed } from "../../../../functions/cli/terminal/pictureFrame.ts";
import { type Pixels, pictureOf } from "../../../../shared/authoring/inspect/picture.ts";
import type { FixedDimension } from "../../../../shared/dataset/descriptor.ts";

const nan = Number.NaN;

const dimension = (name: string, count: number, step: number): FixedDimension => ({
  name,
  first: 0,
  step,
  count,
  attributes: {},
});
const rows = (picture: Pixels) =>
  Array.from({ length: picture.rows }, (_, row) => [
    ...picture.values.subarray(row * picture.columns, (row + 1) * picture.columns),
  ]);
const large = { columnsMax: 80, rowsMax: 40 };

describe("a picture of a grid", () => {
  const grid = [1, 2, 3, 4, 5, 6, 7, nan];
  const value = (index: number) => grid[index] as number;

  test("is no larger than the grid, and its rows from the north stay as they are", () => {
    const picture = pictureOf(value, [dimension("lat", 2, -1), dimension("lon", 4, 1)], large, false);
    assert.deepEqual(rows(picture), [
      [1, 2, 3, 4],
      [5, 6, 7, nan],
    ]);
  });

  test("has rows from the south turned, so that north is up", () => {
    const picture = pictureOf(value, [dimension("lat", 2, 1), dimension("lon", 4, 1)], large, false);
    assert.deepEqual(rows(picture), [
      [5, 6, 7, nan],
      [1, 2, 3, 4],
    ]);
  });

  test("has columns from the east turned, so that east is right", () => {
    const picture = pictureOf(value, [dimension("lat", 2, -1), dimension("lon", 4, -1)], large, false);
    assert.deepEqual(rows(picture), [
      [4, 3, 2, 1],
      [nan, 7, 6, 5],
    ]);
  });

  test("says where its corners lie, and where north is", () => {
    const of = (name: string, first: number, step: number, count: number, attributes = {}) => ({
      name,
      first,
      step,
      count,
      attributes,
    });
    const framedBy = (columns: number, ...dimensions: FixedDimension[]) =>
      framed({ ...pictureOf(() => 1, dimensions, large, false), columns }, ["#"]);
    const latitude = of("lat", -10.25, 0.5, 42, { units: "degrees_north" });
    const longitude = of("lon", 179.95, -0.1, 3600, { standard_name: "longitude" });
    assert.deepEqual(framedBy(40, latitude, longitude), [
      "10.25°N 179.95°W    N   10.25°N 179.95°E",
      "#",
      "10.25°S 179.95°W        10.25°S 179.95°E",
    ]);
    assert.deepEqual(framedBy(3, latitude, longitude)[0], "10.25°N 179.95°W N 10.25°N 179.95°E");
    const [level, distance] = [of("level", 1000, -100, 3), of("x", 0, 2.5, 5)];
    assert.deepEqual(framedBy(30, level, distance), [
      "level 1000 x 0 level 1000 x 10",
      "#",
      "level 800 x 0   level 800 x 10",
    ]);
    assert.deepEqual(framedBy(8, distance), ["#", "x 0 x 10"]);
  });

  test("shrinks to means of what is known", () => {
    const dimensions = [dimension("lat", 2, -1), dimension("lon", 4, 1)];
    const picture = pictureOf(value, dimensions, { columnsMax: 2, rowsMax: 40 }, false);
    assert.deepEqual(rows(picture), [[3.5, 14 / 3]]);
  });

  test("of codes shows codes that are there, never a mean of them", () => {
    const dimensions = [dimension("lat", 2, -1), dimension("lon", 4, 1)];
    const picture = pictureOf(value, dimensions, { columnsMax: 2, rowsMax: 40 }, true);
    assert.deepEqual(rows(picture), [[1, 3]]);
  });

  test("of several levels is that of the first, and of one dimension a line", () => {
    const levels = [dimension("level", 2, 1), dimension("lat", 2, -1), dimension("lon", 2, 1)];
    assert.deepEqual(rows(pictureOf(value, levels, large, false)), [
      [1, 2],
      [3, 4],
    ]);
    assert.deepEqual(rows(pictureOf(value, [dimension("station", 4, 1)], large, false)), [[1, 2, 3, 4]]);
  });
});

describe("a picture in a terminal", () => {
  const picture: Pixels = {
    columns: 5,
    rows: 3,
    values: Float64Array.of(0, 2, 4, 6, 8, 0, 2, 4, 6, 8, nan, nan, 9, -5, 0),
  };
  const range = { low: 0, high: 8 };

  test("without colours is made of shades, with a mark for what is missing", () => {
    assert.deepEqual(drawn(picture, range, 1), [" ░▒▓█", "··█  "]);
    assert.equal(scaleLine(range, ["0", "8 K"], 1), "0 ▕    ░░░░▒▒▒▒▓▓▓▓████▏ 8 K");
  });

  test("with colours has two rows a line, and leaves blank what is missing", () => {
    const lines = drawn(picture, range, 24);
    assert.deepEqual(lines.map(stripVTControlCharacters), ["▀▀▀▀▀", "  ▀▀▀"]);
    // Viridis runs from #440154 to #fde725; a last row alone has nothing behind it.
    assert.ok(lines[0]?.startsWith("\x1b[0m\x1b[38;2;68;1;84m\x1b[48;2;68;1;84m▀"));
    assert.ok(lines[0]?.endsWith("\x1b[38;2;253;231;37m\x1b[48;2;253;231;37m▀\x1b[0m"));
    assert.ok(lines[1]?.startsWith("\x1b[0m  \x1b[0m\x1b[38;2;253;231;37m▀"));
  });

  test("of which only the lower pixel is known is drawn from below", () => {
    const lower: Pixels = { columns: 1, rows: 2, values: Float64Array.of(nan, 8) };
    assert.deepEqual(drawn(lower, range, 24), ["\x1b[0m\x1b[38;2;253;231;37m▄\x1b[0m"]);
  });

  test("of 256 colours takes the nearest of their cube", () => {
    assert.deepEqual(drawn({ columns: 1, rows: 1, values: Float64Array.of(0) }, range, 8), [
      "\x1b[0m\x1b[38;5;54m▀\x1b[0m",
    ]);
  });

  test("of equal values needs no scale", () => {
    assert.equal(scaleLine({ low: 3, high: 3 }, ["3", "3 K"], 24), "all 3 K");
  });
});
