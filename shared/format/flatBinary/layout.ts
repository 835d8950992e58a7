import { valuesPerStep } from "../../dataset/coordinates.ts";
import { covers, dateRange } from "../../dataset/dateRange.ts";
import { formatInstant } from "../../dataset/timeAxis.ts";
import { itemBytes } from "../../dataset/values.ts";
import { GranuleError } from "../../errors.ts";
import type { Decompressed } from "../decompress/decompress.ts";
import type { ExpectedGranule, GranuleSpec } from "../format.ts";
import { namedBlocks } from "./headerLayout.ts";
import type { Block, DatedLayout } from "./spec.ts";

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
 * Checks a granule's header and length, and finds its blocks. Where only its beginning is there, that must hold every block that an
 * array wants. One that more may be written behind may be cut short: its layout has the frames that are whole, at least
 * one, and nothing is said of what is there of the next.
 *
 * Throws a `GranuleError`: "header" (unreadable, or not the values that the descriptor expects), "time" (of another
 * timestep), "layout" (other blocks than the descriptor's), "length" (not exactly as long as its blocks, or no frame is whole).
 */
export function readLayout(granule: Decompressed, expected: ExpectedGranule): GranuleLayout {
  const { raw, rawBytes, extent } = granule;
  const { spec } = expected;
  const expectedLayout = layoutOf(granule, expected);
  const { headerBytes, frameBytes } = expectedLayout;
  const expectedBytes = headerBytes + expectedLayout.frames * frameBytes;
  const isShort = rawBytes < expectedBytes;
  const frames = Math.floor((rawBytes - headerBytes) / frameBytes);
  if (isShort && extent === "soFar" && frames > 0) return { ...expectedLayout, frames };
  if (rawBytes !== expectedBytes) {
    throw new GranuleError(
      "length",
      `the granule is ${rawBytes} bytes; its blocks make ${expectedBytes}`,
      // The length that the end of a gzip file states is anything at all where that is not the end.
      { mayGrow: isShort ? extent !== "whole" : extent === "leading" },
    );
  }
  const wantedBytes = wantedEnd(spec, expectedLayout);
  if (raw.length < wantedBytes) {
    throw new GranuleError(
      "length",
      `${raw.length} bytes were inflated; the wanted blocks end at ${wantedBytes}`,
    );
  }
  return expectedLayout;
}

/** What the granule's own header says, or else the layout of its date. */
function layoutOf({ raw, extent }: Decompressed, { spec, times, window }: ExpectedGranule): GranuleLayout {
  const { layout, blocks } = spec.decoding;
  const [first] = times as readonly [number];
  if (layout.kind === "dated") return datedLayout(spec, layout, first, times.length);
  const names = namedBlocks(layout, blocks, raw, first, window, extent !== "whole");
  return placed(spec, layout.bytes, names, times.length);
}

function datedLayout(
  spec: GranuleSpec,
  { layouts }: DatedLayout,
  first: number,
  frames: number,
): GranuleLayout {
  const layout = layouts.find((candidate) => covers(dateRange(candidate), first));
  if (!layout) throw new GranuleError("layout", `the descriptor has no layout for ${formatInstant(first)}`);
  return placed(spec, layout.headerBytes, layout.blocks, frames);
}

/** How much of a granule must be there to hold every block that an array wants: of the longest layout there is. */
export function leadingBytes(spec: GranuleSpec, steps: number): number {
  const { layout, blocks } = spec.decoding;
  const layouts =
    layout.kind === "dated"
      ? layout.layouts
      : [{ headerBytes: layout.bytes, blocks: blocks.map(({ name }) => name) }];
  return Math.max(
    ...layouts.map(({ headerBytes, blocks }) => wantedEnd(spec, placed(spec, headerBytes, blocks, steps))),
  );
}

function wantedEnd(spec: GranuleSpec, { headerBytes, frameBytes, frames, offsets }: GranuleLayout): number {
  const ends = spec.arrays.map(({ block }) => {
    const offset = offsets.get(block);
    return offset === undefined ? 0 : offset + blockBytes(spec, block);
  });
  return headerBytes + (frames - 1) * frameBytes + Math.max(...ends);
}

function placed(
  spec: GranuleSpec,
  headerBytes: number,
  names: readonly string[],
  frames: number,
): GranuleLayout {
  const offsets = new Map<string, number>();
  let frameBytes = 0;
  for (const name of names) {
    offsets.set(name, frameBytes);
    frameBytes += blockBytes(spec, name);
  }
  return { headerBytes, frameBytes, frames, offsets };
}

/** The bytes of a block in one frame; `undefined` where the granule does not have it. */
export function fieldBytes(
  spec: GranuleSpec,
  { headerBytes, frameBytes, offsets }: GranuleLayout,
  raw: Uint8Array,
  frame: number,
  block: string,
): Uint8Array | undefined {
  const offset = offsets.get(block);
  if (offset === undefined) return undefined;
  const start = headerBytes + frame * frameBytes + offset;
  const end = start + blockBytes(spec, block);
  if (end > raw.length)
    throw new GranuleError("length", `${raw.length} bytes do not reach to the end of ${block} at ${end}`);
  return raw.subarray(start, end);
}

function blockBytes(spec: GranuleSpec, name: string): number {
  return valuesPerStep(spec) * itemBytes[blockOf(spec, name).type];
}

/** The descriptor's check has seen to it that every name in it is a block's. */
export function blockOf({ decoding }: GranuleSpec, name: string): Block {
  return decoding.blocks.find((block) => block.name === name) as Block;
}
