/**
 * Datasets for readers to open, each with a manifest of what must be found in it. The values of the manifest are those
 * that the granules were made from, so that none of them comes from the product.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { runUntilCurrent } from "../../functions/runtime/runUntilCurrent.ts";
import { readSettings } from "../../functions/runtime/settings.ts";
import { disposal, localWiring } from "../../functions/runtime/wiring.ts";
import airTemperature from "../../shared/dataset/catalogue/air-temperature.ts";
import trmm3b42rt from "../../shared/dataset/catalogue/trmm-3b42rt.ts";
import type { Descriptor } from "../../shared/dataset/dataset.ts";
import { type CodecSpec, codecIds } from "../../shared/dataset/descriptor.ts";
import { airGranule, airHours, airName } from "../support/airGranules.ts";
import { type FtpServer, startFtpServer } from "../support/ftpServer.ts";
import { type Granule, granule3b42rt } from "../support/granules.ts";
import { onDescriptor } from "../support/onDescriptor.ts";
import { threeHourly } from "../support/trmmProvider.ts";

export interface Field {
  readonly name: string;
  /** As numpy names it: of the stored numbers, and of those in the files of expected values. */
  readonly dtype: "<i2" | "|i1" | "<f4";
  readonly file_dtype: string;
  /** `null` stands for NaN. */
  readonly fill: number | null;
  readonly scale: number | null;
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface Step {
  /** ISO 8601, in UTC but without a Z, as numpy reads it. */
  readonly time: string;
  readonly status: "present" | "missing" | "corrupt";
  /** A file with the grid of every field, one after the other; `null` if fill stands everywhere. */
  readonly values: string | null;
}

/** In snake_case, since it is read by other programs. */
export interface Manifest {
  readonly store: string;
  readonly fields: readonly Field[];
  readonly lat: { readonly first: number; readonly step: number; readonly count: number };
  readonly lon: { readonly first: number; readonly step: number; readonly count: number };
  readonly time_units: string;
  readonly chunk_length: number;
  /** Of each timestep's window around it; `null` if it stands for an instant. */
  readonly half_window_minutes: number | null;
  /** Rows beyond this latitude are experimental; `null` if there is no such band. */
  readonly experimental_beyond: number | null;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly compressor: string | null;
  readonly steps: readonly Step[];
}

export interface Built {
  readonly manifest: Manifest;
  readonly manifestPath: string;
  /** Directory of the store, and id of the dataset in it. */
  readonly directory: string;
  readonly id: string;
}

const rain = { dtype: "<i2", file_dtype: "<i2", fill: -31_999, scale: 0.01 } as const;
const ancillary = { ancillary_variables: "granule_status" };
const trmmFields: readonly Field[] = [
  {
    name: "precipitation",
    ...rain,
    attributes: { units: "mm h-1", standard_name: "lwe_precipitation_rate", ...ancillary },
  },
  { name: "precipitation_error", ...rain, attributes: { units: "mm h-1", ...ancillary } },
  {
    name: "source",
    dtype: "|i1",
    file_dtype: "|i1",
    fill: -128,
    scale: null,
    attributes: {
      units: "1",
      flag_values: [0, 1, 2, 3, 4, 5, 6, 30, 31, 50, 101, 102, 103, 104, 105, 106],
      ...ancillary,
    },
  },
  {
    name: "uncal_precipitation",
    ...rain,
    attributes: { units: "mm h-1", standard_name: "lwe_precipitation_rate", ...ancillary },
  },
];

interface TrmmStep {
  readonly time: number;
  /** Of the file name: what stands between the hour and `.bin.gz`. */
  readonly version: string;
  readonly fields?: 3 | 4;
  readonly fate?: "missing" | "corrupt";
}

const hourMs = 3_600_000;

/** A full chunk of 40 timesteps and a tail of 5; one granule in each is not to be had. */
export function buildSeries(directory: string): Promise<Built> {
  const steps = threeHourly("2014-04-01T00:00:00Z", 45).map((time, index): TrmmStep => {
    if (index === 10) return { time, version: "7", fate: "missing" };
    if (index === 41) return { time, version: "7", fate: "corrupt" };
    return { time, version: "7" };
  });
  return buildTrmm(directory, steps, {
    valid_through: "2014-04-06T12:00:00Z",
    time_coverage_start: "2014-03-31T22:30:00Z",
    time_coverage_end: "2014-04-06T13:30:00Z",
    granule_gap_count: 2,
  });
}

/** Across the switch of names, with a granule of version 6 among them, which has no fourth field. */
export function buildSwitch(directory: string): Promise<Built> {
  const versions = ["7R2", "7R2", "6", "7R2", "7", "7"];
  const steps = threeHourly("2012-11-06T18:00:00Z", versions.length).map((time, index): TrmmStep => {
    const version = versions[index] as string;
    return { time, version, fields: version === "6" ? 3 : 4 };
  });
  return buildTrmm(directory, steps, {
    valid_through: "2012-11-07T09:00:00Z",
    time_coverage_start: "2012-11-06T16:30:00Z",
    time_coverage_end: "2012-11-07T10:30:00Z",
    granule_gap_count: 0,
  });
}

/** One dataset for each way to compress chunks, with a full chunk of two timesteps and half a one. */
export async function buildCodecs(directory: string): Promise<ReadonlyMap<CodecSpec["id"], Built>> {
  const steps = threeHourly("2014-04-01T00:00:00Z", 3).map((time): TrmmStep => ({ time, version: "7" }));
  const attributes = { valid_through: "2014-04-01T06:00:00Z", granule_gap_count: 0 };
  const built = new Map<CodecSpec["id"], Built>();
  for (const codec of codecIds) {
    built.set(codec, await buildTrmm(join(directory, codec), steps, attributes, codec));
  }
  return built;
}

async function buildTrmm(
  directory: string,
  steps: readonly TrmmStep[],
  attributes: Manifest["attributes"],
  codec?: CodecSpec["id"],
): Promise<Built> {
  const { id } = trmm3b42rt;
  const values = join(directory, "expected");
  await mkdir(values, { recursive: true });
  const provider = await startFtpServer();
  const expected: Step[] = [];
  for (const { time, version, fields = 4, fate } of steps) {
    const granule = granule3b42rt({ time, seed: 7, fields, version });
    if (fate !== "missing") publish(provider, time, version, granule, fate === "corrupt");
    const file = fate === undefined ? join(values, `${stampOf(time)}.raw`) : null;
    if (file) await writeFile(file, expectedBytes(granule));
    expected.push({ time: isoOf(time), status: fate ?? "present", values: file });
  }
  const chunk_length = codec === undefined ? 40 : 2;
  const asOf = (steps.at(-1)?.time ?? 0) + 96 * hourMs;
  await build(directory, trmm3b42rt, provider, steps[0]?.time ?? 0, asOf, (dataset) =>
    codec === undefined
      ? dataset
      : {
          ...dataset,
          time: { ...dataset.time, chunkLength: chunk_length },
          arrays: dataset.arrays.map((array) => ({ ...array, codec: { id: codec } })),
        },
  );
  return written(directory, id, {
    store: join(directory, `${id}.zarr`),
    fields: trmmFields,
    lat: { first: 59.875, step: -0.25, count: 480 },
    lon: { first: 0.125, step: 0.25, count: 1440 },
    time_units: "hours since 2000-03-01 00:00:00",
    chunk_length,
    half_window_minutes: 90,
    experimental_beyond: 50,
    attributes: { time_coverage_resolution: "PT3H", Conventions: "CF-1.10, ACDD-1.3", id, ...attributes },
    compressor: codec === "none" ? null : (codec ?? "zstd"),
    steps: expected,
  });
}

/** The series of float granules, whose files hold the expected values themselves. */
export async function buildAir(directory: string): Promise<Built> {
  await mkdir(directory, { recursive: true });
  const granules: string[] = [];
  for (const hour of airHours) {
    const granule = join(directory, airName(hour));
    await writeFile(granule, airGranule(hour));
    granules.push(granule);
  }
  const grid = {
    lat: { first: 75, step: -2.5, count: 25 },
    lon: { first: 200, step: 2.5, count: 53 },
  };
  return buildFloats(directory, granules, grid);
}

/** The same series on a grid most of whose coordinates are no sums of doubles, with one granule. */
export async function buildTenths(directory: string): Promise<Built> {
  const grid = {
    lat: { first: 0.15, step: -0.1, count: 3 },
    lon: { first: -179.95, step: 0.1, count: 3600 },
  };
  const bytes = Buffer.alloc(4 * grid.lat.count * grid.lon.count);
  for (let at = 0; at < bytes.length; at += 4) bytes.writeFloatBE(200 + at / 1000, at);
  await mkdir(directory, { recursive: true });
  const granule = join(directory, airName("00"));
  await writeFile(granule, bytes);
  return buildFloats(directory, [granule], grid);
}

async function buildFloats(
  directory: string,
  granules: readonly string[],
  grid: Pick<Manifest, "lat" | "lon">,
): Promise<Built> {
  const { id } = airTemperature;
  const provider = await startFtpServer();
  const steps: Step[] = [];
  for (const file of granules) {
    const hour = basename(file).slice(-6, -4);
    provider.put(`/${basename(file)}`, await readFile(file));
    steps.push({ time: `2013-01-01T${hour}:00:00`, status: "present", values: file });
  }
  await mkdir(directory, { recursive: true });
  await build(directory, airTemperature, provider, Date.UTC(2013, 0, 1), Date.UTC(2013, 0, 5), (dataset) => ({
    ...dataset,
    dimensions: dataset.dimensions.map((one, i) => ({ ...one, ...(i === 0 ? grid.lat : grid.lon) })),
  }));
  const last = `${steps.at(-1)?.time}Z`;
  return written(directory, id, {
    store: join(directory, `${id}.zarr`),
    fields: [
      {
        name: "air",
        dtype: "<f4",
        file_dtype: ">f4",
        fill: null,
        scale: null,
        attributes: { units: "K", standard_name: "air_temperature", ...ancillary },
      },
    ],
    ...grid,
    time_units: "hours since 2013-01-01 00:00:00",
    chunk_length: 40,
    half_window_minutes: null,
    experimental_beyond: null,
    attributes: {
      id,
      valid_through: last,
      time_coverage_start: "2013-01-01T00:00:00Z",
      time_coverage_end: last,
      granule_gap_count: 0,
    },
    compressor: "zstd",
    steps,
  });
}

async function build(
  directory: string,
  descriptor: Descriptor,
  provider: FtpServer,
  start: number,
  asOf: number,
  adapt: (dataset: Descriptor) => Descriptor,
): Promise<void> {
  const typed = { store: directory, source: provider.url, start: `${isoOf(start)}Z`, now: `${isoOf(asOf)}Z` };
  try {
    await disposal(
      localWiring(descriptor, readSettings(typed, {}), () => undefined),
      (wiring) => {
        const adapted = onDescriptor(wiring, adapt(wiring.descriptor));
        return runUntilCurrent(adapted, { force: false }, new AbortController().signal);
      },
    );
  } finally {
    await provider.close();
  }
}

async function written(directory: string, id: string, manifest: Manifest): Promise<Built> {
  const manifestPath = join(directory, "manifest.json");
  await writeFile(manifestPath, JSON.stringify(manifest));
  return { manifest, manifestPath, directory, id };
}

function publish(provider: FtpServer, time: number, version: string, { gz }: Granule, isHalf: boolean): void {
  const stamp = stampOf(time);
  const folder = `/3B42RT/${stamp.slice(0, 4)}/${stamp.slice(4, 6)}`;
  const bytes = isHalf ? gz.subarray(0, gz.length / 2) : gz;
  provider.put(`${folder}/3B42RT.${stamp}.${version}.bin.gz`, bytes, time + 7 * hourMs);
}

function expectedBytes({ expected }: Granule): Buffer {
  return Buffer.concat(
    trmmFields.map(({ name }) => {
      const { buffer, byteOffset, byteLength } = expected[name as keyof typeof expected];
      return Buffer.from(buffer, byteOffset, byteLength);
    }),
  );
}

function isoOf(time: number): string {
  return new Date(time).toISOString().slice(0, 19);
}

/** YYYYMMDDHH */
function stampOf(time: number): string {
  return isoOf(time).replace(/\D/g, "").slice(0, 10);
}
