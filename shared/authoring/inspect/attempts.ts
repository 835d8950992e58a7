import type { Descriptor } from "../../dataset/dataset.ts";
import { GranuleError } from "../../errors.ts";
import { inflateNode } from "../../format/decompress/inflateNode.ts";
import type { OpenGranule } from "../../format/format.ts";
import { granuleFormatOf } from "../../format/formats.ts";
import { openGranule } from "../../format/openGranule.ts";
import type { Facts } from "./facts.ts";
import type { GranuleFile } from "./granuleFile.ts";
import { pathInstant } from "./pathInstant.ts";

/** What became of a file that was taken for a granule of a dataset. */
export interface Attempt {
  readonly dataset: Descriptor;
  /** Whether one of the dataset's path patterns would have made its path. */
  readonly isByPath: boolean;
  /** The instant of its first timestep, by its path or else by its header; `undefined` if neither says. */
  readonly time: number | undefined;
  readonly result: { readonly granule: OpenGranule } | { readonly error: GranuleError };
}

/**
 * Takes the file for a granule of each dataset, those first whose path patterns it has, until it passes all the checks of
 * one: that is the last of the attempts then.
 */
export async function attemptsOn(
  file: GranuleFile,
  facts: Facts,
  datasets: readonly Descriptor[],
): Promise<Attempt[]> {
  const known = datasets.map((dataset) => ({ dataset, time: timeByPath(dataset, file.path) }));
  const inOrder = [
    ...known.filter(({ time }) => time !== undefined),
    ...known.filter(({ time }) => time === undefined),
  ];
  const attempts: Attempt[] = [];
  for (const { dataset, time } of inOrder) {
    const attempt = await attemptOn(file, facts, dataset, time);
    attempts.push(attempt);
    if ("granule" in attempt.result) break;
  }
  return attempts;
}

function timeByPath({ source }: Descriptor, path: string): number | undefined {
  for (const { path: template } of source.candidates) {
    const t = pathInstant(template, path);
    if (t !== undefined) return t;
  }
  return undefined;
}

async function attemptOn(
  file: GranuleFile,
  facts: Facts,
  descriptor: Descriptor,
  timeInPath: number | undefined,
): Promise<Attempt> {
  const time = timeInPath ?? (facts.raw && granuleFormatOf(descriptor).statedTime(descriptor, facts.raw));
  const attempt = { dataset: descriptor, isByPath: timeInPath !== undefined, time };
  let refused: GranuleError | undefined;
  for (const first of time === undefined ? instantsOfForms(descriptor) : [time]) {
    try {
      const granule = await opened(file, descriptor, first);
      // Of a file that neither its path nor its header speaks for, the length alone does.
      if (time === undefined && granule.frames < descriptor.source.stepsPerGranule)
        throw new GranuleError("length", `${file.place}: ${file.bytes.length} bytes are no whole granule`);
      return { ...attempt, result: { granule } };
    } catch (error) {
      if (!(error instanceof GranuleError)) throw error;
      refused = error;
    }
  }
  return { ...attempt, result: { error: refused as GranuleError } };
}

/** One of each form that the dataset's granules ever had. */
function instantsOfForms(descriptor: Descriptor): number[] {
  return granuleFormatOf(descriptor)
    .formsSince(descriptor)
    .map((since) => since ?? descriptor.time.start);
}

/** By the very checks that a granule has to pass to be ingested. */
async function opened(
  { place, bytes }: GranuleFile,
  descriptor: Descriptor,
  first: number,
): Promise<OpenGranule> {
  const { granuleBytesMax } = descriptor.decoding;
  if (bytes.length > granuleBytesMax)
    throw new GranuleError("tooLarge", `${place}: is larger than ${granuleBytesMax} bytes`);
  return openGranule(inflateNode, descriptor, bytes, first);
}
