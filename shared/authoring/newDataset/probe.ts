import type { Descriptor } from "../../dataset/dataset.ts";
import { GranuleError } from "../../errors.ts";
import { segmentsOf } from "../../source/paths.ts";
import { placeAt } from "../../source/place.ts";
import { attemptsOn } from "../inspect/attempts.ts";
import { factsOf } from "../inspect/facts.ts";
import { type GranuleFile, isUrl, type OpenSource, readGranuleFile } from "../inspect/granuleFile.ts";
import { guessesOf } from "../inspect/guesses.ts";
import { unknownLimits } from "../inspect/inspect.ts";
import { patternOf } from "./pathPattern.ts";
import type { Probe } from "./question.ts";

/** With the dataset that decodes it already, if one does. */
export type Probed = Probe & { readonly decodedBy: Descriptor | undefined };

/**
 * Reads one granule and finds what it says by itself, and which of the datasets that are known decodes it. Throws a
 * `GranuleError` where it cannot be read or inflated, a `UsageError` for what is neither file nor URL.
 */
export async function probe(
  given: string,
  known: readonly Descriptor[],
  openSource: OpenSource,
  signal: AbortSignal,
): Promise<Probed> {
  const file = await readGranuleFile(given, openSource, unknownLimits.granuleBytesMax, signal);
  const pattern = patternOf(file.path);
  return probeFile(file, known, { pattern, base: isUrl(given) ? baseOf(given, pattern?.base) : undefined });
}

/** As `probe`, with a file that was read, and what its place says. */
export async function probeFile(
  file: GranuleFile,
  known: readonly Descriptor[],
  place: Pick<Probe, "pattern" | "base" | "series">,
): Promise<Probed> {
  const facts = await factsOf(file.bytes, unknownLimits.rawBytesMax);
  const refuse = (why: string | undefined) => new GranuleError("badData", `${file.place}: ${why}`);
  if (!facts.raw) throw refuse(facts.fault?.message);
  const isText = facts.raw.length === facts.header?.bytes;
  if (isText || facts.raw.length === 0) throw refuse(`is no granule but ${facts.looksLike}`);
  const last = (await attemptsOn(file, facts, known)).at(-1);
  return {
    file,
    facts,
    raw: facts.raw,
    guess: guessesOf(facts.raw, facts.header?.bytes ?? 0)[0],
    ...place,
    decodedBy: last && "granule" in last.result ? last.dataset : undefined,
  };
}

/** Without user and password. */
function baseOf(url: string, base: string | undefined): string {
  const { segments, bareUrlOf } = placeAt(url);
  return bareUrlOf(base === undefined ? segments.length - 1 : segmentsOf(base).length);
}
