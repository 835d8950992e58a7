/** What somebody probably meant, and what is most like it. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { closest, nearest } from "../../shared/nearest.ts";

describe("what was probably meant", () => {
  const names = ["air-temperature", "trmm-3b42rt", "trmm-3b43"];
  for (const [typed, meant] of [
    ["air", "air-temperature"],
    ["air-temprature", "air-temperature"],
    ["AIR-TEMPERATURE", "air-temperature"],
    ["trmm-3b42r", "trmm-3b42rt"],
    ["trmm_3b43", "trmm-3b43"],
    // Two begin so.
    ["trmm", undefined],
    ["nonsense", undefined],
    ["", undefined],
    ["x".repeat(100_000), undefined],
  ] as const) {
    test(`by ${typed.slice(0, 20) || "nothing"} is ${meant ?? "not known"}`, () => {
      assert.equal(nearest(typed, names), meant);
    });
  }
});

describe("the name that is most like another", () => {
  test("is the one that differs in the fewest letters, however many those are", () => {
    assert.equal(
      closest("rain.2020010106.bin", ["README", "rain_20200101_06.bin", "wind.bin"]),
      "rain_20200101_06.bin",
    );
    assert.equal(closest("a", ["xyz"]), "xyz");
    assert.equal(closest("ab", ["ax", "ay"]), "ax");
  });

  test("is none where there are no names", () => {
    assert.equal(closest("a", []), undefined);
  });

  test("is found in no time among names of any length", () => {
    const long = "x".repeat(100_000);
    assert.equal(closest(long, [long, "y"]), long);
  });
});
