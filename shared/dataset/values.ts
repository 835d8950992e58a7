import type { DataType } from "./descriptor.ts";

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
