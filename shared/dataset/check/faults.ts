import type { DatasetSpec } from "../descriptor.ts";
import { arrayFaults } from "./arrayFaults.ts";
import { attributeFaults } from "./attributeFaults.ts";
import { decodingFaults } from "./decodingFaults.ts";
import { validateShape } from "./descriptorSchema.ts";
import { gridFaults } from "./gridFaults.ts";
import { identityFaults } from "./identityFaults.ts";
import { patternFaults } from "./patternFaults.ts";
import { sharedPathFaults, sourceFaults } from "./sourceFaults.ts";
import { timeFaults, updatesFaults } from "./timeFaults.ts";

const faultCharactersMax = 500;

/** Everything that is wrong with a descriptor, each fault with what would be right; empty if it can be used. */
export function faultsOf(spec: DatasetSpec): string[] {
  const { wrong, unknown } = validateShape(spec);
  return [...wrong, ...unknown, ...(wrong.length > 0 ? [] : valueFaults(spec))].map(readable);
}

/** On one line of a bounded length, whatever it repeats. */
function readable(fault: string): string {
  return fault.replace(/\p{Cc}/gu, "?").slice(0, faultCharactersMax);
}

function valueFaults(spec: DatasetSpec): string[] {
  return [
    ...identityFaults(spec),
    ...attributeFaults(spec),
    ...timeFaults(spec),
    ...gridFaults(spec),
    ...spec.arrays.flatMap((array) => arrayFaults(spec, array)),
    ...sourceFaults(spec),
    ...sharedPathFaults(spec),
    ...patternFaults(spec),
    ...decodingFaults(spec),
    ...updatesFaults(spec),
  ];
}
