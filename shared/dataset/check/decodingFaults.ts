import { granuleFormatOf } from "../../format/formats.ts";
import type { DatasetSpec } from "../descriptor.ts";
import { isCount } from "./plainFaults.ts";

const granuleBytesMax = 1024 * 1024 * 1024;

/** How granules become fields: the limits of any, and what their format finds wrong. */
export function decodingFaults(spec: DatasetSpec): string[] {
  const faults: string[] = [];
  for (const name of ["rawBytesMax", "granuleBytesMax"] as const) {
    const bytes = spec.decoding[name];
    if (!isCount(bytes)) faults.push(`decoding.${name} is not a positive whole number`);
    else if (bytes > granuleBytesMax) faults.push(`decoding.${name} is over ${granuleBytesMax}`);
  }
  return [...faults, ...granuleFormatOf(spec).faults(spec)];
}
