/** What `status` answers by itself below `/`: a dataset of such an id would be hidden by it. */
export const reservedIds = ["data", "metrics", "static"] as const;
export type ReservedId = (typeof reservedIds)[number];

export function isReservedId(id: string): id is ReservedId {
  return reservedIds.some((one) => one === id);
}

/** Variables and the dimension that the layout of a dataset has by itself. */
export const reservedNames: readonly string[] = ["time", "time_bnds", "bnds", "granule_status"];

/** Attributes of the group that the layout writes. */
const ofGroup: readonly (string | RegExp)[] = [
  "Conventions",
  "id",
  "coordinates",
  /^geospatial_(lat|lon)_(min|max|resolution)$/,
  /^time_coverage_(start|end|resolution)$/,
  "append_start",
  "valid_through",
  "final_through",
  "granule_gap_count",
  "granule_gap_counts",
  "commit_seq",
  "date_modified",
  "store_identity",
];

/** Attributes of variables that the layout writes. */
const ofVariable: readonly string[] = [
  "_ARRAY_DIMENSIONS",
  "_FillValue",
  "missing_value",
  "scale_factor",
  "coordinates",
  "ancillary_variables",
];
const ofRange: readonly string[] = ["valid_range", "valid_min", "valid_max"];
const ofArray: readonly string[] = [...ofVariable, ...ofRange];
/** Attributes by which xarray makes other values of what is stored, or fails at it. Source: its `decode_cf_variable`. */
const ofReaders: readonly string[] = ["_Unsigned", "add_offset", "dtype", "_Encoding"];

/** The member of an array's descriptor that says what such an attribute would say. */
const memberInstead: Readonly<Record<string, string>> = {
  _FillValue: "fillValue",
  missing_value: "fillValue",
  scale_factor: "scaleFactor",
  ...Object.fromEntries(ofRange.map((name) => [name, "validRange"])),
};

/** Why an attribute cannot be one of the group; `undefined` if it can. */
export function groupAttributeFault(name: string): string | undefined {
  const isReserved = ofGroup.some((one) => (typeof one === "string" ? one === name : one.test(name)));
  return isReserved ? "is written by Accrete itself" : undefined;
}

/** Why an attribute cannot be one of a variable; `undefined` if it can. */
export function attributeFault(of: "array" | "coordinate", name: string): string | undefined {
  if (ofReaders.includes(name)) return "makes readers change the stored values";
  if (!(of === "array" ? ofArray : ofVariable).includes(name)) return undefined;
  const instead = of === "array" ? memberInstead[name] : undefined;
  return `is written by Accrete itself${instead === undefined ? "" : `, by ${instead}`}`;
}
