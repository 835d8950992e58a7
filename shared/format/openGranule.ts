import { boundsOf } from "../dataset/cf.ts";
import type { Descriptor } from "../dataset/dataset.ts";
import { decompress } from "./decompress/decompress.ts";
import type { Inflater } from "./decompress/gunzip.ts";
import type { ExpectedGranule, OpenGranule } from "./format.ts";
import { granuleFormatOf } from "./formats.ts";

/**
 * Decompresses a granule as it came, whose first timestep should be instant `first`, and opens it by its dataset's format. Throws a
 * `GranuleError` for whatever is wrong with it.
 */
export async function openGranule(
  inflater: Inflater,
  descriptor: Descriptor,
  bytes: Uint8Array,
  first: number,
): Promise<OpenGranule> {
  const format = granuleFormatOf(descriptor);
  const expected = expectedGranule(descriptor, first);
  const leadingBytes = () => format.leadingBytes(descriptor, expected.times.length);
  return format.open(await decompress(inflater, bytes, descriptor.decoding, leadingBytes), expected);
}

/** What the granule should hold whose first timestep is instant `first`. */
export function expectedGranule(descriptor: Descriptor, first: number): ExpectedGranule {
  const { time, source } = descriptor;
  const times = Array.from({ length: source.stepsPerGranule }, (_, i) => first + i * time.stepMs);
  const last = times.at(-1) as number;
  const [begin] = boundsOf(time.stamp, first, time.stepMs) ?? [first];
  const [, end] = boundsOf(time.stamp, last, time.stepMs) ?? [last, last];
  return { spec: descriptor, times, window: [begin, end] };
}
