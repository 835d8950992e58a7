import type { ArraySpec, DatasetSpec } from "../dataset/descriptor.ts";
import type { DataType, Values } from "../dataset/values.ts";
import type { Decompressed } from "./decompress/decompress.ts";

/** What a descriptor says of its granules: the grid, the arrays, and how they are decoded. */
export type GranuleSpec = Pick<DatasetSpec, "dimensions" | "arrays" | "decoding">;

/** What a granule should hold. */
export interface ExpectedGranule {
  readonly spec: GranuleSpec;
  /** The instants of its timesteps, in order; at least one. */
  readonly times: readonly number[];
  /** The window that they cover together. */
  readonly window: readonly [begin: number, end: number];
}

/** A form of source files: what a descriptor has to say of it, and how its granules become fields. */
export interface GranuleFormat {
  /** What is wrong with what a descriptor says of its granules and of the arrays made from them, each with what would be right. */
  faults(spec: DatasetSpec): string[];

  /** How much of the beginning of a granule of so many timesteps holds everything that an array wants. */
  leadingBytes(spec: GranuleSpec, steps: number): number;

  /**
   * Checks all that a granule says of itself against what is expected, and every value against its array's valid range. The
   * open granule keeps what it was given. Throws a `GranuleError`:
   * "header" (unreadable, or not what the descriptor expects), "time" (of another timestep), "layout" (other contents),
   * "length" (not as long as its contents; `mayGrow` says whether more of it may come), "range" (a value that cannot be).
   */
  open(granule: Decompressed, expected: ExpectedGranule): OpenGranule;

  /** The instant that a granule states as that of its first timestep; `undefined` if it states none. */
  statedTime(spec: GranuleSpec, raw: Uint8Array): number | undefined;

  /** Since when granules have each of the forms that they ever had; `undefined` of one that is as old as the series. */
  formsSince(spec: GranuleSpec): readonly (number | undefined)[];
}

/** A granule that passed every check. */
export interface OpenGranule {
  /** Timesteps that are there, each whole: one that more may be written behind may have fewer than are expected. */
  readonly frames: number;

  /**
   * Fills `target` (one timestep's values of `array`, in its dtype) from timestep `frame`, counted from 0. Integer arrays get
   * the stored integers, float arrays values in the block's units. What is missing, NaN among it, and all of an array that is not there
   * become the array's fill value. Throws a `GranuleError` "length" where the granule does not reach so far.
   */
  read(array: ArraySpec, frame: number, target: Values): void;

  /** The type that an array's values have in the granule, and whether they are there: else all of it is missing. */
  describe(array: ArraySpec): { readonly storedAs: DataType; readonly isThere: boolean };

  /** What the granule says of itself in words, where it does. */
  stated(): ReadonlyMap<string, string> | undefined;

  /** Frees the granule's memory, when nobody reads it any more. */
  free(): void;
}
