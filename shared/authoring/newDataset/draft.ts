import { basename } from "node:path";
import { isReservedId } from "../../dataset/check/reserved.ts";
import { chunkLengthMax } from "../../dataset/check/timeFaults.ts";
import type { Descriptor } from "../../dataset/dataset.ts";
import type { ArraySpec, DatasetSpec, FixedDimension } from "../../dataset/descriptor.ts";
import { pathFaults } from "../../dataset/paths/pathFaults.ts";
import { type DataType, itemBytes } from "../../dataset/values.ts";
import type { Block } from "../../format/flatBinary/spec.ts";
import { commonGrids } from "../inspect/commonGrids.ts";
import { alikeAt, reader } from "../inspect/scoreLayout.ts";
import type { Probe } from "./question.ts";
import {
  stepsPerGranule,
  tokensOf,
  updatesOf,
  usualStepMs,
  usualTime,
  withSeries,
  withSteps,
} from "./series.ts";

/** Chunks of some tens of MB are read and written well. */
const chunkBytesUsual = 64 * 1024 * 1024;
const chunkLengthUsual = 40;
/** How much larger than the one that is probed a granule may be. */
const growthFactor = 4;
const granuleBytesLeast = 64 * 1024;
/** Fewer fields of a day are rather of several quantities. */
const stepsLeast = 4;
const stepsAlikeLeast = 0.5;
/** Of an axis that nothing is known of but its length: as many degrees as any has lie within it. */
export const unknownStep = 0.001;
const granuleBytesMost = 1024 * 1024 * 1024;

/** What has room for each type and for a value that it cannot hold: every one of a granule may be measured. */
const roomier: Readonly<Record<DataType, Pick<ArraySpec, "dtype" | "fillValue">>> = {
  int8: { dtype: "int16", fillValue: -32768 },
  uint8: { dtype: "int16", fillValue: -32768 },
  int16: { dtype: "int32", fillValue: -2147483648 },
  int32: { dtype: "float64", fillValue: Number.NaN },
  float32: { dtype: "float32", fillValue: Number.NaN },
  float64: { dtype: "float64", fillValue: Number.NaN },
};

/** A descriptor that has no faults, with what the probed granule speaks for and usual values elsewhere. */
export function draftOf(probe: Probe, copied: Descriptor | undefined): DatasetSpec {
  const { pattern, base, file } = probe;
  const name = basename(file.path).replace(/[{}]/g, "_");
  const path = pattern?.template ?? (pathFaults(name).length > 0 ? "granule" : name);
  const id = slugOf(path);
  const steps = stepsIn(probe, path);
  const draft: DatasetSpec = {
    id,
    attributes: {
      title: id,
      summary: id,
      institution: "unknown",
      source: `flat binary granules ${basename(path)}`,
      license: "unknown",
    },
    time: usualTime(path, pattern?.time, steps),
    dimensions: [dimensionOf("lat", probe), dimensionOf("lon", probe)],
    arrays: [],
    source: {
      url: base ?? `ftp://localhost/${id}`,
      connectionsMax: 4,
      candidates: [{ path }],
      ...stepsPerGranule(steps),
    },
    decoding: {
      compression: probe.facts.compression,
      granuleBytesMax: boundOf(file.bytes.length),
      rawBytesMax: boundOf(probe.raw.length),
      byteOrder: probe.guess?.byteOrder ?? "little",
      layout: { kind: "dated", layouts: [{ headerBytes: probe.guess?.headerBytes ?? 0, blocks: [] }] },
      blocks: [],
    },
    updates: updatesOf(usualStepMs(path, pattern?.time)),
  };
  const whole = copied ? withCopied(draft, copied) : withBlocks(draft, blocksOf(probe, steps));
  return probe.series ? withSeries(whole, probe.series) : whole;
}

/** The grid, the fields, the decoding and the timesteps a granule of a dataset whose granules are of the same form. */
function withCopied(draft: DatasetSpec, copied: Descriptor): DatasetSpec {
  const { dimensions, auxiliaries, arrays, decoding, source } = copied;
  const next = { ...draft, dimensions, ...(auxiliaries ? { auxiliaries } : {}), arrays, decoding };
  return withUsualChunks(withSteps(next, source.stepsPerGranule));
}

/** The draft with the fields that are likely in its frames, one for each timestep and step of a further dimension, unless they have names by now. */
export function withLikelyBlocks(draft: DatasetSpec, probe: Probe): DatasetSpec {
  const { fields = 1, type: likely = "float32" } = probe.guess ?? {};
  const isNamed = draft.decoding.blocks.some(
    ({ name, type }) => !/^values(_\d+)?$/.test(name) || type !== likely,
  );
  const further = draft.dimensions.slice(0, -2).reduce((product, { count }) => product * count, 1);
  const frames = further * (draft.source.stepsPerGranule ?? 1);
  return isNamed || fields % frames !== 0 ? draft : withBlocks(draft, blocksOf(probe, frames));
}

/** The same with other blocks, each of which becomes an array of its name; what is known of one of that name stays, and of its values where the type does too. */
export function withBlocks(draft: DatasetSpec, named: readonly Block[]): DatasetSpec {
  const known = ({ name, type }: Block) =>
    draft.decoding.blocks.find((block) => block.name === name && block.type === type);
  const blocks = named.map((block) => known(block) ?? block);
  const { layout } = draft.decoding;
  const headerBytes = layout.kind === "dated" ? (layout.layouts[0]?.headerBytes ?? 0) : 0;
  const layouts = [{ headerBytes, blocks: blocks.map(({ name }) => name) }];
  const arrays = blocks.map((block) => {
    const before = draft.arrays.find(({ name }) => name === block.name);
    const attributes = before?.attributes ?? { long_name: block.name.replaceAll("_", " "), units: "1" };
    return arrayOf(block, attributes, known(block) && before?.validRange);
  });
  const decoding = { ...draft.decoding, layout: { kind: "dated" as const, layouts }, blocks };
  return withUsualChunks({ ...draft, arrays, decoding });
}

/**
 * Integers are stored as they come, so that nothing is rounded; what a reader multiplies them by undoes the scale. Where none
 * means missing they are stored in a type that has another.
 */
export function arrayOf(
  block: Block,
  attributes: ArraySpec["attributes"],
  validRange?: ArraySpec["validRange"],
): ArraySpec {
  const { name, type, scale = 1, missing } = block;
  const isPlain = missing === undefined || type.startsWith("float");
  const { dtype, fillValue } = isPlain ? roomier[type] : { dtype: type, fillValue: missing };
  return {
    name,
    block: name,
    dtype,
    ...(dtype.startsWith("float") || scale === 1 ? {} : { scaleFactor: 1 / scale }),
    fillValue,
    ...(validRange === undefined ? {} : { validRange }),
    attributes,
  };
}

/** Chunks as long as keeps them to a usual size. */
export function withUsualChunks(draft: DatasetSpec): DatasetSpec {
  const cells = draft.dimensions.reduce((product, { count }) => product * count, 1);
  const stepBytes = Math.max(1, ...draft.arrays.map(({ dtype }) => cells * itemBytes[dtype]));
  const most = Math.min(chunkLengthUsual, chunkLengthMax, Math.floor(chunkBytesUsual / stepBytes));
  return { ...draft, time: { ...draft.time, chunkLength: Math.max(1, most) } };
}

/**
 * How many timesteps the probed granule likely has. Several fields of one type that are alike, in a file of a day, are the hours of
 * it: a day has no others.
 */
function stepsIn({ guess, raw }: Probe, path: string): number {
  const tokens = tokensOf(path);
  if (!guess || guess.fields < stepsLeast || 24 % guess.fields !== 0) return 1;
  if (!/DD/.test(tokens) || tokens.includes("HH")) return 1;
  const cells = guess.rows * guess.columns;
  const alike = alikeAt(reader(raw.subarray(guess.headerBytes), guess), guess.fields * cells, cells);
  return alike >= stepsAlikeLeast ? guess.fields : 1;
}

/** The probed granule's fields, where each comes so many times. */
function blocksOf({ guess }: Probe, frames: number): Block[] {
  const { fields: all = 1, type = "float32" } = guess ?? {};
  const fields = all / frames;
  return Array.from({ length: fields }, (_, i) => ({
    name: fields === 1 ? "values" : `values_${i + 1}`,
    type,
  }));
}

function dimensionOf(name: "lat" | "lon", { guess }: Probe): FixedDimension {
  const grid = commonGrids.find(({ text }) => text === guess?.text);
  const axis = name === "lat" ? grid?.latitude : grid?.longitude;
  const count = (name === "lat" ? guess?.rows : guess?.columns) ?? 1;
  const attributes =
    name === "lat"
      ? { standard_name: "latitude", long_name: "latitude", units: "degrees_north", axis: "Y" }
      : { standard_name: "longitude", long_name: "longitude", units: "degrees_east", axis: "X" };
  return { name, first: 0, step: unknownStep, ...axis, count, attributes };
}

function slugOf(template: string): string {
  const name = basename(template)
    .replace(/\{[^}]*\}/g, "")
    .split(".")[0];
  const slug = (name ?? "").toLowerCase().replace(/[^a-z0-9]+/g, "-");
  const id = slug.replace(/^-+|-+$/g, "").slice(0, 60) || "dataset";
  return id === "dataset" || isReservedId(id) ? `${id}-1` : id;
}

/** A power of two, well above. */
function boundOf(bytes: number): number {
  const wanted = Math.max(granuleBytesLeast, growthFactor * bytes);
  return Math.min(granuleBytesMost, 2 ** Math.ceil(Math.log2(wanted)));
}
