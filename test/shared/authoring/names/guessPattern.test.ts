/** What several names have in common, as the providers make them. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { guessPattern } from "../../../../shared/authoring/names/guessPattern.ts";
import { stepText } from "../../../../shared/authoring/names/steps.ts";
import { isOfTemplate } from "../../../../shared/dataset/paths/granulePath.ts";
import { pathFaults } from "../../../../shared/dataset/paths/pathFaults.ts";

const cases: readonly (readonly [
  name: string,
  paths: readonly string[],
  template: string,
  step: string | undefined,
  first: string,
])[] = [
  [
    "TRMM, by year and month",
    [
      "2014/03/3B42RT.2014033121.7.bin.gz",
      "2014/04/3B42RT.2014040100.7.bin.gz",
      "2014/04/3B42RT.2014040103.7.bin.gz",
    ],
    "{YYYY}/{MM}/3B42RT.{YYYYMMDDHH}.7.bin.gz",
    "PT3H",
    "2014-03-31T21:00:00Z",
  ],
  [
    "IMERG: the end, and the minute of the day",
    [
      "202611/3B-HHR-E.MS.MRG.3IMERG.20261130-S233000-E235959.1410.V07C.RT-H5",
      "202612/3B-HHR-E.MS.MRG.3IMERG.20261201-S000000-E002959.0000.V07C.RT-H5",
      "202612/3B-HHR-E.MS.MRG.3IMERG.20261201-S003000-E005959.0030.V07C.RT-H5",
    ],
    "{YYYYMM}/3B-HHR-E.MS.MRG.3IMERG.{YYYYMMDD}-S{HHmm}00-E{last:HHmmss}.{minute}.V07C.RT-H5",
    "PT30M",
    "2026-11-30T23:30:00Z",
  ],
  [
    "MRMS: the radar's own seconds",
    ["041600", "041800", "042039", "042200", "042400"].map(
      (time) => `CONUS/20261130/MRMS_PrecipRate_00.00_20261130-${time}.grib2.gz`,
    ),
    "CONUS/{YYYYMMDD}/MRMS_PrecipRate_00.00_{start:YYYYMMDD-HHmmss}.grib2.gz",
    "PT2M",
    "2026-11-30T04:16:00Z",
  ],
  [
    "GOES: start, end and creation",
    [
      "ABI-L2-LSTC/2026/334/11/OR_ABI-L2-LSTC-M6_G19_s20263341101170_e20263341103543_c20263341104412.nc",
      "ABI-L2-LSTC/2026/334/12/OR_ABI-L2-LSTC-M6_G19_s20263341201171_e20263341203544_c20263341204409.nc",
      "ABI-L2-LSTC/2026/334/13/OR_ABI-L2-LSTC-M6_G19_s20263341301188_e20263341303561_c20263341304520.nc",
    ],
    "ABI-L2-LSTC/{YYYY}/{DDD}/{HH}/OR_ABI-L2-LSTC-M6_G19_s{start:YYYYDDDHHmmss}*_e*_c{created:YYYYDDDHHmmss}*.nc",
    "PT1H",
    "2026-11-30T11:01:17Z",
  ],
  [
    "OISST, final",
    [
      "202610/oisst-avhrr-v02r01.20261031.nc",
      "202611/oisst-avhrr-v02r01.20261101.nc",
      "202611/oisst-avhrr-v02r01.20261103.nc",
    ],
    "{YYYYMM}/oisst-avhrr-v02r01.{YYYYMMDD}.nc",
    "P1D",
    "2026-10-31T00:00:00Z",
  ],
  [
    "OISST, preliminary",
    [
      "202611/oisst-avhrr-v02r01.20261129_preliminary.nc",
      "202611/oisst-avhrr-v02r01.20261130_preliminary.nc",
    ],
    "{YYYYMM}/oisst-avhrr-v02r01.{YYYYMMDD}_preliminary.nc",
    "P1D",
    "2026-11-29T00:00:00Z",
  ],
  [
    "HRRR: the day is the directory's",
    [
      "hrrr.20261130/conus/hrrr.t22z.wrfsfcf00.grib2",
      "hrrr.20261130/conus/hrrr.t23z.wrfsfcf00.grib2",
      "hrrr.20261201/conus/hrrr.t00z.wrfsfcf00.grib2",
    ],
    "hrrr.{YYYYMMDD}/conus/hrrr.t{HH}z.wrfsfcf00.grib2",
    "PT1H",
    "2026-11-30T22:00:00Z",
  ],
  [
    "HRRR with its leads: several files a timestep",
    ["00", "01"].flatMap((hour) =>
      ["00", "06", "18"].map((lead) => `hrrr.20261130/conus/hrrr.t${hour}z.wrfsfcf${lead}.grib2`),
    ),
    "hrrr.{YYYYMMDD}/conus/hrrr.t{HH}z.wrfsfcf*.grib2",
    "PT1H",
    "2026-11-30T00:00:00Z",
  ],
  [
    "CHIRPS",
    ["2026/chirps-v3.0.sat.2026.10.31.tif", "2026/chirps-v3.0.sat.2026.11.01.tif"],
    "{YYYY}/chirps-v3.0.sat.{YYYY}.{MM}.{DD}.tif",
    "P1D",
    "2026-10-31T00:00:00Z",
  ],
  [
    "DWD: two digits of the year, beside another number",
    [
      "raa01-rw_10000-2611300950-dwd---bin.bz2",
      "raa01-rw_10000-2611301050-dwd---bin.bz2",
      "raa01-rw_10000-2611301150-dwd---bin.bz2",
    ],
    "raa01-rw_10000-{YYMMDDHHmm}-dwd---bin.bz2",
    "PT1H",
    "2026-11-30T09:50:00Z",
  ],
  [
    "ICON: a run with its leads",
    ["000", "003", "117"].map(
      (lead) => `00/t_2m/icon-eu_europe_regular-lat-lon_single-level_2026113000_${lead}_T_2M.grib2.bz2`,
    ),
    "00/t_2m/icon-eu_europe_regular-lat-lon_single-level_{YYYYMMDDHH}_*_T_2M.grib2.bz2",
    undefined,
    "2026-11-30T00:00:00Z",
  ],
  [
    "SMAP: an orbit, and a version",
    [
      "2026.11.29/SMAP_L3_SM_P_20261129_R19240_001.h5",
      "2026.11.30/SMAP_L3_SM_P_20261130_R19240_002.h5",
      "2026.12.01/SMAP_L3_SM_P_20261201_R19241_001.h5",
    ],
    "{YYYY}.{MM}.{DD}/SMAP_L3_SM_P_{YYYYMMDD}_R*_{version}.h5",
    "P1D",
    "2026-11-29T00:00:00Z",
  ],
  [
    "months, and the day that a name ends on",
    ["gpm_20260101-20260131.nc", "gpm_20260201-20260228.nc", "gpm_20260401-20260430.nc"],
    "gpm_{YYYYMMDD}-{created:YYYYMMDD}.nc",
    "P1M",
    "2026-01-01T00:00:00Z",
  ],
  [
    "a year that the directory alone has",
    ["2013/rain_1231.bin", "2014/rain_0101.bin", "2014/rain_0102.bin"],
    "{YYYY}/rain_{MMDD}.bin",
    "P1D",
    "2013-12-31T00:00:00Z",
  ],
];

describe("paths that are alike but for their digits have a template in common", () => {
  for (const [name, paths, template, step, first] of cases) {
    test(name, () => {
      const found = guessPattern(paths);
      assert.equal(found?.template, template);
      assert.deepEqual(pathFaults(template), []);
      assert.ok(paths.every((path) => isOfTemplate(template, path)));
      assert.equal(found.step && stepText(found.step), step);
      assert.equal(found.instants[0], Date.parse(first));
    });
  }

  test("and none where there is no date, no such day, or directories differ in something else", () => {
    for (const paths of [
      ["a1.bin", "a2.bin"],
      ["x_20260230.bin", "x_20260231.bin"],
      ["tile07/x_20260101.bin", "tile09/x_20260102.bin"],
      [],
    ])
      assert.equal(guessPattern(paths), undefined, paths.join());
  });
});
