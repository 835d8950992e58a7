import { isCount } from "../../dataset/check/plainFaults.ts";
import type { DatasetSpec } from "../../dataset/descriptor.ts";
import { itemBytes } from "../../dataset/values.ts";
import type { Block } from "./spec.ts";

/** Limits that no granule of the descriptor's own layout would keep. What is no limit at all has its own fault. */
export function sizeFaults(spec: DatasetSpec): string[] {
  const { decoding } = spec;
  const least = leastBytes(spec);
  const limits =
    decoding.compression === "none"
      ? (["rawBytesMax", "granuleBytesMax"] as const)
      : (["rawBytesMax"] as const);
  return limits
    .filter((name) => isCount(decoding[name]) && decoding[name] < least)
    .map((name) => `decoding.${name} ${decoding[name]} is below the ${least} bytes of a granule`);
}

/** Of the largest layout, after inflating: header and all blocks that must be there, or with `gzipLeading` those that are wanted. */
function leastBytes({ dimensions, source, arrays, decoding }: DatasetSpec): number {
  const { layout, blocks, compression } = decoding;
  const cells = dimensions.reduce((product, { count }) => product * count, 1);
  const wanted = new Set(arrays.map(({ block }) => block));
  const isThere = ({ name, optional = false }: Block) =>
    !optional && (compression !== "gzipLeading" || wanted.has(name));
  const layouts =
    layout.kind === "header"
      ? [{ headerBytes: layout.bytes, blocks: blocks.map(({ name }) => name) }]
      : layout.layouts;
  return Math.max(
    0,
    ...layouts.map(({ headerBytes, blocks: names }) => {
      const present = blocks.filter((block) => names.includes(block.name) && isThere(block));
      const cellBytes = present.reduce((sum, { type }) => sum + itemBytes[type], 0);
      return headerBytes + (source.stepsPerGranule ?? 1) * cells * cellBytes;
    }),
  );
}
