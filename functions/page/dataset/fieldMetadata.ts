import { decimalsOf } from "../ui/valueFormat.ts";

export interface Flag {
  readonly value: number;
  readonly meaning: string;
}

/** What an array is of, and what its stored numbers mean. Source: CF Conventions 1.10, sections 2.5, 3 and 8.1. */
export interface FieldMetadata {
  readonly label: string;
  readonly standardName: string | undefined;
  /** As UDUNITS writes them, as in `mm h-1`; empty where there are none. */
  readonly units: string;
  /** Set where the numbers stand for categories. */
  readonly flags: readonly Flag[] | undefined;
  /** The smallest and the largest possible value, where the array says so. */
  readonly valid: readonly [number, number] | undefined;
  /** Decimals that the packing resolves. */
  readonly decimals: number | undefined;
  /** The value that a stored number stands for; NaN where it stands for none. */
  unpack(packed: number | bigint): number;
}

type Attributes = Readonly<Record<string, unknown>>;

/** Reads an array's attributes and its `fill_value`. */
export function readFieldMetadata(name: string, attributes: Attributes, fillValue: unknown): FieldMetadata {
  const scale = numberOf(attributes.scale_factor) ?? 1;
  const offset = numberOf(attributes.add_offset) ?? 0;
  const [none, ...others] = new Set(
    [fillValue, attributes._FillValue, attributes.missing_value]
      .flat()
      .flatMap((value) => numberOf(value) ?? []),
  );
  const range = storedRange(attributes);
  const [least, largest] = range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const isPacked = scale !== 1 || offset !== 0;
  return {
    label: textOf(attributes.long_name) ?? textOf(attributes.standard_name) ?? name,
    standardName: textOf(attributes.standard_name),
    units: textOf(attributes.units) ?? "",
    flags: flagsOf(attributes),
    valid: range && [range[0] * scale + offset, range[1] * scale + offset],
    decimals: isPacked ? Math.max(decimalsOf(scale), decimalsOf(offset)) : undefined,
    unpack(packed) {
      const number = Number(packed);
      if (number === none || !(number >= least && number <= largest)) return Number.NaN;
      if (others.length > 0 && others.includes(number)) return Number.NaN;
      return number * scale + offset;
    },
  };
}

/** `valid_range`, or `valid_min` and `valid_max`: of the stored numbers, as CF has it. */
function storedRange(attributes: Attributes): readonly [number, number] | undefined {
  const [from, to] = Array.isArray(attributes.valid_range)
    ? attributes.valid_range.map(numberOf)
    : [numberOf(attributes.valid_min), numberOf(attributes.valid_max)];
  if (from === undefined && to === undefined) return undefined;
  return [from ?? Number.NEGATIVE_INFINITY, to ?? Number.POSITIVE_INFINITY];
}

function flagsOf({ flag_values, flag_meanings }: Attributes): readonly Flag[] | undefined {
  if (!Array.isArray(flag_values) || typeof flag_meanings !== "string") return undefined;
  const meanings = flag_meanings.split(/\s+/).filter(Boolean);
  return flag_values.map((value, i) => ({
    value: Number(value),
    meaning: meanings[i]?.replaceAll("_", " ") ?? `flag ${value}`,
  }));
}

function numberOf(value: unknown): number | undefined {
  if (typeof value === "number" || typeof value === "bigint") return Number(value);
  return value === "NaN" ? Number.NaN : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
