import type { FlatBinarySpec } from "../format/flatBinary/spec.ts";
import type { DataType } from "./values.ts";

/** Attribute values as JSON holds them. */
export type AttributeValue = string | number | readonly number[] | readonly string[];
export type Attributes = Readonly<Record<string, AttributeValue>>;

export const codecIds = ["zstd", "zlib", "gzip", "none"] as const;

/** How chunks are compressed, by the ids of numcodecs. A level is from 1 to 9 (zstd: to 19). */
export interface CodecSpec {
  readonly id: (typeof codecIds)[number];
  /** The higher, the smaller and slower; zstd's is 3 if absent, the others' 6. */
  readonly level?: number;
}

/** Where a stamp stands in the window that its values cover; an `instant` covers none. */
export type StampPosition = "start" | "centre" | "end" | "instant";

/** The append dimension. Instants are ISO 8601 UTC, durations ISO 8601. */
export interface TimeSpec {
  /** The first timestep, as in `2000-03-01T00:00:00Z`. */
  readonly start: string;
  /** The last timestep there will ever be; absent while the series goes on. */
  readonly end?: string;
  /** From one timestep to the next, as in `PT3H`. */
  readonly step: string;
  /** CF units, pinned for ever: `hours since 2000-03-01 00:00:00`, in seconds, minutes, hours or days. */
  readonly units: string;
  /** CF's name of it. */
  readonly calendar: "proleptic_gregorian" | "standard";
  /** Where a timestep stands in the window that its values cover; an `instant` covers none. */
  readonly stamp: StampPosition;
  /** Timesteps a chunk, pinned for ever. */
  readonly chunkLength: number;
}

/** A regular coordinate: `first + i·step` for `count` values, each the double nearest to what these decimals make. */
export interface FixedDimension {
  /** As in `lat`; arrays have their dimensions in the order of this list. */
  readonly name: string;
  /** The first value. */
  readonly first: number;
  /** From one value to the next; below 0 where they fall. */
  readonly step: number;
  /** How many there are. */
  readonly count: number;
  /** Of the coordinate: `standard_name`, `long_name`, `units`, `axis`. */
  readonly attributes: Attributes;
}

/** A small int8 coordinate along one fixed dimension, for instance flags of its rows. */
export interface AuxiliaryCoordinate {
  /** As readers have it. */
  readonly name: string;
  /** The dimension's name. */
  readonly dimension: string;
  /** One for each value of the dimension. */
  readonly values: readonly number[];
  /** `long_name`, and for flags `flag_values` and `flag_meanings`. */
  readonly attributes: Attributes;
}

/**
 * An array over (time, …fixed dimensions). Stored integers mean `stored · scaleFactor` in the attributes' units.
 * `fillValue` stands where nothing was measured; in floats it may be NaN. `validRange`, both bounds included, is in the attributes'
 * units: a granule with a value outside it, rules and packing undone, is not believed.
 */
export interface ArraySpec {
  /** As readers have it. */
  readonly name: string;
  /** The decoding's block that it is made from. */
  readonly block: string;
  /** The type of its stored values. */
  readonly dtype: DataType;
  /** Of integers: what a stored value is multiplied by, 1 divided by the block's `scale`. */
  readonly scaleFactor?: number;
  /** Stands where nothing was measured. In JSON `"NaN"`, `"Infinity"` and `"-Infinity"` are numbers too. */
  readonly fillValue: number;
  /** The least and the greatest value that can be, in the attributes' units. */
  readonly validRange?: readonly [min: number, max: number];
  /** zstd if absent. */
  readonly codec?: CodecSpec;
  /** `units` and `long_name` must be there, CF's `standard_name` may. */
  readonly attributes: Attributes;
}

/**
 * A path that may hold a timestep, for timesteps from `from` (included) until `until` (excluded). In braces stand YYYY, YY, MM, DD,
 * DDD (day of the year), HH, mm, ss and minute (of the day, in four digits) of the granule's first timestep, alone or together:
 * `{YYYYMMDDHH}`. In `{end:...}` they are those of the instant at which the granule's timesteps end, in `{last:...}` of a second before it;
 * one of - _ . T : may stand between two of them.
 *
 * Where the base URL lists files, the name, behind the last `/`, may have parts that are read back from what is there:
 * - `*`: any characters.
 * - `{start:YYYYMMDDHHmmss}`: when the granule begins, with a whole date: it is that of the timestep to which it is nearest, from half
 *   the granule's span before it to less than half after it.
 * - `{created:YYYYMMDDHHmmss}`: when the file was made, with a whole date; `{version}`: a number.
 *
 * Of several files of one timestep the one with the highest version is taken; then the one that was created last, then the one that begins
 * nearest, then the last by name.
 */
export interface CandidatePath {
  /** Below the base URL, as in `{YYYY}/{MM}/rain_{YYYYMMDDHH}.bin.gz` or `{YYYY}/rain_{start:YYYYMMDD-HHmmss}_v{version}.nc`. */
  readonly path: string;
  /** The first timestep that it may hold; the axis's start if absent. */
  readonly from?: string;
  /** The first timestep that it no longer holds; none if absent. */
  readonly until?: string;
  /**
   * A file that a final one is preferred to, and replaces, at whichever base URL that appears, within `updates.revisionWindow` of the
   * timestep: no longer than that is it looked for.
   */
  readonly stage?: "preliminary";
}

/**
 * How granules are found at an `https:` or `http:` base URL: in the index pages of directories, in THREDDS catalogues, or by
 * asking for each path that is expected.
 */
export const listings = ["index", "thredds", "none"] as const;
export type Listing = (typeof listings)[number];

/**
 * As whom a provider is asked. `basic` sends a user and a password, `bearer` a token, both to the base URL's own host alone; `netrc`
 * has a user and a password for each host that it names, wherever a redirect leads; `aws` signs requests to a bucket; `google` is
 * whoever the process is at Google.
 */
export const authKinds = ["basic", "bearer", "netrc", "aws", "google"] as const;

export interface AuthSpec {
  readonly kind: (typeof authKinds)[number];
  /**
   * The name of the secret, never its value, which is in the environment as `ACCRETE_SECRET_NAME`: `USER:PASSWORD`, a token, a
   * `.netrc`'s text, `ACCESS_KEY_ID:SECRET_ACCESS_KEY`, and behind that `:SESSION_TOKEN` where there is one. `google` has none; `netrc`
   * without one is the file in the home directory.
   */
  readonly secret?: string;
}

/** A place where a provider keeps granules, and which of them. */
export interface BaseUrlSpec {
  /** Base URL: `ftp:`, `ftps:`, `https:`, `http:`, `s3:`, `gs:` or `file:`; candidate paths are relative to it. */
  readonly url: string;
  /** How granules are found; `index` if absent. Buckets are listed unless it is `none`. */
  readonly listing?: Listing;
  /** Nobody in particular if absent. */
  readonly auth?: AuthSpec;
  /** In order of preference: the first that is there is taken. */
  readonly candidates: readonly CandidatePath[];
  /** The first timestep that it may hold; the axis's start if absent. */
  readonly from?: string;
  /** The first timestep that it no longer holds; none if absent. */
  readonly until?: string;
  /** It is asked for timesteps that are not as old, as an ISO 8601 duration: those of a server that keeps the last days. */
  readonly youngerThan?: string;
  /** It is asked for timesteps that are at least as old: those of an archive that is filled later. */
  readonly olderThan?: string;
}

/** Another place, which is asked for what none before it has. */
export interface FurtherBaseUrlSpec extends BaseUrlSpec {
  /** Lower-case letters, digits and hyphens. It is recorded with each granule that came from there: it stays. */
  readonly name: string;
}

/** Where a provider keeps granules. */
export interface SourceSpec extends BaseUrlSpec {
  /** Connections at once to one base URL, over all that this process does. */
  readonly connectionsMax: number;
  /** Further base URLs, in order of preference. */
  readonly further?: readonly FurtherBaseUrlSpec[];
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
  /** How the file is decompressed: `gzipLeading` gives the CRC up. */
  readonly compression: "none" | "gzip" | "gzipLeading";
  /** The largest file that is believed, in bytes. */
  readonly granuleBytesMax: number;
  /** The largest after inflating that is believed, in bytes. */
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
  /** The file's name without its extension: lower-case letters, digits and hyphens. */
  readonly id: string;
  /** ACDD attributes of the group; `title`, `summary`, `institution`, `source` and `license` must be there. */
  readonly attributes: Attributes;
  /** The append dimension: which timesteps there are. */
  readonly time: TimeSpec;
  /** The others, which never change, in the order that arrays have them in. */
  readonly dimensions: readonly FixedDimension[];
  /** Further coordinates along them. */
  readonly auxiliaries?: readonly AuxiliaryCoordinate[];
  /** What readers find: an array each. */
  readonly arrays: readonly ArraySpec[];
  /** Where granules come from. */
  readonly source: SourceSpec;
  /** How a granule's bytes become fields. */
  readonly decoding: DecodingSpec;
  /** How the dataset grows. */
  readonly updates: UpdatesSpec;
}
