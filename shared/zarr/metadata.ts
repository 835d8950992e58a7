import { boundsOf, coverageOf, statusFlags } from "../dataset/cf.ts";
import { chunkShape } from "../dataset/chunkGrid.ts";
import { coordinateRange } from "../dataset/coordinates.ts";
import type { Dataset, Descriptor } from "../dataset/dataset.ts";
import { isLatitude, isLongitude } from "../dataset/degrees.ts";
import type { ArraySpec, Attributes, AttributeValue, FixedDimension } from "../dataset/descriptor.ts";
import { formatDuration, formatInstant } from "../dataset/timeAxis.ts";
import { storedRange } from "../dataset/validRange.ts";
import { integerRange } from "../dataset/values.ts";
import { defaultCodec } from "./compressor.ts";
import type { ArrayModel, GroupModel } from "./model.ts";

/**
 * Chunk length of `time`, `time_bnds` and `granule_status`, in timesteps. It never depends on the dataset's length, so that
 * growing rewrites nothing but shapes.
 */
export const coordinateChunkLength = 16_384;

/** What changes about a dataset as it grows, all of which readers learn in one commit. */
export interface GroupState {
  readonly length: number;
  readonly commitSeq: number;
  readonly modifiedAt: number | null;
  /** Visible timesteps that are not present, by chunk of `granule_status`. */
  readonly gapCounts: readonly number[];
  /** What ties the store to its ledger, which keeps the same; absent in a dataset that was made before there was one. */
  readonly identity?: string;
}

/** Visible timesteps that are not present. */
export function gapCountOf({ gapCounts }: GroupState): number {
  return gapCounts.reduce((sum, count) => sum + count, 0);
}

/** All that readers are told of the dataset in that state, with CF 1.10 and ACDD 1.3 attributes. */
export function groupModel(dataset: Dataset, state: GroupState): GroupModel {
  const { length } = state;
  return {
    attributes: groupAttributes(dataset, state),
    arrays: [...dataArrays(dataset, length), ...timeArrays(dataset, length), ...fixedArrays(dataset)],
  };
}

/** Whether an array tells of the timesteps themselves: it is published after the data that it speaks of. */
export function isTimeLike(array: string): boolean {
  return ["granule_status", "time", "time_bnds"].includes(array);
}

/** The bytes of a metadata document: JSON in ASCII, since zarr-python 2 reads metadata as nothing else. */
export function documentBytes(document: object): Uint8Array {
  const escaped = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  const text = JSON.stringify(document, null, 2).replace(/[^\n -~]/g, escaped);
  return new TextEncoder().encode(`${text}\n`);
}

export type Fields = Readonly<Record<string, unknown>>;

/** A JSON object; `undefined` if the bytes hold none. */
export function readFields(bytes: Uint8Array): Fields | undefined {
  try {
    const read: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return read !== null && typeof read === "object" && !Array.isArray(read) ? (read as Fields) : undefined;
  } catch {
    return undefined;
  }
}

/** The identity that a group's attributes tell of; `undefined` if they tell of none that can be. */
export function identityIn(attributes: object | undefined): string | undefined {
  const { store_identity: identity } = (attributes ?? {}) as { store_identity?: unknown };
  return typeof identity === "string" && identity !== "" ? identity : undefined;
}

/** The type of `time_bnds`: integers where every bound is a whole number of units. */
export function boundsType({ time }: Descriptor): "int64" | "float64" {
  const bounds = boundsOf(time.stamp, time.start, time.stepMs) ?? [];
  return bounds.every((bound) => (bound - time.epoch) % time.unitMs === 0) ? "int64" : "float64";
}

/** Whether timesteps stand for windows, so that there is a `time_bnds`. */
export function hasBounds({ time }: Descriptor): boolean {
  return time.stamp !== "instant";
}

function dataArrays(dataset: Dataset, length: number): ArrayModel[] {
  const [chunkLength, ...grid] = chunkShape(dataset) as [number, ...number[]];
  const auxiliaries = (dataset.auxiliaries ?? []).map(({ name }) => name).join(" ");
  return dataset.arrays.map((array) => {
    const { name, dtype, scaleFactor, fillValue, codec = defaultCodec, attributes } = array;
    return {
      name,
      dims: ["time", ...dataset.dimensions.map((dimension) => dimension.name)],
      shape: [length, ...grid],
      chunks: [chunkLength, ...grid],
      dtype,
      codec,
      fillValue,
      attributes: {
        ...attributes,
        ...(scaleFactor === undefined ? {} : { scale_factor: scaleFactor }),
        ...validRangeOf(array),
        ...(auxiliaries === "" ? {} : { coordinates: auxiliaries }),
        ancillary_variables: "granule_status",
      },
    };
  });
}

/** CF has it in the stored type and units: in the integers of a packed array. */
function validRangeOf(array: ArraySpec): Attributes {
  const range = integerRange[array.dtype] ? storedRange(array) : array.validRange;
  return range ? { valid_range: range } : {};
}

/** Coordinates take no fill value: with one, readers would mask the values that equal it. */
const unmasked = { codec: defaultCodec, fillValue: null } as const;

function timeArrays(dataset: Dataset, length: number): ArrayModel[] {
  const { time } = dataset;
  const status: ArrayModel = {
    name: "granule_status",
    dims: ["time"],
    shape: [length],
    chunks: [coordinateChunkLength],
    dtype: "int8",
    ...unmasked,
    attributes: {
      standard_name: "status_flag",
      long_name: "what is known of the granule of each timestep",
      flag_values: Object.values(statusFlags),
      flag_meanings: Object.keys(statusFlags).join(" "),
    },
  };
  const stamps: ArrayModel = {
    name: "time",
    dims: ["time"],
    shape: [length],
    chunks: [coordinateChunkLength],
    dtype: "int64",
    ...unmasked,
    attributes: {
      standard_name: "time",
      long_name: time.stamp === "instant" ? "time" : `time, ${time.stamp} of the window`,
      units: time.units,
      calendar: time.calendar,
      axis: "T",
      ...(hasBounds(dataset) ? { bounds: "time_bnds" } : {}),
    },
  };
  if (!hasBounds(dataset)) return [status, stamps];
  const bounds: ArrayModel = {
    name: "time_bnds",
    dims: ["time", "bnds"],
    shape: [length, 2],
    chunks: [coordinateChunkLength, 2],
    dtype: boundsType(dataset),
    ...unmasked,
    attributes: { long_name: "start and end of the window of each timestep" },
  };
  return [status, stamps, bounds];
}

function fixedArrays({ dimensions, auxiliaries = [] }: Descriptor): ArrayModel[] {
  return [
    ...dimensions.map(
      ({ name, count, attributes }): ArrayModel => ({
        name,
        dims: [name],
        shape: [count],
        chunks: [count],
        dtype: "float64",
        ...unmasked,
        attributes,
      }),
    ),
    ...auxiliaries.map(
      ({ name, dimension, values, attributes }): ArrayModel => ({
        name,
        dims: [dimension],
        shape: [values.length],
        chunks: [values.length],
        dtype: "int8",
        ...unmasked,
        attributes,
      }),
    ),
  ];
}

function groupAttributes(dataset: Dataset, state: GroupState): Attributes {
  const { time, attributes, id } = dataset;
  return {
    Conventions: "CF-1.10, ACDD-1.3",
    // xarray's own: what is no field is a coordinate, so that no mean over time takes statuses for values.
    coordinates: hasBounds(dataset) ? "granule_status time_bnds" : "granule_status",
    id,
    ...attributes,
    ...geospatialAttributes(dataset),
    time_coverage_resolution: formatDuration(time.stepMs),
    append_start: formatInstant(time.start),
    ...(state.identity === undefined ? {} : { store_identity: state.identity }),
    ...coverageAttributes(dataset, state),
    granule_gap_count: gapCountOf(state),
    granule_gap_counts: state.gapCounts,
    commit_seq: state.commitSeq,
    ...(state.modifiedAt === null ? {} : { date_modified: formatInstant(state.modifiedAt) }),
  };
}

function coverageAttributes({ time }: Dataset, { length }: GroupState): Attributes {
  if (length === 0) return {};
  const last = time.at(length - 1);
  return {
    time_coverage_start: coverageOf(time.stamp, time.start, time.stepMs)[0],
    time_coverage_end: coverageOf(time.stamp, last, time.stepMs)[1],
    valid_through: formatInstant(last),
  };
}

/** The outermost centres, as ACDD has them. */
function geospatialAttributes({ dimensions }: Descriptor): Attributes {
  const found: Record<string, AttributeValue> = {};
  for (const dimension of dimensions) {
    const prefix = geospatialPrefix(dimension);
    if (prefix === undefined) continue;
    const [least, greatest] = coordinateRange(dimension);
    found[`${prefix}min`] = least;
    found[`${prefix}max`] = greatest;
    found[`${prefix}resolution`] = Math.abs(dimension.step);
  }
  return found;
}

/** How the group's attributes begin that tell of a latitude's or longitude's values; `undefined` of another dimension. */
export function geospatialPrefix(dimension: FixedDimension): string | undefined {
  if (isLatitude(dimension)) return "geospatial_lat_";
  return isLongitude(dimension) ? "geospatial_lon_" : undefined;
}
