import type { CodecSpec } from "../../dataset/descriptor.ts";
import { levelOf } from "../compressor.ts";
import type { ArrayModel, ArrayType } from "../model.ts";

/** An array's `.zarray`. */
export interface ArrayDocument {
  readonly zarr_format: 2;
  readonly shape: readonly number[];
  readonly chunks: readonly number[];
  readonly dtype: string;
  readonly compressor: ReturnType<typeof compressorOf>;
  readonly fill_value: number | string | null;
  readonly order: "C";
  readonly filters: null;
  readonly dimension_separator: ".";
}

/** What every `.zarray` says alike. */
export const constant = {
  zarr_format: 2,
  order: "C",
  filters: null,
  dimension_separator: ".",
} as const satisfies Partial<ArrayDocument>;

export const zarrTypes = {
  int8: "|i1",
  uint8: "|u1",
  int16: "<i2",
  int32: "<i4",
  int64: "<i8",
  float32: "<f4",
  float64: "<f8",
} as const satisfies Record<ArrayType, string>;

export function arrayDocument({ shape, chunks, dtype, codec, fillValue }: ArrayModel): ArrayDocument {
  const { zarr_format, order, filters, dimension_separator } = constant;
  return {
    zarr_format,
    shape,
    chunks,
    dtype: zarrTypes[dtype],
    compressor: compressorOf(codec),
    fill_value: fillOf(fillValue),
    order,
    filters,
    dimension_separator,
  };
}

/** An array's `.zattrs`. */
export function attributesDocument({ attributes, dims }: ArrayModel): object {
  return { ...attributes, _ARRAY_DIMENSIONS: dims };
}

export function compressorOf(codec: CodecSpec): { readonly id: string; readonly level: number } | null {
  return codec.id === "none" ? null : { id: codec.id, level: levelOf(codec) };
}

/** JSON has no number for those that are none. */
export function fillOf(value: number | null): number | string | null {
  if (value === null || Number.isFinite(value)) return value;
  if (Number.isNaN(value)) return "NaN";
  return value > 0 ? "Infinity" : "-Infinity";
}
