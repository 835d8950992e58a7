import pMap from "p-map";
import { formatInstant, parseInstant, timeAt } from "../dataset/timeAxis.ts";
import { NewerSchemaError, reasonOf } from "../errors.ts";
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
import { ABSENT } from "../store/store.ts";
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
  await writeBeside(wiring, { dataset, state }, { commit: told, ...(look && { look }) }, signal);

  const { length, commitSeq } = state;
  const validThrough = length > 0 ? timeAt(dataset.time, length - 1) : undefined;
  const gaps = gapCountOf(state);
  wiring.report({ event: "committed", dataset: dataset.id, length, commitSeq, validThrough, gaps });
  try {
    await wiring.queue.publish("extended", [{ dataset: dataset.id, ...told, length, commitSeq }], signal);
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
 * Writes what is beside the group, of that state: the status, and the STAC Collection. Where the status of the same commit
 * stands there, only what came of looking at the provider is new.
 */
export async function writeBeside(
  wiring: Wiring,
  { dataset, state }: LiveDataset,
  news: News,
  signal: AbortSignal,
): Promise<void> {
  const status = replaced(wiring, statusKey(dataset.id), signal, (standing) =>
    statusAfter(wiring, { dataset, state }, news, standing, signal),
  ).catch((error: unknown) => {
    // The commit is done: only whoever goes by the status learns of it later.
    if (!(error instanceof NewerSchemaError)) throw error;
    wiring.report({ event: "statusLeft", dataset: dataset.id, reason: reasonOf(error) });
  });
  const collection = replaced(wiring, collectionKey(dataset.id), signal, async (standing) =>
    standing && tellsOf(standing, collectionMarks, state) ? undefined : collectionOf(dataset, state),
  );
  await Promise.all([status, collection]);
}

async function statusAfter(
  wiring: Wiring,
  { dataset, state }: LiveDataset,
  news: News,
  standing: Uint8Array | undefined,
  signal: AbortSignal,
): Promise<object | undefined> {
  const told = standing && readSummary(standing);
  const tells = standing && tellsOf(standing, statusMarks, state);
  if (tells === "later") return undefined;
  // Of a dataset that was here before this one, nothing is carried on.
  const before = told && told.commit_seq <= state.commitSeq ? told : undefined;
  const look = news.look && { ...news.look, toldAt: wiring.now() };
  if (!tells || !before)
    return statusSummary(
      wiring,
      { dataset, state, before, ...(news.commit && { commit: news.commit }), ...(look && { look }) },
      signal,
    );
  return look && !tellsOfLook(before, look) ? withLook(before, look) : undefined;
}

/** Puts the document that follows on what stands there, if one does; again where somebody was quicker, who may know less. */
async function replaced(
  { store, limits }: Wiring,
  key: string,
  signal: AbortSignal,
  following: (standing: Uint8Array | undefined) => Promise<object | undefined>,
): Promise<void> {
  for (let race = 0; race < limits.racesMax; race++) {
    const standing = await store.read(key, signal);
    const document = await following(standing?.bytes);
    if (!document) return;
    const generation = standing?.generation ?? ABSENT;
    const put = await store.put(key, documentBytes(document), generation, liveJson, signal);
    if (put.outcome === "written") return;
  }
}

/** The members by which a document says of which commit it tells. */
type Marks = { readonly seq: string; readonly at: string };
const statusMarks: Marks = { seq: "commit_seq", at: "committed_at" };
const collectionMarks: Marks = { seq: commitSeqMember, at: "updated" };

/** Whether a document as it stands tells of that commit, or of a later one and not of a dataset before this one. */
function tellsOf(
  bytes: Uint8Array,
  marks: Marks,
  { commitSeq, modifiedAt }: GroupState,
): "same" | "later" | undefined {
  try {
    const standing = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
    const committedAt = parseInstant(String(standing[marks.at])) ?? Number.NEGATIVE_INFINITY;
    const isNoOlder = modifiedAt === null || committedAt >= Math.floor(modifiedAt / 1000) * 1000;
    const seq = Number(standing[marks.seq]);
    if (!isNoOlder || !(seq >= commitSeq)) return undefined;
    return seq === commitSeq ? "same" : "later";
  } catch {
    return undefined;
  }
}
