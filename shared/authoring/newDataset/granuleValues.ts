import type { ArraySpec, DatasetSpec } from "../../dataset/descriptor.ts";
import { itemBytes } from "../../dataset/values.ts";
import { rangeCheckOf } from "../../format/flatBinary/rangeJudge.ts";
import type { Block } from "../../format/flatBinary/spec.ts";
import { type Read, reader } from "../inspect/scoreLayout.ts";
import { extremes, likelyRange } from "./likelyRange.ts";
import { missingValueIn } from "./missingValue.ts";
import type { Probe } from "./question.ts";

/** The stored value that most likely means missing in a field, by the granule's own. */
export function missingIn(draft: DatasetSpec, field: string, probe: Probe): number | undefined {
  const { read, count } = valuesOf(draft, field, probe);
  const value = missingValueIn(read, count);
  return value === undefined || blockNamed(draft, field).type !== "float32" ? value : shortest(value);
}

/** A valid range that is likely, by the granule's own values. */
export function rangeIn(draft: DatasetSpec, field: string, probe: Probe): ArraySpec["validRange"] {
  const { read, count } = valuesOf(draft, field, probe);
  return likelyRange(read, count, blockNamed(draft, field));
}

/** A value of the granule, in its units, that its field's range does not hold. */
export function outsideIn(draft: DatasetSpec, field: string, probe: Probe): number | undefined {
  const { read, count } = valuesOf(draft, field, probe);
  const block = blockNamed(draft, field);
  const isOutside = rangeCheckOf(block, arrayNamed(draft, field));
  const outside = extremes(read, count, block).find((one) => Number.isFinite(one) && isOutside(one, false));
  return outside === undefined ? undefined : Number((outside / (block.scale ?? 1)).toPrecision(7));
}

/** Those of the granule's first timestep. */
function valuesOf(draft: DatasetSpec, field: string, { raw }: Probe): { read: Read; count: number } {
  const { dimensions, decoding } = draft;
  const cells = dimensions.reduce((product, { count }) => product * count, 1);
  const place = decoding.blocks.findIndex(({ name }) => name === field);
  const { type } = blockNamed(draft, field);
  const before = decoding.blocks.slice(0, place).reduce((sum, one) => sum + cells * itemBytes[one.type], 0);
  const headerBytes = decoding.layout.kind === "dated" ? (decoding.layout.layouts[0]?.headerBytes ?? 0) : 0;
  const start = headerBytes + before;
  const bytes = raw.subarray(start, start + cells * itemBytes[type]);
  return { read: reader(bytes, { type, byteOrder: decoding.byteOrder }), count: cells };
}

/** The decimal that a person would write for a float32. */
function shortest(value: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const text = Number(value.toPrecision(digits));
    if (Math.fround(text) === value) return text;
  }
  return value;
}

export function blockNamed({ decoding }: DatasetSpec, field: string): Block {
  return decoding.blocks.find(({ name }) => name === field) as Block;
}

export function arrayNamed({ arrays }: DatasetSpec, field: string) {
  return arrays.find(({ name }) => name === field) as DatasetSpec["arrays"][number];
}
