import type { DatasetSpec } from "../descriptor.ts";
import { sameNameFaults } from "./plainFaults.ts";
import { isReservedId, reservedIds, reservedNames } from "./reserved.ts";

const requiredAttributes = ["title", "summary", "institution", "source", "license"];
const variableName = /^[a-z][a-z0-9_]{0,63}$/i;

/** Id, attributes that must be there, and the names of variables. */
export function identityFaults({
  id,
  attributes,
  arrays,
  dimensions,
  auxiliaries = [],
}: DatasetSpec): string[] {
  const faults: string[] = [];
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(id))
    faults.push(`id "${id}" is not lower-case letters, digits and hyphens`);
  if (isReservedId(id))
    faults.push(`id "${id}" is taken: status has a page of that name (${reservedIds.join(", ")})`);
  for (const name of requiredAttributes) {
    if (!attributes[name]) faults.push(`attributes.${name} is missing`);
  }
  if (arrays.length === 0) faults.push("arrays is empty");
  const names = [...reservedNames, ...[...dimensions, ...auxiliaries, ...arrays].map(({ name }) => name)];
  for (const name of new Set(names)) {
    if (!variableName.test(name))
      faults.push(`"${name}" cannot name a variable: letters, digits and underscores can`);
  }
  return [...faults, ...sameNameFaults(names)];
}
