import { basename } from "node:path";
import type { Dataset } from "../../shared/dataset/dataset.ts";
import {
  type ArraySpec,
  type Block,
  type DatasetSpec,
  type DataType,
  type FixedDimension,
  itemBytes,
  type TimeSpec,
} from "../../shared/dataset/descriptor.ts";
import { chunkLengthMax, faultsOf } from "../../shared/dataset/faults.ts";
import { partsOf, pathFaults } from "../../shared/dataset/granulePath.ts";
import { isReservedId } from "../../shared/dataset/reserved.ts";
import { formatDuration, formatInstant, parseDuration, parseInstant } from "../../shared/dataset/timeAxis.ts";
import { commonGrids } from "../inspect/commonGrids.ts";
import type { Probe } from "./question.ts";

const [minuteMs, hourMs, dayMs] = [60_000, 3_600_000, 86_400_000];
/** Chunks of some tens of MB are read and written well. */
const chunkBytesUsual = 64 * 1024 * 1024;
const chunkLengthUsual = 40;
/** How much larger than the one that is probed a granule may be. */
const growthFactor = 4;
const granuleBytesLeast = 64 * 1024;
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
export function draftOf(probe: Probe, copied: Dataset | undefined): DatasetSpec {
  const { pattern, base, file } = probe;
  const name = basename(file.path).replace(/[{}]/g, "_");
  const path = pattern?.template ?? (pathFaults(name).length > 0 ? "granule" : name);
  const id = slugOf(path);
  const draft: DatasetSpec = {
    id,
    attributes: {
      title: id,
      summary: id,
      institution: "unknown",
      source: `flat binary granules ${basename(path)}`,
      license: "unknown",
    },
    time: timeOf(path, probe),
    dimensions: [dimensionOf("lat", probe), dimensionOf("lon", probe)],
    arrays: [],
    source: {
      url: base ?? `ftp://localhost/${id}`,
      connectionsMax: 4,
      candidates: [{ path }],
    },
    decoding: {
      compression: probe.facts.compression,
      granuleBytesMax: boundOf(file.bytes.length),
      rawBytesMax: boundOf(probe.raw.length),
      byteOrder: probe.guess?.byteOrder ?? "little",
      layout: { kind: "dated", layouts: [{ headerBytes: probe.guess?.headerBytes ?? 0, blocks: [] }] },
      blocks: [],
    },
    growth: growthOf(usualStepMs(path, pattern?.time)),
  };
  return copied ? withCopied(draft, copied) : withBlocks(draft, blocksOf(probe));
}

/** The grid, the fields and the decoding of a dataset whose granules are of the same form. */
function withCopied(draft: DatasetSpec, { dimensions, auxiliaries, arrays, decoding }: Dataset): DatasetSpec {
  return withUsualChunks({ ...draft, dimensions, ...(auxiliaries ? { auxiliaries } : {}), arrays, decoding });
}

/** The same with other blocks, each of which becomes an array of its name; what is known of one of that name stays. */
export function withBlocks(draft: DatasetSpec, blocks: readonly Block[]): DatasetSpec {
  const { layout } = draft.decoding;
  const headerBytes = layout.kind === "dated" ? (layout.layouts[0]?.headerBytes ?? 0) : 0;
  const layouts = [{ headerBytes, blocks: blocks.map(({ name }) => name) }];
  const arrays = blocks.map((block) => {
    const before = draft.arrays.find(({ name }) => name === block.name);
    return arrayOf(block, before?.attributes ?? { long_name: block.name.replaceAll("_", " "), units: "1" });
  });
  const decoding = { ...draft.decoding, layout: { kind: "dated" as const, layouts }, blocks };
  return withUsualChunks({ ...draft, arrays, decoding });
}

/**
 * Integers are stored as they come, so that nothing is rounded; what a reader multiplies them by undoes the scale. Where none
 * means missing they are stored in a type that has another.
 */
export function arrayOf(block: Block, attributes: ArraySpec["attributes"]): ArraySpec {
  const { name, type, scale = 1, missing } = block;
  const isPlain = missing === undefined || type.startsWith("float");
  const { dtype, fillValue } = isPlain ? roomier[type] : { dtype: type, fillValue: missing };
  return {
    name,
    block: name,
    dtype,
    ...(dtype.startsWith("float") || scale === 1 ? {} : { scaleFactor: 1 / scale }),
    fillValue,
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

/** Whole units since the start, in the coarsest that fits. */
export function unitsOf(start: number, stepMs: number): string {
  const unit = stepMs % hourMs === 0 ? "hours" : stepMs % minuteMs === 0 ? "minutes" : "seconds";
  return `${unit} since ${formatInstant(start).slice(0, 19).replace("T", " ")}`;
}

/** The draft with other paths; with a usual axis for them, from `t` on, where its own would have granules share a path. */
export function withPath(draft: DatasetSpec, path: string, t: number | undefined): DatasetSpec {
  const next = { ...draft, source: { ...draft.source, candidates: [{ path }] } };
  const isSeries = (draft.time.end !== draft.time.start) === isDated(path);
  if (isSeries && faultsOf(next).length === 0) return next;
  const stepMs = usualStepMs(path, t);
  const start = t === undefined ? draft.time.start : formatInstant(t);
  return { ...withAxis(next, { start, step: formatDuration(stepMs) }), growth: growthOf(stepMs) };
}

/** The draft with another start or step, which decide on its units and, until that is asked for, on its end. */
export function withAxis(
  { time: { end: _, ...time }, ...draft }: DatasetSpec,
  changes: Partial<TimeSpec>,
): DatasetSpec {
  const changed = { ...time, ...changes };
  const [start, stepMs] = [parseInstant(changed.start), parseDuration(changed.step)];
  if (start === undefined || !stepMs) return { ...draft, time: changed };
  const { stepsPerGranule = 1, candidates } = draft.source;
  const end = formatInstant(start + (stepsPerGranule - 1) * stepMs);
  const isOne = !candidates.some(({ path }) => isDated(path));
  const { start: _start, ...others } = changed;
  return {
    ...draft,
    time: {
      start: formatInstant(start),
      ...(isOne ? { end } : {}),
      ...others,
      units: unitsOf(start, stepMs),
    },
  };
}

/** Usual ones for steps of that length. */
export function growthOf(latencyMs: number): DatasetSpec["growth"] {
  return {
    latency: formatDuration(latencyMs),
    patience: formatDuration(Math.max(2 * dayMs, 4 * latencyMs)),
    revisionWindow: "P7D",
    publish: "settled",
    retry: { first: "PT1H", longest: "P7D" },
    batchesMax: 2,
  };
}

function timeOf(path: string, { pattern }: Probe): DatasetSpec["time"] {
  const start = pattern?.time ?? Date.UTC(2000, 0, 1);
  const stepMs = usualStepMs(path, pattern?.time);
  return {
    start: formatInstant(start),
    ...(isDated(path) ? {} : { end: formatInstant(start) }),
    step: formatDuration(stepMs),
    units: unitsOf(start, stepMs),
    calendar: "proleptic_gregorian",
    stamp: "instant",
    chunkLength: chunkLengthUsual,
  };
}

/** Whether a path has parts of the date. One without any is that of a single granule. */
export function isDated(path: string): boolean {
  return partsOf(path).some(({ isToken }) => isToken);
}

/** Whether the finest part of a path is a month or a year: such steps have no constant length, and nothing speaks for any. */
export function isCoarse(path: string): boolean {
  return isDated(path) && !/DD|HH|mm/.test(tokensOf(path));
}

/** As the finest part of a path, and what it is at instant `t`, speak for: no two have the same path. */
function usualStepMs(path: string, t: number | undefined): number {
  const tokens = tokensOf(path);
  if (isCoarse(path)) return (tokens.includes("MM") ? 31 : 366) * dayMs;
  if (!tokens.includes("HH")) return dayMs;
  if (tokens.includes("mm")) return 30 * minuteMs;
  const hour = t === undefined ? 1 : new Date(t).getUTCHours();
  return (hour % 6 === 0 ? 6 : hour % 3 === 0 ? 3 : 1) * hourMs;
}

function tokensOf(path: string): string {
  return partsOf(path)
    .flatMap(({ isToken, text }) => (isToken ? [text] : []))
    .join(" ");
}

function blocksOf({ guess }: Probe): Block[] {
  const { fields = 1, type = "float32" } = guess ?? {};
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
