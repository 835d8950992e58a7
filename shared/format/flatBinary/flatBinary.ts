import { formatInstant, parseInstant } from "../../dataset/timeAxis.ts";
import { outsideText } from "../../dataset/validRange.ts";
import { GranuleError } from "../../errors.ts";
import type { Decompressed } from "../decompress/decompress.ts";
import type { ExpectedGranule, GranuleFormat, GranuleSpec, OpenGranule } from "../format.ts";
import { faults } from "./faults.ts";
import { decodeBlock } from "./fieldValues.ts";
import { parseHeader } from "./header.ts";
import { statedInstant } from "./headerLayout.ts";
import { blockOf, fieldBytes, type GranuleLayout, leadingBytes, readLayout } from "./layout.ts";
import { firstOutside } from "./outside.ts";

/** Blocks of numbers that follow each other, in the order that a header says or that holds for their date. */
export const flatBinary: GranuleFormat = { faults, leadingBytes, open, statedTime, formsSince };

function open(granule: Decompressed, expected: ExpectedGranule): OpenGranule {
  const layout = readLayout(granule, expected);
  assertInRange(layout, granule.raw, expected);
  const { raw } = granule;
  const { spec } = expected;
  const { dimensions, decoding } = spec;
  return {
    frames: layout.frames,
    read(array, frame, target) {
      const bytes = fieldBytes(spec, layout, raw, frame, array.block);
      if (bytes)
        decodeBlock(bytes, decoding.byteOrder, blockOf(spec, array.block), dimensions, array, target);
      else target.fill(array.fillValue);
    },
    describe: ({ block }) => ({ storedAs: blockOf(spec, block).type, isThere: layout.offsets.has(block) }),
    stated: () =>
      decoding.layout.kind === "header" ? parseHeader(raw.subarray(0, decoding.layout.bytes)) : undefined,
    free: () => granule.free(),
  };
}

/**
 * Sees that every value of a granule lies in its array's valid range. Throws a `GranuleError` "range" that names the first that
 * does not: then nothing of the granule is to be believed, since a flat binary says by nothing else that its bytes mean
 * something other than they should.
 */
function assertInRange(layout: GranuleLayout, raw: Uint8Array, { spec, times }: ExpectedGranule): void {
  const { dimensions, decoding } = spec;
  const ranged = spec.arrays.filter(({ validRange }) => validRange);
  for (let frame = 0; frame < layout.frames; frame++) {
    for (const array of ranged) {
      const bytes = fieldBytes(spec, layout, raw, frame, array.block);
      const block = blockOf(spec, array.block);
      const found = bytes && firstOutside(bytes, decoding.byteOrder, block, dimensions, array);
      if (!found) continue;
      const instant = formatInstant(times[frame] as number);
      throw new GranuleError("range", `${instant}: ${outsideText(spec, array, found.cell, found.stored)}`);
    }
  }
}

function statedTime({ decoding: { layout } }: GranuleSpec, raw: Uint8Array): number | undefined {
  return layout.kind === "header" ? statedInstant(layout, raw) : undefined;
}

function formsSince({ decoding: { layout } }: GranuleSpec): readonly (number | undefined)[] {
  if (layout.kind === "header" || layout.layouts.length === 0) return [undefined];
  return layout.layouts.map(({ from }) => (from === undefined ? undefined : parseInstant(from)));
}
