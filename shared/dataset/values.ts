export const dataTypes = ["int8", "uint8", "int16", "int32", "float32", "float64"] as const;
export type DataType = (typeof dataTypes)[number];

/** Numbers that JSON does not have, by the words that Zarr has for them. */
export const numberWords: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  "-Infinity": Number.NEGATIVE_INFINITY,
};

/** Bytes of one value. */
export const itemBytes = {
  int8: 1,
  uint8: 1,
  int16: 2,
  int32: 4,
  float32: 4,
  float64: 8,
} as const satisfies Record<DataType, number>;

/** The typed array of each data type. */
export const arrayTypes = {
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
} as const satisfies Record<DataType, unknown>;

/** Values of a field or of a chunk, of any data type. */
export type Values = InstanceType<(typeof arrayTypes)[DataType]>;

/** The least and the greatest value of each integer type. */
export const integerRange: Partial<Record<string, readonly [min: number, max: number]>> = {
  int8: [-(2 ** 7), 2 ** 7 - 1],
  uint8: [0, 2 ** 8 - 1],
  int16: [-(2 ** 15), 2 ** 15 - 1],
  int32: [-(2 ** 31), 2 ** 31 - 1],
};
