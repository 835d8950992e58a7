import type { Attributes, CodecSpec } from "../dataset/descriptor.ts";
import type { DataType } from "../dataset/values.ts";

/** The types that arrays have: those of data, and the integers of time. */
export type ArrayType = DataType | "int64";

/** A Zarr array, whichever format its documents have. */
export interface ArrayModel {
  readonly name: string;
  /** The names of its dimensions. */
  readonly dims: readonly string[];
  readonly shape: readonly number[];
  /** The shape of one chunk. */
  readonly chunks: readonly number[];
  readonly dtype: ArrayType;
  readonly codec: CodecSpec;
  /** null where readers must mask nothing. */
  readonly fillValue: number | null;
  readonly attributes: Attributes;
}

/** A Zarr group and its arrays: what readers are told of a dataset. */
export interface GroupModel {
  readonly attributes: Attributes;
  readonly arrays: readonly ArrayModel[];
}

/** What of an array, besides attributes, gives its stored bytes their meaning. */
export type ArrayMember = Exclude<keyof ArrayModel, "name" | "attributes">;

/** What a document states that is no member of any model, as it stands there. */
export interface Foreign {
  readonly foreign: unknown;
}

/** Where documents state something: of an array, or of the group. */
export type Place =
  | { readonly array: string; readonly member: ArrayMember }
  | { readonly array?: string; readonly attribute: string };

/** Something as a format's documents state it: in which document, in which field, and how. */
export interface Statement {
  readonly key: string;
  readonly field: string;
  /** As JSON has it; `undefined` where nothing is stated. */
  readonly value: unknown;
}

/** Something that documents state otherwise than their format is written here. */
export interface ForeignStatement extends Statement {
  readonly expected: unknown;
}

/** An array as documents state it, whatever they hold. */
export interface StoredArray {
  /** Each as a model has it, or `Foreign`; `undefined` where nothing is stated. */
  readonly members: Readonly<Record<ArrayMember, unknown>>;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** What changes the meaning of its bytes, and no model tells of. */
  readonly foreign: readonly ForeignStatement[];
}

/** A group as documents state it, whatever they hold. */
export interface StoredModel {
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly arrays: ReadonlyMap<string, StoredArray>;
}

/** Whether an array grows with the dataset. */
export function isAlongTime({ dims }: ArrayModel): boolean {
  return dims[0] === "time";
}
