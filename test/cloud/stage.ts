/** What the tests of the cloud play on: a local cloud, a provider for each dataset, and readers that never look away. */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { TestContext } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import * as zarr from "zarrita";
import { runUntilCurrent } from "../../functions/runtime/runUntilCurrent.ts";
import { readSettings } from "../../functions/runtime/settings.ts";
import { disposal, localWiring } from "../../functions/runtime/wiring.ts";
import trmm3b42rt from "../../shared/dataset/catalogue/trmm-3b42rt.ts";
import type { Descriptor } from "../../shared/dataset/dataset.ts";
import { repeat } from "../../shared/repeating.ts";
import { openGroup } from "../../shared/status/coverage.ts";
import { createFilesystemStore } from "../../shared/store/filesystem/filesystemStore.ts";
import type { Store } from "../../shared/store/store.ts";
import { type FtpServer, startFtpServer } from "../support/ftpServer.ts";
import type { Granule } from "../support/granules.ts";
import { onDescriptor } from "../support/onDescriptor.ts";
import { patienceMs } from "../support/patience.ts";
import { type ReadDataset, readStore } from "../support/readStore.ts";
import type { StorageServer } from "../support/storageServer.ts";
import { hourMs, shownAt, tinyGranule, tinyPath, tinyTime } from "../support/tinyDataset.ts";
import { trmm } from "./datasets.ts";
import { bucket } from "./localCloud.ts";

const signal = new AbortController().signal;
const lookMs = 50;

/** A provider of tiny granules, each dated an hour after its time. */
export interface TinyProvider extends FtpServer {
  publish(index: number, revision?: number): void;
  publishAll(first: number, last: number): void;
}

export async function startTinyProvider(): Promise<TinyProvider> {
  const server = await startFtpServer();
  const publish = (index: number, revision = 0) =>
    server.put(
      `/${tinyPath(index)}`,
      tinyGranule({ index, revision }),
      tinyTime(index) + hourMs + revision * 60_000,
    );
  return Object.assign(server, {
    publish,
    publishAll(first: number, last: number) {
      for (let index = first; index <= last; index++) publish(index);
    },
  });
}

/** The bucket as anybody reads it, over HTTP. */
export function publicStore(storage: StorageServer): Store {
  const refuse = () => Promise.reject(new Error("readers only read"));
  return {
    async read(key) {
      const answer = await fetch(`${storage.url}/${bucket}/${key}`);
      if (answer.status === 404) return undefined;
      if (!answer.ok) throw new Error(`${key}: ${answer.status}`);
      return {
        bytes: new Uint8Array(await answer.arrayBuffer()),
        generation: answer.headers.get("x-goog-generation") ?? "",
      };
    },
    open: refuse,
    put: refuse,
    delete: refuse,
    list: refuse,
  };
}

/** Copies a dataset of the bucket into a directory, where what reads the one-machine run's reads it too. */
export async function download(storage: StorageServer, id: string, directory: string): Promise<void> {
  for (const name of storage.names(bucket).filter((key) => key.startsWith(`${id}.zarr/`))) {
    await mkdir(dirname(join(directory, name)), { recursive: true });
    await writeFile(join(directory, name), storage.find(bucket, name)?.bytes ?? new Uint8Array());
  }
}

/** Runs the same dataset from the same provider on one machine; hands over the directory of its store. */
export async function onOneMachine<Result>(
  dataset: Descriptor,
  source: string,
  start: string | undefined,
  look: (directory: string) => Promise<Result>,
): Promise<Result> {
  const directory = await mkdtemp(join(tmpdir(), "accrete-one-machine-"));
  try {
    const settings = readSettings({ store: directory, source, start }, {});
    await disposal(
      localWiring(trmm3b42rt, settings, () => undefined),
      (wiring) => runUntilCurrent(onDescriptor(wiring, dataset), { force: false }, signal),
    );
    return await look(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** What a reader finds, less what tells when it was written. */
export async function contentOf(store: Store, id: string) {
  const found = await readStore(store, id);
  assert.ok(found, `${id} exists`);
  const { attributes: _, ...content } = found;
  return content;
}

export const filesystemStore = (directory: string) => createFilesystemStore(directory, () => "unused");

export interface Watch {
  /** Stops looking, and throws what was wrong at any moment. Returns how often it looked. */
  end(): Promise<number>;
}

/** Looks over and over, each time handing over the length that was seen before. */
function watch(t: Pick<TestContext, "after">, look: (length: number) => Promise<number>): Watch {
  let [length, looks] = [0, 0];
  let wrong: { readonly thrown: unknown } | undefined;
  const lookOnce = async () => {
    const seen = await look(length);
    assert.ok(seen >= length, `length shrank from ${length} to ${seen}`);
    length = seen;
    looks++;
  };
  const stop = repeat(lookMs, async () => {
    if (wrong) return;
    await lookOnce().catch((thrown: unknown) => {
      wrong = { thrown };
    });
  });
  t.after(stop);
  return {
    async end() {
      await stop();
      if (wrong) throw wrong.thrown;
      return looks;
    },
  };
}

/**
 * Reads a tiny dataset over and over. At no moment may arrays differ in length, the length shrink, or a visible timestep hold
 * anything else than the values of one of its granule's `revisions`, or fill with a status that says why.
 */
export function watchTiny(
  t: Pick<TestContext, "after">,
  storage: StorageServer,
  id: string,
  revisions: readonly number[] = [0],
): Watch {
  const store = publicStore(storage);
  return watch(t, async (length) => {
    const found = await readStore(store, id);
    if (!found) return length;
    for (let index = 0; index < found.length; index++) assertStep(found, index, revisions);
    return found.length;
  });
}

/**
 * The same for 3B42RT, by what it was made from (`undefined`: the provider never had it): all shapes at every look, and
 * the values of the last visible timestep whenever the length has grown.
 */
export function watchTrmm(
  t: Pick<TestContext, "after">,
  storage: StorageServer,
  made: readonly (Granule | undefined)[],
): Watch {
  const store = publicStore(storage);
  return watch(t, async (length) => {
    const metadata = await store.read(`${trmm.id}.zarr/.zmetadata`, signal);
    if (!metadata) return length;
    const lengths = lengthsIn(metadata.bytes);
    assert.equal(new Set(lengths.values()).size, 1, JSON.stringify([...lengths]));
    const seen = lengths.get("time") ?? 0;
    if (seen === length) return length;
    const group = await openGroup(store, trmm.id, signal);
    for (const name of ["precipitation", "source"] as const) {
      const array = await zarr.open.v2(group.resolve(name), { kind: "array" });
      const { data } = await zarr.get(array, [seen - 1, null, null]);
      assert.deepEqual(data, made[seen - 1]?.expected[name], `${name} of timestep ${seen - 1}`);
    }
    return seen;
  });
}

/** The length of each array along time, as consolidated metadata state it. */
function lengthsIn(bytes: Uint8Array): Map<string, number> {
  const { metadata } = JSON.parse(new TextDecoder().decode(bytes)) as {
    metadata: Record<string, { shape: number[]; _ARRAY_DIMENSIONS: string[] }>;
  };
  const names = Object.keys(metadata).flatMap((key) => (key.endsWith("/.zarray") ? [key.slice(0, -8)] : []));
  const along = names.filter((name) => metadata[`${name}/.zattrs`]?._ARRAY_DIMENSIONS[0] === "time");
  return new Map(along.map((name) => [name, metadata[`${name}/.zarray`]?.shape[0] ?? 0]));
}

function assertStep({ statuses, arrays }: ReadDataset, index: number, revisions: readonly number[]): void {
  const status = statuses[index];
  for (const name of ["rain", "wind"] as const) {
    const values = arrays[name]?.[index];
    const shown = shownAt(index, name, values, revisions);
    const isRight = status === "present" ? typeof shown === "number" : shown === "fill";
    assert.ok(isRight, `${name} of timestep ${index}, ${status}: ${JSON.stringify(values)}`);
  }
}

/** Resolves once something holds; rejects if it does not in good time. */
export async function until(what: string, holds: () => Promise<boolean> | boolean): Promise<void> {
  const last = performance.now() + patienceMs;
  while (!(await holds())) {
    if (performance.now() > last) throw new Error(`waited ${patienceMs / 1000} s in vain until ${what}`);
    await pause(lookMs);
  }
}

/** The visible length; 0 while there is no dataset. */
export function visibleLength(storage: StorageServer, id: string): number {
  const found = storage.find(bucket, `${id}.zarr/.zmetadata`);
  if (!found) return 0;
  return lengthsIn(found.bytes).get("time") ?? 0;
}
