import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { patternOf } from "../../../../shared/authoring/newDataset/pathPattern.ts";

/** As real providers lay out their files. */
const cases: readonly (readonly [path: string, base: string, template: string, time: string])[] = [
  [
    "/pub/merged/3B42RT/2014/04/3B42RT.2014040103.7.bin.gz",
    "/pub/merged/3B42RT",
    "{YYYY}/{MM}/3B42RT.{YYYYMMDDHH}.7.bin.gz",
    "2014-04-01T03:00Z",
  ],
  ["/tmp/test8_2013010106.dat", "/tmp", "test8_{YYYYMMDDHH}.dat", "2013-01-01T06:00Z"],
  ["/a/cmorph_20140401.gz", "/a", "cmorph_{YYYYMMDD}.gz", "2014-04-01T00:00Z"],
  ["/m/2014/091/A2014091.0630.h", "/m", "{YYYY}/{DDD}/A{YYYYDDD}.{HHmm}.h", "2014-04-01T06:30Z"],
  ["/d/2014/04/01/rain_06.bin", "/d", "{YYYY}/{MM}/{DD}/rain_{HH}.bin", "2014-04-01T06:00Z"],
  ["/d/2014/rain_0401.bin", "/d", "{YYYY}/rain_{MMDD}.bin", "2014-04-01T00:00Z"],
  ["/d/201404/20140401/x.bin", "/d", "{YYYYMM}/{YYYYMMDD}/x.bin", "2014-04-01T00:00Z"],
  ["/g/nrt.20140401.0600.dat.gz", "/g", "nrt.{YYYYMMDD}.{HHmm}.dat.gz", "2014-04-01T06:00Z"],
  ["/g/a_2014-04-01T06:30.bin", "/g", "a_{YYYY}-{MM}-{DD}T{HH}:{mm}.bin", "2014-04-01T06:30Z"],
  ["/g/a-20140401-S013000.bin", "/g", "a-{YYYYMMDD}-S{HHmm}00.bin", "2014-04-01T01:30Z"],
  ["/t/3B42.050401.7.bin", "/t", "3B42.{YYMMDD}.7.bin", "2005-04-01T00:00Z"],
  ["/t/rain_99123106.dat", "/t", "rain_{YYMMDDHH}.dat", "1999-12-31T06:00Z"],
  ["/t/g0504011830", "/t", "g{YYMMDDHHmm}", "2005-04-01T18:30Z"],
  ["/t/r-05-04-01.dat", "/t", "r-{YY}-{MM}-{DD}.dat", "2005-04-01T00:00Z"],
  ["/t/ndvi.05091.gz", "/t", "ndvi.{YYDDD}.gz", "2005-04-01T00:00Z"],
  ["/t/2005/3B42.050401.06.bin", "/t", "{YYYY}/3B42.{YYMMDD}.{HH}.bin", "2005-04-01T06:00Z"],
  ["/t/2012/r.12045.bin", "/t", "{YYYY}/r.{YYDDD}.bin", "2012-02-14T00:00Z"],
  ["/t/foo_14-04-01_06.bin", "/t", "foo_{YY}-{MM}-{DD}_{HH}.bin", "2014-04-01T06:00Z"],
  ["/t/foo_14.04.01T06:30", "/t", "foo_{YY}.{MM}.{DD}T{HH}:{mm}", "2014-04-01T06:30Z"],
  ["99/04/foo.990401.bin", "", "{YY}/{MM}/foo.{YYMMDD}.bin", "1999-04-01T00:00Z"],
  ["/t/9904/foo.990401.bin", "/t", "{YYMM}/foo.{YYMMDD}.bin", "1999-04-01T00:00Z"],
  ["/t/14/04/01/foo.2014040106.bin", "/t", "{YY}/{MM}/{DD}/foo.{YYYYMMDDHH}.bin", "2014-04-01T06:00Z"],
  ["/t/04/foo.20140401.bin", "/t", "{MM}/foo.{YYYYMMDD}.bin", "2014-04-01T00:00Z"],
  ["/t/140401/foo.14040106.bin", "/t", "{YYMMDD}/foo.{YYMMDDHH}.bin", "2014-04-01T06:00Z"],
  ["/t/14/091/foo.14091.bin", "/t", "{YY}/{DDD}/foo.{YYDDD}.bin", "2014-04-01T00:00Z"],
  // What the name does not say, or says otherwise, no directory says again.
  ["/t/01/foo.2014.bin", "/t/01", "foo.{YYYY}.bin", "2014-01-01T00:00Z"],
  ["/t/01/MMADD_2014.bin", "/t/01", "MMADD_{YYYY}.bin", "2014-01-01T00:00Z"],
  ["/t/05/foo.990401.bin", "/t/05", "foo.{YYMMDD}.bin", "1999-04-01T00:00Z"],
  // What contradicts the directories is no year of two digits.
  ["/t/1999/stn.12045.bin", "/t", "{YYYY}/stn.12045.bin", "1999-01-01T00:00Z"],
  ["/t/2014/04/01/stn.12045.06.bin", "/t", "{YYYY}/{MM}/{DD}/stn.12045.{HH}.bin", "2014-04-01T06:00Z"],
  ["/2026/test8_2013010106.dat", "/2026", "test8_{YYYYMMDDHH}.dat", "2013-01-01T06:00Z"],
];

describe("a date is found in the path of a granule", () => {
  for (const [path, base, template, time] of cases) {
    test(path, () => assert.deepEqual(patternOf(path), { base, template, time: Date.parse(time) }));
  }

  test("and is none where numbers are of another kind", () => {
    for (const path of [
      "/a/b/rain.bin",
      "/v2/3B42.bin",
      "/a/20149999.bin",
      "/a/stn.12000.bin",
      "/a/stn.12367.bin",
      "/a/stn.47412.bin",
      "/a/stn.500101.bin",
      "/a/991332.bin",
      "",
      "/",
    ])
      assert.equal(patternOf(path), undefined, path);
  });
});
