import type { Descriptor } from "../../dataset/dataset.ts";
import { GranuleError } from "../../errors.ts";
import { parseHeader } from "../../format/flatBinary/header.ts";
import { type Attempt, attemptsOn } from "./attempts.ts";
import { type Facts, factsOf } from "./facts.ts";
import { arraysNamed, type Field, fieldOf } from "./fields.ts";
import { type GranuleFile, type OpenSource, readGranuleFile } from "./granuleFile.ts";
import { type FittingGrid, type Guess, gridsFitting, guessesOf } from "./guesses.ts";
import type { PictureSize } from "./picture.ts";

/** For a file of which no dataset is known: what is read of it at most, and what it may inflate to. */
export const unknownLimits = { granuleBytesMax: 256 * 1024 * 1024, rawBytesMax: 512 * 1024 * 1024 } as const;

/** A granule that a dataset's decoding takes. */
export interface Decoded {
  readonly dataset: Descriptor;
  readonly isByPath: boolean;
  /** The instant of its first timestep, if anything says it, and its index on the dataset's axis, if it lies there. */
  readonly time: number | undefined;
  readonly index: number | undefined;
  /** Its timesteps that are whole: an uncompressed file of several may be cut short. */
  readonly frames: number;
  /** Of granules that have a readable one. */
  readonly header: ReadonlyMap<string, string> | undefined;
  readonly fields: readonly Field[];
}

/**
 * - `decoded`: it passes all checks of a dataset.
 * - `corrupt`: it should be a granule, by its path, by its compression or because a person said so, and it is not.
 * - `unknown`: no dataset decodes it; then what its length and values speak for.
 */
export type Verdict =
  | { readonly verdict: "decoded"; readonly decoded: Decoded }
  | { readonly verdict: "corrupt"; readonly error: GranuleError }
  | { readonly verdict: "unknown" };

export type Inspection = Verdict & {
  readonly file: GranuleFile;
  readonly facts: Facts;
  /** Of datasets that do not decode it. */
  readonly refused: readonly Attempt[];
  readonly guesses: readonly Guess[];
  readonly grids: readonly FittingGrid[];
};

export interface InspectOptions {
  /** Those that are tried. */
  readonly datasets: readonly Descriptor[];
  /** Whether there is but one of them, because a person says that the file is a granule of it. */
  readonly isNamed?: boolean;
  /** The only field that is decoded. */
  readonly field?: string | undefined;
  readonly size: PictureSize;
  /** For a file at a URL. */
  readonly openSource: OpenSource;
}

/** Reads one file and finds out what it is. Throws a `UsageError`; a `GranuleError` or `StorageError` if it cannot be read. */
export async function inspect(
  given: string,
  { datasets, isNamed = false, field, size, openSource }: InspectOptions,
  signal: AbortSignal,
): Promise<Inspection> {
  const [named] = isNamed ? datasets : [];
  if (named) arraysNamed(named, field);
  const limits = named?.decoding ?? unknownLimits;
  const file = await readGranuleFile(given, openSource, limits.granuleBytesMax, signal);
  const facts = await factsOf(file.bytes, limits.rawBytesMax);
  const attempts = await attemptsOn(file, facts, datasets);
  const refused = attempts.filter(({ result }) => "error" in result);
  const decoded = attempts.map((attempt) => decodedBy(attempt, field, size)).find(Boolean);
  if (decoded) return { verdict: "decoded", decoded, file, facts, refused, guesses: [], grids: [] };
  const { raw = new Uint8Array(), header } = facts;
  const textBytes = header?.bytes ?? 0;
  const guesses = guessesOf(raw, textBytes);
  const grids = gridsFitting(raw.length, textBytes);
  const error = faultOf(refused, facts, named !== undefined);
  const verdict: Verdict = error ? { verdict: "corrupt", error } : { verdict: "unknown" };
  return { ...verdict, file, facts, refused, guesses, grids };
}

/** Why what should be a granule is none. */
function faultOf(refused: readonly Attempt[], facts: Facts, isNamed: boolean): GranuleError | undefined {
  const meant = refused.find(({ isByPath }) => isByPath || isNamed)?.result;
  return meant && "error" in meant ? meant.error : facts.fault;
}

/** What an attempt that succeeded found; `undefined` if it did not. */
export function decodedBy(
  { dataset, isByPath, time, result }: Attempt,
  field: string | undefined,
  size: PictureSize,
): Decoded | undefined {
  if (!("granule" in result)) return undefined;
  const { granule } = result;
  return {
    dataset,
    isByPath,
    time,
    index: time === undefined ? undefined : dataset.time.indexOf(time),
    frames: granule.frames,
    header: granule.stated(),
    fields: arraysNamed(dataset, field).map((array) => fieldOf(dataset, granule, array, size)),
  };
}

/** The pairs of a file's readable header; `undefined` where it has none, or one of another form. */
export function headerPairs({ raw, header }: Facts): ReadonlyMap<string, string> | undefined {
  if (!raw || !header) return undefined;
  try {
    return parseHeader(new TextEncoder().encode(header.text));
  } catch (error) {
    if (error instanceof GranuleError) return undefined;
    throw error;
  }
}
