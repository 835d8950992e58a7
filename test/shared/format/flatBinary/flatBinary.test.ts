import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import airTemperature from "../../../../shared/dataset/catalogue/air-temperature.ts";
import trmm3b42rt from "../../../../shared/dataset/catalogue/trmm-3b42rt.ts";
import type { Descriptor } from "../../../../shared/dataset/dataset.ts";
import { flatBinary } from "../../../../shared/format/flatBinary/flatBinary.ts";
import { type AirHour, airAt, airGranule, airName } from "../../../support/airGranules.ts";
import { granule3b42rt } from "../../../support/granules.ts";
import { samplePath, samplesSkip } from "../../../support/samples.ts";
import { columns, missing } from "../../../support/weather.ts";
import { dayMs, decoded, firstDay, noValue, opened, refused, small, values, written } from "./small.ts";

const noon = Date.UTC(2014, 3, 1, 12);
const granule = granule3b42rt({ time: noon, seed: 1 });

/** The granule with a word of its header replaced, at the same length. */
function reworded(from: string, to: string): Uint8Array {
  const text = Buffer.from(granule.raw.subarray(0, 2880)).toString("latin1");
  assert.ok(text.includes(from));
  const raw = Uint8Array.from(granule.raw);
  raw.set(Buffer.from(text.replace(from, to).trimEnd().padEnd(2880), "latin1"));
  return raw;
}

function readReworded(from: string, to: string, first = noon): unknown {
  const raw = reworded(from, to);
  return opened(trmm3b42rt, raw, first);
}

test("a 3B42RT granule gives the values of the model that it was made from", () => {
  assert.deepEqual(decoded(trmm3b42rt, granule.raw, noon), granule.expected);
});

test("bytes cannot be swapped unnoticed: there is more than 0 and -1 in a granule", () => {
  const { precipitation } = granule.expected;
  const telling = precipitation.filter((value) => value > 255 && (value & 0xff) !== value >> 8);
  assert.ok(telling.length > 10_000);
});

test("poleward of 50° and only there, a negative value is turned back; missing stays missing", () => {
  const raw = Uint8Array.from(granule.raw);
  const view = new DataView(raw.buffer);
  const store = (row: number, ...stored: number[]) => {
    for (const [i, value] of stored.entries()) view.setInt16(2880 + 2 * (row * columns + i), value);
  };
  for (const row of [0, 39, 40, 439, 440, 479]) store(row, -1, -124, missing, 55, 0, -32_768);
  const { precipitation } = decoded(trmm3b42rt, raw, noon);
  const read = (row: number) => Array.from(precipitation?.subarray(row * columns, row * columns + 6) ?? []);
  for (const row of [0, 39, 440, 479]) assert.deepEqual(read(row), [0, 123, missing, 55, 0, 32_767]);
  for (const row of [40, 439]) assert.deepEqual(read(row), [-1, -124, missing, 55, 0, -32_768]);
});

test("a granule of three fields leaves the fourth missing everywhere", () => {
  const { raw, expected } = granule3b42rt({ time: noon, seed: 2, fields: 3 });
  assert.equal(raw.length, 3_458_880);
  assert.deepEqual(decoded(trmm3b42rt, raw, noon), expected);
});

test("blocks lie where the header's order puts them", () => {
  const { precipitation, source } = granule.fields;
  const raw = reworded(
    "variable_name=precipitation,precipitation_error,source,uncal_precipitation",
    "variable_name=precipitation,source,precipitation_error,uncal_precipitation",
  );
  const text = Buffer.from(raw.subarray(0, 2880)).toString("latin1");
  const types = "signed_integer2,signed_integer1,signed_integer2,signed_integer2";
  const reordered = text
    .replace(/variable_type=\S+/, `variable_type=${types}`)
    .replace(/variable_scale=\S+/, "variable_scale=100,1,100,100")
    .replace(/variable_units=\S+/, "variable_units=mm/hr,source_number,mm/hr,mm/hr");
  raw.set(Buffer.from(reordered, "latin1"));
  raw.set(new Uint8Array(source.buffer), 2880 + precipitation.byteLength);
  raw.set(
    granule.raw.subarray(2880 + precipitation.byteLength, 2880 + 2 * precipitation.byteLength),
    2880 + precipitation.byteLength + source.byteLength,
  );
  assert.deepEqual(decoded(trmm3b42rt, raw, noon), granule.expected);
});

test("float arrays get the scaled values, and NaN where they are missing", () => {
  const asFloats = {
    ...trmm3b42rt,
    arrays: trmm3b42rt.arrays.map((array) => ({
      ...array,
      dtype: "float32" as const,
      fillValue: Number.NaN,
    })),
  };
  const { precipitation, source } = decoded(asFloats, granule.raw, noon);
  const inMillimetres = Float32Array.from(granule.expected.precipitation, (value) =>
    value === missing ? Number.NaN : value / 100,
  );
  assert.deepEqual(precipitation, inMillimetres);
  assert.deepEqual(source, Float32Array.from(granule.expected.source));
});

test("a granule of another time is refused, and both times are named", () => {
  const at = (first: number) => () => opened(trmm3b42rt, granule.raw, first);
  refused("time", /20140401 120000; 20140401 150000 was asked for/, at(noon + 3 * 3_600_000));
  refused("time", /20140401 12000x/, () => readReworded("HHMMSS=120000", "HHMMSS=12000x"));
  refused("time", /window begins at 20140401 120000, not at 20140401 103000/, () =>
    readReworded("begin_HHMMSS=103000", "begin_HHMMSS=120000"),
  );
  refused("time", /window ends at 20140402 133000, not at 20140401 133000/, () =>
    readReworded("end_YYYYMMDD=20140401", "end_YYYYMMDD=20140402"),
  );
});

test("a header that says other things than the descriptor expects is refused", () => {
  const header: [string, string, RegExp][] = [
    ["algorithm_ID=3B42RT", "algorithm_ID=3B41RT", /algorithm_ID=3B41RT, not 3B42RT/],
    ["header_byte_length=2880", "header_byte_length=1440", /header_byte_length=1440, not 2880/],
    ["origin=northwest", "origin=southwest", /origin=southwest/],
    ["byte_order=big_endian", "byte_order=little_endian", /byte_order=little_endian/],
    ["number_of_latitude_bins=480", "number_of_latitude_bins=720", /=720, not 480/],
    ["flag_value=-31999", "", /lacks flag_value/],
    ["grid=0.25x0.25", "grid=0.50x0.50", /grid=0.50x0.50_deg_lat\/lon, not 0.25x0.25_deg/],
    ["first_box_center=59.875N", "first_box_center=59.875S", /first_box_center=59.875S,0.125E, not 59.875N/],
    ["second_box_center=59.875N,0.375E", "second_box_center=59.625N,0.125E", /second_box_center=/],
    ["last_box_center=59.875S,359.875E", "last_box_center=59.875S,179.875E", /last_box_center=/],
    ["nominal_YYYYMMDD=20140401", "", /lacks nominal_YYYYMMDD/],
    ["run_latency=LAST", "run_latency", /not one KEY=VALUE/],
  ];
  for (const [from, to, said] of header) refused("header", said, () => readReworded(from, to));
});

test("a header need not state grid, units and window, as older ones may not", () => {
  for (const word of [
    /grid=\S+/,
    /first_box_center=\S+/,
    /last_box_center=\S+/,
    /variable_units=\S+/,
    /begin_HHMMSS=\S+/,
  ]) {
    const [stated = ""] = word.exec(Buffer.from(granule.raw.subarray(0, 2880)).toString("latin1")) ?? [];
    assert.ok(readReworded(stated, ""));
  }
});

test("a header that names other blocks than the descriptor's is refused", () => {
  const layout: [string, string, RegExp][] = [
    [",source,uncal", ",sources,uncal", /"sources" is unknown/],
    [",source,uncal_precipitation", ",source,__proto__", /"__proto__" is unknown/],
    [",source,uncal_precipitation", ",source,precipitation", /"precipitation" is named twice/],
    ["number_of_variables=4", "number_of_variables=3", /counts 3 blocks, but has 4 names/],
    ["variable_scale=100,100,1,100", "variable_scale=100,100,1", /3 scales/],
    [
      "variable_scale=100,100,1,100",
      "variable_scale=100,10,1,100",
      /"precipitation_error" has scale 10, not 100/,
    ],
    ["=signed_integer2,", "=signed_integer1,", /"precipitation" is of type signed_integer1, not int16/],
    ["=signed_integer2,", "=constructor,", /is of type constructor/],
    [
      "variable_units=mm/hr,mm/hr",
      "variable_units=mm/hr,mm/3h",
      /"precipitation_error" is in mm\/3h, not mm\/hr/,
    ],
    ["variable_units=mm/hr,mm/hr", "variable_units=mm/hr", /4 scales, 3 units/],
  ];
  for (const [from, to, said] of layout) refused("layout", said, () => readReworded(from, to));
  const { raw } = granule3b42rt({ time: noon, seed: 1, fields: 3 });
  const needed = {
    ...trmm3b42rt,
    decoding: {
      ...trmm3b42rt.decoding,
      blocks: trmm3b42rt.decoding.blocks.map((block) => ({ ...block, optional: false })),
    },
  };
  refused("layout", /does not name block "uncal_precipitation"/, () => opened(needed, raw, noon));
});

test("words of the header that real files get wrong are not believed", () => {
  assert.ok(readReworded("granule_ID=3B42RT", "granule_ID=3B41RT"));
  assert.ok(readReworded("x1440x480x2_data", "x1440x720x2_data"));
});

test("a granule must be exactly as long as its blocks", () => {
  const read = (raw: Uint8Array) => () => opened(trmm3b42rt, raw, noon);
  refused("length", /4841279 bytes; its blocks make 4841280/, read(granule.raw.subarray(0, -1)));
  const longer = new Uint8Array(granule.raw.length + 2);
  longer.set(granule.raw);
  refused("length", /4841282 bytes/, read(longer));
  refused("length", /2000 bytes are less than the header's 2880/, read(granule.raw.subarray(0, 2000)));
});

// ---- A real series, which nobody wrote for this decoder.

/** As the samples' README has them. */
const meansOfReadme: [hour: AirHour, mean: number][] = [
  ["00", 274.16626909905125],
  ["06", 273.5202162832584],
  ["12", 273.23350698794957],
  ["18", 273.63714407291053],
];

test("a real series of float32 grids has the first value, range and means that are known of it", {
  skip: samplesSkip(),
}, async () => {
  for (const [hour, expectedMean] of meansOfReadme) {
    const raw = await readFile(samplePath("air-temperature", airName(hour)));
    const { air } = decoded(airTemperature, raw, Date.UTC(2013, 0, 1, Number(hour)));
    assert.ok(air);
    const mean = Array.from(air).reduce((sum, value) => sum + value, 0) / air.length;
    assert.ok(Math.abs(mean / expectedMean - 1) < 1e-9, `${hour}: ${mean}`);
    if (hour !== "00") continue;
    assert.equal(air[0], Math.fround(241.2));
    assert.deepEqual([Math.min(...air), Math.max(...air)], [227, 302.6].map(Math.fround));
  }
});

test("a float32 grid that a formula made is read value by value", () => {
  const { air } = decoded(airTemperature, airGranule("18"), Date.UTC(2013, 0, 1, 18));
  const expected = Float32Array.from({ length: 25 * 53 }, (_, i) => airAt("18", Math.floor(i / 53), i % 53));
  assert.deepEqual(air, expected);
});

test("a float32 block's missing value is compared as float32, and NaN is missing too", () => {
  const raw = new Uint8Array(5300);
  const view = new DataView(raw.buffer);
  for (const [i, value] of [-9.99e33, Number.NaN, 250.5, -9.98e33].entries()) view.setFloat32(4 * i, value);
  const { air } = decoded(airTemperature, raw, airTemperature.time.start);
  assert.deepEqual(air?.slice(0, 5), Float32Array.of(Number.NaN, Number.NaN, 250.5, -9.98e33, 0));
});

test("of a leading part, the wanted blocks must be there and the stated length must be right", () => {
  const leading: Descriptor = {
    ...trmm3b42rt,
    arrays: trmm3b42rt.arrays.filter(({ name }) => name === "precipitation" || name === "source"),
    decoding: { ...trmm3b42rt.decoding, compression: "gzipLeading" },
  };
  const leadingBytes = flatBinary.leadingBytes(leading, 1);
  assert.equal(leadingBytes, 3_458_880);
  const part = granule.raw.subarray(0, leadingBytes);
  const read = opened(leading, part, noon, granule.raw.length);
  const target = new Int8Array(480 * columns);
  read.read(leading.arrays[1] as Descriptor["arrays"][number], 0, target);
  assert.deepEqual(target, granule.expected.source);
  refused("length", /4841279 bytes/, () => opened(leading, part, noon, granule.raw.length - 1));
  refused("length", /3458879 bytes were inflated/, () =>
    opened(leading, part.subarray(0, -1), noon, granule.raw.length),
  );
});

test("a granule of several timesteps holds a frame for each, after one header", () => {
  const dataset = small({
    stepsPerGranule: 3,
    arrays: [
      { ...values, name: "second", block: "second", dtype: "int32", fillValue: noValue },
      { ...values, dtype: "float32", fillValue: Number.NaN },
    ],
    decoding: {
      layout: { kind: "dated", layouts: [{ headerBytes: 7, blocks: ["values", "second"] }] },
      blocks: [
        { name: "second", type: "int16" },
        { name: "values", type: "int16", scale: 10 },
      ],
    },
  });
  const stored = Array.from({ length: 3 * 30 }, (_, i) => i * 300);
  const raw = written("int16", stored, false, 7);
  for (let frame = 0; frame < 3; frame++) {
    const read = decoded(dataset, raw, firstDay, frame);
    const at = frame * 30;
    assert.deepEqual(
      read.values,
      Float32Array.from(stored.slice(at, at + 15), (value) => value / 10),
    );
    assert.deepEqual(read.second, Int32Array.from(stored.slice(at + 15, at + 30)));
  }
  const cut = raw.subarray(0, 127);
  assert.equal(opened(dataset, cut, firstDay).frames, 2);
  assert.deepEqual(decoded(dataset, cut, firstDay, 1), decoded(dataset, raw, firstDay, 1));
  refused("length", /127 bytes do not reach/, () => decoded(dataset, cut, firstDay, 2));
  refused("length", /66 bytes; its blocks make 187/, () => decoded(dataset, raw.subarray(0, 66), firstDay));
  const longer = new Uint8Array(188);
  refused("length", /188 bytes; its blocks make 187/, () => decoded(dataset, longer, firstDay));
});

test("a dated layout holds from its date until the next, and needs no block of another date", () => {
  const dataset = small({
    arrays: [
      { ...values, dtype: "int32", fillValue: noValue },
      { ...values, name: "later", block: "later", dtype: "int16", fillValue: -999 },
    ],
    decoding: {
      layout: {
        kind: "dated",
        layouts: [
          { from: "2020-01-01", until: "2020-01-02", headerBytes: 0, blocks: ["values"] },
          { from: "2020-01-02", until: "2020-01-03", headerBytes: 4, blocks: ["later", "values"] },
        ],
      },
      blocks: [
        { name: "values", type: "int16" },
        { name: "later", type: "int8" },
      ],
    },
  });
  const before = decoded(dataset, new Uint8Array(30).fill(1), firstDay);
  assert.deepEqual(before.later, new Int16Array(15).fill(-999));
  assert.deepEqual(before.values, new Int32Array(15).fill(257));
  const after = decoded(dataset, new Uint8Array(49).fill(2), firstDay + dayMs);
  assert.deepEqual(after.later, new Int16Array(15).fill(2));
  refused("length", /30 bytes/, () => decoded(dataset, new Uint8Array(30), firstDay + dayMs));
  refused("layout", /no layout for 2020-01-03/, () =>
    decoded(dataset, new Uint8Array(30), firstDay + 2 * dayMs),
  );
});

test("the leading bytes are those of the longest layout, and reach into the last timestep", () => {
  const dataset = small({
    stepsPerGranule: 2,
    decoding: {
      compression: "gzipLeading",
      layout: {
        kind: "dated",
        layouts: [
          { until: "2020-01-05", headerBytes: 1, blocks: ["values", "rest"] },
          { from: "2020-01-05", headerBytes: 0, blocks: ["rest", "values", "rest2"] },
        ],
      },
      blocks: [
        { name: "values", type: "int16" },
        { name: "rest", type: "int8" },
        { name: "rest2", type: "float64" },
      ],
    },
  });
  assert.equal(flatBinary.leadingBytes(dataset, 2), 165 + 45);
});
