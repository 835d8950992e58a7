import { type DataType, itemBytes } from "../../dataset/values.ts";

/** One way to read bytes as numbers. */
export interface Reading {
  readonly type: DataType;
  readonly byteOrder: "big" | "little";
}

/** Where two are equally likely, the former is taken: wider types read narrower ones nearly as smoothly. */
export const readings: readonly Reading[] = [
  { type: "uint8", byteOrder: "big" },
  { type: "int8", byteOrder: "big" },
  ...(["int16", "float32", "int32", "float64"] as const).flatMap((type) =>
    (["big", "little"] as const).map((byteOrder) => ({ type, byteOrder })),
  ),
];

const pairsMax = 4000;
/** Real quantities in usual units lie in here; what a wrong reading makes of them mostly does not. */
const magnitudes = { float: [1e-12, 1e12], integer: [0, 2 ** 24] } as const;

/** Reads the value of that index. */
export type Read = (index: number) => number;

export function reader(bytes: Uint8Array, { type, byteOrder }: Reading): Read {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isLittle = byteOrder === "little";
  switch (type) {
    case "uint8":
      return (index) => view.getUint8(index);
    case "int8":
      return (index) => view.getInt8(index);
    case "int16":
      return (index) => view.getInt16(2 * index, isLittle);
    case "int32":
      return (index) => view.getInt32(4 * index, isLittle);
    case "float32":
      return (index) => view.getFloat32(4 * index, isLittle);
    case "float64":
      return (index) => view.getFloat64(8 * index, isLittle);
  }
}

/** From 0 to 1: how much the bytes, read so, look like a field of nature. Neighbours are alike, and values are usual ones. */
export function scoreLayout(bytes: Uint8Array, reading: Reading): number {
  const count = Math.floor(bytes.length / itemBytes[reading.type]);
  const read = reader(bytes, reading);
  return Math.max(0, alikeAt(read, count, 1)) * plausibleShare(read, count, reading.type) ** 2;
}

/**
 * How alike values are that stand `lag` apart, from -1 to 1: Spearman's rank correlation, which neither a far-off value for
 * missing nor a skewed distribution misleads. 0 where all are equal.
 */
export function alikeAt(read: Read, count: number, lag: number): number {
  const places = evenly(count - lag, pairsMax);
  const here = ranks(places.map((i) => ordinary(read(i))));
  const there = ranks(places.map((i) => ordinary(read(i + lag))));
  return correlation(here, there);
}

/** The share of usual values. One unusual value may stand for missing, so however often it comes it is no fault. */
function plausibleShare(read: Read, count: number, type: DataType): number {
  const [least, most] = type.startsWith("float") ? magnitudes.float : magnitudes.integer;
  const values = evenly(count, pairsMax).map(read);
  const odd = values.filter((v) => !(v === 0 || (Math.abs(v) >= least && Math.abs(v) <= most)));
  const share = 1 - (odd.length - commonest(odd)) / Math.max(1, values.length);
  const isSwapped = type.startsWith("int") && type !== "int8" && values.every((v) => v % 256 === 0);
  return isSwapped ? share / 2 : share;
}

function commonest(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return Math.max(0, ...counts.values());
}

function evenly(count: number, most: number): number[] {
  const length = Math.max(0, Math.min(count, most));
  return Array.from({ length }, (_, i) => Math.floor((i * count) / length));
}

/** What has no place in an order stands at its end. */
function ordinary(value: number): number {
  return Number.isNaN(value) ? Number.POSITIVE_INFINITY : value;
}

/** Equal values share the middle of their ranks. */
function ranks(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((a, b) => compare(values[a] as number, values[b] as number));
  const found = new Array<number>(values.length).fill(0);
  for (let start = 0, end: number; start < order.length; start = end) {
    const value = values[order[start] as number];
    for (end = start + 1; end < order.length && values[order[end] as number] === value; ) end++;
    for (let i = start; i < end; i++) found[order[i] as number] = (start + end - 1) / 2;
  }
  return found;
}

function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function correlation(x: readonly number[], y: readonly number[]): number {
  const mean = (some: readonly number[]) => some.reduce((sum, one) => sum + one, 0) / some.length;
  const [meanX, meanY] = [mean(x), mean(y)];
  let [both, ofX, ofY] = [0, 0, 0];
  x.forEach((value, i) => {
    const [dx, dy] = [value - meanX, (y[i] as number) - meanY];
    both += dx * dy;
    ofX += dx * dx;
    ofY += dy * dy;
  });
  return ofX === 0 || ofY === 0 ? 0 : both / Math.sqrt(ofX * ofY);
}
