/** What a file of unknown form is taken for, by its length and values alone. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, test } from "node:test";
import { gridsFitting, guessesOf } from "../../../../shared/authoring/inspect/guesses.ts";
import { airGranule, airName } from "../../../support/airGranules.ts";
import { samplePath, samplesSkip } from "../../../support/samples.ts";
import { weatherAt } from "../../../support/weather.ts";

const { precipitation, source } = weatherAt(Date.UTC(2014, 3, 1, 3), 1);
const [rows, columns] = [480, 1440];

/** The values written one by one, as a provider might. */
function bytesOf(
  itemBytes: number,
  write: (view: DataView, at: number, value: number) => void,
  values: Iterable<number>,
) {
  const all = [...values];
  const view = new DataView(new ArrayBuffer(itemBytes * all.length));
  all.forEach((value, i) => {
    write(view, i * itemBytes, value);
  });
  return new Uint8Array(view.buffer);
}

describe("a field of rain on a quarter of a degree is recognized", { concurrency: 2 }, () => {
  const hundredths = Array.from(precipitation);
  const millimetres = hundredths.map((value) => value / 100);
  const cases = [
    ["int16", "big", bytesOf(2, (view, at, value) => view.setInt16(at, value), hundredths)],
    ["int16", "little", bytesOf(2, (view, at, value) => view.setInt16(at, value, true), hundredths)],
    ["int32", "big", bytesOf(4, (view, at, value) => view.setInt32(at, value), hundredths)],
    ["float32", "big", bytesOf(4, (view, at, value) => view.setFloat32(at, value), millimetres)],
    ["float32", "little", bytesOf(4, (view, at, value) => view.setFloat32(at, value, true), millimetres)],
    ["float64", "little", bytesOf(8, (view, at, value) => view.setFloat64(at, value, true), millimetres)],
  ] as const;
  for (const [type, byteOrder, bytes] of cases) {
    test(`${type}, ${byteOrder} endian`, () => {
      const { likeness, ...guess } = guessesOf(bytes, 0)[0] ?? {};
      assert.deepEqual(guess, {
        type,
        byteOrder,
        headerBytes: 0,
        fields: 1,
        rows,
        columns,
        text: "0.25°, 60°N-60°S",
      });
      assert.ok((likeness ?? 0) > 0.5);
    });
  }
});

test("a field of codes is of one byte a value", () => {
  const [guess] = guessesOf(new Uint8Array(source.buffer), 0);
  assert.deepEqual([guess?.type, guess?.rows, guess?.columns], ["uint8", rows, columns]);
});

describe("a grid of a size that no other has is recognized by what stands below each other", () => {
  function assertRecognized(bytes: Uint8Array): void {
    const [guess] = guessesOf(bytes, 0);
    assert.deepEqual(
      [guess?.type, guess?.byteOrder, guess?.headerBytes, guess?.fields, guess?.rows, guess?.columns],
      ["float32", "big", 0, 1, 25, 53],
    );
  }

  test("one that a formula made", () => assertRecognized(airGranule("12")));

  test("a real one", { skip: samplesSkip() }, async () => {
    assertRecognized(new Uint8Array(await readFile(samplePath("air-temperature", airName("12")))));
  });
});

test("noise looks like nothing", () => {
  let state = 1;
  const noise = Uint8Array.from({ length: 4 * 25 * 53 }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
  assert.deepEqual(guessesOf(noise, 0), []);
});

test("the tiniest files are guessed at without failing", () => {
  for (let length = 0; length < 40; length++) assert.ok(Array.isArray(guessesOf(new Uint8Array(length), 0)));
});

test("common grids fit a length with whole cells, after no more than a readable header", () => {
  const length = 2880 + rows * columns * 7;
  const fitting = gridsFitting(length, 2881);
  assert.deepEqual(fitting[0], {
    headerBytes: 2880,
    rows,
    columns,
    text: "0.25°, 60°N-60°S",
    bytesPerCell: 7,
  });
  assert.deepEqual(gridsFitting(length, 0), []);
});
