/**
 * Hostile descriptors: whatever is taken out of a right one, or put into it, at any depth, it is refused with a
 * `DescriptorError` of readable faults, or is a dataset whose metadata can be made and whose keys and paths stay inside
 * the store and the source. 6,000 cases.
 */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { fixedChunks, timeChunks } from "../../../shared/archive/coordinates.ts";
import { formatOf, groupDocuments } from "../../../shared/archive/formatOf.ts";
import { objectsOf } from "../../../shared/archive/objectsOf.ts";
import { chunkValues, stepsOfChunk } from "../../../shared/dataset/chunkGrid.ts";
import { asDescribed, type Descriptor, startingAt } from "../../../shared/dataset/dataset.ts";
import { defineDataset } from "../../../shared/dataset/defineDataset.ts";
import type { DatasetSpec } from "../../../shared/dataset/descriptor.ts";
import { itemBytes } from "../../../shared/dataset/values.ts";
import { DescriptorError } from "../../../shared/errors.ts";
import { candidatePaths } from "../../../shared/pipeline/plan/candidatePaths.ts";
import { absolutePath, parseFtpUrl } from "../../../shared/source/ftp/url.ts";
import { textOf } from "../../../shared/source/paths.ts";
import { assertKey } from "../../../shared/store/store.ts";
import { groupKey } from "../../../shared/zarr/layout.ts";
import { documentBytes } from "../../../shared/zarr/metadata.ts";
import {
  assertOfAll,
  assertUnpolluted,
  outcomeOf,
  partPlayed,
  playCases,
} from "../../support/hostileCases.ts";
import { editedJson, jsonEditsWith } from "../../support/hostileEdits.ts";

const attributes = { long_name: "rain", units: "mm h-1" };
/** Everything that a descriptor may have, with a layout of each kind. */
const headed: DatasetSpec = {
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
    { name: "lat", first: 10, step: -10, count: 3, attributes: { standard_name: "latitude", valid: [1, 2] } },
    { name: "lon", first: 0, step: 90, count: 4, attributes: {} },
  ],
  auxiliaries: [{ name: "band", dimension: "lat", values: [1, 0, 1], attributes: {} }],
  arrays: [
    {
      name: "rain",
      block: "rain",
      dtype: "int16",
      scaleFactor: 0.01,
      fillValue: -9,
      codec: { id: "zlib", level: 3 },
      attributes,
    },
    { name: "wind", block: "wind", dtype: "float32", fillValue: Number.NaN, attributes },
  ],
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
    layout: {
      kind: "header",
      bytes: 100,
      lengthKey: "bytes",
      dayKey: "day",
      clockKey: "clock",
      countKey: "count",
      namesKey: "names",
      typesKey: "types",
      scalesKey: "scales",
      types: { short: "int16" },
      expect: { format: "rain" },
    },
    blocks: [
      {
        name: "rain",
        type: "int16",
        scale: 100,
        missing: -9,
        rules: [{ kind: "negated", dimension: "lat", beyond: 5 }],
      },
      { name: "wind", type: "float32", optional: true },
    ],
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
const layouts = [{ from: "2000-01-01", until: "2001-01-01", headerBytes: 0, blocks: ["rain", "wind"] }];
const dated: DatasetSpec = {
  ...headed,
  decoding: { ...headed.decoding, layout: { kind: "dated", layouts } },
};

/** Besides the values of anybody's JSON, those that mean something in a descriptor, or may stand in a program. */
const values = fc.oneof(
  fc.constantFrom<unknown>(
    Number.NaN,
    Number.POSITIVE_INFINITY,
    undefined,
    10n,
    Symbol("s"),
    () => 1,
    new Date(0),
  ),
  fc.constantFrom<unknown>(
    "P99999999999999D",
    "PT1S",
    "P1D",
    "0000-01-01",
    "9999-12-31T21:00:00Z",
    "1582-10-10",
    "time",
  ),
  fc.constantFrom<unknown>(
    511,
    512,
    2 ** 20,
    2 ** 30,
    1e-300,
    1e300,
    39,
    128,
    "int64",
    "uint8",
    "none",
    "zstd",
  ),
  fc.constantFrom<unknown>(
    "../x",
    "/x",
    "a\0b",
    "a\\b",
    "{YYYY}/../{MM}",
    "{..}",
    "a//b",
    "x/",
    "{YYYY",
    "ftp://h/%2e%2e/",
  ),
  fc.string({ unit: "binary", maxLength: 5 }),
);

describe("a descriptor that was changed anywhere", () => {
  for (const [name, sound] of [
    ["with a header", headed],
    ["by dates", dated],
  ] as const) {
    test(`${name} is refused with readable faults, or is a dataset that holds`, async (t) => {
      let [right, wrong] = [0, 0];
      assertHolds(defineDataset(sound));
      await playCases(t, 3000, jsonEditsWith(values), async (edits) => {
        const spec = editedJson(sound, edits) as DatasetSpec;
        const found = await outcomeOf(() => defineDataset(spec), DescriptorError);
        assertUnpolluted();
        if ("error" in found) {
          wrong++;
          const { faults } = found.error as DescriptorError;
          assert.ok(faults.length > 0);
          for (const fault of faults) assert.match(fault, /^[^\n]*\w{2,}[^\n]*$/);
        } else {
          right++;
          assertHolds(found.result);
        }
      });
      assertOfAll(right > 100 * partPlayed && wrong > 1000 * partPlayed, `${right} right, ${wrong} wrong`);
    });
  }
});

/** What must be so of any dataset: with nothing in it, and with as much as there will be, but for very long ones. */
function assertHolds(dataset: Descriptor): void {
  const steps = Math.min(50, stepsOfChunk(asDescribed(dataset), 0) + stepsOfChunk(asDescribed(dataset), 1));
  for (const length of [0, 1, steps]) {
    const state = { length, commitSeq: 1, modifiedAt: 0, gapCounts: [] };
    const bytes = documentBytes(
      formatOf(dataset).consolidated(groupDocuments(startingAt(dataset, dataset.time.start), state)),
    );
    const { metadata } = JSON.parse(new TextDecoder().decode(bytes)) as {
      metadata: Record<string, { shape: number[] }>;
    };
    for (const { name } of dataset.arrays) assert.equal(metadata[`${name}/.zarray`]?.shape[0], length);
  }
  const chunks = [...fixedChunks(dataset), ...timeChunks(asDescribed(dataset), 0)];
  const keys = [
    ...chunks.map(({ key }) => groupKey(dataset.id, key)),
    ...objectsOf(dataset, 7).map(({ key }) => key),
  ];
  for (const key of keys) assertKey("make", key);
  for (const { dtype } of dataset.arrays) assert.ok(chunkValues(dataset) * itemBytes[dtype] <= 2 ** 30);
  const address = parseFtpUrl("ftp://localhost/base");
  for (let index = 0; index < steps; index++) {
    for (const path of candidatePaths(dataset, dataset.time.at(index)).map(textOf))
      assert.ok(absolutePath(address, path).startsWith("/base/"), path);
  }
}
