import { flatBinary } from "./flatBinary/flatBinary.ts";
import type { GranuleFormat, GranuleSpec } from "./format.ts";

/** The format of a descriptor's granules: flat binary, the only one so far. Nothing else knows which formats there are. */
export function granuleFormatOf(_: GranuleSpec): GranuleFormat {
  return flatBinary;
}
