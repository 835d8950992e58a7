import pMap from "p-map";
import { type LiveDataset, liveOf, readConsolidated } from "../../archive/live.ts";
import { formatInstant, timeAt } from "../../dataset/timeAxis.ts";
import { NewerSchemaError, reasonOf } from "../../errors.ts";
import type { Versioned } from "../../ledger/ledger.ts";
import type { ChunkRecord } from "../../ledger/records.ts";
import { collectionOf, commitSeqMember, identityMember } from "../../status/collection.ts";
import {
  type CommitTold,
  carriedOn,
  type ProviderOutcome,
  readSummary,
  statusSummary,
  tellsOfLook,
  withLook,
} from "../../status/summary.ts";
import { ABSENT } from "../../store/store.ts";
import { collectionKey, groupKey, liveJson, statusKey } from "../../zarr/layout.ts";
import { documentBytes, type GroupState, gapCountOf, readFields } from "../../zarr/metadata.ts";
import { callsAtOnceMax, type Wiring } from "../wiring.ts";
import { settleChunk } from "./provenance.ts";

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
  const collection = replaced(wiring, collectionKey(dataset.id), signal, async (standing) => {
    const tells = standing && (await tellsOf(wiring, standing, collectionMarks, { dataset, state }, signal));
    return tells ? undefined : collectionOf(dataset, state);
  });
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
  const tells = standing && (await tellsOf(wiring, standing, statusMarks, { dataset, state }, signal));
  if (tells === "later") return undefined;
  const before = carriedOn(told, state);
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

/** The members by which a document says of which commit, and of which store, it tells. */
type Marks = { readonly seq: string; readonly at: string; readonly identity: string };
const statusMarks: Marks = { seq: "commit_seq", at: "committed_at", identity: "store_identity" };
const collectionMarks: Marks = { seq: commitSeqMember, at: "updated", identity: identityMember };

/**
 * Whether a document as it stands tells of that commit, or of a later one. One of a dataset that was here before, or of a time
 * that the dataset was restored to before, does not, however high it counts: the group itself is at no later commit.
 */
async function tellsOf(
  { store }: Wiring,
  bytes: Uint8Array,
  marks: Marks,
  { dataset, state }: LiveDataset,
  signal: AbortSignal,
): Promise<"same" | "later" | undefined> {
  const { [marks.identity]: identity, [marks.seq]: seq, [marks.at]: at } = readFields(bytes) ?? {};
  const { commitSeq, modifiedAt } = state;
  if (identity !== state.identity) return undefined;
  const committedAt = modifiedAt === null ? null : formatInstant(modifiedAt);
  if (seq === commitSeq && (at ?? null) === committedAt) return "same";
  if (typeof seq !== "number" || seq <= commitSeq) return undefined;
  const group = await store.read(groupKey(dataset.id, ".zmetadata"), signal);
  if (!group) return undefined;
  const now = liveOf(dataset, readConsolidated(dataset.id, group.bytes)).state;
  return now.commitSeq > commitSeq ? "later" : undefined;
}
