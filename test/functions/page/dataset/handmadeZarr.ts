/** A Zarr group written by hand, after the specification of Zarr v2 and nothing else, and a server that a page reads it from. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { deflateSync, gzipSync, zstdCompressSync } from "node:zlib";

type Numbers = Int8Array | Int16Array | Float32Array | Float64Array;

export interface Handmade {
  readonly dimensions: readonly string[];
  readonly shape: readonly number[];
  readonly chunks?: readonly number[];
  readonly dtype: "|i1" | "<i2" | "<f4" | "<f8";
  readonly fill?: number | string | null;
  readonly compressor?: "gzip" | "zlib" | "zstd";
  readonly order?: "C" | "F";
  readonly attributes?: object;
  /** By key, in the form of the whole chunk. */
  readonly values: Readonly<Record<string, Numbers>>;
}

const compress = { gzip: gzipSync, zlib: deflateSync, zstd: zstdCompressSync };

/** The objects of a group by key. */
export function handmadeZarr(arrays: Readonly<Record<string, Handmade>>): Map<string, Uint8Array | number> {
  const metadata: Record<string, unknown> = { ".zgroup": { zarr_format: 2 }, ".zattrs": {} };
  const objects = new Map<string, Uint8Array | number>();
  for (const [name, array] of Object.entries(arrays)) {
    const { dimensions, shape, chunks = shape, dtype, fill = null, compressor, order = "C" } = array;
    metadata[`${name}/.zattrs`] = { ...array.attributes, _ARRAY_DIMENSIONS: dimensions };
    metadata[`${name}/.zarray`] = {
      zarr_format: 2,
      shape,
      chunks,
      dtype,
      compressor: compressor ? { id: compressor, level: 1 } : null,
      fill_value: fill,
      order,
      filters: null,
    };
    for (const [key, values] of Object.entries(array.values)) {
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      objects.set(`${name}/${key}`, compressor ? compress[compressor](bytes) : bytes);
    }
  }
  return objects.set(
    ".zmetadata",
    new TextEncoder().encode(JSON.stringify({ zarr_consolidated_format: 1, metadata })),
  );
}

export interface Served {
  /** Of the group. */
  readonly url: string;
  /** The keys that were asked for, in order. */
  readonly asked: string[];
}

/** Serves a group's objects until the test ends; a number stands for the status of a failing answer. */
export async function serveGroup(
  t: TestContext,
  objects: ReadonlyMap<string, Uint8Array | number>,
): Promise<Served> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const key = (request.url ?? "").replace(/^\/data\/odd\.zarr\//, "");
    asked.push(key);
    const object = objects.get(key) ?? 404;
    response.statusCode = typeof object === "number" ? object : 200;
    const faults = JSON.stringify({ faults: [`read ${key}: the bucket is closed`] });
    response.end(typeof object === "number" ? faults : object);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/data/odd.zarr`, asked };
}

/** Dimensions and coordinates of a small grid, three timesteps long: latitudes from 10 to -10, longitudes 0, 90, 180, 270. */
export function smallGroup(fields: Readonly<Record<string, Handmade>>, statuses = [0, 1, 0]) {
  return handmadeZarr({
    granule_status: {
      dimensions: ["time"],
      shape: [statuses.length],
      chunks: [16],
      dtype: "|i1",
      values: { 0: Int8Array.of(...statuses, ...Array(16 - statuses.length).fill(0)) },
    },
    time_bnds: { dimensions: ["time", "bnds"], shape: [3, 2], dtype: "<f8", values: {} },
    time: { dimensions: ["time"], shape: [3], dtype: "<f8", attributes: { bounds: "time_bnds" }, values: {} },
    lat: {
      dimensions: ["lat"],
      shape: [3],
      dtype: "<f8",
      attributes: { standard_name: "latitude", units: "degrees_north" },
      values: { 0: Float64Array.of(10, 0, -10) },
    },
    lon: {
      dimensions: ["lon"],
      shape: [4],
      dtype: "<f8",
      attributes: { standard_name: "longitude", units: "degrees_east" },
      values: { 0: Float64Array.of(0, 90, 180, 270) },
    },
    ...fields,
  });
}

/** An array of whole 3 × 4 grids, two timesteps in a chunk, the number at each place being its count from the beginning. */
export function counting(compressor?: Handmade["compressor"], attributes: object = {}): Handmade {
  const from = (first: number) => Int16Array.from({ length: 24 }, (_, place) => first + place);
  return {
    dimensions: ["time", "lat", "lon"],
    shape: [3, 3, 4],
    chunks: [2, 3, 4],
    dtype: "<i2",
    fill: -1,
    ...(compressor ? { compressor } : {}),
    attributes,
    values: { "0.0.0": from(0), "1.0.0": from(24) },
  };
}
