import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { describe, test } from "node:test";
import fc from "fast-check";
import { shippedDirectory } from "../../../functions/runtime/datasets/datasets.ts";
import { formatOf, groupDocuments } from "../../../shared/archive/formatOf.ts";
import airTemperatureDescriptor from "../../../shared/dataset/catalogue/air-temperature.ts";
import trmm3b42rtDescriptor from "../../../shared/dataset/catalogue/trmm-3b42rt.ts";
import { asDescribed, type Dataset, startingAt } from "../../../shared/dataset/dataset.ts";
import type { ArraySpec, StampPosition } from "../../../shared/dataset/descriptor.ts";
import { boundsType, documentBytes, type GroupState } from "../../../shared/zarr/metadata.ts";
import type { ArrayDocument } from "../../../shared/zarr/v2/documents.ts";
import { catalogue } from "../../support/catalogue.ts";
import { goldens } from "../../support/golden.ts";

const airTemperature = asDescribed(airTemperatureDescriptor);

const trmm3b42rt = asDescribed(trmm3b42rtDescriptor);

const stateOf = (length: number): GroupState => ({ length, commitSeq: 1, modifiedAt: 0, gapCounts: [] });
const arrayOf = (dataset: Dataset, name: string, length = 1) =>
  groupDocuments(asDescribed(dataset), stateOf(length)).get(`${name}/.zarray`) as ArrayDocument;
const attributesOf = (dataset: Dataset, state: GroupState) =>
  groupDocuments(asDescribed(dataset), state).get(".zattrs") as Record<string, unknown>;
const withArray = (change: Partial<ArraySpec>): Dataset => ({
  ...airTemperature,
  arrays: airTemperature.arrays.map((array) => ({ ...array, ...change })),
});
const parsed = (bytes: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(bytes));

describe("the metadata that readers are given", () => {
  for (const { id, path, bytes } of goldens) {
    test(`of ${id} is the one in git, byte by byte`, async () => {
      const expected = await readFile(path, "utf8");
      const actual = new TextDecoder().decode(bytes());
      assert.equal(
        actual,
        expected,
        `not as in ${path}; if it should change: npm run golden, and read the diff`,
      );
    });
  }

  test("of every dataset is kept in git, and of none that is gone", async () => {
    const files = await readdir(shippedDirectory);
    assert.deepEqual(
      files.filter((name) => name.endsWith(".metadata.json")).sort(),
      catalogue.map(({ id }) => `${id}.metadata.json`).sort(),
    );
  });

  test("is ASCII, and says what was written, whatever the letters", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string(), (value, name) => {
        const document = { [`a${name}`]: value, degrees: "50°, 中, \u{1f327}, \u007f, \u2028" };
        const bytes = documentBytes(document);
        assert.ok(bytes.every((byte) => byte < 0x7f));
        assert.deepEqual(parsed(bytes), document);
      }),
    );
  });

  test("of the real datasets is ASCII, though their titles are not", () => {
    for (const { bytes } of goldens) {
      assert.ok(bytes().every((byte) => byte < 0x80));
      assert.match(JSON.stringify(parsed(bytes())), /°N/);
    }
  });

  test("has every document of the group in one", () => {
    const documents = groupDocuments(trmm3b42rt, stateOf(5));
    assert.deepEqual(parsed(documentBytes(formatOf(trmm3b42rt).consolidated(documents))), {
      zarr_consolidated_format: 1,
      metadata: Object.fromEntries(documents),
    });
    for (const key of documents.keys()) {
      if (key.endsWith("/.zarray")) assert.ok(documents.has(key.replace(/zarray$/, "zattrs")), key);
    }
  });
});

describe("as a dataset grows", () => {
  test("nothing changes about its arrays but the first number of their shapes", () => {
    for (const dataset of catalogue) {
      const [short, long] = [1, 60_000].map((length) =>
        groupDocuments(asDescribed(dataset), stateOf(length)),
      );
      for (const [key, document] of short ?? []) {
        if (key === ".zattrs") continue;
        const shape = (document as Partial<ArrayDocument>).shape;
        const isGrowing = shape?.[0] === 1;
        const expected = isGrowing ? { ...document, shape: [60_000, ...shape.slice(1)] } : document;
        assert.deepEqual(long?.get(key), expected, key);
      }
    }
  });

  test("everything along time has the same length", () => {
    const documents = groupDocuments(trmm3b42rt, stateOf(95));
    const lengths = [...documents].flatMap(([key, document]) => {
      const dimensions = documents.get(key.replace(/zarray$/, "zattrs")) as { _ARRAY_DIMENSIONS?: string[] };
      const isAlongTime = key.endsWith("/.zarray") && dimensions._ARRAY_DIMENSIONS?.[0] === "time";
      return isAlongTime ? [(document as ArrayDocument).shape[0]] : [];
    });
    assert.deepEqual(lengths, Array(7).fill(95));
  });

  test("its attributes tell what it covers: the windows, and the last stamp", () => {
    const attributes = attributesOf(trmm3b42rt, {
      length: 9,
      commitSeq: 4,
      modifiedAt: Date.UTC(2026, 10, 23, 12, 34, 56),
      gapCounts: [3, 0, 2],
    });
    assert.partialDeepStrictEqual(attributes, {
      time_coverage_start: "2000-02-29T22:30:00Z",
      time_coverage_end: "2000-03-02T01:30:00Z",
      valid_through: "2000-03-02T00:00:00Z",
      append_start: "2000-03-01T00:00:00Z",
      granule_gap_count: 5,
      granule_gap_counts: [3, 0, 2],
      commit_seq: 4,
      date_modified: "2026-11-23T12:34:56Z",
    });
  });

  test("its attributes tell of latitudes and longitudes, whichever way CF has them named", () => {
    for (const [south, east] of [
      [{ standard_name: "latitude" }, { standard_name: "longitude" }],
      [{ units: "degrees_north" }, { units: "degrees_east" }],
      [{ units: "degree_N" }, { units: "degreesE" }],
      [
        { axis: "Y", units: "degrees" },
        { axis: "X", units: "degrees" },
      ],
    ] as const) {
      const dimensions = [
        { name: "y", first: 10, step: -10, count: 2, attributes: south },
        { name: "x", first: 100, step: 5, count: 3, attributes: east },
      ];
      const told = attributesOf({ ...airTemperature, dimensions }, stateOf(1));
      const spatial = Object.entries(told).filter(([name]) => name.startsWith("geospatial_"));
      assert.deepEqual(
        Object.fromEntries(spatial),
        {
          geospatial_lat_min: 0,
          geospatial_lat_max: 10,
          geospatial_lat_resolution: 10,
          geospatial_lon_min: 100,
          geospatial_lon_max: 110,
          geospatial_lon_resolution: 5,
        },
        JSON.stringify(east),
      );
    }
    const dimensions = [{ name: "x", first: 0, step: 5, count: 3, attributes: { units: "m", axis: "X" } }];
    const told = attributesOf({ ...airTemperature, dimensions }, stateOf(1));
    assert.deepEqual(
      Object.keys(told).filter((name) => name.startsWith("geospatial_")),
      [],
    );
  });

  test("an empty one covers nothing, and says so by saying nothing", () => {
    const attributes = attributesOf(airTemperature, {
      length: 0,
      commitSeq: 0,
      modifiedAt: null,
      gapCounts: [],
    });
    for (const name of ["time_coverage_start", "time_coverage_end", "valid_through", "date_modified"]) {
      assert.equal(name in attributes, false, name);
    }
    assert.equal(attributes.granule_gap_count, 0);
  });

  test("one that begins later says where, and covers from there", () => {
    const later = startingAt(airTemperature, Date.UTC(2013, 0, 1, 12));
    assert.partialDeepStrictEqual(attributesOf(later, stateOf(2)), {
      append_start: "2013-01-01T12:00:00Z",
      time_coverage_start: "2013-01-01T12:00:00Z",
      time_coverage_end: "2013-01-01T18:00:00Z",
    });
  });
});

describe("an array's metadata", () => {
  test("has its type, little endian, as Zarr v2 writes it", () => {
    for (const [dtype, expected] of [
      ["int8", "|i1"],
      ["uint8", "|u1"],
      ["int16", "<i2"],
      ["int32", "<i4"],
      ["float32", "<f4"],
      ["float64", "<f8"],
    ] as const) {
      assert.equal(arrayOf(withArray({ dtype }), "air").dtype, expected);
    }
  });

  test("has a fill value that JSON can hold", () => {
    for (const [fillValue, expected] of [
      [Number.NaN, "NaN"],
      [Number.POSITIVE_INFINITY, "Infinity"],
      [Number.NEGATIVE_INFINITY, "-Infinity"],
      [-31999, -31999],
      [0, 0],
    ] as const) {
      assert.equal(arrayOf(withArray({ fillValue }), "air").fill_value, expected);
    }
  });

  test("has the codec of its descriptor, and null for none", () => {
    for (const [codec, expected] of [
      [{ id: "zstd" }, { id: "zstd", level: 3 }],
      [
        { id: "gzip", level: 9 },
        { id: "gzip", level: 9 },
      ],
      [{ id: "none" }, null],
    ] as const) {
      assert.deepEqual(arrayOf(withArray({ codec }), "air").compressor, expected);
    }
  });

  test("of a coordinate, or of the statuses, has no fill value, so that no reader masks what equals it", () => {
    for (const name of ["time", "time_bnds", "lat", "lon", "latitude_band", "granule_status"]) {
      assert.equal(arrayOf(trmm3b42rt, name).fill_value, null, name);
    }
  });

  test("of time's bounds is there unless stamps are instants, of integers where every bound is whole", () => {
    const stamped = (stamp: StampPosition): Dataset => ({
      ...trmm3b42rt,
      time: { ...trmm3b42rt.time, stamp },
    });
    assert.equal(groupDocuments(stamped("instant"), stateOf(1)).has("time_bnds/.zarray"), false);
    assert.equal(arrayOf(stamped("centre"), "time_bnds").dtype, "<f8");
    assert.equal(arrayOf(stamped("start"), "time_bnds").dtype, "<i8");
    assert.equal(arrayOf(stamped("end"), "time_bnds").dtype, "<i8");
    assert.equal(boundsType(stamped("end")), "int64");
  });
});
