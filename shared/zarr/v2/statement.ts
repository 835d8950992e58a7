import type { CodecSpec } from "../../dataset/descriptor.ts";
import type { ArrayMember, ArrayType, Foreign, Place, Statement } from "../model.ts";
import { compressorOf, fillOf, zarrTypes } from "./documents.ts";
import { keys } from "./keys.ts";

const fields = {
  shape: "shape",
  chunks: "chunks",
  dtype: "dtype",
  codec: "compressor",
  fillValue: "fill_value",
  dims: "_ARRAY_DIMENSIONS",
} as const satisfies Record<ArrayMember, string>;

export function statement(place: Place, value: unknown): Statement {
  if ("attribute" in place) {
    const { array, attribute: field } = place;
    return { key: array === undefined ? keys.attributes : keys.attributesOf(array), field, value };
  }
  const { array, member } = place;
  const key = member === "dims" ? keys.attributesOf(array) : keys.array(array);
  return { key, field: fields[member], value: spelled(member, value) };
}

function spelled(member: ArrayMember, value: unknown): unknown {
  if (value === undefined) return undefined;
  if (value !== null && typeof value === "object" && "foreign" in value) return (value as Foreign).foreign;
  if (member === "dtype") return zarrTypes[value as ArrayType];
  if (member === "codec") return compressorOf(value as CodecSpec);
  return member === "fillValue" ? fillOf(value as number | null) : value;
}
