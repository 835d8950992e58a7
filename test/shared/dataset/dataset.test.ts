import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { valuesPerStep } from "../../../shared/dataset/coordinates.ts";
import { granuleOf, startingAt } from "../../../shared/dataset/dataset.ts";
import { covers, dateRange } from "../../../shared/dataset/dateRange.ts";
import { defineDataset } from "../../../shared/dataset/defineDataset.ts";
import type { ArraySpec, DatasetSpec } from "../../../shared/dataset/descriptor.ts";
import { DescriptorError } from "../../../shared/errors.ts";
import type { Block, DatedLayout, HeaderLayout } from "../../../shared/format/flatBinary/spec.ts";

const rain: ArraySpec = {
  name: "rain",
  block: "rain",
  dtype: "int16",
  scaleFactor: 0.01,
  fillValue: -31999,
  attributes: { units: "mm h-1", long_name: "rain" },
};
const rainBlock: Block = { name: "rain", type: "int16", scale: 100, missing: -31999 };
/** A descriptor in which nothing is wrong. */
const valid: DatasetSpec = {
  id: "rain-3h",
  attributes: { title: "Rain", summary: "Rain.", institution: "None", source: "None", license: "MIT" },
  time: {
    start: "2000-03-01T00:00:00Z",
    end: "2000-03-31T21:00:00Z",
    step: "PT3H",
    units: "hours since 2000-03-01 00:00:00",
    calendar: "proleptic_gregorian",
    stamp: "centre",
    chunkLength: 40,
  },
  dimensions: [
    { name: "lat", first: 10, step: -10, count: 3, attributes: {} },
    { name: "lon", first: 0, step: 90, count: 4, attributes: {} },
  ],
  auxiliaries: [{ name: "band", dimension: "lat", values: [1, 0, 1], attributes: {} }],
  arrays: [rain],
  source: {
    url: "ftp://localhost/rain",
    connectionsMax: 4,
    stepsPerGranule: 2,
    candidates: [{ path: "{YYYY}/{MM}/rain.{YYYYMMDDHH}.bin", from: "2000-01-01", until: "2001-01-01" }],
  },
  decoding: {
    compression: "gzip",
    granuleBytesMax: 1000,
    rawBytesMax: 1000,
    byteOrder: "big",
    layout: { kind: "dated", layouts: [{ headerBytes: 0, blocks: ["rain"] }] },
    blocks: [rainBlock],
  },
  updates: {
    latency: "PT9H",
    patience: "P2D",
    revisionWindow: "P30D",
    publish: "settled",
    retry: { first: "PT1H", longest: "P7D" },
    batchesMax: 2,
  },
};

type Part<Name extends keyof DatasetSpec> = Partial<DatasetSpec[Name]>;
const time = (change: Part<"time">) => ({ ...valid, time: { ...valid.time, ...change } });
const source = (change: Part<"source">) => ({ ...valid, source: { ...valid.source, ...change } });
const decoding = (change: Part<"decoding">) => ({ ...valid, decoding: { ...valid.decoding, ...change } });
const updates = (change: Part<"updates">) => ({ ...valid, updates: { ...valid.updates, ...change } });
const array = (change: Partial<ArraySpec>) => ({ ...valid, arrays: [{ ...rain, ...change }] });
const block = (change: Partial<Block>) => decoding({ blocks: [{ ...rainBlock, ...change }] });
const lat = (change: Partial<DatasetSpec["dimensions"][number]>) => ({
  ...valid,
  dimensions: valid.dimensions.map((dimension, i) => (i === 0 ? { ...dimension, ...change } : dimension)),
});
const candidate = (change: Partial<DatasetSpec["source"]["candidates"][number]>) =>
  source({ candidates: valid.source.candidates.map((existing) => ({ ...existing, ...change })) });
const auxiliary = (change: Partial<NonNullable<DatasetSpec["auxiliaries"]>[number]>) => ({
  ...valid,
  auxiliaries: (valid.auxiliaries ?? []).map((existing) => ({ ...existing, ...change })),
});
const dated = (change: object) =>
  decoding({ layout: { kind: "dated", layouts: [{ headerBytes: 0, blocks: ["rain"], ...change }] } });
const layouts = (...given: readonly Partial<DatedLayout["layouts"][number]>[]) =>
  decoding({
    blocks: [rainBlock, { name: "snow", type: "int8" }],
    layout: { kind: "dated", layouts: given.map((one) => ({ headerBytes: 0, blocks: [], ...one })) },
  });
const headed = (bytes: number): HeaderLayout => ({
  kind: "header",
  bytes,
  lengthKey: "a",
  dayKey: "b",
  clockKey: "c",
  countKey: "d",
  namesKey: "e",
  typesKey: "f",
  scalesKey: "g",
  types: {},
  expect: {},
});
const negated = (dimension: string) => [{ kind: "negated", dimension, beyond: 5 }] as const;
/** The descriptor with an attribute of that value in each place where a variable has any. */
const attributed = (name: string, value: string) =>
  [
    ["arrays.rain", array({ attributes: { ...rain.attributes, [name]: value } })],
    ["dimensions.lat", lat({ attributes: { [name]: value } })],
    ["auxiliaries.band", auxiliary({ attributes: { [name]: value } })],
  ] as const;

/** One thing wrong each, and the one fault that says so. */
const wrong: readonly (readonly [what: string, spec: DatasetSpec, fault: string | RegExp])[] = [
  ["an id in capitals", { ...valid, id: "Rain" }, 'id "Rain" is not lower-case letters, digits and hyphens'],
  ["an id that is a path", { ...valid, id: "../rain" }, /^id "\.\.\/rain"/],
  ...["title", "summary", "institution", "source", "license"].map(
    (name) =>
      [
        `no ${name}`,
        { ...valid, attributes: { ...valid.attributes, [name]: "" } },
        `attributes.${name} is missing`,
      ] as const,
  ),
  ...["data", "static", "metrics"].map(
    (id) =>
      [
        `the id ${id}, which a route has`,
        { ...valid, id },
        /^id ".*" is taken: .*data, metrics, static/,
      ] as const,
  ),
  ...["id", "Conventions", "geospatial_lat_min", "valid_through", "commit_seq", "store_identity"].map(
    (name) =>
      [
        `${name} among the group's attributes`,
        { ...valid, attributes: { ...valid.attributes, [name]: "x" } },
        `attributes.${name} is written by Accrete itself`,
      ] as const,
  ),
  ["no array", { ...valid, arrays: [] }, "arrays is empty"],
  ["two arrays of one name", { ...valid, arrays: [rain, rain] }, 'the name "rain" is used twice'],
  ["an array called time", array({ name: "time" }), 'the name "time" is used twice'],
  ["an array named like a dimension", array({ name: "lat" }), 'the name "lat" is used twice'],
  [
    "an array called granule_status",
    array({ name: "granule_status" }),
    'the name "granule_status" is used twice',
  ],
  ["an array called bnds", array({ name: "bnds" }), 'the name "bnds" is used twice'],
  ["an array called Time", array({ name: "Time" }), 'the names "time" and "Time" differ only in case'],
  ["names that differ in case", array({ name: "LAT" }), 'the names "lat" and "LAT" differ only in case'],
  [
    "blocks that differ in case",
    decoding({ blocks: [rainBlock, { ...rainBlock, name: "RAIN" }] }),
    'decoding.blocks: the names "rain" and "RAIN" differ only in case',
  ],
  ["a name with a slash", array({ name: "a/b" }), /^"a\/b" cannot name a variable/],
  ["a name that begins with a dot", array({ name: ".zattrs" }), /^"\.zattrs" cannot name a variable/],

  ["a start that is no date", time({ start: "2000-02-30" }), 'time.start "2000-02-30" is not ISO 8601 UTC'],
  ["an end in local time", time({ end: "2000-03-31T21:00:00+02:00" }), /^time\.end .* is not ISO 8601 UTC$/],
  [
    "a step in months",
    time({ step: "P1M" }),
    'time.step "P1M" is not an ISO 8601 duration over 0, as in PT3H',
  ],
  ["a step of nothing", time({ step: "PT0S" }), /^time\.step "PT0S"/],
  ["other units", time({ units: "months since 2000-01-01 00:00:00" }), /^time\.units "months since/],
  [
    "units that start and step are not whole in",
    time({ units: "hours since 2000-03-01 00:30:00" }),
    'time.start and time.step are not whole numbers of "hours since 2000-03-01 00:30:00"',
  ],
  [
    "a step that is not whole in its units",
    time({ units: "days since 2000-03-01 00:00:00" }),
    /^time\.start and time\.step/,
  ],
  [
    "an end between two steps",
    time({ end: "2000-03-31T22:00:00Z" }),
    /^time\.end is not a whole number of steps/,
  ],
  ["an end before the start", time({ end: "2000-02-29T21:00:00Z" }), /^time\.end is not/],
  [
    "an end within a granule",
    time({ end: "2000-03-31T18:00:00Z" }),
    "the series does not end with a whole granule of source.stepsPerGranule timesteps",
  ],
  [
    "windows of half seconds",
    time({ step: "PT1S", end: "2000-03-01T00:00:01Z", units: "seconds since 2000-03-01 00:00:00" }),
    "time.stamp makes bounds that are not whole seconds",
  ],
  ["no chunk length", time({ chunkLength: 0 }), "time.chunkLength 0 is not a positive whole number"],
  ["half a chunk length", time({ chunkLength: 1.5 }), /^time\.chunkLength 1\.5 is not/],
  [
    "chunks whose ledger record would be too large",
    time({ chunkLength: 512 }),
    "time.chunkLength 512 makes a chunk's ledger record over 1 MiB: at most 511",
  ],

  ["no dimension", { ...valid, dimensions: [], auxiliaries: [] }, "dimensions is empty"],
  ["a dimension of nothing", { ...lat({ count: 0 }), auxiliaries: [] }, /^dimensions\.lat\.count 0 is not/],
  ["a coordinate that stands still", lat({ step: 0 }), /^dimensions\.lat needs .* a step other than 0$/],
  ["a coordinate from nowhere", lat({ first: Number.NaN }), /^dimensions\.lat needs a finite first/],
  ...[{ standard_name: "latitude" }, { units: "degrees_north" }, { axis: "Y", units: "degrees" }].map(
    (attributes) =>
      [
        `a latitude by ${Object.keys(attributes)} beyond a pole`,
        lat({ first: 95, attributes }),
        "dimensions.lat: latitudes from 75 to 95 do not lie within 90 degrees",
      ] as const,
  ),
  ...[{ standard_name: "longitude" }, { units: "degree_E" }, { axis: "X" }].map(
    (attributes) =>
      [
        `a longitude by ${Object.keys(attributes)} that goes round twice`,
        lat({ first: -180, step: 180.5, attributes }),
        "dimensions.lat: longitudes from -180 to 181 go round more than once",
      ] as const,
  ),
  [
    "an attribute of a coordinate that is Accrete's",
    lat({ attributes: { _FillValue: 0 } }),
    "dimensions.lat.attributes._FillValue is written by Accrete itself",
  ],
  [
    "a standard name that is none",
    lat({ attributes: { standard_name: "Latitude!" } }),
    /^dimensions\.lat\.attributes\.standard_name "Latitude!" is none of CF's/,
  ],
  [
    "an auxiliary along no dimension",
    auxiliary({ dimension: "depth" }),
    'auxiliaries.band lies along "depth", which is no dimension',
  ],
  ["an auxiliary that is too short", auxiliary({ values: [1] }), "auxiliaries.band has 1 values, not 3"],
  [
    "an auxiliary that is no int8",
    auxiliary({ values: [1, 0, 128] }),
    "auxiliaries.band holds a value outside int8",
  ],

  ["an unknown dtype", array({ dtype: "int64" as "int32" }), /^arrays\.rain\.dtype "int64" is none of int8/],
  [
    "a fill value that does not fit",
    array({ fillValue: -99_999 }),
    "arrays.rain.fillValue -99999 does not fit int16",
  ],
  ["a fill value that is no integer", array({ fillValue: Number.NaN }), /^arrays\.rain\.fillValue NaN/],
  ["no units", array({ attributes: { long_name: "rain" } }), "arrays.rain.attributes.units is missing"],
  ["no long name", array({ attributes: { units: "1" } }), "arrays.rain.attributes.long_name is missing"],
  ...[
    ["_FillValue", ", by fillValue"],
    ["missing_value", ", by fillValue"],
    ["scale_factor", ", by scaleFactor"],
    ["valid_range", ", by validRange"],
    ["valid_min", ", by validRange"],
    ["coordinates", ""],
    ["ancillary_variables", ""],
    ["_ARRAY_DIMENSIONS", ""],
  ].map(
    ([name = "", hint]) =>
      [
        `the attribute ${name}`,
        array({ attributes: { ...rain.attributes, [name]: 1 } }),
        `arrays.rain.attributes.${name} is written by Accrete itself${hint}`,
      ] as const,
  ),
  ...["add_offset", "_Unsigned", "dtype", "_Encoding"].flatMap((name) =>
    attributed(name, "bool").map(
      ([at, spec]) =>
        [
          `${name} of ${at}`,
          spec,
          `${at}.attributes.${name} makes readers change the stored values`,
        ] as const,
    ),
  ),
  ...["hours since 2000-01-01", "mm since midnight"].flatMap((units) =>
    attributed("units", units).map(
      ([at, spec]) =>
        [
          `${units} as the units of ${at}`,
          spec,
          `${at}.attributes.units "${units}" is that of instants to readers: they have the form "days since 2000-01-01 00:00:00"`,
        ] as const,
    ),
  ),
  ["an unknown block", array({ block: "snow" }), 'arrays.rain.block "snow" is none of decoding.blocks'],
  [
    "a chunk over 1 GiB",
    {
      ...lat({ count: 4_000_000 }),
      auxiliaries: [],
      decoding: { ...valid.decoding, rawBytesMax: 100_000_000 },
    },
    /^arrays\.rain: a chunk is \d+ bytes; at most/,
  ],
  [
    "a type too small for its block",
    array({ dtype: "int8", fillValue: -1 }),
    "arrays.rain: int16 does not fit int8",
  ],
  [
    "a packing that rounds",
    array({ scaleFactor: 0.1 }),
    "arrays.rain.scaleFactor 0.1 is not 1 / 100, its block's scale: packing would round",
  ],
  ["an integer without its packing", withoutScale(), /^arrays\.rain\.scaleFactor 1/],
  [
    "floats that are packed",
    array({ dtype: "float32", fillValue: Number.NaN }),
    "arrays.rain.scaleFactor is for integers only",
  ],
  [
    "a codec that there is not",
    array({ codec: { id: "lzma" as "zstd" } }),
    /^arrays\.rain\.codec\.id "lzma"/,
  ],
  [
    "a level that there is not",
    array({ codec: { id: "gzip", level: 10 } }),
    "arrays.rain.codec.level 10 is not a whole number from 1 to 9",
  ],
  ["a level of nothing", array({ codec: { id: "zstd", level: 0 } }), /codec\.level 0 .* from 1 to 19$/],

  ["a source that is no URL", source({ url: "localhost" }), "source.url is not a URL"],
  [
    "a source with what no base URL has",
    source({ url: "ftp://h/p?data-host=any&x" }),
    "source.url has ? or #: write them as %3F and %23 (all that may follow a ? is ?data-host=any)",
  ],
  ["a source that nothing fetches from", source({ url: "gopher://h/x" }), /^source\.url does not begin with/],
  ["a source with a user", source({ url: "ftp://me:secret@h/x" }), /^source\.url has a user: [^:]*$/],
  ...[
    ["{YYYY}", "ftp://h/{YYYY}/rain"],
    ["*", "ftp://h/rain*/"],
    ["%Y", "ftp://h/%Y"],
    ["%zz", "ftp://h/a%20b/%zz"],
    ["YYYY", "ftp://h/YYYY"],
  ].map(
    ([pattern, url]) =>
      [
        `a source with ${pattern}`,
        source({ url: url as string }),
        `source.url has ${pattern}, which is no pattern there: parts of the date belong into source.candidates, and a name that has such signs is written percent-encoded`,
      ] as const,
  ),
  [
    "a path for no instant",
    source({ candidates: [{ path: "m_{YYYYMMDD}.bin", from: "2012-11-07", until: "2012-11-07T00:00:00Z" }] }),
    "source.candidates[0].until 2012-11-07T00:00:00Z is not after its from, 2012-11-07",
  ],
  [
    "a layout for no instant",
    decoding({
      layout: {
        kind: "dated",
        layouts: [{ from: "2013-01-01", until: "2012-01-01", headerBytes: 0, blocks: ["rain"] }],
      },
    }),
    "decoding.layout.layouts[0].until 2012-01-01 is not after its from, 2013-01-01",
  ],
  [
    "a layout with a block twice",
    decoding({ layout: { kind: "dated", layouts: [{ headerBytes: 0, blocks: ["rain", "rain"] }] } }),
    'decoding.layout.layouts[0].blocks names "rain" twice',
  ],
  ["a source with a query", source({ url: "ftp://h/x?y=1" }), /^source\.url has \? or #/],
  ["no connection", source({ connectionsMax: 0 }), /^source\.connectionsMax/],
  [
    "as many connections as batches, and so none for a plan",
    source({ connectionsMax: 2 }),
    /^updates\.batchesMax 2 is not below source\.connectionsMax 2/,
  ],
  ["no path", source({ candidates: [] }), "source.candidates is empty"],
  [
    "a path with an unknown placeholder",
    candidate({ path: "{yyyy}.bin" }),
    /^source\.candidates\[0\]\.path "\{yyyy\}\.bin" has/,
  ],
  [
    "a path that leaves the source",
    candidate({ path: "../{YYYY}.bin" }),
    /^source\.candidates\[0\]\.path .* is not relative/,
  ],
  [
    "a path from no date",
    candidate({ from: "2000" }),
    'source.candidates[0].from "2000" is not ISO 8601 UTC',
  ],
  ["a path until no date", candidate({ until: "x" }), /^source\.candidates\[0\]\.until/],

  [
    "a path that two granules would share",
    candidate({ path: "m_{YYYYMM}.bin" }),
    'the path "m_200003.bin" is that of source.candidates[0] for 2000-03-01T00:00:00Z and of source.candidates[0] for 2000-03-02T00:00:00Z: it needs finer parts of the date, or source.stepsPerGranule says how many timesteps share a granule',
  ],

  [
    "files that are larger than is believed",
    decoding({ compression: "none", granuleBytesMax: 47 }),
    "decoding.granuleBytesMax 47 is below the 48 bytes of a granule",
  ],
  [
    "contents that are larger than is believed",
    dated({ headerBytes: 953 }),
    "decoding.rawBytesMax 1000 is below the 1001 bytes of a granule",
  ],
  [
    "a member that there is not",
    { ...valid, source: { ...valid.source, stepPerGranule: 2 } } as DatasetSpec,
    "source.stepPerGranule is no member of a descriptor: did you mean stepsPerGranule?",
  ],
  [
    "a member that is like no other",
    { ...valid, zzzzzzzz: 2 } as DatasetSpec,
    /^zzzzzzzz is no member of a descriptor: there are id, attributes, time,/,
  ],
  [
    "a member of a list's member that there is not",
    block({ Scale: 2 } as Partial<Block>),
    "decoding.blocks[0].Scale is no member of a descriptor: did you mean scale?",
  ],
  [
    "a member of the other layout",
    dated({ bytes: 3 }),
    /^decoding\.layout\.layouts\[0\]\.bytes is no member of a descriptor/,
  ],
  ["files of no length", decoding({ granuleBytesMax: 0 }), /^decoding\.granuleBytesMax/],
  ["contents of no length", decoding({ rawBytesMax: -1 }), /^decoding\.rawBytesMax/],
  [
    "a block twice",
    decoding({ blocks: [rainBlock, rainBlock] }),
    'decoding.blocks: the name "rain" is used twice',
  ],
  [
    "a block of unknown type",
    asFloats(block({ type: "int64" as "int32" })),
    /^decoding\.blocks\.rain\.type "int64"/,
  ],
  ["a missing value that does not fit", block({ missing: 40_000 }), /^decoding\.blocks\.rain\.missing 40000/],
  [
    "a rule along no dimension",
    block({ rules: negated("depth") }),
    'decoding.blocks.rain.rules names "depth", which is no dimension',
  ],
  ["no layout", decoding({ layout: { kind: "dated", layouts: [] } }), "decoding.layout.layouts is empty"],
  [
    "a layout with an unknown block",
    dated({ blocks: ["rain", "snow"] }),
    'decoding.layout.layouts[0].blocks names "snow", which is none of decoding.blocks',
  ],
  ...[
    ["is in no layout", layouts({ blocks: ["snow"] })],
    ["is in a layout of nothing", layouts({ blocks: [] })],
    [
      "is in a layout of after the end",
      layouts({ until: "2001-01-01", blocks: ["snow"] }, { from: "2001-01-01", blocks: ["rain"] }),
    ],
    ["is in a layout that another hides", layouts({ blocks: ["snow"] }, { blocks: ["rain"] })],
    [
      "is in a layout between two granules",
      layouts(
        { from: "2000-03-01T01:00Z", until: "2000-03-01T06:00Z", blocks: ["rain"] },
        { blocks: ["snow"] },
      ),
    ],
  ].map(
    ([what, spec]) =>
      [
        `an array whose block ${what}`,
        spec as DatasetSpec,
        'arrays.rain.block "rain" is in none of decoding.layout.layouts that hold for its times: all of it would be missing',
      ] as const,
  ),
  [
    "a layout without a value",
    layouts({ until: "2000-03-02", blocks: ["rain"] }, { blocks: ["snow"] }),
    "decoding.layout.layouts[1].blocks has the block of no array: nothing would be read of its granules",
  ],
  [
    "a layout without so much as a block",
    decoding({
      blocks: [{ ...rainBlock, optional: true }],
      layout: { kind: "dated", layouts: [{ headerBytes: 0, blocks: [] }] },
    }),
    "decoding.layout.layouts[0].blocks has the block of no array: nothing would be read of its granules",
  ],
  ["half a header byte", dated({ headerBytes: 0.5 }), /^decoding\.layout\.layouts\[0\]\.headerBytes/],
  ["a layout from no date", dated({ from: "2000" }), /^decoding\.layout\.layouts\[0\]\.from "2000"/],
  ["a header of no length", decoding({ layout: headed(0) }), /^decoding\.layout\.bytes/],

  ["a latency that is no duration", updates({ latency: "9 h" }), /^updates\.latency "9 h"/],
  ["a time to write that is no duration", updates({ writtenWithin: "1 h" }), /^updates\.writtenWithin "1 h"/],
  ["a window that is no duration", updates({ revisionWindow: "P1M" }), /^updates\.revisionWindow "P1M"/],
  [
    "patience shorter than the latency",
    updates({ patience: "PT3H" }),
    "updates.patience PT3H is shorter than updates.latency PT9H: every granule would be called missing",
  ],
  [
    "intervals that shrink",
    updates({ retry: { first: "P1D", longest: "PT1H" } }),
    "updates.retry.longest is shorter than updates.retry.first",
  ],
  [
    "an interval that is no duration",
    updates({ retry: { first: "", longest: "P1D" } }),
    /^updates\.retry\.first ""/,
  ],
  ["no batch", updates({ batchesMax: 0 }), /^updates\.batchesMax/],
];

function asFloats(spec: DatasetSpec): DatasetSpec {
  const { scaleFactor: _, ...unscaled } = rain;
  return { ...spec, arrays: [{ ...unscaled, dtype: "float32" }] };
}

function withoutScale(): DatasetSpec {
  const { scaleFactor: _, ...unscaled } = rain;
  return { ...valid, arrays: [unscaled] };
}

function faultsOf(spec: DatasetSpec): readonly string[] {
  try {
    defineDataset(spec);
    return [];
  } catch (error) {
    assert.ok(error instanceof DescriptorError, String(error));
    return error.faults;
  }
}

describe("a descriptor is refused for", () => {
  for (const [what, spec, expected] of wrong) {
    test(what, () => {
      const faults = faultsOf(spec);
      assert.equal(faults.length, 1, faults.join("\n"));
      if (typeof expected === "string") assert.equal(faults[0], expected);
      else assert.match(faults[0] ?? "", expected);
    });
  }
});

describe("a descriptor", () => {
  test("may have a block from a date on, or one that is optional, and dates without a layout", () => {
    const both = [rain, { ...rain, name: "snow", block: "snow", dtype: "int16", scaleFactor: 1 } as const];
    const later = layouts(
      { until: "2000-03-05", blocks: ["rain"] },
      { from: "2000-03-06", blocks: ["rain", "snow"] },
    );
    assert.deepEqual(faultsOf({ ...later, arrays: both }), []);
    const never = layouts({ blocks: ["rain"] });
    const blocks = never.decoding.blocks.map((one) => ({ ...one, optional: one.name === "snow" }));
    assert.deepEqual(faultsOf({ ...never, arrays: both, decoding: { ...never.decoding, blocks } }), []);
  });

  test("may have an array of dates, which readers decode", () => {
    const [[, dates]] = attributed("units", "days since 2000-01-01 00:00:00");
    assert.deepEqual(faultsOf(dates), []);
  });

  test("may let its server name any host for data", () => {
    assert.deepEqual(faultsOf(source({ url: "ftp://h/p?data-host=any" })), []);
    assert.deepEqual(faultsOf(source({ url: "ftp://[::1]/a%20b/%7Ba%7D%2A" })), []);
  });

  test("without a fault is a dataset", () => {
    assert.deepEqual(faultsOf(valid), []);
  });

  test("is refused with all its faults at once, and with its id", () => {
    const spec: DatasetSpec = {
      ...valid,
      attributes: {},
      time: { ...valid.time, step: "3 hours", chunkLength: -1 },
      source: { ...valid.source, url: "" },
      updates: { ...valid.updates, batchesMax: 0, batchMax: 2 } as DatasetSpec["updates"],
    };
    const faults = faultsOf(spec);
    for (const field of [
      "attributes.title",
      "attributes.license",
      "time.step",
      "time.chunkLength",
      "source.url",
      "updates.batchesMax",
      "updates.batchMax",
    ]) {
      assert.ok(
        faults.some((fault) => fault.startsWith(field)),
        `${field} is not among: ${faults.join("; ")}`,
      );
    }
    assert.throws(() => defineDataset(spec), { tag: "descriptor", message: /^descriptor of "rain-3h": / });
  });

  test("has its instants and durations read into milliseconds", () => {
    const hourMs = 3_600_000;
    const { time: axis, updates: grown, source: from } = defineDataset(valid);
    const values = Object.entries(axis).filter(([, value]) => typeof value !== "function");
    assert.deepEqual(Object.fromEntries(values), {
      start: Date.UTC(2000, 2, 1),
      end: Date.UTC(2000, 2, 31, 21),
      stepMs: 3 * hourMs,
      units: "hours since 2000-03-01 00:00:00",
      epoch: Date.UTC(2000, 2, 1),
      unitMs: hourMs,
      calendar: "proleptic_gregorian",
      stamp: "centre",
      chunkLength: 40,
      granulesFrom: Date.UTC(2000, 2, 1),
    });
    assert.deepEqual(grown, {
      publish: "settled",
      batchesMax: 2,
      latencyMs: 9 * hourMs,
      patienceMs: 48 * hourMs,
      revisionWindowMs: 720 * hourMs,
      retryFirstMs: hourMs,
      retryLongestMs: 168 * hourMs,
      writtenWithinMs: hourMs,
    });
    assert.deepEqual(from.candidates[0], {
      path: "{YYYY}/{MM}/rain.{YYYYMMDDHH}.bin",
      from: Date.UTC(2000, 0, 1),
      until: Date.UTC(2001, 0, 1),
    });
    assert.equal(from.stepsPerGranule, 2);
  });

  test("without an end, or steps a granule, has no end and one step a granule", () => {
    const { end: _, ...endless } = valid.time;
    const { stepsPerGranule: __, ...plain } = valid.source;
    const dataset = defineDataset({ ...valid, time: endless, source: plain });
    assert.equal("end" in dataset.time, false);
    assert.equal(dataset.source.stepsPerGranule, 1);
  });

  test("takes floats with any fill value, and integers that are not packed", () => {
    const { scaleFactor: _, ...float } = { ...rain, dtype: "float32" as const };
    const fills = [Number.NaN, Number.NEGATIVE_INFINITY, -9999];
    for (const fillValue of fills) {
      assert.deepEqual(faultsOf({ ...valid, arrays: [{ ...float, fillValue }] }), []);
    }
    const { scale: __, ...unscaled } = rainBlock;
    assert.deepEqual(
      faultsOf({ ...withoutScale(), decoding: { ...valid.decoding, blocks: [unscaled] } }),
      [],
    );
  });
});

describe("a dataset", () => {
  const dataset = defineDataset(valid);

  test("has as many values a timestep as its fixed dimensions make", () => {
    assert.equal(valuesPerStep(dataset), 12);
  });

  test("that begins later counts its granules from where the descriptor begins", () => {
    const start = Date.UTC(2000, 2, 1, 3);
    const later = startingAt(dataset, start);
    assert.equal(later.time.start, start);
    assert.deepEqual(granuleOf(later, start), { first: Date.UTC(2000, 2, 1), frame: 1 });
  });

  test("has each timestep in the one granule that begins at or before it", () => {
    fc.assert(
      fc.property(fc.nat(100_000), fc.integer({ min: 1, max: 50 }), (index, stepsPerGranule) => {
        const many = { ...dataset, source: { ...dataset.source, stepsPerGranule } };
        const { first, frame } = granuleOf(many, many.time.at(index));
        assert.equal(first + frame * many.time.stepMs, many.time.at(index));
        assert.ok(frame >= 0 && frame < stepsPerGranule);
        assert.equal((first - many.time.start) % (stepsPerGranule * many.time.stepMs), 0);
      }),
    );
  });

  test("has ranges of dates that include their first instant and exclude their last", () => {
    const range = dateRange({ from: "2012-11-05", until: "2012-11-09" });
    const at = (day: number, hour = 0) => covers(range, Date.UTC(2012, 10, day, hour));
    assert.deepEqual([at(4, 23), at(5), at(8, 23), at(9)], [false, true, true, false]);
    assert.ok(covers({}, 0));
    assert.ok(!covers(dateRange({ until: "1970-01-01" }), 0));
    assert.ok(covers(dateRange({ from: "1970-01-01" }), 0));
  });
});
