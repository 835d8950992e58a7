/** Flat binary as its contract has it: with headers that say what follows, and with layouts that hold by date. */
import type { ArraySpec, DatasetSpec } from "../../../../shared/dataset/descriptor.ts";
import { flatBinary } from "../../../../shared/format/flatBinary/flatBinary.ts";
import type { KnownGranule, StartedFormat } from "../../../../shared/testing/format.ts";
import { dayMs, firstDay, smallSpec, values, written } from "./small.ts";

/** Of 15 values each, as `smallSpec` has them. */
const headerBytes = 200;
const rain = [0, 1, 2, 255, 256, 257, -1, 300, 99, 99, 1000, 30_000, -30_000, 7, 12];
const quality = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 127, -128, -1];

const withHeader = smallSpec({
  arrays: [
    { ...values, name: "rain", block: "rain", dtype: "int16", scaleFactor: 0.1, fillValue: 99 },
    { ...values, name: "in mm", block: "rain", dtype: "float32", fillValue: Number.NaN },
    { ...values, name: "quality", block: "quality", dtype: "int8", fillValue: -128 },
    { ...values, name: "extra", block: "extra", dtype: "int32", fillValue: -40_000 },
  ],
  decoding: {
    layout: {
      kind: "header",
      bytes: headerBytes,
      lengthKey: "length",
      dayKey: "day",
      clockKey: "clock",
      countKey: "count",
      namesKey: "names",
      typesKey: "types",
      scalesKey: "scales",
      types: { i2: "int16", i1: "int8" },
      expect: { order: "big" },
    },
    blocks: [
      { name: "rain", type: "int16", scale: 10, missing: 99 },
      { name: "quality", type: "int8", missing: -128 },
      { name: "extra", type: "int16", optional: true },
    ],
  },
});

function headed(day: string, instant: number, stored: readonly number[], hasExtra: boolean): KnownGranule {
  const words = hasExtra ? ["rain,quality,extra", "i2,i1,i2", "10,1,1"] : ["rain,quality", "i2,i1", "10,1"];
  const [names, types, scales] = words;
  const count = hasExtra ? 3 : 2;
  const text = `length=${headerBytes} day=${day} clock=000000 order=big count=${count} names=${names} types=${types} scales=${scales}`;
  const extra = stored.map((value) => value + 1);
  const raw = Buffer.concat([
    Buffer.from(text.padEnd(headerBytes), "latin1"),
    written("int16", stored, false),
    written("int8", quality, false),
    written("int16", hasExtra ? extra : [], false),
  ]);
  const millimetres = Float32Array.from(stored, (value) => (value === 99 ? Number.NaN : value / 10));
  return {
    raw,
    times: [instant],
    window: [instant, instant],
    values: {
      rain: [stored],
      "in mm": [millimetres],
      quality: [quality],
      ...(hasExtra && { extra: [extra] }),
    },
  };
}

export const startHeaded = async (): Promise<StartedFormat> => ({
  format: flatBinary,
  spec: withHeader,
  granules: [
    headed("20200101", firstDay, rain, true),
    headed("20200102", firstDay + dayMs, rain.toReversed(), false),
  ],
  statesTime: true,
  faulty: {
    "a block that is not there": withArrays(withHeader, (array) => ({ ...array, block: "snow" })),
    "an array that cannot hold its block": withArrays(withHeader, (array) => ({ ...array, dtype: "int8" })),
  },
});

const stepsPerGranule = 3;
const dated = smallSpec({
  stepsPerGranule,
  arrays: [
    { ...values, name: "level", block: "level", dtype: "float64", fillValue: -9.99e33 },
    { ...values, name: "flag", block: "flag", dtype: "int16", fillValue: -1 },
    { ...values, name: "later", block: "later", dtype: "int32", fillValue: -40_000 },
  ],
  decoding: {
    byteOrder: "little",
    layout: {
      kind: "dated",
      layouts: [
        { until: "2020-01-04", headerBytes: 6, blocks: ["level", "flag"] },
        { from: "2020-01-04", headerBytes: 0, blocks: ["later", "flag", "level"] },
      ],
    },
    blocks: [
      { name: "level", type: "float32", missing: -9.99e33 },
      { name: "flag", type: "uint8" },
      { name: "later", type: "int16" },
    ],
  },
});

/** Three timesteps, the blocks of each one after the other. */
function framed(
  first: number,
  header: number,
  blocks: readonly ("level" | "flag" | "later")[],
): KnownGranule {
  const numbers = Array.from({ length: stepsPerGranule * 15 }, (_, i) => i);
  const stored = {
    level: numbers.map((i) => (i % 7 === 0 ? -9.99e33 : 250.5 + i / 4)),
    flag: numbers.map((i) => (i * 5) % 250),
    later: numbers.map((i) => i * 700 - 9_000),
  };
  const types = { level: "float32", flag: "uint8", later: "int16" } as const;
  const steps = Array.from({ length: stepsPerGranule }, (_, frame) => frame);
  const of = (all: readonly number[], frame: number) => all.slice(frame * 15, frame * 15 + 15);
  const bytes = steps.flatMap((frame) =>
    blocks.map((block) => written(types[block], of(stored[block], frame), true)),
  );
  return {
    raw: Buffer.concat([new Uint8Array(header).fill(0xee), ...bytes]),
    times: steps.map((frame) => first + frame * dayMs),
    window: [first, first + 2 * dayMs],
    values: Object.fromEntries(
      blocks.map((block) => [block, steps.map((frame) => of(stored[block], frame))]),
    ),
  };
}

export const startDated = async (): Promise<StartedFormat> => ({
  format: flatBinary,
  spec: dated,
  granules: [
    framed(firstDay, 6, ["level", "flag"]),
    framed(firstDay + stepsPerGranule * dayMs, 0, ["later", "flag", "level"]),
  ],
  statesTime: false,
  faulty: {
    "no layout": { ...dated, decoding: { ...dated.decoding, layout: { kind: "dated", layouts: [] } } },
    "a block twice": {
      ...dated,
      decoding: { ...dated.decoding, blocks: [...dated.decoding.blocks, ...dated.decoding.blocks] },
    },
  },
});

function withArrays(spec: DatasetSpec, change: (array: ArraySpec) => ArraySpec): DatasetSpec {
  return { ...spec, arrays: spec.arrays.map(change) };
}
