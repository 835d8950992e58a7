/** Attribute values as JSON holds them. */
export type AttributeValue = string | number | readonly number[] | readonly string[];
export type Attributes = Readonly<Record<string, AttributeValue>>;

export const dataTypes = ["int8", "uint8", "int16", "int32", "float32", "float64"] as const;
export type DataType = (typeof dataTypes)[number];

/** Bytes of one value. */
export const itemBytes = {
  int8: 1,
  uint8: 1,
  int16: 2,
  int32: 4,
  float32: 4,
  float64: 8,
} as const satisfies Record<DataType, number>;

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
 * A rule for a block's stored values. `negated`: in rows whose coordinate along `dimension` is farther than `beyond` from
 * zero, a negative value v that is not missing stands for -v - 1.
 */
export interface NegatedRule {
  readonly kind: "negated";
  readonly dimension: string;
  readonly beyond: number;
}

/** One field of a granule: the fixed dimensions in order, the last varying fastest. */
export interface Block {
  readonly name: string;
  readonly type: DataType;
  /** Stored values are divided by it; 1 if absent. */
  readonly scale?: number;
  /** The stored value that means missing. */
  readonly missing?: number;
  /** The header's word for its units, which are not to be others. */
  readonly units?: string;
  /** May be absent from a granule whose header says so: its array then holds the fill value. */
  readonly optional?: boolean;
  readonly rules?: readonly NegatedRule[];
}

/** `KEY=VALUE` pairs of ASCII, parted by blanks, at the head of the file, which say what follows. */
export interface HeaderLayout {
  readonly kind: "header";
  /** The header's length, as its own `lengthKey` must say too. */
  readonly bytes: number;
  readonly lengthKey: string;
  /** Keys of the timestep (YYYYMMDD and HHMMSS), of the fields' number, names, types and scales. */
  readonly dayKey: string;
  readonly clockKey: string;
  readonly countKey: string;
  readonly namesKey: string;
  readonly typesKey: string;
  readonly scalesKey: string;
  /** The header's words for types. */
  readonly types: Readonly<Record<string, DataType>>;
  /** Values that must stand there as they are. */
  readonly expect: Readonly<Record<string, string>>;
  /** Values that must not be others: a header need not state them. */
  readonly agree?: Readonly<Record<string, string>>;
  /** Key of the fields' units, where a header states them. */
  readonly unitsKey?: string;
  /** Keys of the window that a granule's timesteps cover (YYYYMMDD and HHMMSS), where a header states it. */
  readonly windowKeys?: {
    readonly beginDay: string;
    readonly beginClock: string;
    readonly endDay: string;
    readonly endClock: string;
  };
}

/** No readable header: the blocks follow each other after `headerBytes`, by date (`from` included, `until` excluded). */
export interface DatedLayout {
  readonly kind: "dated";
  readonly layouts: readonly {
    readonly from?: string;
    readonly until?: string;
    readonly headerBytes: number;
    readonly blocks: readonly string[];
  }[];
}

/**
 * How a granule's bytes become fields.
 * - `gzip`, checked: the whole file is inflated and its CRC compared.
 * - `gzipLeading`: inflating stops after the last block that an array wants. **It gives the CRC up**; the size as listed,
 *   the length that the trailer states and the header are still checked.
 */
export interface DecodingSpec {
  readonly compression: "none" | "gzip" | "gzipLeading";
  /** The largest file, and the largest after inflating, that is believed. */
  readonly granuleBytesMax: number;
  readonly rawBytesMax: number;
  readonly byteOrder: "big" | "little";
  readonly layout: HeaderLayout | DatedLayout;
  readonly blocks: readonly Block[];
}

/** How the dataset grows. Durations are ISO 8601. */
export interface UpdatesSpec {
  /** How long after its time a granule usually appears. */
  readonly latency: string;
  /** How long after its time a granule is waited for, before readers are shown the gap. */
  readonly patience: string;
  /** How far back the provider is looked at again for replaced granules. */
  readonly revisionWindow: string;
  /** `settled` shows no step before those before it are settled; `latest` shows gaps at once, as pending. */
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
