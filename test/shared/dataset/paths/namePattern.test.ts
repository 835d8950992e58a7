/** Which names are those of a timestep, and which of several is preferred: worked out by hand from what providers call their files. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { granulePath, isOfTemplate, pathsOf } from "../../../../shared/dataset/paths/granulePath.ts";
import type { NamePattern } from "../../../../shared/dataset/paths/namePattern.ts";

const [second, minute, hour, day] = [1000, 60_000, 3_600_000, 86_400_000];
const at = (text: string) => Date.parse(text);

function patternsOf(template: string, first: string, spanMs: number): readonly NamePattern[] {
  return pathsOf(template, { first: at(first), spanMs }).map((path) => {
    assert.ok(typeof path !== "string", `${template} makes a pattern`);
    return path;
  });
}

function chosen(template: string, first: string, spanMs: number, names: readonly string[]) {
  const [pattern] = patternsOf(template, first, spanMs);
  assert.ok(pattern);
  return pattern.choose(names.filter((name) => name.startsWith(pattern.prefix)).sort());
}

test("a template that nothing is read back from makes one path", () => {
  const hrrr = "hrrr.{YYYYMMDD}/conus/hrrr.t{HH}z.wrfsfcf00.grib2";
  const granule = { first: at("2026-11-30T07:00Z"), spanMs: hour };
  assert.deepEqual(pathsOf(hrrr, granule), ["hrrr.20261130/conus/hrrr.t07z.wrfsfcf00.grib2"]);
  assert.deepEqual(pathsOf("{end:HH}", granule), ["08"]);
});

describe("MRMS: the seconds are those of the radar", () => {
  const template = "CONUS/{YYYYMMDD}/MRMS_PrecipRate_00.00_{start:YYYYMMDD-HHmmss}.grib2.gz";
  const named = (text: string) => `MRMS_PrecipRate_00.00_${text}.grib2.gz`;
  const names = ["20261130-041600", "20261130-041800", "20261130-042039", "20261130-042200"].map(named);

  test("a name is that of the timestep to which it is nearest", () => {
    for (const [first, best] of [
      ["2026-11-30T04:16Z", names[0]],
      ["2026-11-30T04:18Z", names[1]],
      ["2026-11-30T04:20Z", names[2]],
      ["2026-11-30T04:22Z", names[3]],
    ] as const)
      assert.deepEqual(chosen(template, first, 2 * minute, names), { best });
    assert.deepEqual(chosen(template, "2026-11-30T04:24Z", 2 * minute, names), {});
  });

  test("half a step before is the timestep's, half a step after the next one's", () => {
    const border = [named("20261130-041900")];
    assert.deepEqual(chosen(template, "2026-11-30T04:18Z", 2 * minute, border), {});
    assert.deepEqual(chosen(template, "2026-11-30T04:20Z", 2 * minute, border), { best: border[0] });
    const before = [named("20261130-042059")];
    assert.deepEqual(chosen(template, "2026-11-30T04:20Z", 2 * minute, before), { best: before[0] });
    assert.deepEqual(chosen(template, "2026-11-30T04:22Z", 2 * minute, before), {});
  });

  test("of several the nearest start is preferred, and of two as near the last name", () => {
    const both = [named("20261130-041958"), named("20261130-042039")];
    assert.deepEqual(chosen(template, "2026-11-30T04:20Z", 2 * minute, both), { best: both[0] });
    const even = [named("20261130-041958"), named("20261130-042002")];
    assert.deepEqual(chosen(template, "2026-11-30T04:20Z", 2 * minute, even), { best: even[1] });
  });

  test("around midnight the directory of the day before is looked into too, the timestep's own first", () => {
    const directories = (first: string) =>
      patternsOf(template, first, 2 * minute).map(({ directory }) => directory);
    assert.deepEqual(directories("2026-11-30T12:00Z"), ["CONUS/20261130"]);
    assert.deepEqual(directories("2026-12-01T00:00Z"), ["CONUS/20261201", "CONUS/20261130"]);
    assert.deepEqual(directories("2026-11-30T23:59Z"), ["CONUS/20261130"]);
    const [, before] = patternsOf(template, "2026-12-01T00:00Z", 2 * minute);
    const name = named("20261130-235950");
    assert.deepEqual(before?.choose([name]), { best: name });
    assert.deepEqual(chosen(template, "2026-12-01T00:00Z", 2 * minute, [name]), { best: name });
    assert.deepEqual(chosen(template, "2026-11-30T23:58Z", 2 * minute, [name]), {});
  });

  test("every name begins with as much as is certain", () => {
    for (const [first, prefix, text] of [
      ["2026-11-30T04:20Z", "20261130-04", "20261130-04*"],
      ["2026-11-30T05:00Z", "20261130-", "20261130-*"],
      ["2026-12-01T00:00Z", "2026", "2026*-*"],
      ["2027-01-01T00:00Z", "", "*-*"],
    ] as const) {
      const [pattern] = patternsOf(template, first, 2 * minute);
      assert.equal(pattern?.prefix, `MRMS_PrecipRate_00.00_${prefix}`);
      const written = first.slice(0, 10).replaceAll("-", "");
      assert.equal(pattern?.text, `CONUS/${written}/MRMS_PrecipRate_00.00_${text}.grib2.gz`);
    }
  });

  test("a date that is none is told", () => {
    for (const text of ["20261130-046000", "20261130-04ab00", "20261130-0420xx"]) {
      const all = [named("20261130-042039"), named(text)].sort();
      const best = named("20261130-042039");
      assert.deepEqual(chosen(template, "2026-11-30T04:20Z", 2 * minute, all), {
        best,
        unreadable: named(text),
      });
    }
    for (const text of ["20261301-000000", "20261131-000000", "20270229-000000", "20261130-240000"]) {
      const first = text.startsWith("2027") ? "2027-01-01T00:00Z" : "2026-12-01T00:00Z";
      const [pattern] = patternsOf(template, first, 400 * day);
      assert.deepEqual(pattern?.choose([named(text)]), { unreadable: named(text) }, text);
    }
    for (const name of [named("20261130-0420"), named("20261130-042039").replace("grib2", "grib3"), "x"])
      assert.deepEqual(patternsOf(template, "2026-11-30T04:20Z", 2 * minute)[0]?.choose([name]), {});
  });
});

test("GOES: the newest of a timestep's files is taken, whatever their ends", () => {
  const template =
    "ABI-L2-LSTC/{YYYY}/{DDD}/{HH}/OR_ABI-L2-LSTC-M6_G19_s{start:YYYYDDDHHmm}*_e*_c{created:YYYYDDDHHmmss}*.nc";
  const first = at("2026-11-30T12:00Z");
  const [own, ...others] = pathsOf(template, { first, spanMs: hour }) as NamePattern[];
  assert.equal(own?.directory, "ABI-L2-LSTC/2026/334/12");
  assert.deepEqual(
    others.map(({ directory }) => directory),
    ["ABI-L2-LSTC/2026/334/11"],
  );
  assert.equal(own?.prefix, "OR_ABI-L2-LSTC-M6_G19_s2026334");
  const names = [
    "OR_ABI-L2-LSTC-M6_G19_s20263341101170_e20263341103543_c20263341104412.nc",
    "OR_ABI-L2-LSTC-M6_G19_s20263341201170_e20263341203543_c20263341204409.nc",
    "OR_ABI-L2-LSTC-M6_G19_s20263341201170_e20263341203543_c20263360204409.nc",
    "OR_ABI-L2-LSTC-M6_G19_s20263341201170_e20263341203999_c20263351204409.nc",
  ];
  assert.deepEqual(own?.choose(names), { best: names[2] });
  assert.deepEqual(own?.choose([names[0] as string]), {});
  const strange = "OR_ABI-L2-LSTC-M6_G19_s20263341201170_e20263341203543_c20263670204409.nc";
  assert.deepEqual(own?.choose([strange]), { unreadable: strange });
});

test("IMERG: the letter of the version may be any", () => {
  const template = "{YYYYMM}/3B-HHR-E.MS.MRG.3IMERG.{YYYYMMDD}-S{HHmmss}-E{last:HHmmss}.{minute}.V07*.RT-H5";
  const [pattern] = patternsOf(template, "2026-02-28T23:30Z", 30 * minute);
  const name = (letter: string) => `3B-HHR-E.MS.MRG.3IMERG.20260228-S233000-E235959.1410.V07${letter}.RT-H5`;
  assert.equal(pattern?.text, `202602/${name("*")}`);
  assert.equal(pattern?.prefix, name("*").slice(0, -".RT-H5*".length));
  assert.deepEqual(pattern?.choose([name("B"), name("C")]), { best: name("C") });
  assert.deepEqual(pattern?.choose([name("B").replace("E235959", "E235958")]), {});
  assert.ok(isOfTemplate(template, `202602/${name("B")}`));
  assert.ok(!isOfTemplate(template, `202602/${name("B")}.xml`));
});

test("OISST: preliminary files are another candidate, and no version of the final ones", () => {
  const [final, preliminary] = ["", "_preliminary"].map(
    (end) => `{YYYYMM}/oisst-avhrr-v{version}r01.{YYYYMMDD}${end}.nc`,
  );
  const names = [
    "oisst-avhrr-v02r01.20261115.nc",
    "oisst-avhrr-v02r01.20261115_preliminary.nc",
    "oisst-avhrr-v03r01.20261115.nc",
  ];
  assert.deepEqual(chosen(final ?? "", "2026-11-15", day, names), { best: names[2] });
  assert.deepEqual(chosen(preliminary ?? "", "2026-11-15", day, names), { best: names[1] });
  assert.deepEqual(chosen(final ?? "", "2026-11-16", day, names), {});
});

test("SMAP: the highest number is taken, however many digits it has", () => {
  const template = "{YYYY}.{MM}.{DD}/SMAP_L3_SM_P_{YYYYMMDD}_R*_{version}.h5";
  const name = (end: string) => `SMAP_L3_SM_P_20261130_R${end}.h5`;
  const names = ["19240_001", "19240_002", "19240_010", "18290_009", "19240_x"].map(name);
  assert.deepEqual(chosen(template, "2026-11-30", day, names), {
    best: name("19240_010"),
    unreadable: name("19240_x"),
  });
  const long = ["1_99999999999999999998", "1_99999999999999999999", "1_0000000000000000000000001"].map(name);
  assert.deepEqual(chosen(template, "2026-11-30", day, long), { best: name("1_99999999999999999999") });
  const alike = ["2_001", "10_001"].map(name);
  assert.deepEqual(chosen(template, "2026-11-30", day, alike), { best: name("2_001") });
  const directories = patternsOf(template, "2026-11-30", day).map(({ directory }) => directory);
  assert.deepEqual(directories, ["2026.11.30"]);
});

test("the highest version is taken, then the newest, then the nearest, then the last", () => {
  const template = "{start:YYYYMMDDHHmm}_c{created:YYYYMMDD}_v{version}_*";
  const granule = { first: at("2026-11-30T12:00Z"), spanMs: hour };
  const ordered = [
    "202611301229_c20270101_v1_z",
    "202611301230_c20270101_v2_z",
    "202611301131_c20260101_v2_z",
    "202611301210_c20270101_v2_z",
    "202611301159_c20270101_v2_a",
    "202611301159_c20270101_v2_\uffff",
    "202611301159_c20270101_v2_\u{10000}",
    "202611301130_c20261231_v10_a",
  ];
  const [pattern] = pathsOf(template, granule) as NamePattern[];
  const own = ordered.filter((name) => !name.startsWith("202611301230"));
  for (let count = 1; count <= own.length; count++)
    assert.deepEqual(pattern?.choose(own.slice(0, count).sort()), { best: own[count - 1] });
});

test("a name is read in one way, whatever the timestep", () => {
  for (const [template, name, first] of [
    // A star is as short as can be: the first eight digits are the date.
    ["*_{YYYYMMDD}*.nc", "x_20261130_20261201.nc", "2026-11-30"],
    // What ends the name is the last there is.
    ["*_{YYYYMMDD}.nc", "x_20261130_20261201.nc", "2026-12-01"],
    ["*{DD}*{YYYY}*{MM}", "a30b2026cc0011", "2026-11-30"],
    ["{YYYYMMDD}*", "2026113012", "2026-11-30"],
    ["*{YYYYMMDD}", "1220261130", "2026-11-30"],
    ["{version}_{YYYYMMDD}", "17_20261130", "2026-11-30"],
    ["*{version}.{YYYYMMDD}*", "a1b22.20261130.20261201", "2026-11-30"],
  ] as const) {
    const fitting = ["2026-11-29", "2026-11-30", "2026-12-01", "2026-12-02"].filter(
      (day0) => patternsOf(template, day0, day)[0]?.choose([name]).best === name,
    );
    assert.deepEqual(fitting, [first], `${template} ${name}`);
  }
});

test("a name of which nothing is known is any", () => {
  for (const name of ["", "x", "2026-11-30"])
    assert.deepEqual(chosen("{YYYYMMDD}/*", "2026-11-30", day, [name]), { best: name });
});

test("two digits of a year are those of the century that is nearest to the timestep", () => {
  for (const year of [1970, 1999, 2000, 2050, 2069, 2099, 2100]) {
    const first = `${year}-01-01T00:00Z`;
    const name = `a${String(year % 100).padStart(2, "0")}001.nc`;
    assert.deepEqual(chosen("a{start:YYDDD}.nc", first, day, [name]), { best: name }, first);
  }
  const before = "a991231.nc";
  assert.deepEqual(chosen("a{start:YYMMDD}.nc", "2000-01-01T00:00Z", 2 * day, [before]), { best: before });
});

test("days of the year, leap days and ends of months are read for what they are", () => {
  for (const [template, t, name] of [
    ["{start:YYYYDDD}*", "2024-12-31", "2024366x"],
    ["{start:YYYYDDD}*", "2023-12-31", "2023365x"],
    ["{start:YYYY-MM-DD}*", "2024-02-29", "2024-02-29x"],
    ["{start:YYYYMMDDTHHmmss}*", "2000-02-29T23:59:59Z", "20000229T235959x"],
    ["{start:YYYYMMDD.minute}*", "2026-11-30T23:59:00Z", "20261130.1439x"],
    ["{start:YYYYDDDMMDD}*", "2024-03-01", "20240610301x"],
  ] as const) {
    for (const [shift, isOwn] of [
      [0, true],
      [-second / 2, true],
      [second / 2, true],
      [second, false],
      [-second, false],
    ] as const) {
      const first = new Date(at(t) + shift).toISOString();
      const [pattern] = patternsOf(template, first, 1.5 * second);
      assert.equal(pattern?.choose([name]).best, isOwn ? name : undefined, `${name} for ${first}`);
    }
  }
  for (const name of ["2023366x", "2024000x", "2024367x"])
    assert.deepEqual(chosen("{start:YYYYDDD}*", "2024-01-01", 400 * day, [name]), { unreadable: name });
});

test("parts of the timestep may be those of the start itself", () => {
  const template = "{YYYYMMDD}/x_{HH}_{start:YYYYMMDDHHmm}.nc";
  for (const name of ["x_12_202611301158.nc", "x_11_202611301158.nc"])
    assert.deepEqual(chosen(template, "2026-11-30T12:00Z", 10 * minute, [name]), { best: name });
  assert.deepEqual(chosen(template, "2026-11-30T12:00Z", 10 * minute, ["x_10_202611301158.nc"]), {});
});

test("a path of a template is one of its own", () => {
  for (const template of [
    "{YYYY}/a_{YYYYMMDD}.nc",
    "{end:YYYY}/a{last:HHmmss}_{minute}.b",
    "a+(1)[x]".slice(0, 5),
  ])
    assert.ok(isOfTemplate(template, granulePath(template, at("2026-11-30T12:34:56Z"), hour)));
});
