import pMap from "p-map";
import { formatInstant, parseInstant, timeAt } from "../dataset/timeAxis.ts";
import { reasonOf } from "../errors.ts";
import type { Versioned } from "../ledger/ledger.ts";
import type { ChunkRecord } from "../ledger/records.ts";
import { collectionOf, commitSeqMember } from "../status/collection.ts";
import {
  type CommitTold,
  type ProviderOutcome,
  readSummary,
  statusSummary,
  tellsOfLook,
  withLook,
} from "../status/summary.ts";
import { ABSENT, type StoredObject } from "../store/store.ts";
import { collectionKey, liveJson, statusKey } from "../zarr/layout.ts";
import { documentBytes, type GroupState, gapCountOf } from "../zarr/metadata.ts";
import type { LiveDataset } from "./live.ts";
import { settleChunk } from "./provenance.ts";
import { callsAtOnceMax, type Wiring } from "./wiring.ts";

/** What follows once readers see it: provenance, the flags, the status, the catalogue entry, and the event for whoever listens. */
export async function announce(
  wiring: Wiring,
  before: LiveDataset,
  state: GroupState,
  published: readonly Versioned<ChunkRecord>[],
  look: ProviderOutcome | undefined,
  signal: AbortSignal,
): Promise<void> {
  const { dataset } = before;
  const settle = (chunk: Versioned<ChunkRecord>) => settleChunk(wiring, before, chunk, signal);
  await pMap(published, settle, { concurrency: callsAtOnceMax, signal });
  const told = toldRange(before, state, published);
  await Promise.all([
    writeStatus(wiring, { dataset, state }, { commit: told, ...(look && { look }) }, signal),
    writeCollection(wiring, { dataset, state }, signal),
  ]);

  const { length, commitSeq } = state;
  const validThrough = length > 0 ? timeAt(dataset.time, length - 1) : undefined;
  const gaps = gapCountOf(state);
  wiring.report({ event: "committed", dataset: dataset.id, length, commitSeq, validThrough, gaps });
  try {
    await wiring.queue.publish("extended", [{ dataset: dataset.id, ...told, length, commitSeq }]);
  } catch (error) {
    // The commit is done: whoever missed an event finds it in `status.json`.
    wiring.report({ event: "unheard", dataset: dataset.id, commitSeq, reason: reasonOf(error) });
  }
}

/** The first and the last timestep that a publication tells of. */
function toldRange(
  { dataset, state: { length: before } }: LiveDataset,
  { length }: GroupState,
  published: readonly Versioned<ChunkRecord>[],
): Pick<CommitTold, "from" | "to"> {
  const firsts = published.map(({ record }) => record.chunk * dataset.time.chunkLength);
  const first = Math.min(before, ...firsts);
  return {
    from: first < length ? formatInstant(timeAt(dataset.time, first)) : null,
    to: length > 0 ? formatInstant(timeAt(dataset.time, length - 1)) : null,
  };
}

/** What a status tells besides the state: the commit that led to it, and what came of looking at the provider. */
export interface News {
  readonly commit?: Pick<CommitTold, "from" | "to">;
  readonly look?: ProviderOutcome;
}

/**
 * Writes the status of that state, unless that of a later commit stands there. Where the same commit's does, only what
 * came of looking at the provider is new.
 */
export async function writeStatus(
  wiring: Wiring,
  { dataset, state }: LiveDataset,
  { commit, look }: News,
  signal: AbortSignal,
): Promise<void> {
  const { store } = wiring;
  const key = statusKey(dataset.id);
  const standing = await store.read(key, signal);
  if (standing && isOfLater(standing.bytes, statusMarks, state)) return;
  const told = standing && readSummary(standing.bytes);
  // Of a dataset that was here before this one, nothing is carried on.
  const before = told && told.commit_seq <= state.commitSeq ? told : undefined;
  if (before?.commit_seq !== state.commitSeq) {
    const news = { ...(commit && { commit }), ...(look && { look }) };
    const summary = await statusSummary(wiring, { dataset, state, before, ...news });
    return replace(wiring, key, standing, documentBytes(summary), signal);
  }
  if (!look || tellsOfLook(before, look)) return;
  await replace(wiring, key, standing, documentBytes(withLook(before, look)), signal);
}

/** Writes the STAC Collection of that state, unless that of a later commit stands there. */
async function writeCollection(
  wiring: Wiring,
  { dataset, state }: LiveDataset,
  signal: AbortSignal,
): Promise<void> {
  const key = collectionKey(dataset.id);
  const standing = await wiring.store.read(key, signal);
  if (standing && isOfLater(standing.bytes, collectionMarks, state)) return;
  await replace(wiring, key, standing, documentBytes(collectionOf(dataset, state)), signal);
}

/** Refused means that a later commit, or another look, has written its own. */
async function replace(
  { store }: Wiring,
  key: string,
  standing: StoredObject | undefined,
  bytes: Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  await store.put(key, bytes, standing?.generation ?? ABSENT, liveJson, signal);
}

/** The members by which a document says of which commit it tells. */
type Marks = { readonly seq: string; readonly at: string };
const statusMarks: Marks = { seq: "commit_seq", at: "committed_at" };
const collectionMarks: Marks = { seq: commitSeqMember, at: "updated" };

/** Whether a document as it stands tells of a commit after that one, and not of a dataset before this one. */
function isOfLater(bytes: Uint8Array, marks: Marks, { commitSeq, modifiedAt }: GroupState): boolean {
  try {
    const standing = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
    const committedAt = parseInstant(String(standing[marks.at])) ?? Number.NEGATIVE_INFINITY;
    const isNoOlder = modifiedAt === null || committedAt >= Math.floor(modifiedAt / 1000) * 1000;
    return Number(standing[marks.seq]) > commitSeq && isNoOlder;
  } catch {
    return false;
  }
}
