import { hasNewWording, readGroup, writeGroup } from "../../archive/groupObjects.ts";
import { checkPair } from "../../archive/pair.ts";
import {
  countGaps,
  overlayStatuses,
  readStatusChunk,
  type StatusChunk,
  statusChunksOf,
} from "../../archive/statusChunks.ts";
import { newIdentity, type StoredDataset } from "../../archive/stored.ts";
import { placeOf } from "../../dataset/chunkGrid.ts";
import type { Versioned } from "../../ledger/ledger.ts";
import type { ChunkRecord, DatasetRecord } from "../../ledger/records.ts";
import type { ProviderOutcome } from "../../status/summary.ts";
import { coordinateChunkLength, type GroupState } from "../../zarr/metadata.ts";
import type { Wiring } from "../wiring.ts";
import { afterCommit, writeSidecars } from "./afterCommit.ts";
import { createFillObjects } from "./fillObjects.ts";
import { type PublishableLength, publishableLength } from "./publishableLength.ts";

export interface Publication {
  readonly outcome: "published" | "unchanged";
  readonly state: GroupState;
  /** The limits left something over. */
  readonly more: boolean;
}

/**
 * Shows readers what the ledger holds, once. To be called under the commit lease, but right without it: everything that
 * is overwritten is read first, and overwritten only if it is unchanged. `raced` means that somebody else was quicker.
 *
 * `known` is the ledger's record as the lease found it: the two have to be a pair, and where neither has an identity, or one
 * alone, both have the same after it. Throws a `PairError` otherwise.
 *
 * Reading comes in this order: the metadata and statuses with their generations, then the records that extend the length,
 * then the list of what is uncommitted. So a record that extends the length is either in the list, or its statuses stand
 * already in what was read.
 *
 * Writing comes in this order: the objects of a chunk that is shown and has no granule (the others' were put before they were
 * recorded), the group with its consolidated document last (`writeGroup`, in the order that the format's `publicationOrder`
 * gives the reasons for), then what follows once readers see it (`afterCommit`). What came of looking at the provider, if
 * somebody has, is published in the status.
 */
export async function publish(
  wiring: Wiring,
  known: DatasetRecord,
  look: ProviderOutcome | undefined,
  signal: AbortSignal,
): Promise<Publication | { readonly outcome: "raced" }> {
  const group = await readGroup(wiring, signal);
  if (!group) return { outcome: "raced" };
  const { stored } = group;
  await checkPair(wiring, known, stored, signal, known.lease?.holder);
  const { identity = known.identity ?? newIdentity(wiring) } = stored.state;
  const { chunkLength } = stored.dataset.time;
  const list = () => wiring.ledger.uncommitted(stored.dataset.id, wiring.limits.commitChunksMax, signal);

  const { statuses, readable, publishable } = await readAhead(wiring, stored, await list(), signal);
  const listed = await list();
  const work = listed.filter(({ record }) => isCovered(chunkLength, record, statuses));
  const length = Math.max(
    stored.state.length,
    Math.min(publishable.length, coveredLength(wiring, chunkLength, listed, work)),
  );
  const isFull = listed.length === wiring.limits.commitChunksMax;
  const more =
    length < publishable.length || publishable.length === readable || work.length < listed.length || isFull;

  if (work.length === 0 && length === stored.state.length && stored.state.identity && !hasNewWording(group)) {
    await writeSidecars(wiring, stored, look ? { look } : {}, signal);
    return { outcome: "unchanged", state: stored.state, more };
  }
  for (const [number, chunk] of statuses) {
    for (const { record } of work) overlayStatuses(chunk, number, chunkLength, record);
  }
  const state: GroupState = {
    length,
    commitSeq: stored.state.commitSeq + 1,
    modifiedAt: wiring.now(),
    gapCounts: gapCountsOf(stored, statuses, length),
    identity,
  };
  const shown = [...publishable.withoutGranules].filter((chunk) => chunk * chunkLength < length);
  await createFillObjects({ ...wiring, dataset: stored.dataset }, shown, signal);
  if (!(await writeGroup(wiring, group, state, statuses.values(), signal))) return { outcome: "raced" };
  await afterCommit(wiring, stored, state, work, look, signal);
  return { outcome: "published", state, more };
}

interface Ahead {
  /** Chunks of `granule_status` that were read, by number. */
  readonly statuses: ReadonlyMap<number, StatusChunk>;
  /** As far as the length may grow with them. */
  readonly readable: number;
  readonly publishable: PublishableLength;
}

/**
 * Reads the chunks of `granule_status` that this publication needs, each before the records of its timesteps: those of the
 * listed records, and of all that the length may grow over. Behind a gap that fills a chunk of statuses, and whose records
 * were told before, nothing else asks for that chunk. A dataset that publishes its latest is resolved up to now, whatever is
 * there: it grows no further than to what is listed.
 */
async function readAhead(
  wiring: Wiring,
  stored: StoredDataset,
  listed: readonly Versioned<ChunkRecord>[],
  signal: AbortSignal,
): Promise<Ahead> {
  const { time, updates } = stored.dataset;
  const numbers = statusNumbers(stored, listed);
  const statuses = new Map<number, StatusChunk>();
  const furthest = Math.max(0, ...listed.map(({ record }) => (record.chunk + 1) * time.chunkLength));
  let publishable: PublishableLength | undefined;
  for (;;) {
    for (const number of numbers) {
      if (!statuses.has(number)) statuses.set(number, await readStatusChunk(wiring, stored, number, signal));
    }
    const readable = readableLength(stored, numbers);
    publishable = await publishableLength(wiring, stored, readable, publishable, signal);
    const mayGrow = publishable.resolvedUntil !== undefined;
    if (!mayGrow || (updates.publish === "latest" && readable >= furthest))
      return { statuses, readable, publishable };
    numbers.add(placeOf(readable, coordinateChunkLength).chunk);
  }
}

/** The chunks of `granule_status` of the listed records, and where the length grows. */
function statusNumbers(
  { dataset, state }: StoredDataset,
  listed: readonly Versioned<ChunkRecord>[],
): Set<number> {
  const chunks = listed.map(({ record }) => record.chunk);
  const end = placeOf(state.length, coordinateChunkLength).chunk;
  return statusChunksOf(dataset.time.chunkLength, chunks).add(end);
}

/** As far as the length may grow with the statuses that were read. */
function readableLength({ state }: StoredDataset, numbers: ReadonlySet<number>): number {
  let end = placeOf(state.length, coordinateChunkLength).chunk;
  while (numbers.has(end + 1)) end++;
  return (end + 1) * coordinateChunkLength;
}

function isCovered(
  chunkLength: number,
  { chunk }: ChunkRecord,
  statuses: ReadonlyMap<number, StatusChunk>,
): boolean {
  return [...statusChunksOf(chunkLength, [chunk])].every((number) => statuses.has(number));
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
  { state }: StoredDataset,
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
