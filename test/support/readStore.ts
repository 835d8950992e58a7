/** What a user finds who opens the dataset with a Zarr library, by its consolidated metadata. */
import assert from "node:assert/strict";
import * as zarr from "zarrita";
import type { Store } from "../../shared/store/store.ts";

export type Grid = readonly (number | null)[];

export interface ReadDataset {
  readonly length: number;
  /** ISO 8601, UTC, from the time array's values and units. */
  readonly times: readonly string[];
  /** Start and end of each timestep's window, where there are any. */
  readonly bounds: readonly (readonly [string, string])[] | undefined;
  readonly statuses: readonly string[];
  /** By array, then by timestep: stored numbers, null where the fill value stands. */
  readonly arrays: Readonly<Record<string, readonly Grid[]>>;
  /** The group's attributes. */
  readonly attributes: Readonly<Record<string, unknown>>;
}

const signal = new AbortController().signal;

/**
 * `undefined` if no such dataset can be opened. Fails if the arrays along time differ in length. An absent object is
 * `forbidden`, as to who may read a bucket and not list it, and then this fails too, or it means `fill`.
 */
export async function readStore(
  store: Store,
  id = "tiny",
  absent: "forbidden" | "fill" = "forbidden",
): Promise<ReadDataset | undefined> {
  if (!(await store.read(`${id}.zarr/.zmetadata`, signal))) return undefined;
  const consolidated = await zarr.withConsolidatedMetadata({
    get: async (key) => {
      const found = await store.read(`${id}.zarr${key}`, signal);
      if (!found && absent === "forbidden") throw new Error(`403 Forbidden: ${key}`);
      return found?.bytes;
    },
  });
  const group = await zarr.open.v2(consolidated, { kind: "group" });
  const lengths = new Map<string, number>();
  const read = new Map<string, { numbers: Grid; attributes: Record<string, unknown>; perStep: number }>();
  for (const { path, kind } of consolidated.contents()) {
    if (kind !== "array") continue;
    const array = await zarr.open.v2(group.resolve(path.slice(1)), { kind: "array" });
    const attributes = array.attrs as Record<string, unknown>;
    if ((attributes._ARRAY_DIMENSIONS as string[])[0] !== "time") continue;
    lengths.set(path.slice(1), array.shape[0] as number);
    // The library refuses to select from an array without elements.
    const { data } = array.shape[0] === 0 ? { data: [] } : await zarr.get(array);
    const numbers = Array.from(data as ArrayLike<number | bigint>, (value) => {
      const number = Number(value);
      return Number.isNaN(number) || number === array.fillValue ? null : number;
    });
    const perStep = array.shape.slice(1).reduce((product, size) => product * size, 1);
    read.set(path.slice(1), { numbers, attributes, perStep });
  }
  assert.equal(new Set(lengths.values()).size, 1, `lengths along time: ${JSON.stringify([...lengths])}`);
  const length = [...lengths.values()][0] as number;
  const time = read.get("time");
  const status = read.get("granule_status");
  assert.ok(time && status, "the dataset has time and granule_status");
  const instant = instantOf(String(time.attributes.units));
  const bounds = read.get("time_bnds");
  const names = String(status.attributes.flag_meanings).split(" ");
  const flags = status.attributes.flag_values as number[];
  return {
    length,
    times: time.numbers.map(instant),
    bounds:
      bounds &&
      rows(bounds.numbers, 2, length).map(([from, to]) => [instant(from ?? null), instant(to ?? null)]),
    statuses: status.numbers.map((flag) => names[flags.indexOf(flag as number)] ?? `flag ${flag}`),
    arrays: Object.fromEntries(
      [...read]
        .filter(([name]) => !["time", "time_bnds", "granule_status"].includes(name))
        .map(([name, { numbers, perStep }]) => [name, rows(numbers, perStep, length)]),
    ),
    attributes: group.attrs,
  };
}

function rows(numbers: Grid, perRow: number, count: number): Grid[] {
  return Array.from({ length: count }, (_, i) => numbers.slice(i * perRow, (i + 1) * perRow));
}

function instantOf(units: string): (value: number | null) => string {
  const match = /^(hours|minutes) since (\S+) (\S+)$/.exec(units);
  assert.ok(match, `units of time: ${units}`);
  const epoch = Date.parse(`${match[2]}T${match[3]}Z`);
  const unitMs = match[1] === "hours" ? 3_600_000 : 60_000;
  return (value) => new Date(epoch + Number(value) * unitMs).toISOString().replace(".000Z", "Z");
}
