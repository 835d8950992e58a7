import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { formatOf } from "../../../shared/archive/formatOf.ts";
import trmm3b42rtDescriptor from "../../../shared/dataset/catalogue/trmm-3b42rt.ts";
import { asDescribed } from "../../../shared/dataset/dataset.ts";
import { driftBetween } from "../../../shared/zarr/drift.ts";
import { groupModel } from "../../../shared/zarr/metadata.ts";
import type { GroupDocuments } from "../../../shared/zarr/zarrFormat.ts";

const trmm3b42rt = asDescribed(trmm3b42rtDescriptor);

const state = { length: 95, commitSeq: 7, modifiedAt: 0, gapCounts: [2] };
const format = formatOf(trmm3b42rt);
const model = groupModel(trmm3b42rt, state);
const expected = format.documents(model);
const said = (live: GroupDocuments) => driftBetween(format, model, format.read(live)).map(({ text }) => text);
const lengthOf = (documents: GroupDocuments) => format.lengthIn(documents.get("time/.zarray"));

/** The live documents, as they come from JSON, after one change. */
function liveAfter(change: (documents: Record<string, Record<string, unknown>>) => void): GroupDocuments {
  const documents = JSON.parse(JSON.stringify(Object.fromEntries(expected)));
  change(documents);
  return new Map(Object.entries(documents));
}

/** One field that somebody has changed, and what is said of it. */
const drifted: readonly (readonly [key: string, field: string, value: unknown, said: string])[] = [
  [
    "precipitation/.zarray",
    "dtype",
    "<f4",
    'precipitation/.zarray dtype: the descriptor says "<i2", the store "<f4"',
  ],
  [
    "precipitation/.zarray",
    "chunks",
    [20, 480, 1440],
    "precipitation/.zarray chunks: the descriptor says [40,480,1440], the store [20,480,1440]",
  ],
  [
    "source/.zarray",
    "shape",
    [94, 480, 1440],
    "source/.zarray shape: the descriptor says [95,480,1440], the store [94,480,1440]",
  ],
  [
    "source/.zarray",
    "compressor",
    null,
    'source/.zarray compressor: the descriptor says {"id":"zstd","level":3}, the store null',
  ],
  [
    "source/.zarray",
    "compressor",
    { id: "zstd", level: 9 },
    'source/.zarray compressor: the descriptor says {"id":"zstd","level":3}, the store {"id":"zstd","level":9}',
  ],
  [
    "precipitation/.zarray",
    "fill_value",
    0,
    "precipitation/.zarray fill_value: the descriptor says -31999, the store 0",
  ],
  [
    "precipitation/.zarray",
    "order",
    "F",
    'precipitation/.zarray order: the descriptor says "C", the store "F"',
  ],
  [
    "precipitation/.zarray",
    "filters",
    [{ id: "delta" }],
    'precipitation/.zarray filters: the descriptor says null, the store [{"id":"delta"}]',
  ],
  [
    "precipitation/.zarray",
    "dimension_separator",
    "/",
    'precipitation/.zarray dimension_separator: the descriptor says ".", the store "/"',
  ],
  [
    "precipitation/.zarray",
    "zarr_format",
    3,
    "precipitation/.zarray zarr_format: the descriptor says 2, the store 3",
  ],
  [
    "precipitation/.zattrs",
    "scale_factor",
    0.1,
    "precipitation/.zattrs scale_factor: the descriptor says 0.01, the store 0.1",
  ],
  [
    "precipitation/.zattrs",
    "add_offset",
    5,
    "precipitation/.zattrs add_offset: the descriptor says nothing, the store 5",
  ],
  [
    "precipitation/.zattrs",
    "units",
    "mm d-1",
    'precipitation/.zattrs units: the descriptor says "mm h-1", the store "mm d-1"',
  ],
  [
    "precipitation/.zattrs",
    "units",
    undefined,
    'precipitation/.zattrs units: the descriptor says "mm h-1", the store nothing',
  ],
  [
    "time/.zattrs",
    "units",
    "hours since 1970-01-01 00:00:00",
    'time/.zattrs units: the descriptor says "hours since 2000-03-01 00:00:00", the store "hours since 1970-01-01 00:00:00"',
  ],
  [
    "time/.zattrs",
    "calendar",
    "noleap",
    'time/.zattrs calendar: the descriptor says "proleptic_gregorian", the store "noleap"',
  ],
  [
    "granule_status/.zattrs",
    "flag_values",
    [0, 1, 2],
    "granule_status/.zattrs flag_values: the descriptor says [0,1,2,3], the store [0,1,2]",
  ],
  [
    "latitude_band/.zattrs",
    "flag_meanings",
    "experimental standard",
    'latitude_band/.zattrs flag_meanings: the descriptor says "standard experimental", the store "experimental standard"',
  ],
  [
    "lat/.zattrs",
    "_ARRAY_DIMENSIONS",
    ["y"],
    'lat/.zattrs _ARRAY_DIMENSIONS: the descriptor says ["lat"], the store ["y"]',
  ],
  ["lat/.zarray", "shape", [400], "lat/.zarray shape: the descriptor says [480], the store [400]"],
  ["time/.zarray", "chunks", [95], "time/.zarray chunks: the descriptor says [16384], the store [95]"],
  [
    ".zattrs",
    "append_start",
    "2000-03-02T00:00:00Z",
    '.zattrs append_start: the descriptor says "2000-03-01T00:00:00Z", the store "2000-03-02T00:00:00Z"',
  ],
  [
    ".zattrs",
    "time_coverage_resolution",
    "PT1H",
    '.zattrs time_coverage_resolution: the descriptor says "PT3H", the store "PT1H"',
  ],
  [
    "time/.zattrs",
    "long_name",
    "time, end of the window",
    'time/.zattrs long_name: the descriptor says "time, centre of the window", the store "time, end of the window"',
  ],
  [
    "time/.zattrs",
    "bounds",
    undefined,
    'time/.zattrs bounds: the descriptor says "time_bnds", the store nothing',
  ],
];

/** What somebody may reword, or write otherwise, without another meaning of a stored byte. */
const harmless: Readonly<Record<string, (documents: Record<string, Record<string, unknown>>) => void>> = {
  "another title": (documents) => Object.assign(documents[".zattrs"] ?? {}, { title: "Rain" }),
  "another long_name": (documents) =>
    Object.assign(documents["precipitation/.zattrs"] ?? {}, { long_name: "rain" }),
  "another number of gaps": (documents) =>
    Object.assign(documents[".zattrs"] ?? {}, { granule_gap_count: 0, granule_gap_counts: [0] }),
  "an attribute more": (documents) =>
    Object.assign(documents["lat/.zattrs"] ?? {}, { comment: "north first" }),
  "another order of the compressor's keys": (documents) =>
    Object.assign(documents["precipitation/.zarray"] ?? {}, { compressor: { level: 3, id: "zstd" } }),
  "another order of a document's keys": (documents) => {
    const reversed = Object.entries(documents["source/.zarray"] ?? {}).reverse();
    documents["source/.zarray"] = Object.fromEntries(reversed);
  },
  "no dimension_separator, which then is a dot": (documents) => {
    delete documents["source/.zarray"]?.dimension_separator;
  },
};

describe("a live dataset has drifted", () => {
  for (const [key, field, value, wording] of drifted) {
    test(`with another ${field} in ${key}: ${JSON.stringify(value)}`, () => {
      const live = liveAfter((documents) => Object.assign(documents[key] ?? {}, { [field]: value }));
      assert.deepEqual(said(live), [wording]);
    });
  }

  test("with an array more", () => {
    const live = liveAfter((documents) => {
      documents["snow/.zarray"] = documents["source/.zarray"] ?? {};
    });
    assert.deepEqual(said(live), ["snow/.zarray: the store has it, the descriptor does not"]);
  });

  test("with an array less", () => {
    const live = liveAfter((documents) => {
      delete documents["source/.zarray"];
      delete documents["source/.zattrs"];
    });
    assert.deepEqual(said(live), ["source/.zarray: the descriptor has it, the store does not"]);
  });

  test("without an array's attributes", () => {
    const live = liveAfter((documents) => {
      delete documents["lon/.zattrs"];
    });
    assert.deepEqual(said(live), [
      'lon/.zattrs units: the descriptor says "degrees_east", the store nothing',
      'lon/.zattrs _ARRAY_DIMENSIONS: the descriptor says ["lon"], the store nothing',
    ]);
  });

  test("in everything that differs, at once", () => {
    const live = liveAfter((documents) => {
      Object.assign(documents["precipitation/.zarray"] ?? {}, { dtype: "<f4", fill_value: "NaN" });
      Object.assign(documents["time/.zattrs"] ?? {}, { units: "hours" });
    });
    assert.equal(said(live).length, 3);
  });
});

describe("a live dataset has not drifted", () => {
  test("where it is what the descriptor yields", () => {
    assert.deepEqual(said(liveAfter(() => {})), []);
  });

  for (const [what, change] of Object.entries(harmless)) {
    test(`with ${what}`, () => assert.deepEqual(said(liveAfter(change)), []));
  }
});

test("the length of a live dataset is what the shape of its time says, where it says one", () => {
  assert.equal(lengthOf(expected), 95);
  const shaped = (shape: unknown) =>
    lengthOf(liveAfter((documents) => Object.assign(documents["time/.zarray"] ?? {}, { shape })));
  assert.equal(shaped([0]), 0);
  for (const shape of [undefined, [], ["95"], [1.5], null]) assert.equal(shaped(shape), undefined);
  assert.equal(lengthOf(new Map()), undefined);
});
