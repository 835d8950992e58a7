import trmm3b42rt from "../../../shared/dataset/catalogue/trmm-3b42rt.ts";
import type { Descriptor } from "../../../shared/dataset/dataset.ts";
import { defineDataset } from "../../../shared/dataset/defineDataset.ts";

/** A whole series that is ingested from nothing, and choices to compare. */
export interface Scenario {
  readonly title: string;
  readonly dataset: Descriptor;
  readonly timesteps: number;
  readonly granuleBytes: number;
  readonly chunkLengths: readonly number[];
  readonly workers: readonly number[];
}

function axis(name: "latitude" | "longitude", units: string, first: number, step: number, count: number) {
  return {
    name: name.slice(0, 3),
    first,
    step,
    count,
    attributes: { standard_name: name, long_name: name, units },
  };
}

/** A global field every half hour at 0.1°, as of a satellite product, in files of that one field. */
const halfHourly = defineDataset({
  id: "half-hourly",
  attributes: {
    title: "Half-hourly global field at 0.1°",
    summary: "Invented, to be estimated.",
    institution: "none",
    source: "invented",
    license: "none",
  },
  time: {
    start: "2006-01-01T00:00:00Z",
    step: "PT30M",
    units: "minutes since 2006-01-01 00:00:00",
    calendar: "proleptic_gregorian",
    stamp: "start",
    chunkLength: 4,
  },
  dimensions: [
    axis("latitude", "degrees_north", 89.95, -0.1, 1800),
    axis("longitude", "degrees_east", -179.95, 0.1, 3600),
  ],
  arrays: [
    {
      name: "rate",
      block: "rate",
      dtype: "int16",
      scaleFactor: 0.01,
      fillValue: -9999,
      attributes: { long_name: "rate", units: "mm h-1" },
    },
  ],
  source: {
    url: "ftp://nowhere.invalid/half-hourly",
    connectionsMax: 12,
    candidates: [{ path: "{YYYY}/{MM}/{DD}/rate.{YYYYMMDDHH}{mm}.bin.gz" }],
  },
  decoding: {
    compression: "gzip",
    granuleBytesMax: 16 * 1024 * 1024,
    rawBytesMax: 16 * 1024 * 1024,
    byteOrder: "little",
    layout: { kind: "dated", layouts: [{ headerBytes: 0, blocks: ["rate"] }] },
    blocks: [{ name: "rate", type: "int16", scale: 100, missing: -9999 }],
  },
  updates: {
    latency: "PT4H",
    patience: "P2D",
    revisionWindow: "P30D",
    publish: "settled",
    retry: { first: "PT1H", longest: "P7D" },
    batchesMax: 5,
  },
});

export const scenarios: readonly Scenario[] = [
  {
    title: "3B42RT, twenty years: 3-hourly, 0.25°, four arrays",
    dataset: trmm3b42rt,
    timesteps: 58_000,
    granuleBytes: 400_000,
    chunkLengths: [20, 40, 80, 160],
    workers: [1, 2, 3, 7],
  },
  {
    title: "Half-hourly, twenty years: 0.1°, one array",
    dataset: halfHourly,
    timesteps: 350_000,
    granuleBytes: 2_000_000,
    chunkLengths: [4, 8, 16, 48],
    workers: [2, 5, 11],
  },
];
