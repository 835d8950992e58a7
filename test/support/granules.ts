/**
 * Granules of TRMM 3B42RT in their true form, with invented weather. Rain is modelled in hundredths of mm/h, and both what a
 * file stores and what an array must hold are written from that model, so that neither depends on the product's decoder.
 */
import { gzipSync } from "node:zlib";
import { columns, type GranuleFields, missing, rows, weatherAt } from "./weather.ts";

const values = rows * columns;
const headerBytes = 2880;
const hourMs = 3_600_000;

export interface GranuleOptions {
  /** The nominal instant, in milliseconds. */
  readonly time: number;
  /** Other seeds make other weather. */
  readonly seed: number;
  /** Files before version 7 have no `uncal_precipitation`; 4 if absent. */
  readonly fields?: 3 | 4;
  /** As in the file's name: `7`, `7R2`, `6A`; what the real series has at that time if absent. */
  readonly version?: string;
  /** Changes the raw bytes before they are compressed: in place, or by giving others back. */
  readonly mutate?: (raw: Uint8Array) => Uint8Array | undefined;
}

export interface Granule {
  /** The file. */
  readonly gz: Uint8Array;
  readonly raw: Uint8Array;
  /** The values as the file stores them, from north to south; of three fields, the fourth is `undefined`. */
  readonly fields: Omit<GranuleFields, "uncal_precipitation"> & {
    readonly uncal_precipitation: Int16Array | undefined;
  };
  /** What the arrays of the dataset must hold; of three fields, the fourth is missing everywhere. */
  readonly expected: GranuleFields;
}

/** Makes the same granule for the same options, whenever it is called. */
export function granule3b42rt({ time, seed, fields: count = 4, version, mutate }: GranuleOptions): Granule {
  const weather = weatherAt(time, seed);
  const expected =
    count === 4 ? weather : { ...weather, uncal_precipitation: new Int16Array(values).fill(missing) };
  const fields = {
    precipitation: asStored(expected.precipitation),
    precipitation_error: asStored(expected.precipitation_error),
    source: expected.source.slice(),
    uncal_precipitation: count === 4 ? asStored(expected.uncal_precipitation) : undefined,
  };
  const made = rawOf(header(time, count, version), Object.values(fields));
  const raw = mutate?.(made) ?? made;
  return { gz: new Uint8Array(gzipSync(raw, { level: 1, chunkSize: 1024 * 1024 })), raw, fields, expected };
}

/** The bytes of a file before it is compressed. */
function rawOf(text: string, blocks: readonly (Int16Array | Int8Array | undefined)[]): Uint8Array {
  const bytes = blocks.reduce((sum, block) => sum + (block?.byteLength ?? 0), headerBytes);
  const raw = new Uint8Array(bytes);
  raw.set(new TextEncoder().encode(text.padEnd(headerBytes)));
  let at = headerBytes;
  for (const block of blocks) {
    if (!block) continue;
    raw.set(new Uint8Array(block.buffer, block.byteOffset, block.byteLength), at);
    if (block.BYTES_PER_ELEMENT === 2) Buffer.from(raw.buffer, at, block.byteLength).swap16();
    at += block.byteLength;
  }
  return raw;
}

/** The header's text, without its padding. */
export function header(time: number, fields: 3 | 4, version = versionAt(time, fields)): string {
  const stamp = (t: number) => new Date(t).toISOString().replace(/[-:]/g, "");
  const day = (t: number) => stamp(t).slice(0, 8);
  const clock = (t: number) => stamp(t).slice(9, 15);
  const begin = time - 1.5 * hourMs;
  const end = time + 1.5 * hourMs;
  const of = (...each: string[]) => each.slice(0, fields).join(",");
  return [
    "algorithm_ID=3B42RT",
    `algorithm_version=0${version.charAt(0)}.00`,
    `granule_ID=3B42RT.${day(time)}${clock(time).slice(0, 2)}.${version}.bin`,
    `header_byte_length=${headerBytes}`,
    `file_byte_length=(char2880)_header+(int2)x1440x480x2_data+(int1)x1440x480_data${fields === 4 ? "+(int2)x1440x480_data" : ""}`,
    `nominal_YYYYMMDD=${day(time)} nominal_HHMMSS=${clock(time)}`,
    `begin_YYYYMMDD=${day(begin)} begin_HHMMSS=${clock(begin)}`,
    `end_YYYYMMDD=${day(end)} end_HHMMSS=${clock(end)}`,
    `creation_date=${version === "7R2" ? "20121109" : day(time + 9 * hourMs)}`,
    "west_boundary=0E east_boundary=360E north_boundary=60N south_boundary=60S origin=northwest",
    `number_of_latitude_bins=${rows} number_of_longitude_bins=${columns} grid=0.25x0.25_deg_lat/lon`,
    "first_box_center=59.875N,0.125E second_box_center=59.875N,0.375E last_box_center=59.875S,359.875E",
    `number_of_variables=${fields}`,
    `variable_name=${of("precipitation", "precipitation_error", "source", "uncal_precipitation")}`,
    `variable_units=${of("mm/hr", "mm/hr", "source_number", "mm/hr")}`,
    `variable_scale=${of("100", "100", "1", "100")}`,
    `variable_type=${of("signed_integer2", "signed_integer2", "signed_integer1", "signed_integer2")}`,
    `byte_order=big_endian flag_value=${missing} flag_name=insufficient_observations`,
    "contact_name=TSDIS_Helpdesk contact_address=NASA/GSFC_Code_610.2_Greenbelt_MD_20771_USA",
    "contact_telephone=301-614-5184 contact_facsimile=301-614-5575",
    "contact_email=helpdesk@pps-mail.nascom.nasa.gov run_latency=LAST",
  ].join(" ");
}

function versionAt(time: number, fields: 3 | 4): string {
  if (fields === 3) return "6A";
  return time < Date.UTC(2012, 10, 7, 6) ? "7R2" : "7";
}

/** The producer marks its estimates poleward of 50° by storing p as -p - 0.01 mm/h. */
function asStored(field: Int16Array): Int16Array {
  const stored = field.slice();
  const bandValues = 40 * columns;
  for (const band of [stored.subarray(0, bandValues), stored.subarray(values - bandValues)]) {
    for (let i = 0; i < band.length; i++) {
      const hundredths = band[i] as number;
      if (hundredths !== missing) band[i] = -hundredths - 1;
    }
  }
  return stored;
}
