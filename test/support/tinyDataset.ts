/**
 * A dataset of hourly 2 x 3 grids and its granules. What a file stores and what readers must find are both worked out here
 * from (timestep, revision), so that neither depends on the product's decoder.
 */

import { gzipSync } from "node:zlib";
import { asDescribed, type Dataset } from "../../shared/dataset/dataset.ts";
import { defineDataset } from "../../shared/dataset/defineDataset.ts";

export const hourMs = 3_600_000;
/** Not the instant that the units count from, nor a day's beginning: an index is never an hour. */
export const tinyStart = Date.UTC(2020, 0, 1, 6);
export const tinyCells = 6;
export const tinyHeaderBytes = 320;
export const tinyRawBytesMax = 4096;
const rainMissing = -9999;
const windMissing = -999;

export interface TinyOptions {
  readonly id?: string;
  readonly publish?: "settled" | "latest";
  readonly stepsPerGranule?: number;
  /** Index of the last timestep; open-ended if absent. */
  readonly end?: number;
  readonly chunkLength?: number;
  /** `none`: every granule is as large as every other. */
  readonly compression?: "gzip" | "none";
  readonly patience?: string;
  /** None if absent: granules appear whole. */
  readonly writtenWithin?: string;
  /** 1: batches come one after the other, so that a run makes the same calls each time. */
  readonly batchesMax?: number;
  readonly connectionsMax?: number;
  readonly step?: string;
  readonly stamp?: "start" | "end";
  readonly title?: string;
  readonly rainUnits?: string;
  readonly windType?: "float32" | "float64";
  /** What `rain` and `wind` may be, in their units; all is valid if absent. */
  readonly ranges?: { readonly [name in keyof TinyFields]?: readonly [min: number, max: number] };
  /** Where the second dimension begins. */
  readonly firstLon?: number;
  /** Whether the dimensions say by their units alone what they are. */
  readonly isByUnits?: boolean;
}

/** Granules are looked for in a directory a day, under two names of which the first is preferred. */
export function tinyDataset(options: TinyOptions = {}): Dataset {
  const { id = "tiny", compression = "gzip", windType = "float32", ranges = {} } = options;
  const suffix = compression === "gzip" ? ".bin.gz" : ".bin";
  const descriptor = defineDataset({
    id,
    attributes: {
      title: options.title ?? "Tiny grids",
      summary: "Grids for tests.",
      institution: "none",
      source: "invented",
      license: "none",
    },
    time: {
      start: instantText(tinyStart),
      ...(options.end === undefined ? {} : { end: instantText(tinyTime(options.end)) }),
      step: options.step ?? "PT1H",
      units: "hours since 2020-01-01 00:00:00",
      calendar: "standard",
      stamp: options.stamp ?? "end",
      chunkLength: options.chunkLength ?? 4,
    },
    dimensions: [
      dimension("lat", "latitude", "degrees_north", 10, -10, 2),
      dimension("lon", "longitude", "degrees_east", options.firstLon ?? 100, 5, 3),
    ].map((one) => (options.isByUnits ? { ...one, attributes: { units: one.attributes.units } } : one)),
    arrays: [
      {
        name: "rain",
        block: "rain",
        dtype: "int16",
        scaleFactor: 0.01,
        fillValue: rainMissing,
        ...(ranges.rain && { validRange: ranges.rain }),
        attributes: { long_name: "rain", units: options.rainUnits ?? "mm h-1" },
      },
      {
        name: "wind",
        block: "wind",
        dtype: windType,
        fillValue: Number.NaN,
        ...(ranges.wind && { validRange: ranges.wind }),
        attributes: { long_name: "wind", units: "m s-1" },
      },
    ],
    source: {
      url: "ftp://nowhere.invalid/tiny",
      connectionsMax: options.connectionsMax ?? (options.batchesMax ?? 2) + 1,
      candidates: [
        { path: `{YYYY}/{DDD}/tiny.{YYYYMMDDHH}${suffix}` },
        { path: `{YYYY}/{DDD}/early.{YYYYMMDDHH}${suffix}` },
      ],
      ...(options.stepsPerGranule === undefined ? {} : { stepsPerGranule: options.stepsPerGranule }),
    },
    decoding: {
      compression,
      granuleBytesMax: 4096,
      rawBytesMax: tinyRawBytesMax,
      byteOrder: "big",
      layout: {
        kind: "header",
        bytes: tinyHeaderBytes,
        lengthKey: "header_bytes",
        dayKey: "day",
        clockKey: "clock",
        countKey: "fields",
        namesKey: "names",
        typesKey: "types",
        scalesKey: "scales",
        types: { short: "int16", real: "float32" },
        expect: { format: "tiny" },
      },
      blocks: [
        { name: "rain", type: "int16", scale: 100, missing: rainMissing },
        { name: "wind", type: "float32", missing: windMissing },
      ],
    },
    updates: {
      latency: "PT1H",
      patience: options.patience ?? "PT6H",
      revisionWindow: "P2D",
      publish: options.publish ?? "settled",
      retry: { first: "PT1H", longest: "PT6H" },
      writtenWithin: options.writtenWithin ?? "PT0S",
      batchesMax: options.batchesMax ?? 2,
    },
  });
  return asDescribed(descriptor);
}

/** The instant of a timestep, in milliseconds. */
export function tinyTime(index: number): number {
  return tinyStart + index * hourMs;
}

/** ISO 8601 in UTC, to the second. */
export function instantText(t: number): string {
  return new Date(t).toISOString().replace(".000Z", "Z");
}

/** Where the provider keeps the granule whose first timestep is `index`. */
export function tinyPath(index: number, name: "tiny" | "early" = "tiny", suffix = ".bin.gz"): string {
  const text = instantText(tinyTime(index));
  const day = 1 + Math.floor((tinyTime(index) - Date.UTC(Number(text.slice(0, 4)), 0, 1)) / (24 * hourMs));
  return `${text.slice(0, 4)}/${String(day).padStart(3, "0")}/${name}.${text.slice(0, 13).replace(/[-T]/g, "")}${suffix}`;
}

/** What readers must find: hundredths of mm/h as stored, and m/s; null where nothing was measured. */
export interface TinyFields {
  readonly rain: readonly (number | null)[];
  readonly wind: readonly (number | null)[];
}

/** The measurements of one timestep in one revision of its granule. A zero is among them, and a gap in each field. */
export function tinyFields(index: number, revision = 0): TinyFields {
  const cells = Array.from({ length: tinyCells }, (_, cell) => cell);
  const hash = (cell: number) => (index * 131 + revision * 977 + cell * 17) % 3001;
  return {
    rain: cells.map((cell) =>
      cell === index % tinyCells ? null : cell === 5 - (index % 5) ? 0 : hash(cell),
    ),
    wind: cells.map((cell) => (cell === (index + revision) % tinyCells ? null : hash(cell) / 4 - 300)),
  };
}

/** A timestep that nothing is known of, or that is a gap. */
export const tinyFill: TinyFields = {
  rain: Array(tinyCells).fill(null),
  wind: Array(tinyCells).fill(null),
};

/** What is shown of a timestep in one field: which of those revisions, fill, or `undefined` if it is none of them. */
export function shownAt(
  index: number,
  name: keyof TinyFields,
  values: readonly (number | null)[] | undefined,
  revisions: readonly number[],
): number | "fill" | undefined {
  const shown = JSON.stringify(values);
  if (shown === JSON.stringify(tinyFill[name])) return "fill";
  return revisions.find((revision) => JSON.stringify(tinyFields(index, revision)[name]) === shown);
}

export interface TinyGranule {
  /** Its first timestep. */
  readonly index: number;
  readonly revision?: number;
  readonly stepsPerGranule?: number;
  readonly compression?: "gzip" | "none";
  /** Replaces words of the header. */
  readonly header?: Readonly<Record<string, string>>;
  /** Makes other raw bytes, before they are compressed. */
  readonly mutate?: (raw: Uint8Array) => Uint8Array;
}

/** The file. */
export function tinyGranule({
  index,
  revision = 0,
  stepsPerGranule = 1,
  compression = "gzip",
  header = {},
  mutate = (raw) => raw,
}: TinyGranule): Uint8Array {
  const frameBytes = tinyCells * (2 + 4);
  const raw = new Uint8Array(tinyHeaderBytes + stepsPerGranule * frameBytes);
  raw.set(new TextEncoder().encode(headerText(index, header).padEnd(tinyHeaderBytes)));
  const view = new DataView(raw.buffer);
  for (let frame = 0; frame < stepsPerGranule; frame++) {
    const { rain, wind } = tinyFields(index + frame, revision);
    const at = tinyHeaderBytes + frame * frameBytes;
    rain.forEach((value, cell) => {
      view.setInt16(at + 2 * cell, value ?? rainMissing);
    });
    wind.forEach((value, cell) => {
      view.setFloat32(at + 2 * tinyCells + 4 * cell, value ?? windMissing);
    });
  }
  const made = mutate(raw);
  return compression === "gzip" ? new Uint8Array(gzipSync(made)) : made;
}

function headerText(index: number, replaced: Readonly<Record<string, string>>): string {
  const text = instantText(tinyTime(index)).replace(/[-:Z]/g, "");
  const words = {
    format: "tiny",
    header_bytes: String(tinyHeaderBytes),
    day: text.slice(0, 8),
    clock: text.slice(9),
    fields: "2",
    names: "rain,wind",
    types: "short,real",
    scales: "100,1",
    ...replaced,
  };
  return Object.entries(words)
    .map(([key, value]) => `${key}=${value}`)
    .join(" ");
}

function dimension(
  name: string,
  standardName: string,
  units: string,
  first: number,
  step: number,
  count: number,
) {
  const attributes = { standard_name: standardName, long_name: standardName, units };
  return { name, first, step, count, attributes };
}
