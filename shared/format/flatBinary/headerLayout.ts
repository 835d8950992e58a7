import { formatInstant, parseInstant } from "../../dataset/timeAxis.ts";
import { GranuleError } from "../../errors.ts";
import { parseHeader } from "./header.ts";
import type { Block, HeaderLayout } from "./spec.ts";

/**
 * The names of the blocks that follow the header of `raw`, in its order. Checked against the layout and the declared blocks:
 * throws a `GranuleError` "header", "time" (not instant `first`, or not that window), "layout", or "length" (shorter than a header;
 * `mayGrow` says whether more of it may come). Keys that the layout does not name are not believed; some are wrong in real files.
 */
export function namedBlocks(
  layout: HeaderLayout,
  declared: readonly Block[],
  raw: Uint8Array,
  first: number,
  window: readonly [begin: number, end: number],
  mayGrow = false,
): readonly string[] {
  if (raw.length < layout.bytes) {
    const less = `${raw.length} bytes are less than the header's ${layout.bytes}`;
    throw new GranuleError("length", less, { mayGrow });
  }
  const header = parseHeader(raw.subarray(0, layout.bytes));
  const stated = (key: string) => {
    const value = header.get(key);
    if (value === undefined) throw new GranuleError("header", `the header lacks ${key}`);
    return value;
  };
  for (const [key, expected] of Object.entries({
    ...layout.expect,
    [layout.lengthKey]: String(layout.bytes),
  })) {
    const value = stated(key);
    if (value !== expected)
      throw new GranuleError("header", `the header says ${key}=${value}, not ${expected}`);
  }
  for (const [key, expected] of Object.entries(layout.agree ?? {})) {
    const value = header.get(key) ?? expected;
    if (value !== expected)
      throw new GranuleError("header", `the header says ${key}=${value}, not ${expected}`);
  }
  const said = `${stated(layout.dayKey)} ${stated(layout.clockKey)}`;
  const expected = inHeader(first);
  if (said !== expected)
    throw new GranuleError("time", `the header's time is ${said}; ${expected} was asked for`);
  assertWindow(layout, header, window);

  const names = stated(layout.namesKey).split(",");
  const types = stated(layout.typesKey).split(",");
  const scales = stated(layout.scalesKey).split(",");
  const units = layout.unitsKey === undefined ? undefined : header.get(layout.unitsKey)?.split(",");
  const count = Number(stated(layout.countKey));
  if ([names, types, scales, units ?? names].some(({ length }) => length !== count)) {
    throw new GranuleError(
      "layout",
      `the header counts ${count} blocks, but has ${names.length} names, ${types.length} types, ${scales.length} scales${units ? `, ${units.length} units` : ""}`,
    );
  }
  const named = names.map((name, i) => ({
    name,
    type: types[i] as string,
    scale: Number(scales[i]),
    units: units?.[i],
  }));
  assertDeclared(layout, declared, named);
  return names;
}

/** The instant that the header of `raw` states, whatever else it says; `undefined` where it states none. */
export function statedInstant(
  { bytes, dayKey, clockKey }: HeaderLayout,
  raw: Uint8Array,
): number | undefined {
  try {
    const header = parseHeader(raw.subarray(0, bytes));
    const said = `${header.get(dayKey)} ${header.get(clockKey) ?? ""}`;
    return parseInstant(said.replace(/^(\d{4})(\d\d)(\d\d) /, "$1-$2-$3 "));
  } catch (error) {
    if (error instanceof GranuleError) return undefined;
    throw error;
  }
}

/** An instant in the header's words. */
function inHeader(t: number): string {
  return formatInstant(t).replace(/[-:Z]/g, "").replace("T", " ");
}

function assertWindow(
  { windowKeys }: HeaderLayout,
  header: ReadonlyMap<string, string>,
  [begin, end]: readonly [number, number],
): void {
  if (!windowKeys) return;
  const { beginDay, beginClock, endDay, endClock } = windowKeys;
  for (const [what, day, clock, t] of [
    ["begins", beginDay, beginClock, begin],
    ["ends", endDay, endClock, end],
  ] as const) {
    const said = `${header.get(day)} ${header.get(clock)}`;
    if (header.has(day) && header.has(clock) && said !== inHeader(t))
      throw new GranuleError("time", `the header's window ${what} at ${said}, not at ${inHeader(t)}`);
  }
}

function assertDeclared(
  { types }: HeaderLayout,
  declared: readonly Block[],
  named: readonly {
    readonly name: string;
    readonly type: string;
    readonly scale: number;
    readonly units: string | undefined;
  }[],
): void {
  const names = named.map(({ name }) => name);
  for (const [i, { name, type, scale, units }] of named.entries()) {
    const refuse = (why: string) => new GranuleError("layout", `the header's block "${name}" ${why}`);
    const block = declared.find((candidate) => candidate.name === name);
    if (!block) throw refuse("is unknown");
    if (names.indexOf(name) !== i) throw refuse("is named twice");
    if (types[type] !== block.type) throw refuse(`is of type ${type}, not ${block.type}`);
    if (scale !== (block.scale ?? 1)) throw refuse(`has scale ${scale}, not ${block.scale ?? 1}`);
    if (units !== undefined && block.units !== undefined && units !== block.units)
      throw refuse(`is in ${units}, not ${block.units}`);
  }
  for (const { name, optional } of declared) {
    if (!optional && !names.includes(name))
      throw new GranuleError("layout", `the header does not name block "${name}"`);
  }
}
