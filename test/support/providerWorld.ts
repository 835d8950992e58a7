/**
 * A dataset of which only the source is a provider's, run against a server that answers as that provider does: its granules are the six
 * values of a small grid, all the same.
 */
import assert from "node:assert/strict";
import { inspect } from "node:util";
import { runUntilCurrent } from "../../functions/runtime/runUntilCurrent.ts";
import { readSettings } from "../../functions/runtime/settings.ts";
import { openSource } from "../../functions/runtime/wiring.ts";
import { asDescribed } from "../../shared/dataset/dataset.ts";
import { defineDataset } from "../../shared/dataset/defineDataset.ts";
import type { DatasetSpec, SourceSpec, UpdatesSpec } from "../../shared/dataset/descriptor.ts";
import { parseInstant } from "../../shared/dataset/timeAxis.ts";
import { chunkRecordKey } from "../../shared/ledger/ledger.ts";
import type { StepRecord } from "../../shared/ledger/records.ts";
import { neverAborted } from "../../shared/testing/neverAborted.ts";
import { createMemoryProvider } from "./memoryProvider.ts";
import { type MemoryWiring, memoryWiring, surroundings } from "./memoryWiring.ts";
import { readStore } from "./readStore.ts";

export interface ProvidedOptions {
  readonly start: string;
  readonly step: string;
  readonly source: Omit<SourceSpec, "connectionsMax">;
  readonly updates?: Partial<UpdatesSpec>;
}

export interface ProviderOptions extends ProvidedOptions {
  /** With the secrets that the source names. */
  readonly environment?: NodeJS.ProcessEnv;
}

export interface ProviderWorld {
  /** Plans and ingests until nothing is pending, as of that time. */
  run(asOf: string): Promise<MemoryWiring>;
  /** What readers find, by timestep: the granule's value, or why there is none. */
  values(): Promise<readonly (number | string)[]>;
  /** The path that each timestep was ingested from, or null. */
  paths(): Promise<readonly (string | null)[]>;
  step(index: number): Promise<StepRecord | undefined>;
  /** Every object and every record, as text. */
  kept(): Promise<string>;
}

const latitude = { standard_name: "latitude", long_name: "latitude", units: "degrees_north", axis: "Y" };
const longitude = { standard_name: "longitude", long_name: "longitude", units: "degrees_east", axis: "X" };
const chunkLength = 8;

/** A granule whose values are all this one. */
export function granuleOf(value: number): Uint8Array {
  return new Uint8Array(new Int16Array(6).fill(value).buffer);
}

/** The descriptor, whose id is `provided`. */
export function providedSpec({ start, step, source, updates }: ProvidedOptions): DatasetSpec {
  return {
    id: "provided",
    attributes: { title: "t", summary: "s", institution: "i", source: "s", license: "l" },
    time: {
      start,
      step,
      units: "minutes since 1970-01-01 00:00:00",
      calendar: "proleptic_gregorian",
      stamp: "instant",
      chunkLength,
    },
    dimensions: [
      { name: "lat", first: 10, step: -10, count: 2, attributes: latitude },
      { name: "lon", first: 0, step: 10, count: 3, attributes: longitude },
    ],
    arrays: [
      { name: "v", block: "v", dtype: "int16", fillValue: -1, attributes: { long_name: "v", units: "1" } },
    ],
    source: { connectionsMax: 2, ...source },
    decoding: {
      compression: "none",
      granuleBytesMax: 1000,
      rawBytesMax: 1000,
      byteOrder: "little",
      layout: { kind: "dated", layouts: [{ headerBytes: 0, blocks: ["v"] }] },
      blocks: [{ name: "v", type: "int16", missing: -1 }],
    },
    updates: {
      latency: step,
      patience: "P7D",
      revisionWindow: "P3D",
      publish: "latest",
      retry: { first: "PT1M", longest: "P1D" },
      batchesMax: 1,
      ...updates,
    },
  };
}

export function providerWorld({ environment = {}, ...options }: ProviderOptions): ProviderWorld {
  const { start } = options;
  const descriptor = defineDataset(providedSpec(options));
  const dataset = asDescribed(descriptor);
  const unused = createMemoryProvider();
  const around = surroundings(dataset, unused, parseInstant(start) as number);

  async function steps(): Promise<readonly (StepRecord | undefined)[]> {
    const { length } = await read();
    return Promise.all(Array.from({ length }, (_, index) => stepAt(index)));
  }

  async function stepAt(index: number): Promise<StepRecord | undefined> {
    const key = chunkRecordKey(dataset.id, Math.floor(index / chunkLength));
    return (await around.ledger.read(key, neverAborted))?.record.steps[index % chunkLength];
  }

  async function read() {
    const found = await readStore(around.store, dataset.id);
    return found ?? assert.fail("the dataset exists");
  }

  return {
    async run(asOf) {
      const instant = parseInstant(asOf) as number;
      Object.assign(around.clock, { now: instant, asOf: instant });
      const opened = await openSource(descriptor, readSettings({}, environment), 2);
      try {
        const wiring = memoryWiring(around, { source: opened });
        await runUntilCurrent(wiring, { force: false }, neverAborted);
        return wiring;
      } finally {
        await opened.close();
      }
    },
    async values() {
      const { statuses, arrays } = await read();
      return statuses.map((status, i) => (status === "present" ? (arrays.v?.[i]?.[0] ?? "?") : status));
    },
    async paths() {
      return (await steps()).map((one) => one?.granule?.path ?? null);
    },
    step: stepAt,
    async kept() {
      const objects: string[] = [];
      for (const key of await around.store.list("", neverAborted)) {
        const { bytes = new Uint8Array() } = (await around.store.read(key, neverAborted)) ?? {};
        objects.push(key, Buffer.from(bytes).toString("latin1"));
      }
      const records = await around.ledger.window(dataset.id, 0, 100, 100, neverAborted);
      return inspect(records, { depth: 20, maxStringLength: 10_000 }) + objects.join("\n");
    },
  };
}
