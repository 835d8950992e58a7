import { statusFlags } from "../dataset/cf.ts";
import { placeOf } from "../dataset/chunkGrid.ts";
import { formatInstant } from "../dataset/timeAxis.ts";
import { PairError, StorageError } from "../errors.ts";
import { isHeldByOther } from "../ledger/lease.ts";
import { chunkRecordKey, datasetRecordKey, type Versioned } from "../ledger/ledger.ts";
import { type ChunkRecord, type DatasetRecord, emptyDataset } from "../ledger/records.ts";
import { refuseRemoval } from "../ledger/removal.ts";
import type { Wiring } from "../pipeline/wiring.ts";
import { coordinateChunkLength, type GroupState } from "../zarr/metadata.ts";
import { readStatusChunk } from "./statusChunks.ts";
import { openStored, type StoredDataset } from "./stored.ts";

/** Chunk records that are read at once. */
const recordsPerPage = 32;

/**
 * The stored dataset, as `openStored` gives it, if the ledger is its own. Throws a `PairError` with both sides where they were
 * copied, restored or exchanged apart from each other: see `checkPair`.
 */
export async function openPair(wiring: Wiring, signal: AbortSignal): Promise<StoredDataset | undefined> {
  for (let look = 1; ; look++) {
    // The ledger first: what a commit tells it, the store has by then.
    const record = await readDatasetRecord(wiring, signal);
    refuseRemoval("open", wiring.descriptor.id, record);
    const stored = await openStored(wiring, signal);
    if (stored) await checkPair(wiring, record, stored, signal);
    if (stored || !(await isBegun(wiring, record, signal))) return stored;
    // Somebody may have created it in between; a store that lost what the ledger tells of must not begin anew beside it.
    if (look > 1) {
      const { id } = wiring.descriptor;
      const lost = `the ledger knows ${record?.length ?? 0} timesteps, the store has no such dataset`;
      const stray = "it has records of chunks: if those are left of a removal,";
      refuse(id, [isOfCommit(record) ? lost : `${lost}; ${stray} \`accrete remove ${id}\` takes them`]);
    }
  }
}

/**
 * Throws a `StorageError` where the dataset that was opened is being removed, or was removed since: for who is about to put or
 * record something long after it was opened, or on whose lease a removal may not have come.
 */
export async function refuseRemoved(
  wiring: Wiring,
  { state: { identity } }: { readonly state: { readonly identity?: string | undefined } },
  signal: AbortSignal,
): Promise<void> {
  const { id } = wiring.descriptor;
  const record = await readDatasetRecord(wiring, signal);
  refuseRemoval("extend", id, record);
  if (record && (record.identity ?? undefined) === identity) return;
  // Before the first commit the store alone knows it.
  const now = await openStored(wiring, signal);
  if (now?.state.identity !== identity || !now)
    throw new StorageError("extend", id, "it was removed while this was about to begin");
}

const isOfCommit = (record: DatasetRecord | undefined): boolean =>
  record !== undefined && (record.length > 0 || Boolean(record.identity));

/** Whether the ledger tells of anything that was stored. */
async function isBegun(
  { ledger, descriptor }: Wiring,
  record: DatasetRecord | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  if (isOfCommit(record)) return true;
  return (await ledger.window(descriptor.id, 0, Number.MAX_SAFE_INTEGER, 1, signal)).length > 0;
}

/**
 * The same for who only shows it: a store without a ledger is a copy, and shown as it is. Unless `isThorough`, no records are
 * gone through.
 */
export async function openShown(
  wiring: Wiring,
  isThorough: boolean,
  signal: AbortSignal,
): Promise<StoredDataset | undefined> {
  const record = await readDatasetRecord(wiring, signal);
  refuseRemoval("open", wiring.descriptor.id, record);
  const stored = await openStored(wiring, signal);
  if (stored && record && isThorough) await checkPair(wiring, record, stored, signal);
  else if (stored) refuse(stored.dataset.id, pairDifferences(record, stored.state));
  return stored;
}

/**
 * Throws a `PairError` if a dataset and a ledger's record, which was read before it, do not belong together: they have
 * different identities, the store is behind the ledger, or readers see a timestep that no record accounts for: none tells
 * of it, or one that they are told of tells otherwise. A ledger that is behind its own store and accounts for all of it is what
 * a crash leaves: the next commit completes it, and has two without an identity share one.
 *
 * All records are gone through only where the two differ and nobody but `holder` commits: who does has looked before.
 */
export async function checkPair(
  wiring: Wiring,
  record: DatasetRecord | undefined,
  stored: StoredDataset,
  signal: AbortSignal,
  holder = "",
): Promise<void> {
  refuse(stored.dataset.id, pairDifferences(record, stored.state));
  if (isOfOneCommit(record, stored.state)) return;
  const now = await readDatasetRecord(wiring, signal);
  if (now && (isOfOneCommit(now, stored.state) || now.commitSeq > stored.state.commitSeq)) return;
  if (isHeldByOther(now?.lease ?? null, holder, wiring.now())) return;
  const unaccounted = await firstUnaccounted(wiring, stored, signal);
  if (unaccounted === undefined) return;
  const time = formatInstant(stored.dataset.time.at(unaccounted));
  const { length, commitSeq } = stored.state;
  const told = now ? `commit ${now.commitSeq} with ${now.length} timesteps` : "no commit";
  const detail = `readers see ${time}, and no record of the ledger accounts for it (it knows ${told}, the store is at commit ${commitSeq} with ${length})`;
  refuse(stored.dataset.id, [detail]);
}

/** In what a store and a ledger's record contradict each other, with both sides. */
function pairDifferences(
  record: Pick<DatasetRecord, "identity" | "length" | "commitSeq"> | undefined,
  { identity, length, commitSeq }: GroupState,
): string[] {
  if (!record) return [];
  const differences: string[] = [];
  const known = record.identity ?? undefined;
  if (known !== undefined && identity !== undefined && known !== identity)
    differences.push(`the store is that of ${identity}, the ledger that of ${known}`);
  else if (length < record.length || commitSeq < record.commitSeq)
    differences.push(
      `the store is at commit ${commitSeq} with ${length} timesteps, the ledger knows commit ${record.commitSeq} with ${record.length}`,
    );
  return differences;
}

/** Whether both tell of the same commit of the same dataset, as they do unless a commit is under way or was interrupted. */
function isOfOneCommit(record: DatasetRecord | undefined, state: GroupState): boolean {
  if (state.length === 0) return true; // nothing is visible that would have to be accounted for
  const { identity, length, commitSeq } = record ?? emptyDataset;
  return identity === (state.identity ?? "") && length === state.length && commitSeq === state.commitSeq;
}

/**
 * The index of the first visible timestep that no chunk record accounts for. A dataset that publishes its latest shows
 * timesteps of which nothing is known, as pending. What is flagged is still to be told; all else readers were told as it is.
 */
async function firstUnaccounted(
  wiring: Wiring,
  stored: StoredDataset,
  signal: AbortSignal,
): Promise<number | undefined> {
  const { dataset, state } = stored;
  const { chunkLength } = dataset.time;
  // Before the records: what statuses tell was recorded by then.
  const flagAt = await readFlags(wiring, stored, signal);
  const last = placeOf(state.length - 1, chunkLength).chunk;
  for (let page = 0; page <= last; page += recordsPerPage) {
    signal.throwIfAborted();
    const pageEnd = Math.min(last, page + recordsPerPage - 1);
    const found = await wiring.ledger.window(dataset.id, page, pageEnd, recordsPerPage, signal);
    const records = new Map(found.map((one) => [one.record.chunk, one]));
    const end = Math.min(state.length, (pageEnd + 1) * chunkLength);
    for (let index = page * chunkLength; index < end; index++) {
      const { chunk, offset } = placeOf(index, chunkLength);
      const known = records.get(chunk);
      if (!known?.record.steps[offset]) {
        if (dataset.updates.publish !== "latest" || flagAt(index) !== statusFlags.pending) return index;
      } else if (isPublishedOtherwise(known.record, offset, flagAt(index)) && (await stays(known, index))) {
        return index;
      }
    }
  }
  return undefined;

  /** A commit may have come in between: statuses that are younger than a record which has not changed since cannot lag behind. */
  async function stays({ record, version }: Versioned<ChunkRecord>, index: number): Promise<boolean> {
    const { chunk, offset } = placeOf(index, coordinateChunkLength);
    const { flags } = await readStatusChunk(wiring, stored, chunk, signal);
    const again = await wiring.ledger.read(chunkRecordKey(dataset.id, record.chunk), signal);
    return (
      again?.version === version &&
      isPublishedOtherwise(record, placeOf(index, chunkLength).offset, flags[offset])
    );
  }
}

/** Whether a record that readers were told of and the flag that they see disagree on whether the timestep has values. */
function isPublishedOtherwise(
  { uncommitted, steps }: ChunkRecord,
  offset: number,
  flag: number | undefined,
): boolean {
  return !uncommitted && (steps[offset]?.status === "present") !== (flag === statusFlags.present);
}

/** What readers are told of each visible timestep. */
async function readFlags(
  wiring: Wiring,
  stored: StoredDataset,
  signal: AbortSignal,
): Promise<(index: number) => number | undefined> {
  const chunks: Int8Array[] = [];
  for (let chunk = 0; chunk * coordinateChunkLength < stored.state.length; chunk++)
    chunks.push((await readStatusChunk(wiring, stored, chunk, signal)).flags);
  return (index) => {
    const { chunk, offset } = placeOf(index, coordinateChunkLength);
    return chunks[chunk]?.[offset];
  };
}

async function readDatasetRecord(
  { descriptor, ledger }: Wiring,
  signal: AbortSignal,
): Promise<DatasetRecord | undefined> {
  return (await ledger.read(datasetRecordKey(descriptor.id), signal))?.record;
}

function refuse(id: string, differences: readonly string[]): void {
  if (differences.length > 0) throw new PairError(id, differences);
}
