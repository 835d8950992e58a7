import pMap from "p-map";
import { type Dataset, type Descriptor, startingAt } from "../dataset/dataset.ts";
import { fixedAxis, formatInstant, parseInstant } from "../dataset/timeAxis.ts";
import { DriftError, StorageError, UsageError } from "../errors.ts";
import { checkedLedger } from "../ledger/checkedLedger.ts";
import { callsAtOnceMax, type DatasetWiring, type Wiring } from "../pipeline/wiring.ts";
import { ABSENT, type ObjectHeaders, type Store } from "../store/store.ts";
import { decode, encode } from "../zarr/codec.ts";
import { defaultCodec } from "../zarr/compressor.ts";
import { driftBetween } from "../zarr/drift.ts";
import { documentHeaders, groupKey, sealedChunkHeaders } from "../zarr/layout.ts";
import {
  coordinateChunkLength,
  documentBytes,
  type GroupState,
  groupModel,
  identityIn,
} from "../zarr/metadata.ts";
import type { GroupDocuments } from "../zarr/zarrFormat.ts";
import { type CoordinateChunk, compareCoordinate, fixedChunks, timeChunks } from "./coordinates.ts";
import { type Read, readConsolidated, readDocument } from "./documents.ts";
import { formatOf, groupDocuments } from "./formatOf.ts";
import { nothingYet, stateIn } from "./state.ts";

/** A dataset as readers see it now; `dataset` begins where the stored one does. */
export interface StoredDataset {
  readonly dataset: Dataset;
  readonly state: GroupState;
}

/**
 * The stored dataset, checked against its descriptor; `undefined` if it is not there, or not wholly created.
 * Throws a `DriftError` that names both sides of every difference.
 */
export async function openStored(wiring: Wiring, signal: AbortSignal): Promise<StoredDataset | undefined> {
  const { descriptor, store } = wiring;
  const key = groupKey(descriptor.id, formatOf(descriptor).keys.consolidated);
  const found = await store.read(key, signal);
  if (!found) return undefined;
  const stored = storedFrom(descriptor, consolidatedIn(descriptor, found.bytes));
  if (wiring.start !== undefined && wiring.start !== stored.dataset.time.start) {
    throw startDrift(descriptor.id, wiring.start, stored.dataset.time.start);
  }
  const coordinates = fixedChunks(stored.dataset);
  const areStored = await pMap(coordinates, (chunk) => isStored(store, descriptor.id, chunk, signal), {
    concurrency: callsAtOnceMax,
    signal,
  });
  const differences = coordinates
    .filter((_, i) => !areStored[i])
    .map(({ key }) => `${key}: the coordinate's values are not the descriptor's`);
  if (differences.length === 0) return stored;
  // Who removes a dataset takes that document first.
  if (!(await store.read(key, signal))) return undefined;
  throw new DriftError(descriptor.id, differences);
}

/** The wiring for work on the stored dataset: its ledger is checked by where the dataset really begins. */
export function wiringOf(wiring: Wiring, { dataset }: StoredDataset): DatasetWiring {
  return { ...wiring, dataset, ledger: checkedLedger(dataset, wiring.ledger.unchecked) };
}

/** The dataset as a plan would create it, where there is none yet. */
export function initialStored(wiring: Pick<Wiring, "descriptor" | "start">): StoredDataset {
  return { dataset: startingAt(wiring.descriptor, checkedStart(wiring)), state: nothingYet };
}

/** The group's documents from the bytes of the consolidated one. Throws a `DriftError` if they are no such thing. */
export function consolidatedIn(descriptor: Descriptor, bytes: Uint8Array): GroupDocuments {
  const format = formatOf(descriptor);
  return orDrift(descriptor.id, format.keys.consolidated, readConsolidated(format, bytes));
}

/** The dataset and its state as its documents tell them. Throws a `DriftError` if they are not what the descriptor yields. */
export function storedFrom(descriptor: Descriptor, documents: GroupDocuments): StoredDataset {
  const format = formatOf(descriptor);
  const model = format.read(documents);
  const { attributes } = model;
  const length = format.lengthIn(documents.get(format.keys.array("time")));
  const start = recordedStart(descriptor, attributes);
  const lengthMax = fixedAxis({ start, stepMs: descriptor.time.stepMs }).lastUntil(lastInstant) + 1;
  const state = length === undefined || length > lengthMax ? undefined : stateIn(attributes, length);
  if (!state || !isPossible(state)) {
    throw new DriftError(descriptor.id, [
      `${format.keys.consolidated}: time's shape, commit_seq or granule_gap_counts cannot be read`,
    ]);
  }
  const dataset = startingAt(descriptor, start);
  const drift = driftBetween(format, groupModel(dataset, state), model);
  if (drift.length > 0)
    throw new DriftError(
      dataset.id,
      drift.map(({ text }) => text),
    );
  return { dataset, state };
}

/** The last whose year has four digits. */
const lastInstant = Date.UTC(9999, 11, 31);

/** Whether the counts of a state can be those of any. */
function isPossible({ length, commitSeq, gapCounts }: GroupState): boolean {
  const chunks = Math.ceil(length / coordinateChunkLength);
  const isCount = (count: number) => count >= 0 && count <= coordinateChunkLength;
  return commitSeq >= 0 && gapCounts.length <= chunks && gapCounts.every(isCount);
}

/**
 * Creates the dataset with no timestep, and opens it. Whoever writes the group's attributes first decides where it begins, and
 * its identity; the consolidated document comes last, so that what can be opened is whole. Creating what is there already changes nothing.
 */
export async function createStored(wiring: Wiring, signal: AbortSignal): Promise<StoredDataset> {
  const { store } = wiring;
  const { dataset: wanted } = initialStored(wiring);
  const format = formatOf(wanted);
  const put = async (key: string, bytes: Uint8Array, headers: ObjectHeaders) =>
    (await store.put(groupKey(wanted.id, key), bytes, ABSENT, headers, signal)).outcome;
  const ours: StoredDataset = { dataset: wanted, state: { ...nothingYet, identity: newIdentity(wiring) } };
  const attributes = documentBytes(groupModel(wanted, ours.state).attributes);
  const claimed = await put(format.keys.attributes, attributes, documentHeaders);
  const { dataset, state } = claimed === "written" ? ours : await claimedBefore(wiring, wanted, signal);
  const atOnce = { concurrency: callsAtOnceMax, signal };
  const chunks = [...fixedChunks(dataset), ...timeChunks(dataset, 0)];
  await pMap(
    chunks,
    async ({ key, raw }) => put(key, await encode(defaultCodec, raw), sealedChunkHeaders),
    atOnce,
  );
  const documents = groupDocuments(dataset, state);
  await pMap(documents, ([key, document]) => put(key, documentBytes(document), documentHeaders), atOnce);
  await put(format.keys.consolidated, documentBytes(format.consolidated(documents)), documentHeaders);
  wiring.report({ event: "created", dataset: dataset.id, start: dataset.time.start });
  const stored = await openStored(wiring, signal);
  if (!stored)
    throw new StorageError(
      "create",
      groupKey(dataset.id, format.keys.consolidated),
      "it vanished while it was created",
    );
  return stored;
}

async function claimedBefore(wiring: Wiring, wanted: Dataset, signal: AbortSignal): Promise<StoredDataset> {
  const key = formatOf(wanted).keys.attributes;
  const found = await wiring.store.read(groupKey(wanted.id, key), signal);
  const attributes = orDrift(wanted.id, key, readDocument(found?.bytes ?? new Uint8Array()));
  const start = recordedStart(wiring.descriptor, attributes);
  if (wiring.start !== undefined && wiring.start !== start) throw startDrift(wanted.id, wiring.start, start);
  const identity = identityIn(attributes);
  const state = identity === undefined ? nothingYet : { ...nothingYet, identity };
  return { dataset: startingAt(wiring.descriptor, start), state };
}

/** An identity that no other store has. Everybody may read it: the host and the process that a name may begin with are left out. */
export function newIdentity({ newId }: Pick<Wiring, "newId">): string {
  return newId().split("/").at(-1) as string;
}

/** The start to create with. Throws a `UsageError` if it is no timestep. */
function checkedStart({ descriptor, start }: Pick<Wiring, "descriptor" | "start">): number {
  if (start === undefined) return descriptor.time.start;
  if (descriptor.time.indexOf(start) !== undefined) return start;
  throw new UsageError([
    `--start ${formatInstant(start)} is no timestep of ${descriptor.id}, which has one every ${descriptor.time.stepMs / 3_600_000} h from ${formatInstant(descriptor.time.start)}`,
  ]);
}

function recordedStart(descriptor: Descriptor, attributes: Readonly<Record<string, unknown>>): number {
  const { append_start: said } = attributes;
  const start = typeof said === "string" ? parseInstant(said) : undefined;
  if (start !== undefined && descriptor.time.indexOf(start) !== undefined) return start;
  throw new DriftError(descriptor.id, [
    `${formatOf(descriptor).keys.attributes} append_start: ${JSON.stringify(said)} is no timestep of the descriptor's`,
  ]);
}

/** A dataset begins elsewhere than it is asked to. */
export function startDrift(id: string, wanted: number, recorded: number): DriftError {
  return new DriftError(id, [
    `start: --start says ${formatInstant(wanted)}, the store ${formatInstant(recorded)}`,
  ]);
}

/** What was read; throws a `DriftError` where it could not be. */
function orDrift<T>(id: string, key: string, read: Read<T>): T {
  if ("found" in read) return read.found;
  throw new DriftError(id, [`${key}: ${read.fault}`]);
}

async function isStored(
  store: Store,
  id: string,
  chunk: CoordinateChunk,
  signal: AbortSignal,
): Promise<boolean> {
  const key = groupKey(id, chunk.key);
  const found = await store.read(key, signal);
  if (!found) return false;
  const raw = await decode(defaultCodec, found.bytes, chunk.raw.length, key);
  return compareCoordinate(chunk, raw) !== "unlike";
}
