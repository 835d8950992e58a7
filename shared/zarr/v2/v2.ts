import { isTimeLike } from "../metadata.ts";
import type { ArrayModel, GroupModel } from "../model.ts";
import type { GroupDocuments, ZarrFormat } from "../zarrFormat.ts";
import { type ArrayDocument, arrayDocument, attributesDocument } from "./documents.ts";
import { keys } from "./keys.ts";
import { isOfItsKind, read } from "./read.ts";
import { statement } from "./statement.ts";

/**
 * Zarr v2, with dimensions as xarray names them and the consolidated metadata of zarr-python.
 * Source: https://zarr-specs.readthedocs.io/en/latest/v2/v2.0.html
 */
export const zarrV2: ZarrFormat = {
  keys,
  documents,
  consolidated: (documents) => ({ zarr_consolidated_format: 1, metadata: Object.fromEntries(documents) }),
  documentsIn,
  read,
  statement,
  isOfItsKind,
  publicationOrder,
  lengthIn,
  withLength,
};

function documents({ attributes, arrays }: GroupModel): GroupDocuments {
  return new Map<string, object>([
    [keys.group, { zarr_format: 2 }],
    [keys.attributes, attributes],
    ...arrays.flatMap((array): [string, object][] => [
      [keys.array(array.name), arrayDocument(array)],
      [keys.attributesOf(array.name), attributesDocument(array)],
    ]),
  ]);
}

function documentsIn(consolidated: object): GroupDocuments | undefined {
  const { metadata } = consolidated as { metadata?: unknown };
  if (metadata === null || typeof metadata !== "object" || Array.isArray(metadata)) return undefined;
  const isDocument = (entry: [string, unknown]): entry is [string, object] =>
    typeof entry[1] === "object" && entry[1] !== null;
  return new Map(Object.entries(metadata).filter(isDocument));
}

/**
 * The arrays of data, then what is like time, the group's attributes, and `.zmetadata` last: it is what readers open, and
 * everything it speaks of is there by then. Data come before time, so that a reader who opens the arrays one by one finds no
 * timestep without values.
 */
function publicationOrder({ arrays }: GroupModel): string[][] {
  const keysOf = ({ name }: ArrayModel) => [keys.array(name), keys.attributesOf(name)];
  const timeLike = arrays.filter(({ name }) => isTimeLike(name));
  const others = arrays.filter(({ name }) => !isTimeLike(name));
  return [
    [keys.group, ...others.flatMap(keysOf)],
    timeLike.flatMap(keysOf),
    [keys.attributes],
    [keys.consolidated],
  ];
}

function lengthIn(document: object | undefined): number | undefined {
  const shape = (document as Partial<ArrayDocument> | null | undefined)?.shape;
  const length = Array.isArray(shape) ? (shape[0] as unknown) : undefined;
  return Number.isSafeInteger(length) && (length as number) >= 0 ? (length as number) : undefined;
}

function withLength(document: object, length: number): object {
  if (lengthIn(document) === undefined) return document;
  const { shape } = document as ArrayDocument;
  return { ...document, shape: [length, ...shape.slice(1)] };
}
