import { isCount, periodFaults, sameNameFaults } from "../../dataset/check/plainFaults.ts";
import type { DatasetSpec } from "../../dataset/descriptor.ts";
import { arrayFaults } from "./arrayFaults.ts";
import { blockFaults } from "./blockFaults.ts";
import { layoutFaults } from "./layoutFaults.ts";
import { sizeFaults } from "./sizeFaults.ts";
import type { DatedLayout } from "./spec.ts";

/** What is wrong with blocks and layouts, and with arrays that should be made from them. */
export function faults(spec: DatasetSpec): string[] {
  return [...spec.arrays.flatMap((array) => arrayFaults(spec, array)), ...decodingFaults(spec)];
}

function decodingFaults(spec: DatasetSpec): string[] {
  const { decoding, dimensions } = spec;
  const { blocks, layout } = decoding;
  const names = blocks.map(({ name }) => name);
  const found = [
    ...sameNameFaults(names).map((fault) => `decoding.blocks: ${fault}`),
    ...blocks.flatMap((block) => blockFaults(block, dimensions)),
    ...(layout.kind === "dated" ? datedFaults(layout, names) : []),
    ...(layout.kind === "header" && !isCount(layout.bytes)
      ? ["decoding.layout.bytes is not a positive whole number"]
      : []),
  ];
  return found.length > 0 ? found : [...sizeFaults(spec), ...layoutFaults(spec)];
}

function datedFaults({ layouts }: DatedLayout, names: readonly string[]): string[] {
  const faults: string[] = [];
  if (layouts.length === 0) faults.push("decoding.layout.layouts is empty");
  layouts.forEach(({ from, until, headerBytes, blocks }, i) => {
    const at = `decoding.layout.layouts[${i}]`;
    faults.push(...periodFaults(at, { from, until }));
    if (!Number.isInteger(headerBytes) || headerBytes < 0)
      faults.push(`${at}.headerBytes is not a whole number`);
    for (const block of new Set(blocks)) {
      if (blocks.indexOf(block) !== blocks.lastIndexOf(block))
        faults.push(`${at}.blocks names "${block}" twice`);
      if (!names.includes(block))
        faults.push(`${at}.blocks names "${block}", which is none of decoding.blocks`);
    }
  });
  return faults;
}
