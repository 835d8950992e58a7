import pMap from "p-map";
import { formatInstant, timeAt } from "../dataset/timeAxis.ts";
import type { Versioned } from "../ledger/ledger.ts";
import type { ChunkRecord } from "../ledger/records.ts";
import { statusSummary } from "../status/summary.ts";
import { ABSENT, type Generation, type ObjectHeaders } from "../store/store.ts";
import { placeOf } from "../zarr/chunkGrid.ts";
import { defaultCodec, encode } from "../zarr/codec.ts";
import { timeChunks } from "../zarr/coordinates.ts";
import { groupKey, liveJson, openChunk, sealedChunk, statusKey } from "../zarr/layout.ts";
import {
  type ArrayDocument,
  consolidated,
  coordinateChunkLength,
  documentBytes,
  type GroupDocuments,
  type GroupState,
  groupDocuments,
} from "../zarr/metadata.ts";
import { type LiveDataset, liveOf, readConsolidated } from "./live.ts";
import { settleChunk } from "./provenance.ts";
import { settledLength } from "./settledLength.ts";
import {
  countGaps,
  overlayStatuses,
  readStatusChunk,
  type StatusChunk,
  statusChunksOf,
} from "./statusChunks.ts";
import type { Wiring } from "./wiring.ts";

export interface Publication {
  readonly outcome: "published" | "unchanged";
  readonly state: GroupState;
  /** The limits left something over. */
  readonly more: boolean;
}

/** Chunks whose provenance is written at once. */
const settlingMax = 16;

/**
 * Shows readers what the ledger holds, once. To be called under the commit lease, but right without it: everything that
 * is overwritten is read first, and overwritten only if it is unchanged. `raced` means that somebody else was quicker.
 *
 * Reading comes in this order: the metadata and statuses with their generations, then the records that extend the length,
 * then the list of what is uncommitted. So a record that extends the length is either in the list, or its statuses stand
 * already in what was read.
 */
export async function publish(
  wiring: Wiring,
  signal: AbortSignal,
): Promise<Publication | { readonly outcome: "raced" }> {
  const standing = await readStanding(wiring, signal);
  const { live } = standing;
  const { chunkLength } = live.dataset.time;
  const list = () => wiring.ledger.uncommitted(live.dataset.id, wiring.limits.commitChunksMax);

  const numbers = statusNumbers(live, await list());
  const statuses = new Map<number, StatusChunk>();
  for (const number of numbers) statuses.set(number, await readStatusChunk(wiring, live, number, signal));
  const settled = await settledLength(wiring, live, readableLength(live, numbers));
  const listed = await list();
  const work = listed.filter(({ record }) => isCovered(chunkLength, record, numbers));
  const length = Math.max(
    live.state.length,
    Math.min(settled, coveredLength(wiring, chunkLength, listed, work)),
  );
  const more =
    length < settled || work.length < listed.length || listed.length === wiring.limits.commitChunksMax;

  if (work.length === 0 && length === live.state.length && !isReworded(standing)) {
    return { outcome: "unchanged", state: live.state, more };
  }
  for (const [number, chunk] of statuses) {
    for (const { record } of work) overlayStatuses(chunk, number, chunkLength, record);
  }
  const state: GroupState = {
    length,
    commitSeq: live.state.commitSeq + 1,
    modifiedAt: wiring.now(),
    gapCounts: gapCountsOf(live, statuses, length),
  };
  if (!(await writeStanding(wiring, standing, state, statuses, signal))) return { outcome: "raced" };
  await announce(wiring, live, state, work, signal);
  return { outcome: "published", state, more };
}

/** The group's metadata as read: what readers are told, and the generations to overwrite. */
interface Standing {
  readonly live: LiveDataset;
  readonly consolidated: GroupDocuments;
  readonly objects: ReadonlyMap<string, { readonly bytes: Uint8Array; readonly generation: Generation }>;
}

async function readStanding(wiring: Wiring, signal: AbortSignal): Promise<Standing> {
  const { dataset, store } = wiring;
  const read = async (key: string) =>
    (await store.read(groupKey(dataset.id, key), signal)) ?? { bytes: new Uint8Array(), generation: ABSENT };
  const metadata = await read(".zmetadata");
  const documents = readConsolidated(dataset.id, metadata.bytes);
  const live = liveOf(dataset, documents);
  const keys = publicationOrder(groupDocuments(live.dataset, live.state), documents);
  const objects = await pMap(keys, async (key) => [key, await read(key)] as const, {
    concurrency: 16,
    signal,
  });
  return { live, consolidated: documents, objects: new Map([...objects, [".zmetadata", metadata]]) };
}

/**
 * The keys of the documents to write, in order: each array's before the group's attributes. Data come before time, so
 * that a reader who opens the arrays one by one finds no timestep without values. Of what does not grow, only documents
 * that the descriptor rewords.
 */
function publicationOrder(documents: GroupDocuments, standing: GroupDocuments): string[] {
  const keys = [...documents.keys()].filter((key) => key !== ".zattrs");
  const isGrowing = (key: string) => key.endsWith("/.zarray") && isAlongTime(documents, key);
  const isWritten = (key: string) => isGrowing(key) || !isSame(documents.get(key), standing.get(key));
  const rank = (key: string) => Number(/^(granule_status|time|time_bnds)\//.test(key));
  return [...keys.filter(isWritten).sort((a, b) => rank(a) - rank(b)), ".zattrs"];
}

function isAlongTime(documents: GroupDocuments, key: string): boolean {
  const attributes = documents.get(key.replace(/zarray$/, "zattrs")) as {
    _ARRAY_DIMENSIONS?: readonly string[];
  };
  return attributes._ARRAY_DIMENSIONS?.[0] === "time";
}

function isReworded({ live, consolidated: documents }: Standing): boolean {
  const expected = groupDocuments(live.dataset, live.state);
  return [...expected].some(([key, document]) => !isSame(document, documents.get(key)));
}

function isSame(a: object | undefined, b: object | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** The chunks of `granule_status` that this publication reads: those of the listed records, and where the length grows. */
function statusNumbers(
  { dataset, state }: LiveDataset,
  listed: readonly Versioned<ChunkRecord>[],
): Set<number> {
  const chunks = listed.map(({ record }) => record.chunk);
  const end = placeOf(state.length, coordinateChunkLength).chunk;
  return statusChunksOf(dataset.time.chunkLength, chunks).add(end);
}

/** As far as the length may grow with the statuses that were read. */
function readableLength({ state }: LiveDataset, numbers: ReadonlySet<number>): number {
  let end = placeOf(state.length, coordinateChunkLength).chunk;
  while (numbers.has(end + 1)) end++;
  return (end + 1) * coordinateChunkLength;
}

function isCovered(chunkLength: number, { chunk }: ChunkRecord, numbers: ReadonlySet<number>): boolean {
  return [...statusChunksOf(chunkLength, [chunk])].every((number) => numbers.has(number));
}

/** As far as the length may grow without showing a timestep of a record that is uncommitted and not in this round's work. */
function coveredLength(
  { limits }: Wiring,
  chunkLength: number,
  listed: readonly Versioned<ChunkRecord>[],
  work: readonly Versioned<ChunkRecord>[],
): number {
  const left = listed.find((versioned) => !work.includes(versioned));
  if (left) return left.record.chunk * chunkLength;
  const last = listed.at(-1);
  const isFull = last !== undefined && listed.length === limits.commitChunksMax;
  return isFull ? (last.record.chunk + 1) * chunkLength : Number.POSITIVE_INFINITY;
}

function gapCountsOf(
  { state }: LiveDataset,
  statuses: ReadonlyMap<number, StatusChunk>,
  length: number,
): number[] {
  const counts = [...state.gapCounts];
  for (const [number, chunk] of [...statuses].sort(([a], [b]) => a - b)) {
    if (number * coordinateChunkLength >= length) continue;
    while (counts.length < number) counts.push(0);
    counts[number] = countGaps(chunk, number, length);
  }
  return counts;
}

/**
 * The order of publication. `.zmetadata` is last: it is what readers open, and everything it speaks of is there by then.
 * Every put is conditional; false means that one was refused, and that all has to be read again.
 */
async function writeStanding(
  wiring: Wiring,
  { live, objects, consolidated: documents }: Standing,
  state: GroupState,
  statuses: ReadonlyMap<number, StatusChunk>,
  signal: AbortSignal,
): Promise<boolean> {
  const { store } = wiring;
  const { dataset } = live;
  const put = async (key: string, bytes: Uint8Array, generation: Generation, headers: ObjectHeaders) =>
    (await store.put(key, bytes, generation, headers, signal)).outcome === "written";

  const lastTimeChunk = placeOf(state.length - 1, coordinateChunkLength).chunk;
  const lastThere = placeOf(Math.max(0, live.state.length - 1), coordinateChunkLength).chunk;
  for (let n = lastThere + 1; n <= lastTimeChunk; n++) {
    for (const { key, raw } of timeChunks(dataset, n)) {
      // Always the same bytes: whoever wrote them before wrote these.
      await put(groupKey(dataset.id, key), await encode(defaultCodec, raw), ABSENT, sealedChunk);
    }
  }
  for (const { key, flags, generation } of statuses.values()) {
    if (!(await put(key, await encode(defaultCodec, new Uint8Array(flags.buffer)), generation, openChunk)))
      return false;
  }
  const wanted = groupDocuments(dataset, state);
  const ordered = publicationOrder(wanted, documents).map((key) => [key, wanted.get(key) as object] as const);
  for (const [key, document] of [...ordered, [".zmetadata", consolidated(wanted)] as const]) {
    const standing = objects.get(key) ?? { bytes: new Uint8Array(), generation: ABSENT };
    const bytes = documentBytes(notShrunk(document, standing.bytes));
    if (Buffer.compare(bytes, standing.bytes) === 0) continue;
    if (!(await put(groupKey(dataset.id, key), bytes, standing.generation, liveJson))) return false;
  }
  return true;
}

/** An array that a commit which died on the way has already made longer stays that long. */
function notShrunk(document: object, standing: Uint8Array): object {
  const { shape } = document as Partial<ArrayDocument>;
  if (!shape || standing.length === 0) return document;
  const before = (JSON.parse(new TextDecoder().decode(standing)) as Partial<ArrayDocument>).shape?.[0] ?? 0;
  return { ...document, shape: [Math.max(shape[0] ?? 0, before), ...shape.slice(1)] };
}

/** What follows once readers see it: provenance, the flags, the status, and the event for whoever listens. */
async function announce(
  wiring: Wiring,
  live: LiveDataset,
  state: GroupState,
  work: readonly Versioned<ChunkRecord>[],
  signal: AbortSignal,
): Promise<void> {
  const { dataset } = live;
  await pMap(work, (chunk) => settleChunk(wiring, live, chunk, signal), { concurrency: settlingMax, signal });
  const summary = await statusSummary(wiring, { dataset, state });
  const standing = await wiring.store.read(statusKey(dataset.id), signal);
  // Refused means that a later commit has written its own.
  await wiring.store.put(
    statusKey(dataset.id),
    documentBytes(summary),
    standing?.generation ?? ABSENT,
    liveJson,
    signal,
  );

  const validThrough = state.length > 0 ? timeAt(dataset.time, state.length - 1) : undefined;
  const gaps = state.gapCounts.reduce((sum, count) => sum + count, 0);
  wiring.report({ event: "committed", dataset: dataset.id, ...state, validThrough, gaps });
  const first = Math.min(
    live.state.length,
    ...work.map(({ record }) => record.chunk * dataset.time.chunkLength),
  );
  const from = first < state.length ? formatInstant(timeAt(dataset.time, first)) : null;
  const to = validThrough === undefined ? null : formatInstant(validThrough);
  const { length, commitSeq } = state;
  await wiring.queue.publish("extended", [{ dataset: dataset.id, from, to, length, commitSeq }]);
}
