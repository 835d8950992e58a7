import { boundsOf } from "../../dataset/cf.ts";
import { type Descriptor, valuesPerStep } from "../../dataset/dataset.ts";
import { covers, dateRange } from "../../dataset/dateRange.ts";
import { type ArraySpec, type Block, type DatedLayout, itemBytes } from "../../dataset/descriptor.ts";
import { formatInstant } from "../../dataset/timeAxis.ts";
import { outsideText } from "../../dataset/validRange.ts";
import type { Values } from "../../dataset/values.ts";
import { GranuleError } from "../../errors.ts";
import { decodeBlock } from "./fieldValues.ts";
import { namedBlocks } from "./headerLayout.ts";
import { firstOutside } from "./outside.ts";

/** Where things are in one raw granule: a header, then a frame per timestep, which holds its blocks one after the other. */
export interface GranuleLayout {
  readonly headerBytes: number;
  readonly frameBytes: number;
  /** Frames that are there, each whole. */
  readonly frames: number;
  /** By the name of each block that is there: its first byte, counted from its frame's. */
  readonly offsets: ReadonlyMap<string, number>;
}

/**
 * Checks a raw granule, whose first timestep should be instant `first`, and finds its blocks. Only with
 * `gzipLeading` may `raw` be less than all, as long as it holds every block that an array wants; `rawBytes` is the length of
 * all then. An uncompressed granule of several timesteps may be cut short: its layout has the frames that are whole, at least
 * one, and nothing is said of what is there of the next.
 *
 * Throws a `GranuleError`: "header" (unreadable, or not the values that the descriptor expects), "time" (of another
 * timestep), "layout" (other blocks than the descriptor's), "length" (not exactly as long as its blocks, or no frame is whole).
 */
export function readLayout(
  dataset: Descriptor,
  raw: Uint8Array,
  rawBytes: number,
  first: number,
): GranuleLayout {
  const { layout, compression } = dataset.decoding;
  // What a whole gzip file inflates to is all that there will be.
  const isAll = compression === "gzip";
  const granule =
    layout.kind === "header"
      ? placed(
          dataset,
          layout.bytes,
          namedBlocks(layout, dataset.decoding.blocks, raw, first, windowFrom(dataset, first), !isAll),
        )
      : datedLayout(dataset, layout, first);
  const expectedBytes = granule.headerBytes + granule.frames * granule.frameBytes;
  const granuleBytes = compression === "gzipLeading" ? rawBytes : raw.length;
  const isShort = granuleBytes < expectedBytes;
  const frames = Math.floor((granuleBytes - granule.headerBytes) / granule.frameBytes);
  if (isShort && compression === "none" && frames > 0) return { ...granule, frames };
  if (granuleBytes !== expectedBytes) {
    throw new GranuleError(
      "length",
      `the granule is ${granuleBytes} bytes; its blocks make ${expectedBytes}`,
      // The length that the end of a gzip file states is anything at all where that is not the end.
      { mayGrow: isShort ? !isAll : compression === "gzipLeading" },
    );
  }
  const wantedBytes = wantedEnd(dataset, granule);
  if (raw.length < wantedBytes) {
    throw new GranuleError(
      "length",
      `${raw.length} bytes were inflated; the wanted blocks end at ${wantedBytes}`,
    );
  }
  return granule;
}

/** The window that the timesteps of a granule cover, the first of which is instant `first`. */
function windowFrom({ time, source }: Descriptor, first: number): readonly [begin: number, end: number] {
  const last = first + (source.stepsPerGranule - 1) * time.stepMs;
  const [begin] = boundsOf(time.stamp, first, time.stepMs) ?? [first];
  const [, end] = boundsOf(time.stamp, last, time.stepMs) ?? [last, last];
  return [begin, end];
}

/** How much of a granule must be inflated to hold every block that an array wants: of the longest layout there is. */
export function leadingBytesOf(dataset: Descriptor): number {
  const { layout, blocks } = dataset.decoding;
  const layouts =
    layout.kind === "dated"
      ? layout.layouts
      : [{ headerBytes: layout.bytes, blocks: blocks.map(({ name }) => name) }];
  return Math.max(
    ...layouts.map(({ headerBytes, blocks }) => wantedEnd(dataset, placed(dataset, headerBytes, blocks))),
  );
}

function wantedEnd(dataset: Descriptor, { headerBytes, frameBytes, frames, offsets }: GranuleLayout): number {
  const ends = dataset.arrays.map(({ block }) => {
    const offset = offsets.get(block);
    return offset === undefined ? 0 : offset + blockBytes(dataset, block);
  });
  return headerBytes + (frames - 1) * frameBytes + Math.max(...ends);
}

function placed(dataset: Descriptor, headerBytes: number, names: readonly string[]): GranuleLayout {
  const offsets = new Map<string, number>();
  let frameBytes = 0;
  for (const name of names) {
    offsets.set(name, frameBytes);
    frameBytes += blockBytes(dataset, name);
  }
  return { headerBytes, frameBytes, frames: dataset.source.stepsPerGranule, offsets };
}

function datedLayout(dataset: Descriptor, { layouts }: DatedLayout, first: number): GranuleLayout {
  const layout = layouts.find((candidate) => covers(dateRange(candidate), first));
  if (!layout) throw new GranuleError("layout", `the descriptor has no layout for ${formatInstant(first)}`);
  return placed(dataset, layout.headerBytes, layout.blocks);
}

/**
 * Fills `target` (one timestep's values of `array`, in its dtype) from frame `frame` of a granule whose layout was read.
 * Integer arrays get the stored integers; float arrays get stored / scale. Missing values, NaN among them, and blocks that are
 * not there become the array's fill value. Values under a `negated` rule are turned back first.
 */
export function decodeField(
  dataset: Descriptor,
  layout: GranuleLayout,
  raw: Uint8Array,
  frame: number,
  array: ArraySpec,
  target: Values,
): void {
  const bytes = fieldBytes(dataset, layout, raw, frame, array);
  if (!bytes) {
    target.fill(array.fillValue);
    return;
  }
  const { dimensions, decoding } = dataset;
  decodeBlock(bytes, decoding.byteOrder, blockOf(dataset, array.block), dimensions, array, target);
}

/**
 * Sees that every value of a granule whose layout was read, and whose first timestep is instant `first`, lies in its array's
 * valid range. Throws a `GranuleError` "range" that names the first that does not: then nothing of the granule is to be
 * believed, since a flat binary says by nothing else that its bytes mean something other than they should.
 */
export function assertInRange(
  dataset: Descriptor,
  layout: GranuleLayout,
  raw: Uint8Array,
  first: number,
): void {
  const { dimensions, decoding, time } = dataset;
  const ranged = dataset.arrays.filter(({ validRange }) => validRange);
  for (let frame = 0; frame < layout.frames; frame++) {
    for (const array of ranged) {
      const bytes = fieldBytes(dataset, layout, raw, frame, array);
      const block = blockOf(dataset, array.block);
      const found = bytes && firstOutside(bytes, decoding.byteOrder, block, dimensions, array);
      if (!found) continue;
      const instant = formatInstant(first + frame * time.stepMs);
      throw new GranuleError("range", `${instant}: ${outsideText(dataset, array, found.cell, found.stored)}`);
    }
  }
}

/** The bytes of an array's block in one frame; `undefined` where the granule does not have it. */
function fieldBytes(
  dataset: Descriptor,
  { headerBytes, frameBytes, offsets }: GranuleLayout,
  raw: Uint8Array,
  frame: number,
  { block }: ArraySpec,
): Uint8Array | undefined {
  const offset = offsets.get(block);
  if (offset === undefined) return undefined;
  const start = headerBytes + frame * frameBytes + offset;
  const end = start + blockBytes(dataset, block);
  if (end > raw.length)
    throw new GranuleError("length", `${raw.length} bytes do not reach to the end of ${block} at ${end}`);
  return raw.subarray(start, end);
}

function blockBytes(dataset: Descriptor, name: string): number {
  return valuesPerStep(dataset) * itemBytes[blockOf(dataset, name).type];
}

/** The descriptor's check has seen to it that every name in it is a block's. */
function blockOf({ decoding }: Descriptor, name: string): Block {
  return decoding.blocks.find((block) => block.name === name) as Block;
}
