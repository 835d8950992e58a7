import type { DataType } from "../../dataset/values.ts";

/**
 * A rule for a block's stored values. `negated`: in rows whose coordinate along `dimension` is farther than `beyond` from
 * zero, a negative value v that is not missing stands for -v - 1.
 */
export interface NegatedRule {
  readonly kind: "negated";
  /** The dimension's name. */
  readonly dimension: string;
  /** In the units of its coordinate. */
  readonly beyond: number;
}

/** One field of a granule: the fixed dimensions in order, the last varying fastest. */
export interface Block {
  /** As arrays call it, and the header if there is one. */
  readonly name: string;
  /** The type of its values in the file. */
  readonly type: DataType;
  /** Stored values are divided by it; 1 if absent. */
  readonly scale?: number;
  /** The stored value that means missing. */
  readonly missing?: number;
  /** The header's word for its units, which are not to be others. */
  readonly units?: string;
  /** May be absent from a granule whose header says so: its array then holds the fill value. */
  readonly optional?: boolean;
  /** What its values mean in some rows. */
  readonly rules?: readonly NegatedRule[];
}

/** `KEY=VALUE` pairs of ASCII, parted by blanks, at the head of the file, which say what follows. */
export interface HeaderLayout {
  /** A header says what follows; the other kind is `dated`. */
  readonly kind: "header";
  /** The header's length, as its own `lengthKey` must say too. */
  readonly bytes: number;
  /** Key of the header's length. */
  readonly lengthKey: string;
  /** Key of the timestep's day, YYYYMMDD. */
  readonly dayKey: string;
  /** Key of the timestep's time of day, HHMMSS. */
  readonly clockKey: string;
  /** Key of the number of fields. */
  readonly countKey: string;
  /** Key of the fields' names. */
  readonly namesKey: string;
  /** Key of the fields' types. */
  readonly typesKey: string;
  /** Key of the fields' scales. */
  readonly scalesKey: string;
  /** The header's words for types. */
  readonly types: Readonly<Record<string, DataType>>;
  /** Values that must stand there as they are. */
  readonly expect: Readonly<Record<string, string>>;
  /** Values that must not be others: a header need not state them. */
  readonly agree?: Readonly<Record<string, string>>;
  /** Key of the fields' units, where a header states them. */
  readonly unitsKey?: string;
  /** Keys of the window that a granule's timesteps cover (YYYYMMDD and HHMMSS), where a header states it. */
  readonly windowKeys?: {
    readonly beginDay: string;
    readonly beginClock: string;
    readonly endDay: string;
    readonly endClock: string;
  };
}

/** No readable header: the blocks follow each other after `headerBytes`, by date (`from` included, `until` excluded). */
export interface DatedLayout {
  /** Nothing readable stands before the blocks; the other kind is `header`. */
  readonly kind: "dated";
  /** By date: what stands before the blocks, and which blocks there are, in the file's order. */
  readonly layouts: readonly {
    readonly from?: string;
    readonly until?: string;
    readonly headerBytes: number;
    readonly blocks: readonly string[];
  }[];
}

/** Fields that follow each other as blocks of numbers, with a header or none before them. */
export interface FlatBinarySpec {
  readonly byteOrder: "big" | "little";
  /** What stands before the blocks. */
  readonly layout: HeaderLayout | DatedLayout;
  /** The fields of a granule. */
  readonly blocks: readonly Block[];
}
