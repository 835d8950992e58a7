import assert from "node:assert/strict";
import { test } from "node:test";
import { granulePath, pathFaults } from "../../../shared/dataset/granulePath.ts";

test("a path's placeholders become the parts of its timestep, in UTC", () => {
  const aprilEvening = Date.UTC(2014, 3, 1, 21);
  for (const [template, t, expected] of [
    [
      "3B42RT/{YYYY}/{MM}/3B42RT.{YYYYMMDDHH}.7.bin.gz",
      aprilEvening,
      "3B42RT/2014/04/3B42RT.2014040121.7.bin.gz",
    ],
    ["test8_{YYYYMMDDHH}.dat", Date.UTC(2013, 0, 1), "test8_2013010100.dat"],
    ["{YY}{MM}{DD}_{HH}{mm}", Date.UTC(2005, 10, 9, 8, 7), "051109_0807"],
    ["{YYYYMMDDHHmm}.nc", Date.UTC(1999, 11, 31, 23, 59), "199912312359.nc"],
    ["{YYYY}/{DDD}/x", Date.UTC(2015, 11, 31), "2015/365/x"],
    ["{YYYY}/{DDD}/x", Date.UTC(2016, 11, 31), "2016/366/x"],
    ["{YYYY}/{DDD}/x", Date.UTC(2016, 2, 1), "2016/061/x"],
    ["{YYYY}/{DDD}/x", Date.UTC(2015, 2, 1), "2015/060/x"],
    ["{YYYYDDD}-{DD}", Date.UTC(2016, 0, 1, 23, 59), "2016001-01"],
    ["YYYY.MM/DD", aprilEvening, "YYYY.MM/DD"],
    ["{HH}-{HH}", aprilEvening, "21-21"],
  ] as const) {
    assert.equal(granulePath(template, t), expected, template);
  }
});

test("a path without a fault can be used", () => {
  for (const path of [
    "{YYYY}/{DDD}/a.{YYYYMMDDHHmm}.gz",
    "plain.bin",
    "a..b/{YY}",
    ".hidden/{mm}",
    "COMMON/summer_mm.MM.HHT/a b~(1)+,@#=&!.{YYYYMM}",
  ]) {
    assert.deepEqual(pathFaults(path), [], path);
  }
});

test("a path's faults say what cannot stand there", () => {
  for (const [path, said] of [
    ["{yyyy}.bin", /\{yyyy\}.*not made of YYYY/],
    ["{YYYY-MM}.bin", /\{YYYY-MM\}/],
    ["{}.bin", /\{\}/],
    ["{YYYY.bin", /unpaired brace/],
    ["YYYY}.bin", /unpaired brace/],
    ["{{YYYY}}.bin", /unpaired brace/],
    ["/{YYYY}.bin", /not relative/],
    ["a//{YYYY}.bin", /empty/],
    ["a/../{YYYY}.bin", /'\.\.'/],
    ["./{YYYY}.bin", /'\.'/],
    ["{YYYY}/", /empty/],
    ["", /empty/],
  ] as const) {
    assert.match(pathFaults(path).join("; "), said, JSON.stringify(path));
  }
});

test("what looks like a pattern or a part of the date and is none is a fault that says what is allowed", () => {
  for (const [path, found] of [
    ["rain_*.bin", "*"],
    ["rain_{YYYY}??.bin", "??"],
    ["{YYYY}/%Y%m%d.bin", "%Y"],
    ["{YYYY}/a%20b.bin", "%20"],
    ["{YYYY}/100%.bin", "%"],
    ["{YYYY}/[0-9].bin", "[0-9]"],
    ["$YYYY/x.bin", "$YYYY"],
    ["YYYY/{MM}/x.bin", "YYYY"],
    ["x_yyyymmdd.bin", "yyyymmdd"],
    ["{YYYY}/MMDD.bin", "MMDD"],
    ["{YYYYMMDD}_HHmm.bin", "HHmm"],
    ["<YYYY>.bin", "<YYYY>"],
    ["{YYYY}\\{MM}.bin", "\\"],
    [`$${"{YYYY}"}.bin`, "$"],
    ["get.php?day={YYYYMMDD}", "?"],
  ] as const) {
    const [fault] = pathFaults(path).filter((one) => one.includes("no pattern here"));
    assert.ok(fault?.startsWith(`has ${found}, which`), `${path}: ${fault}`);
    assert.match(fault ?? "", /parts of the date stand in braces, as in \{YYYYMMDD\}, made of YYYY, YY, MM/);
  }
  for (const path of [" {YYYY}.bin", "{YYYY}.bin "]) assert.match(pathFaults(path).join(), /blank/);
});
