import { codecIds } from "../../dataset/descriptor.ts";
import type { Fields } from "../metadata.ts";
import type { Foreign, StoredArray, StoredModel } from "../model.ts";
import type { GroupDocuments } from "../zarrFormat.ts";
import { constant, zarrTypes } from "./documents.ts";
import { arrayOf, isAttributesOf, keys } from "./keys.ts";

export function read(documents: GroupDocuments): StoredModel {
  const arrays = [...documents.keys()].flatMap((key) => arrayOf(key) ?? []);
  return {
    attributes: fieldsOf(documents, keys.attributes),
    arrays: new Map(arrays.map((name) => [name, readArray(documents, name)])),
  };
}

function readArray(documents: GroupDocuments, name: string): StoredArray {
  const key = keys.array(name);
  // What does not say how chunks are named means a dot.
  const stated: Fields = { dimension_separator: ".", ...fieldsOf(documents, key) };
  const { _ARRAY_DIMENSIONS: dims, ...attributes } = fieldsOf(documents, keys.attributesOf(name));
  const foreign = Object.entries(constant).filter(([field, expected]) => stated[field] !== expected);
  return {
    members: {
      shape: readList(stated.shape),
      chunks: readList(stated.chunks),
      dtype: readType(stated.dtype),
      codec: readCodec(stated.compressor),
      fillValue: readFill(stated.fill_value),
      dims: readList(dims),
    },
    attributes,
    foreign: foreign.map(([field, expected]) => ({ key, field, value: stated[field], expected })),
  };
}

function fieldsOf(documents: GroupDocuments, key: string): Fields {
  return (documents.get(key) ?? {}) as Fields;
}

/** A value that a model's member is read from; `undefined` stays so: nothing is stated. */
function orForeign<T>(found: T | undefined, stated: unknown): T | Foreign | undefined {
  return found === undefined && stated !== undefined ? { foreign: stated } : found;
}

function readList(stated: unknown) {
  return orForeign(Array.isArray(stated) ? (stated as unknown[]) : undefined, stated);
}

function readType(stated: unknown) {
  const found = Object.entries(zarrTypes).find(([, type]) => type === stated);
  return orForeign(found?.[0], stated);
}

function readCodec(stated: unknown) {
  if (stated === null) return { id: "none" };
  const { id, level, ...others } = (stated ?? {}) as Fields;
  const isKnown = id !== "none" && codecIds.some((one) => one === id) && typeof level === "number";
  return orForeign(isKnown && Object.keys(others).length === 0 ? { id, level } : undefined, stated);
}

function readFill(stated: unknown) {
  if (stated === null || typeof stated === "number") return stated;
  const isSpelled = ["NaN", "Infinity", "-Infinity"].some((one) => one === stated);
  return orForeign(isSpelled ? Number(stated) : undefined, stated);
}

export function isOfItsKind(key: string, document: object): boolean {
  const { zarr_format: format, shape, _ARRAY_DIMENSIONS: dims } = document as Fields;
  if (arrayOf(key) !== undefined) return format === 2 && Array.isArray(shape);
  return !isAttributesOf(key) || Array.isArray(dims);
}
