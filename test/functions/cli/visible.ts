/** What a user finds who opens the dataset's directory with a Zarr library, by its consolidated metadata. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as zarr from "zarrita";

type Numbers = Exclude<zarr.Chunk<zarr.DataType>["data"], unknown[]> & ArrayBufferView;

export interface VisibleArray {
  readonly dimensions: readonly string[];
  readonly shape: readonly number[];
  readonly attributes: Readonly<Record<string, unknown>>;
  /** As stored: neither scaled nor masked. */
  readonly values: Numbers;
}

export interface Visible {
  /** Of every array along time. */
  readonly length: number;
  /** ISO 8601, UTC. */
  readonly times: readonly string[];
  readonly statuses: readonly string[];
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly arrays: ReadonlyMap<string, VisibleArray>;
}

/** `undefined` if nothing can be opened. Fails if the arrays along time differ in length. */
export async function readVisible(store: string, id: string): Promise<Visible | undefined> {
  const get = async (key: string) => {
    try {
      return new Uint8Array(await readFile(join(store, `${id}.zarr`, key)));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
  };
  if (!(await get("/.zmetadata"))) return undefined;
  const consolidated = await zarr.withConsolidatedMetadata({ get });
  const group = await zarr.open.v2(consolidated, { kind: "group" });
  const arrays = new Map<string, VisibleArray>();
  for (const { path, kind } of consolidated.contents()) {
    if (kind !== "array") continue;
    const array = await zarr.open.v2(group.resolve(path.slice(1)), { kind: "array" });
    const data = array.shape.includes(0) ? new Uint8Array() : (await zarr.get(array)).data;
    const attributes = array.attrs as Record<string, unknown>;
    const dimensions = attributes._ARRAY_DIMENSIONS as string[];
    arrays.set(path.slice(1), { dimensions, shape: array.shape, attributes, values: data as Numbers });
  }
  const along = [...arrays].filter(([, { dimensions }]) => dimensions[0] === "time");
  const lengths = along.map(([name, { shape }]) => `${name} ${shape[0]}`);
  assert.equal(
    new Set(along.map(([, { shape }]) => shape[0])).size,
    1,
    `lengths along time: ${lengths.join(", ")}`,
  );
  const time = arrays.get("time");
  const status = arrays.get("granule_status");
  assert.ok(time && status, "there are time and granule_status");
  const meanings = String(status.attributes.flag_meanings).split(" ");
  const flags = status.attributes.flag_values as number[];
  return {
    length: time.shape[0] as number,
    times: Array.from(time.values as BigInt64Array, instantsSince(String(time.attributes.units))),
    statuses: Array.from(
      status.values as Int8Array,
      (flag) => meanings[flags.indexOf(flag)] ?? `flag ${flag}`,
    ),
    attributes: group.attrs,
    arrays,
  };
}

/** The stored values of one timestep, as bytes. */
export function stepBytes({ arrays, length }: Visible, name: string, index: number): Buffer {
  const array = arrays.get(name);
  assert.ok(array && index < length, `${name} has a timestep ${index}`);
  const bytes = bytesOf(array.values);
  const perStep = bytes.length / length;
  return bytes.subarray(index * perStep, (index + 1) * perStep);
}

export function bytesOf(values: ArrayBufferView): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}

/** Whether a user of either would find the same; how often and when it was written, and which store it is, may differ. */
export function assertSameContent(actual: Visible | undefined, expected: Visible | undefined): void {
  assert.ok(actual && expected, "both can be opened");
  const own = ["commit_seq", "date_modified", "store_identity"];
  const lasting = ({ attributes, arrays }: Visible) => ({
    attributes: Object.fromEntries(Object.entries(attributes).filter(([name]) => !own.includes(name))),
    arrays: [...arrays].map(([name, { values: _, ...array }]) => ({ name, ...array })),
  });
  assert.deepEqual(lasting(actual), lasting(expected));
  for (const [name, { values }] of expected.arrays) {
    const found = actual.arrays.get(name) as VisibleArray;
    assert.ok(bytesOf(values).equals(bytesOf(found.values)), `values of ${name} differ`);
  }
}

function instantsSince(units: string): (value: bigint) => string {
  const match = /^hours since (\S+) (\S+)$/.exec(units);
  assert.ok(match, `units of time: ${units}`);
  const epoch = Date.parse(`${match[1]}T${match[2]}Z`);
  return (value) => new Date(epoch + Number(value) * 3_600_000).toISOString().replace(".000Z", "Z");
}
