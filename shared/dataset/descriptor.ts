import type { FlatBinarySpec } from "../format/flatBinary/spec.ts";
import type { DataType } from "./values.ts";

/** Attribute values as JSON holds them. */
export type AttributeValue = string | number | readonly number[] | readonly string[];
export type Attributes = Readonly<Record<string, AttributeValue>>;

export const codecIds = ["zstd", "zlib", "gzip", "none"] as const;

/** How chunks are compressed, by the ids of numcodecs. A level is from 1 to 9 (zstd: to 19). */
export interface CodecSpec {
  readonly id: (typeof codecIds)[number];
  readonly level?: number;
}

/** Where a stamp stands in the window that its values cover; an `instant` covers none. */
export type StampPosition = "start" | "centre" | "end" | "instant";

/** The append dimension. Instants are ISO 8601 UTC, durations ISO 8601. */
export interface TimeSpec {
  readonly start: string;
  readonly end?: string;
  readonly step: string;
  /** CF units, pinned for ever: `hours since 2000-03-01 00:00:00`, in seconds, minutes, hours or days. */
  readonly units: string;
  readonly calendar: "proleptic_gregorian" | "standard";
  readonly stamp: StampPosition;
  /** Timesteps a chunk. */
  readonly chunkLength: number;
}

/** A regular coordinate: `first + i·step` for `count` values, each the double nearest to what these decimals make. */
export interface FixedDimension {
  readonly name: string;
  readonly first: number;
  readonly step: number;
  readonly count: number;
  readonly attributes: Attributes;
}

/** A small int8 coordinate along one fixed dimension, for instance flags of its rows. */
export interface AuxiliaryCoordinate {
  readonly name: string;
  readonly dimension: string;
  readonly values: readonly number[];
  readonly attributes: Attributes;
}

/**
 * An array over (time, …fixed dimensions). Stored integers mean `stored · scaleFactor` in the attributes' units.
 * `fillValue` stands where nothing was measured; in floats it may be NaN. `validRange`, both bounds included, is in the attributes'
 * units: a granule with a value outside it, rules and packing undone, is not believed.
 */
export interface ArraySpec {
  readonly name: string;
  /** The decoding's block that it is made from. */
  readonly block: string;
  readonly dtype: DataType;
  readonly scaleFactor?: number;
  readonly fillValue: number;
  readonly validRange?: readonly [min: number, max: number];
  readonly codec?: CodecSpec;
  readonly attributes: Attributes;
}

/**
 * A path that may hold a timestep, for timesteps from `from` (included) until `until` (excluded). In braces stand YYYY,
 * YY, MM, DD, DDD (day of the year), HH and mm of the granule's first timestep, alone or together: `{YYYYMMDDHH}`.
 */
export interface CandidatePath {
  readonly path: string;
  readonly from?: string;
  readonly until?: string;
}

export interface SourceSpec {
  /** Base URL; candidate paths are relative to it. `?data-host=any` may stand behind it (`baseUrl.ts`). */
  readonly url: string;
  /** Connections at once, over all that this process does. */
  readonly connectionsMax: number;
  /** In order of preference: the first that the provider lists is taken. */
  readonly candidates: readonly CandidatePath[];
  /** Timesteps in one granule, counted from the axis's start as the descriptor has it; 1 if absent. */
  readonly stepsPerGranule?: number;
}

/**
 * How a granule's bytes become fields: decompressed first, then read by its format.
 * - `gzip`, checked: the whole file is inflated and its CRC compared.
 * - `gzipLeading`: inflating stops after the last block that an array wants. **It gives the CRC up**; the size as listed,
 *   the length that the trailer states and the header are still checked.
 */
export interface DecodingSpec extends FlatBinarySpec {
  readonly compression: "none" | "gzip" | "gzipLeading";
  /** The largest file, and the largest after inflating, that is believed. */
  readonly granuleBytesMax: number;
  readonly rawBytesMax: number;
}

/** How the dataset grows. Durations are ISO 8601. */
export interface UpdatesSpec {
  /** How long after its time a granule usually appears. */
  readonly latency: string;
  /** How long after its time a granule is waited for, before readers are shown the gap. */
  readonly patience: string;
  /** How far back the provider is looked at again for replaced granules. */
  readonly revisionWindow: string;
  /** `settled` shows no step before those before it are resolved; `latest` shows gaps at once, as pending. */
  readonly publish: "settled" | "latest";
  /** A failing step is tried again after `first`, then twice as long each time, up to `longest`. */
  readonly retry: { readonly first: string; readonly longest: string };
  /**
   * How long after its date a file that is too short may still be being written: till then what lacks is pending, afterwards
   * corrupt. An hour if absent; `PT0S` where files appear whole.
   */
  readonly writtenWithin?: string;
  /** Batches that may be worked on at once. */
  readonly batchesMax: number;
}

/** What a dataset is (the first six) and how it grows (the last three). One file per dataset. */
export interface DatasetSpec {
  readonly id: string;
  /** ACDD attributes of the group; `title`, `summary`, `institution`, `source` and `license` must be there. */
  readonly attributes: Attributes;
  readonly time: TimeSpec;
  readonly dimensions: readonly FixedDimension[];
  readonly auxiliaries?: readonly AuxiliaryCoordinate[];
  readonly arrays: readonly ArraySpec[];
  readonly source: SourceSpec;
  readonly decoding: DecodingSpec;
  readonly updates: UpdatesSpec;
}
