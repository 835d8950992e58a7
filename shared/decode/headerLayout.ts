import type { Block, HeaderLayout } from "../dataset/descriptor.ts";
import { formatInstant } from "../dataset/timeAxis.ts";
import { GranuleError } from "../errors.ts";
import { parseHeader } from "./header.ts";

/**
 * The names of the blocks that follow the header of `raw`, in its order. Checked against the layout and the declared blocks:
 * throws a `GranuleError` "header", "time" (not instant `first`), "layout", or "length" (shorter than a header). Keys that
 * the layout does not name are not believed; some are wrong in real files.
 */
export function namedBlocks(
  layout: HeaderLayout,
  declared: readonly Block[],
  raw: Uint8Array,
  first: number,
): readonly string[] {
  if (raw.length < layout.bytes) {
    throw new GranuleError("length", `${raw.length} bytes are less than the header's ${layout.bytes}`);
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
  const said = `${stated(layout.dayKey)} ${stated(layout.clockKey)}`;
  const expected = formatInstant(first).replace(/[-:Z]/g, "").replace("T", " ");
  if (said !== expected)
    throw new GranuleError("time", `the header's time is ${said}; ${expected} was asked for`);

  const names = stated(layout.namesKey).split(",");
  const types = stated(layout.typesKey).split(",");
  const scales = stated(layout.scalesKey).split(",");
  const count = Number(stated(layout.countKey));
  if ([names, types, scales].some(({ length }) => length !== count)) {
    throw new GranuleError(
      "layout",
      `the header counts ${count} blocks, but has ${names.length} names, ${types.length} types, ${scales.length} scales`,
    );
  }
  assertDeclared(
    layout,
    declared,
    names.map((name, i) => ({ name, type: types[i] as string, scale: Number(scales[i]) })),
  );
  return names;
}

function assertDeclared(
  { types }: HeaderLayout,
  declared: readonly Block[],
  named: readonly { readonly name: string; readonly type: string; readonly scale: number }[],
): void {
  const names = named.map(({ name }) => name);
  for (const [i, { name, type, scale }] of named.entries()) {
    const refuse = (why: string) => new GranuleError("layout", `the header's block "${name}" ${why}`);
    const block = declared.find((candidate) => candidate.name === name);
    if (!block) throw refuse("is unknown");
    if (names.indexOf(name) !== i) throw refuse("is named twice");
    if (types[type] !== block.type) throw refuse(`is of type ${type}, not ${block.type}`);
    if (scale !== (block.scale ?? 1)) throw refuse(`has scale ${scale}, not ${block.scale ?? 1}`);
  }
  for (const { name, optional } of declared) {
    if (!optional && !names.includes(name))
      throw new GranuleError("layout", `the header does not name block "${name}"`);
  }
}
