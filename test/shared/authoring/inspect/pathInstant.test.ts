import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { pathInstant } from "../../../../shared/authoring/inspect/pathInstant.ts";
import { granulePath } from "../../../../shared/dataset/paths/granulePath.ts";

const hourMs = 3_600_000;
const at = (text: string) => Date.parse(text);

test("a path says its instant again, wherever it lies", () => {
  const templates = [
    "3B42RT/{YYYY}/{MM}/3B42RT.{YYYYMMDDHH}.7.bin.gz",
    "{YYYY}/{DDD}/a_{YYYYMMDD}T{HHmm}.dat",
    "{YYYY}{DDD}/{HH}+x(1).dat",
  ];
  fc.assert(
    fc.property(
      fc.constantFrom(...templates),
      fc.integer({ min: at("1950-01-01") / hourMs, max: at("2099-12-31") / hourMs }),
      fc.constantFrom("", "/", "/pub/2011/", "deep/er/"),
      (template, hours, before) => {
        assert.equal(pathInstant(template, before + granulePath(template, hours * hourMs)), hours * hourMs);
      },
    ),
  );
});

test("a file that was moved says it by its name alone, if that has a date", () => {
  const template = "3B42RT/{YYYY}/{MM}/3B42RT.{YYYYMMDDHH}.7.bin.gz";
  assert.equal(pathInstant(template, "/tmp/3B42RT.2014040103.7.bin.gz"), at("2014-04-01T03:00Z"));
  assert.equal(pathInstant("{YYYY}/{MM}/rain_{DD}.bin", "/tmp/rain_01.bin"), undefined);
});

test("two digits of a year are those of 1969 to 2068", () => {
  assert.equal(pathInstant("{YY}{MM}{DD}.bin", "140401.bin"), at("2014-04-01"));
  assert.equal(pathInstant("{YY}{MM}{DD}.bin", "680401.bin"), at("2068-04-01"));
  assert.equal(pathInstant("{YY}{MM}{DD}.bin", "690401.bin"), at("1969-04-01"));
  assert.equal(pathInstant("{YY}{MM}{DD}.bin", "991231.bin"), at("1999-12-31"));
});

test("other paths, and dates that are none or contradict each other, say nothing", () => {
  const template = "{YYYY}/rain_{YYYYMMDD}.bin";
  for (const path of [
    "2014/rain_20140401.bin.gz",
    "2014/grain_20140401.bin",
    "2014/rain_20140431.bin",
    "2014/rainX20140401.bin",
    "2014/rain_201404.bin",
  ])
    assert.equal(pathInstant(template, path), undefined, path);
  assert.equal(pathInstant("{YYYY}/{YYYYMM}/rain.bin", "2013/201404/rain.bin"), undefined);
});
