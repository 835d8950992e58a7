import pMap from "p-map";
import { formatInstant, parseInstant, timeAt } from "../dataset/timeAxis.ts";
import { reasonOf } from "../errors.ts";
import type { Versioned } from "../ledger/ledger.ts";
import type { ChunkRecord } from "../ledger/records.ts";
import { type StatusSummary, statusSummary } from "../status/summary.ts";
import { ABSENT } from "../store/store.ts";
import { liveJson, statusKey } from "../zarr/layout.ts";
import { documentBytes, type GroupState, gapCountOf } from "../zarr/metadata.ts";
import type { LiveDataset } from "./live.ts";
import { settleChunk } from "./provenance.ts";
import { callsAtOnceMax, type Wiring } from "./wiring.ts";

/** What follows once readers see it: provenance, the flags, the status, and the event for whoever listens. */
export async function announce(
  wiring: Wiring,
  before: LiveDataset,
  state: GroupState,
  published: readonly Versioned<ChunkRecord>[],
  signal: AbortSignal,
): Promise<void> {
  const { dataset } = before;
  const settle = (chunk: Versioned<ChunkRecord>) => settleChunk(wiring, before, chunk, signal);
  await pMap(published, settle, { concurrency: callsAtOnceMax, signal });
  await writeStatus(wiring, { dataset, state }, signal);

  const { length, commitSeq } = state;
  const validThrough = length > 0 ? timeAt(dataset.time, length - 1) : undefined;
  const gaps = gapCountOf(state);
  wiring.report({ event: "committed", dataset: dataset.id, length, commitSeq, validThrough, gaps });

  const firsts = published.map(({ record }) => record.chunk * dataset.time.chunkLength);
  const first = Math.min(before.state.length, ...firsts);
  const from = first < length ? formatInstant(timeAt(dataset.time, first)) : null;
  const to = validThrough === undefined ? null : formatInstant(validThrough);
  try {
    await wiring.queue.publish("extended", [{ dataset: dataset.id, from, to, length, commitSeq }]);
  } catch (error) {
    // The commit is done: whoever missed an event finds it in `status.json`.
    wiring.report({ event: "unheard", dataset: dataset.id, commitSeq, reason: reasonOf(error) });
  }
}

/** Writes the status of that state, unless that of the same or of a later commit stands there. */
export async function writeStatus(wiring: Wiring, live: LiveDataset, signal: AbortSignal): Promise<void> {
  const { store } = wiring;
  const key = statusKey(live.dataset.id);
  const standing = await store.read(key, signal);
  if (standing && isOfLater(standing.bytes, live.state)) return;
  const bytes = documentBytes(await statusSummary(wiring, live));
  // Refused means that a later commit has written its own.
  await store.put(key, bytes, standing?.generation ?? ABSENT, liveJson, signal);
}

/** Whether a status as it stands tells of that commit, or of one that came after it and not of a dataset before this one. */
function isOfLater(bytes: Uint8Array, { commitSeq, modifiedAt }: GroupState): boolean {
  try {
    const standing = JSON.parse(new TextDecoder().decode(bytes)) as Partial<StatusSummary>;
    const committedAt = parseInstant(String(standing.committed_at)) ?? Number.NEGATIVE_INFINITY;
    const isNoOlder = modifiedAt === null || committedAt >= Math.floor(modifiedAt / 1000) * 1000;
    return Number(standing.commit_seq) >= commitSeq && isNoOlder;
  } catch {
    return false;
  }
}
