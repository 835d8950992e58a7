import assert from "node:assert/strict";
import { valuesPerStep } from "../../../../shared/dataset/coordinates.ts";
import type { Descriptor } from "../../../../shared/dataset/dataset.ts";
import { defineDataset } from "../../../../shared/dataset/defineDataset.ts";
import type { DatasetSpec } from "../../../../shared/dataset/descriptor.ts";
import { arrayTypes, type DataType, type Values } from "../../../../shared/dataset/values.ts";
import { GranuleError, type GranuleFault } from "../../../../shared/errors.ts";
import { flatBinary } from "../../../../shared/format/flatBinary/flatBinary.ts";
import type { OpenGranule } from "../../../../shared/format/format.ts";
import { expectedGranule } from "../../../../shared/format/openGranule.ts";

const extents = { none: "soFar", gzip: "whole", gzipLeading: "leading" } as const;

/** A granule as it is when it was decompressed: `raw`, of `rawBytes` in all. */
export function opened(
  dataset: Descriptor,
  raw: Uint8Array,
  first: number,
  rawBytes = raw.length,
): OpenGranule {
  const extent = extents[dataset.decoding.compression];
  return flatBinary.open({ raw, rawBytes, extent, free: () => undefined }, expectedGranule(dataset, first));
}

/** The same dataset, which believes every value. */
function unranged(dataset: Descriptor): Descriptor {
  return { ...dataset, arrays: dataset.arrays.map(({ validRange: _, ...array }) => array) };
}

/** All arrays of one frame, by name. */
export function decoded(
  dataset: Descriptor,
  raw: Uint8Array,
  first: number,
  frame = 0,
): Record<string, Values> {
  const granule = opened(unranged(dataset), raw, first);
  return Object.fromEntries(
    dataset.arrays.map((array) => {
      const target = new arrayTypes[array.dtype](valuesPerStep(dataset)).fill(77);
      granule.read(array, frame, target);
      return [array.name, target];
    }),
  );
}

export function refused(fault: GranuleFault, said: RegExp, read: () => unknown): void {
  assert.throws(
    read,
    (error) => error instanceof GranuleError && error.fault === fault && said.test(error.message),
  );
}

type Changes = Partial<Pick<DatasetSpec, "dimensions" | "arrays">> & {
  readonly decoding?: Partial<DatasetSpec["decoding"]>;
  readonly stepsPerGranule?: number;
};

/** What no block of two bytes can hold. */
export const noValue = -40_000;

const units = { units: "1", long_name: "a field" };
export const values = { name: "values", block: "values", attributes: units };

/** A dataset of 3 × 5 values, for what no dataset of the catalogue uses. */
export const small = (changes: Changes): Descriptor => defineDataset(smallSpec(changes));

/** The same, before it was checked. */
export function smallSpec({ stepsPerGranule = 1, decoding = {}, ...changes }: Changes): DatasetSpec {
  const attributes = { title: "t", summary: "s", institution: "i", source: "s", license: "l" };
  return {
    id: "small",
    attributes,
    time: { ...timeOfSmall, chunkLength: 4 },
    dimensions: [
      { name: "lat", first: 1, step: -1, count: 3, attributes: units },
      { name: "lon", first: -2, step: 1, count: 5, attributes: units },
    ],
    arrays: [{ ...values, dtype: "int32", fillValue: noValue }],
    source: {
      url: "ftp://localhost/",
      connectionsMax: 2,
      candidates: [{ path: "{YYYYMMDD}" }],
      stepsPerGranule,
    },
    decoding: {
      compression: "none",
      granuleBytesMax: 10_000,
      rawBytesMax: 10_000,
      byteOrder: "big",
      layout: { kind: "dated", layouts: [{ headerBytes: 0, blocks: ["values"] }] },
      blocks: [{ name: "values", type: "int16", missing: 99 }],
      ...decoding,
    },
    updates: {
      latency: "PT1H",
      patience: "P1D",
      revisionWindow: "P1D",
      publish: "settled",
      retry: { first: "PT1H", longest: "P1D" },
      batchesMax: 1,
    },
    ...changes,
  };
}

const timeOfSmall = {
  start: "2020-01-01",
  step: "P1D",
  units: "days since 2020-01-01 00:00:00",
  calendar: "standard",
  stamp: "instant",
} as const;
export const firstDay = Date.UTC(2020, 0, 1);
export const dayMs = 86_400_000;

/** What a `DataView` writes one by one, after `headerBytes` of rubbish. */
export function written(
  type: DataType,
  stored: readonly number[],
  littleEndian: boolean,
  headerBytes = 0,
): Uint8Array {
  const bytesEach = arrayTypes[type].BYTES_PER_ELEMENT;
  const raw = new Uint8Array(headerBytes + stored.length * bytesEach).fill(0xee);
  const view = new DataView(raw.buffer, headerBytes);
  const set = {
    int8: view.setInt8,
    uint8: view.setUint8,
    int16: view.setInt16,
    int32: view.setInt32,
    float32: view.setFloat32,
    float64: view.setFloat64,
  }[type].bind(view);
  for (const [i, value] of stored.entries()) set(i * bytesEach, value, littleEndian);
  return raw;
}
