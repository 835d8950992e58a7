import { readUnits } from "../cf.ts";
import type { Attributes, DatasetSpec } from "../descriptor.ts";
import { attributeFault, groupAttributeFault } from "./reserved.ts";

/** A name of CF's table, perhaps with a modifier. Source: CF Conventions 1.10, section 3.3 and appendix C. */
const standardName =
  /^[a-z][a-z0-9_]*( (detection_minimum|number_of_observations|standard_error|status_flag))?$/;

/** Attributes that the layout writes itself or that change values, standard names and units of instants that cannot be any. */
export function attributeFaults({ attributes, dimensions, auxiliaries = [], arrays }: DatasetSpec): string[] {
  const places: readonly (readonly [at: string, attributes: Attributes, of: "array" | "coordinate"])[] = [
    ...dimensions.map((one) => [`dimensions.${one.name}`, one.attributes, "coordinate"] as const),
    ...auxiliaries.map((one) => [`auxiliaries.${one.name}`, one.attributes, "coordinate"] as const),
    ...arrays.map((one) => [`arrays.${one.name}`, one.attributes, "array"] as const),
  ];
  return [
    ...reservedIn("attributes", attributes, groupAttributeFault),
    ...places.flatMap(([at, own, of]) => [
      ...reservedIn(`${at}.attributes`, own, (name) => attributeFault(of, name)),
      ...standardNameFaults(at, own),
      ...unitsFaults(at, own),
    ]),
  ];
}

function reservedIn(
  at: string,
  attributes: Attributes,
  faultOf: (name: string) => string | undefined,
): string[] {
  return Object.keys(attributes).flatMap((name) => {
    const fault = faultOf(name);
    return fault === undefined ? [] : [`${at}.${name} ${fault}`];
  });
}

function standardNameFaults(at: string, { standard_name: name }: Attributes): string[] {
  return name === undefined || (typeof name === "string" && standardName.test(name))
    ? []
    : [
        `${at}.attributes.standard_name "${name}" is none of CF's: lower-case letters, digits and underscores, as in air_temperature`,
      ];
}

/** What has "since" in it xarray takes for the units of instants, as of an array of dates; where they are none it cannot open the dataset. */
function unitsFaults(at: string, { units }: Attributes): string[] {
  return typeof units === "string" && units.includes("since") && !readUnits(units)
    ? [
        `${at}.attributes.units "${units}" is that of instants to readers: they have the form "days since 2000-01-01 00:00:00"`,
      ]
    : [];
}
