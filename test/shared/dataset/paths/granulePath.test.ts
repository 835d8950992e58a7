import assert from "node:assert/strict";
import { test } from "node:test";
import { granulePath } from "../../../../shared/dataset/paths/granulePath.ts";
import { pathFaults } from "../../../../shared/dataset/paths/pathFaults.ts";

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
    ["{HHmmss}.{minute}", Date.UTC(2020, 1, 29, 23, 59, 7), "235907.1439"],
    ["{minute}", Date.UTC(2020, 1, 29, 0, 30), "0030"],
    ["{YYYYDDD}", Date.UTC(2100, 11, 31), "2100365"],
    ["{YYYYDDD}", Date.UTC(1970, 0, 1), "1970001"],
  ] as const) {
    assert.equal(granulePath(template, t), expected, template);
  }
});

test("the end of a granule's span, and a second before it, are those of its timesteps together", () => {
  const imerg = "{YYYYMM}/3B-HHR-E.MS.MRG.3IMERG.{YYYYMMDD}-S{HHmmss}-E{last:HHmmss}.{minute}.V07C.RT-H5";
  const halfHour = 1_800_000;
  for (const [t, name] of [
    [Date.UTC(2026, 10, 30), "202611/3B-HHR-E.MS.MRG.3IMERG.20261130-S000000-E002959.0000.V07C.RT-H5"],
    [Date.UTC(2026, 10, 30, 0, 30), "202611/3B-HHR-E.MS.MRG.3IMERG.20261130-S003000-E005959.0030.V07C.RT-H5"],
    [Date.UTC(2024, 1, 29, 23, 30), "202402/3B-HHR-E.MS.MRG.3IMERG.20240229-S233000-E235959.1410.V07C.RT-H5"],
  ] as const)
    assert.equal(granulePath(imerg, t, halfHour), name);
  const [lastOfYear, day] = [Date.UTC(2023, 11, 31), 86_400_000];
  assert.equal(granulePath("{end:YYYY}/{end:YYYY-DDD_HH}", lastOfYear, day), "2024/2024-001_00");
  assert.equal(granulePath("{last:YYYYMMDDTHH:mm.ss}", lastOfYear, day), "20231231T23:59.59");
  assert.equal(granulePath("{end:MMDD}", Date.UTC(2024, 1, 28), day), "0229");
  assert.equal(granulePath("{end:MMDD}", Date.UTC(2100, 1, 28), day), "0301");
});

test("what only a name tells is * in a path", () => {
  const goes = "{YYYY}/s{start:YYYYDDDHHmm}*_c{created:YYYYDDDHHmmss}*_{version}.nc";
  assert.equal(granulePath(goes, Date.UTC(2026, 11, 1, 6)), "2026/s20263350600*_c*_*.nc");
});

test("a path without a fault can be used", () => {
  for (const path of [
    "{YYYY}/{DDD}/a.{YYYYMMDDHHmm}.gz",
    "plain.bin",
    "a..b/{YY}",
    ".hidden/{mm}",
    "rain_*_{minute}.{end:HH-mm-ss}.{last:YYYYDDDTHH:mm}.bin",
    "*{version}*",
    "{end:YYYY}/a_{start:YYYY.MM.DD}_{created:YYDDDHHmmss}*_{version}_*",
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
    ["{YYYY}/*/x.bin", /in a directory: \*/],
    ["{start:YYYYMMDD}/x.bin", /in a directory/],
    ["v{version}/x.bin", /in a directory/],
    ["a**.bin", /\* beside \*/],
    ["a_{version}_{version}", /\{version\} twice/],
    ["a_{version}0", /\{version\} beside a digit/],
    ["a0{version}", /\{version\} beside a digit/],
    ["a_{YYYY}{version}", /\{version\} beside a digit/],
    ["a_{YYYY}*{version}", /\{version\} beside a digit/],
    ["a_{version}*{YYYY}", /\{version\} beside a digit/],
    ["a_{version}{version}", /twice.*beside/],
    ["{start:YYYYMM}", /no whole date/],
    ["{created:MMDD}", /\{created:MMDD\}, which says no whole date/],
    ["{start:YYYYMMDDmm}", /minutes or seconds without/],
    ["{start:YYYYMMDDHHss}", /minutes or seconds without/],
    ["{start:YYYYDDD}{start:YYYYDDD}", /\{start:\} twice/],
    ["{start:}", /start: is not followed by parts of the date/],
    ["{end:YYYY MM}", /end: is not followed/],
    ["{end:YYYY--MM}", /end: is not followed/],
    ["{end:-YYYY}", /end: is not followed/],
    ["{begin:YYYY}", /\{begin:YYYY\}, which is not made of/],
    ["{strat:YYYYMMDD}", /is \{start:YYYYMMDDHHmm\} meant\?/],
    ["{create:YYYYMMDD}", /is \{created:YYYYMMDDHHmm\} meant\?/],
    ["{Version}", /is \{version\} meant\?/],
    ["{minutes}", /is \{minute\} meant\?/],
    ["{*}", /\{\*\}/],
  ] as const) {
    assert.match(pathFaults(path).join("; "), said, JSON.stringify(path));
  }
});

test("what looks like a pattern or a part of the date and is none is a fault that says what is allowed", () => {
  for (const [path, found] of [
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
