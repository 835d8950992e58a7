import pMap from "p-map";
import { formatOf } from "../../archive/formatOf.ts";
import { consolidatedIn, type StoredDataset, storedFrom } from "../../archive/stored.ts";
import { formatInstant } from "../../dataset/timeAxis.ts";
import { NewerSchemaError, reasonOf } from "../../errors.ts";
import type { Versioned } from "../../ledger/ledger.ts";
import type { ChunkRecord } from "../../ledger/records.ts";
import { collectionOf, commitSeqMember, identityMember } from "../../status/collection.ts";
import {
  carriedOn,
  describesLook,
  type ProviderOutcome,
  type PublishedCommit,
  readSummary,
  statusSummary,
  withLook,
} from "../../status/summary.ts";
import { ABSENT } from "../../store/store.ts";
import { collectionKey, documentHeaders, groupKey, statusKey } from "../../zarr/layout.ts";
import { documentBytes, type GroupState, gapCountOf, readFields } from "../../zarr/metadata.ts";
import { callsAtOnceMax, type Wiring } from "../wiring.ts";
import { markPublished } from "./provenance.ts";

/** What follows once readers see it: provenance, the flags, the status, the catalogue entry, and the event for whoever listens. */
export async function afterCommit(
  wiring: Wiring,
  before: StoredDataset,
  state: GroupState,
  published: readonly Versioned<ChunkRecord>[],
  look: ProviderOutcome | undefined,
  signal: AbortSignal,
): Promise<void> {
  const { dataset } = before;
  const mark = (chunk: Versioned<ChunkRecord>) => markPublished(wiring, before, chunk, signal);
  await pMap(published, mark, { concurrency: callsAtOnceMax, signal });
  const told = publishedRange(before, state, published);
  await writeSidecars(wiring, { dataset, state }, { commit: told, ...(look && { look }) }, signal);

  const { length, commitSeq } = state;
  const validThrough = length > 0 ? dataset.time.at(length - 1) : undefined;
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
function publishedRange(
  { dataset, state: { length: before } }: StoredDataset,
  { length }: GroupState,
  published: readonly Versioned<ChunkRecord>[],
): Pick<PublishedCommit, "from" | "to"> {
  const firsts = published.map(({ record }) => record.chunk * dataset.time.chunkLength);
  const first = Math.min(before, ...firsts);
  return {
    from: first < length ? formatInstant(dataset.time.at(first)) : null,
    to: length > 0 ? formatInstant(dataset.time.at(length - 1)) : null,
  };
}

/** What a status tells besides the state: the commit that led to it, and what came of looking at the provider. */
export interface News {
  readonly commit?: Pick<PublishedCommit, "from" | "to">;
  readonly look?: ProviderOutcome;
}

/**
 * Writes what is beside the group, of that state: the status, and the STAC Collection. Where the status of the same commit
 * stands there, only what came of looking at the provider is new.
 */
export async function writeSidecars(
  wiring: Wiring,
  { dataset, state }: StoredDataset,
  news: News,
  signal: AbortSignal,
): Promise<void> {
  const status = replaced(wiring, statusKey(dataset.id), signal, (existing) =>
    statusAfter(wiring, { dataset, state }, news, existing, signal),
  ).catch((error: unknown) => {
    // The commit is done: only whoever goes by the status learns of it later.
    if (!(error instanceof NewerSchemaError)) throw error;
    wiring.report({ event: "statusLeft", dataset: dataset.id, reason: reasonOf(error) });
  });
  const collection = replaced(wiring, collectionKey(dataset.id), signal, async (existing) => {
    const tells =
      existing && (await describes(wiring, existing, collectionMarks, { dataset, state }, signal));
    return tells ? undefined : collectionOf(dataset, state);
  });
  await Promise.all([status, collection]);
}

async function statusAfter(
  wiring: Wiring,
  { dataset, state }: StoredDataset,
  news: News,
  existing: Uint8Array | undefined,
  signal: AbortSignal,
): Promise<object | undefined> {
  const told = existing && readSummary(existing);
  const tells = existing && (await describes(wiring, existing, statusMarks, { dataset, state }, signal));
  if (tells === "later") return undefined;
  const before = carriedOn(told, state);
  const look = news.look && { ...news.look, toldAt: wiring.now() };
  if (!tells || !before)
    return statusSummary(
      wiring,
      { dataset, state, before, ...(news.commit && { commit: news.commit }), ...(look && { look }) },
      signal,
    );
  return look && !describesLook(before, look) ? withLook(before, look) : undefined;
}

/** Puts the document that follows on what stands there, if one does; again where somebody was quicker, who may know less. */
async function replaced(
  { store, limits }: Wiring,
  key: string,
  signal: AbortSignal,
  following: (existing: Uint8Array | undefined) => Promise<object | undefined>,
): Promise<void> {
  for (let race = 0; race < limits.racesMax; race++) {
    const existing = await store.read(key, signal);
    const document = await following(existing?.bytes);
    if (!document) return;
    const generation = existing?.generation ?? ABSENT;
    const put = await store.put(key, documentBytes(document), generation, documentHeaders, signal);
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
async function describes(
  { store }: Wiring,
  bytes: Uint8Array,
  marks: Marks,
  { dataset, state }: StoredDataset,
  signal: AbortSignal,
): Promise<"same" | "later" | undefined> {
  const { [marks.identity]: identity, [marks.seq]: seq, [marks.at]: at } = readFields(bytes) ?? {};
  const { commitSeq, modifiedAt } = state;
  if (identity !== state.identity) return undefined;
  const committedAt = modifiedAt === null ? null : formatInstant(modifiedAt);
  if (seq === commitSeq && (at ?? null) === committedAt) return "same";
  if (typeof seq !== "number" || seq <= commitSeq) return undefined;
  const group = await store.read(groupKey(dataset.id, formatOf(dataset).keys.consolidated), signal);
  if (!group) return undefined;
  const now = storedFrom(dataset, consolidatedIn(dataset, group.bytes)).state;
  return now.commitSeq > commitSeq ? "later" : undefined;
}
