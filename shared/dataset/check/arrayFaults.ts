import { type ArraySpec, type CodecSpec, codecIds, type DatasetSpec } from "../descriptor.ts";
import { dataTypes, itemBytes } from "../values.ts";
import { fits, isCount } from "./plainFaults.ts";
import { rangeFaults } from "./rangeFaults.ts";

const chunkBytesMax = 1024 * 1024 * 1024;
const codecLevelMax: Readonly<Record<CodecSpec["id"], number>> = { zstd: 19, zlib: 9, gzip: 9, none: 9 };

/** An array as it is stored. What it is made from is for its format to say. */
export function arrayFaults({ time, dimensions }: DatasetSpec, array: ArraySpec): string[] {
  const faults: string[] = [];
  const at = `arrays.${array.name}`;
  if (!dataTypes.includes(array.dtype))
    return [`${at}.dtype "${array.dtype}" is none of ${dataTypes.join(", ")}`];
  const bytes = dimensions.reduce(
    (product, { count }) => product * count,
    time.chunkLength * itemBytes[array.dtype],
  );
  if (bytes > chunkBytesMax) faults.push(`${at}: a chunk is ${bytes} bytes; at most ${chunkBytesMax}`);
  if (!fits(array.dtype, array.fillValue))
    faults.push(`${at}.fillValue ${array.fillValue} does not fit ${array.dtype}`);
  for (const name of ["units", "long_name"]) {
    if (array.attributes[name] === undefined) faults.push(`${at}.attributes.${name} is missing`);
  }
  if (array.codec) faults.push(...codecFaults(`${at}.codec`, array.codec));
  return [...faults, ...rangeFaults(at, array)];
}

function codecFaults(at: string, { id, level = 1 }: CodecSpec): string[] {
  if (!codecIds.includes(id)) return [`${at}.id "${id}" is none of ${codecIds.join(", ")}`];
  const isLevel = isCount(level) && level <= codecLevelMax[id];
  return isLevel ? [] : [`${at}.level ${level} is not a whole number from 1 to ${codecLevelMax[id]}`];
}
