/** A provider, an archive and clocks: what a test of the pipeline plays on, and what readers must find in the end. */

import assert from "node:assert/strict";
import { type RunOutcome, runUntilCurrent } from "../../functions/runtime/runUntilCurrent.ts";
import { chunkRecordKey, datasetRecordKey, NO_RECORD } from "../../shared/ledger/ledger.ts";
import type { ChunkRecord, StepRecord } from "../../shared/ledger/records.ts";
import type { StatusSummary } from "../../shared/status/summary.ts";
import { ABSENT, type ObjectHeaders } from "../../shared/store/store.ts";
import { neverAborted } from "../../shared/testing/neverAborted.ts";
import { createMemoryProvider, type MemoryProvider, type Published } from "./memoryProvider.ts";
import {
  type MemoryWiring,
  type MemoryWiringOptions,
  memoryWiring,
  type Surroundings,
  surroundings,
} from "./memoryWiring.ts";
import { type ReadDataset, readStore } from "./readStore.ts";
import {
  hourMs,
  instantText,
  type TinyGranule,
  type TinyOptions,
  tinyDataset,
  tinyFields,
  tinyFill,
  tinyGranule,
  tinyPath,
  tinyTime,
} from "./tinyDataset.ts";

export { neverAborted };

export interface PublishOptions extends Omit<TinyGranule, "index">, Partial<Published> {
  readonly name?: "tiny" | "early";
  /** The whole file. */
  readonly bytes?: Uint8Array;
}

export interface TinyWorld extends Surroundings {
  readonly source: MemoryProvider;
  /** The same archive and clocks once more, which go their own way from here; the provider is shared. */
  copy(): Promise<TinyWorld>;
  /** Sets both clocks to so many hours after the first timestep. */
  at(hours: number): void;
  /** Publishes the granule that begins with timestep `index`; by default an hour after its time. */
  publish(index: number, options?: PublishOptions): void;
  publishAll(first: number, last: number, options?: PublishOptions): void;
  remove(index: number): void;
  path(index: number, name?: "tiny" | "early"): string;
  wiring(options?: MemoryWiringOptions): MemoryWiring;
  /** One run to the end, by a process of its own unless given. */
  run(range?: RunRange, wiring?: MemoryWiring): Promise<RunOutcome & { readonly wiring: MemoryWiring }>;
  read(): Promise<ReadDataset>;
  record(chunk: number): Promise<ChunkRecord>;
  step(index: number): Promise<StepRecord | undefined>;
  status(): Promise<StatusSummary>;
  provenance(chunk: number): Promise<Provenance>;
  /** Every object's generation, by key. */
  generations(): Promise<Record<string, string>>;
  json(key: string): Promise<unknown>;
}

/** Indices of timesteps. */
export interface RunRange {
  readonly from?: number;
  readonly to?: number;
  readonly force?: boolean;
}

export interface Provenance {
  readonly schema: number;
  readonly dataset: string;
  readonly chunk: number;
  readonly start: string;
  readonly steps: readonly {
    readonly offset: number;
    readonly time: string;
    readonly status: string;
    readonly granule: Readonly<Record<string, unknown>> | null;
    readonly failed: Readonly<Record<string, unknown>> | null;
  }[];
}

export interface WorldOptions extends TinyOptions {
  readonly listing?: "exact" | "coarse";
}

export function tinyWorld(options: WorldOptions = {}): TinyWorld {
  const source = createMemoryProvider(options.listing);
  return worldAround(options, { ...surroundings(tinyDataset(options), source, tinyTime(0)), source });
}

function worldAround(options: WorldOptions, shared: Surroundings & { source: MemoryProvider }): TinyWorld {
  const { stepsPerGranule = 1, compression = "gzip", chunkLength = 4 } = options;
  const { store, ledger, dataset, clock, source } = shared;
  const suffix = compression === "gzip" ? ".bin.gz" : ".bin";

  async function json<Read>(key: string): Promise<Read> {
    const found = await store.read(key, neverAborted);
    assert.ok(found, `${key} exists`);
    return JSON.parse(new TextDecoder().decode(found.bytes)) as Read;
  }

  const world: TinyWorld = {
    ...shared,
    async copy() {
      const existing = surroundings(dataset, source, clock.now);
      existing.clock.asOf = clock.asOf;
      for (const key of await store.list("", neverAborted)) {
        const { bytes } = (await store.read(key, neverAborted)) as { bytes: Uint8Array };
        const headers = store.headersOf(key) as ObjectHeaders;
        await existing.store.put(key, bytes, ABSENT, headers, neverAborted);
      }
      const known = await ledger.read(datasetRecordKey(dataset.id), neverAborted);
      if (known)
        await existing.ledger.write(datasetRecordKey(dataset.id), known.record, NO_RECORD, neverAborted);
      for (const { record } of await ledger.window(
        dataset.id,
        0,
        Number.MAX_SAFE_INTEGER,
        10_000,
        neverAborted,
      )) {
        await existing.ledger.write(
          chunkRecordKey(dataset.id, record.chunk),
          record,
          NO_RECORD,
          neverAborted,
        );
      }
      return worldAround(options, { ...existing, source });
    },
    at(hours) {
      clock.asOf = tinyTime(0) + hours * hourMs;
      clock.now = Math.max(clock.now, clock.asOf);
    },
    path: (index, name) => tinyPath(index, name, suffix),
    publish(index, { name, bytes, modifiedAt, listedDate, listedBytes, gone, ...granule } = {}) {
      const made = bytes ?? tinyGranule({ index, stepsPerGranule, compression, ...granule });
      source.publish(world.path(index, name), made, {
        modifiedAt: modifiedAt ?? tinyTime(index) + hourMs + (granule.revision ?? 0) * 60_000,
        ...(listedDate === undefined ? {} : { listedDate }),
        ...(listedBytes === undefined ? {} : { listedBytes }),
        ...(gone === undefined ? {} : { gone }),
      });
    },
    publishAll(first, last, given) {
      for (let index = first; index <= last; index += stepsPerGranule) world.publish(index, given);
    },
    remove(index) {
      source.remove(world.path(index));
    },
    wiring: (given) => memoryWiring(shared, given),
    async run({ from, to, force = false } = {}, wiring = memoryWiring(shared)) {
      const range = {
        ...(from === undefined ? {} : { from: tinyTime(from) }),
        ...(to === undefined ? {} : { to: tinyTime(to) }),
        force,
      };
      return { ...(await runUntilCurrent(wiring, range, neverAborted)), wiring };
    },
    async read() {
      const found = await readStore(store, dataset.id);
      assert.ok(found, "the dataset exists");
      return found;
    },
    async record(chunk) {
      const found = await ledger.read(chunkRecordKey(dataset.id, chunk), neverAborted);
      assert.ok(found, `the ledger knows chunk ${chunk}`);
      return found.record;
    },
    async step(index) {
      const chunk = Math.floor(index / chunkLength);
      return (await ledger.read(chunkRecordKey(dataset.id, chunk), neverAborted))?.record.steps[
        index - chunk * chunkLength
      ];
    },
    status: () => json(`${dataset.id}.accrete/status.json`),
    provenance: (chunk) => json(`${dataset.id}.accrete/provenance/${String(chunk).padStart(8, "0")}.json`),
    json,
    async generations() {
      const found: Record<string, string> = {};
      for (const key of await store.list("", neverAborted)) {
        found[key] = (await store.read(key, neverAborted))?.generation ?? "";
      }
      return found;
    },
  };
  return world;
}

/** Of all objects but the status: that tells of each look at the provider. */
export async function generationsBesideStatus(world: TinyWorld): Promise<Record<string, string>> {
  const { [`${world.dataset.id}.accrete/status.json`]: _, ...others } = await world.generations();
  return others;
}

/** What stands at a timestep: the granule of that revision, or a gap. */
export type Expected = number | "missing" | "corrupt" | "pending";

/** What a reader must find if the timesteps from `first` on are these: one line for each. */
export function expectedLines(steps: readonly Expected[], first = 0): string[] {
  return steps.map((step, i) => {
    const index = first + i;
    const status = typeof step === "number" ? "present" : step;
    const { rain, wind } = typeof step === "number" ? tinyFields(index, step) : tinyFill;
    const [from, to] = [instantText(tinyTime(index - 1)), instantText(tinyTime(index))];
    return JSON.stringify([to, [from, to], status, { rain, wind }]);
  });
}

/** What a reader finds, in the same form. */
export function linesOf({ length, times, bounds, statuses, arrays }: ReadDataset): string[] {
  return Array.from({ length }, (_, i) => {
    const fields = Object.fromEntries(Object.entries(arrays).map(([name, grids]) => [name, grids[i]]));
    return JSON.stringify([times[i], bounds?.[i], statuses[i], fields]);
  });
}

/** Asserts that two lists of lines are the same, and shows only where they part. */
export function assertLines(found: readonly string[], expected: readonly string[], what = ""): void {
  const at = Array.from({ length: Math.max(found.length, expected.length) }, (_, i) => i).find(
    (i) => found[i] !== expected[i],
  );
  if (at === undefined) return;
  assert.fail(
    `${what} timestep ${at} of ${found.length}, expected ${expected.length}:\n  found    ${found[at]}\n  expected ${expected[at]}`,
  );
}

/** Asserts that a reader finds exactly these timesteps, and attributes that say the same. */
export async function assertContent(
  world: Pick<TinyWorld, "read">,
  steps: readonly Expected[],
  first = 0,
): Promise<void> {
  const found = await world.read();
  assertLines(linesOf(found), expectedLines(steps, first));
  const { valid_through, time_coverage_start, time_coverage_end, granule_gap_count } = found.attributes;
  const last = first + steps.length - 1;
  assert.deepEqual(
    { valid_through, time_coverage_start, time_coverage_end, granule_gap_count },
    {
      valid_through: steps.length === 0 ? undefined : instantText(tinyTime(last)),
      time_coverage_start: steps.length === 0 ? undefined : instantText(tinyTime(first - 1)),
      time_coverage_end: steps.length === 0 ? undefined : instantText(tinyTime(last)),
      granule_gap_count: steps.filter((step) => typeof step !== "number").length,
    },
  );
}

/** Asserts that `status.json` tells what a reader finds. */
export async function assertStatusTold(
  world: Pick<TinyWorld, "status">,
  { length, attributes }: ReadDataset,
): Promise<void> {
  const status = await world.status();
  assert.deepEqual(
    [status.length, status.commit_seq, status.gap_count],
    [length, attributes.commit_seq, attributes.granule_gap_count],
    "status.json",
  );
}

/** `count` timesteps, each the granule as first published. */
export function present(count: number): Expected[] {
  return Array<Expected>(count).fill(0);
}
