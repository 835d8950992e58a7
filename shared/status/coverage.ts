import * as zarr from "zarrita";
import { statusFlags } from "../dataset/cf.ts";
import type { Dataset } from "../dataset/dataset.ts";
import { formatInstant } from "../dataset/timeAxis.ts";
import { reasonOf, StorageError } from "../errors.ts";
import type { Store } from "../store/store.ts";
import { groupKey } from "../zarr/layout.ts";

/** A run of neighbouring visible timesteps that are not present. Instants are ISO 8601, UTC. */
export interface Gap {
  readonly from: string;
  readonly to: string;
  readonly status: string;
}

export interface Coverage {
  readonly gaps: readonly Gap[];
}

/** The dataset's group as any Zarr reader opens it, by its consolidated metadata. */
export function openGroup(store: Store, id: string, signal: AbortSignal) {
  const readable: zarr.AsyncReadable = {
    get: async (key) => (await store.read(groupKey(id, key.slice(1)), signal))?.bytes,
  };
  return zarr
    .withConsolidatedMetadata(readable)
    .then((consolidated) => zarr.open.v2(consolidated, { kind: "group" }));
}

/**
 * The gaps that readers see: read as a reader reads, by a library that knows nothing of how it was written. Throws a
 * `StorageError` where no reader could read them.
 */
export async function readCoverage(store: Store, dataset: Dataset, signal: AbortSignal): Promise<Coverage> {
  try {
    return await coverageOf(store, dataset, signal);
  } catch (cause) {
    if (signal.aborted || cause instanceof StorageError) throw cause;
    throw new StorageError("read", `${dataset.id} granule_status`, reasonOf(cause), { cause });
  }
}

async function coverageOf(store: Store, dataset: Dataset, signal: AbortSignal): Promise<Coverage> {
  const group = await openGroup(store, dataset.id, signal);
  const array = await zarr.open.v2(group.resolve("granule_status"), { kind: "array" });
  if (!array.is("int8"))
    throw new StorageError("read", `${dataset.id} granule_status`, `it is ${array.dtype}, not int8`);
  if (array.shape[0] === 0) return { gaps: [] }; // where the library selects nothing, it fails
  const { data } = await zarr.get(array);
  return { gaps: gapsOf(dataset, data) };
}

function gapsOf(dataset: Dataset, flags: Int8Array): Gap[] {
  const names = Object.keys(statusFlags);
  const at = (index: number) => formatInstant(dataset.time.at(index));
  const gaps: Gap[] = [];
  for (let first = 0, next: number; first < flags.length; first = next) {
    const flag = flags[first] as number;
    for (next = first + 1; next < flags.length && flags[next] === flag; ) next++;
    if (flag !== statusFlags.present)
      gaps.push({ from: at(first), to: at(next - 1), status: names[flag] ?? `flag ${flag}` });
  }
  return gaps;
}
