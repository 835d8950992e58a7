/** The keys of a Zarr v2 group's documents and chunks, below the group. */
export const keys = {
  consolidated: ".zmetadata",
  group: ".zgroup",
  attributes: ".zattrs",
  array: (name: string) => `${name}/.zarray`,
  attributesOf: (array: string) => `${array}/.zattrs`,
  /** As `precipitation/12.0.0`. */
  chunk: (array: string, coordinates: readonly number[]) => `${array}/${coordinates.join(".")}`,
};

/** The array that the document of that key states; `undefined` of any other. */
export function arrayOf(key: string): string | undefined {
  return /^(.*)\/\.zarray$/s.exec(key)?.[1];
}

/** Whether the document of that key holds an array's attributes. */
export function isAttributesOf(key: string): boolean {
  return key.endsWith("/.zattrs");
}
