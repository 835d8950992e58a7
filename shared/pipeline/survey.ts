import pMap from "p-map";
import { statusFlags } from "../dataset/cf.ts";
import type { Dataset } from "../dataset/dataset.ts";
import { firstIndexFrom, lastIndexUntil, timeAt } from "../dataset/timeAxis.ts";
import { reasonOf, SourceError } from "../errors.ts";
import { isHeldByOther } from "../ledger/lease.ts";
import { type ChunkRecord, emptyChunk, type GranuleIdentity, type StepRecord } from "../ledger/records.ts";
import type { BatchStep, ExtendMessage } from "../queue/queue.ts";
import { lastChunkUntil, placeOf, stepsOfChunk, timeInChunk } from "../zarr/chunkGrid.ts";
import { coordinateChunkLength } from "../zarr/metadata.ts";
import { createListing, directoriesOf } from "./listing.ts";
import type { LiveDataset } from "./live.ts";
import { absentStep, isSuspectChanged, judge, withListedDate } from "./pending.ts";
import { readStatusChunk } from "./statusChunks.ts";
import type { Wiring } from "./wiring.ts";

/** Which timesteps to compare. Without `from` and `to`: the usual window, and what is due for another try. */
export interface Range {
  readonly from?: number;
  readonly to?: number;
  readonly force: boolean;
}

/** A step to record without a worker, if it still is as it was. */
export interface Settlement {
  readonly before: StepRecord | undefined;
  readonly after: StepRecord;
}

/** What a plan would do. */
export interface Survey {
  readonly batches: readonly ExtendMessage[];
  /** By chunk and offset. */
  readonly settlements: ReadonlyMap<number, ReadonlyMap<number, Settlement>>;
  readonly leased: number;
  readonly leasedUntil: number | undefined;
  /** Where the next round goes on, if the limits ended this one. */
  readonly next: { readonly from: number; readonly to: number } | undefined;
}

/** Chunk records that are read at once. */
const recordsPerPage = 32;

/**
 * Compares what the provider lists with what the ledger holds, chunk by chunk, until the limits of one round are reached.
 * It writes nothing. Each directory is listed once; the cost grows with the range, not with what is stored.
 */
export async function survey(
  wiring: Wiring,
  live: LiveDataset,
  range: Range,
  signal: AbortSignal,
): Promise<Survey> {
  const round = createRound(wiring, live, range.force);
  if (range.from === undefined && range.to === undefined) await lookAtDue(wiring, round, signal);
  const { first, last } = await indicesOf(wiring, live, range, signal);
  const chunkLength = live.dataset.time.chunkLength;
  const lastChunk = placeOf(last, chunkLength).chunk;
  for (
    let chunk = placeOf(first, chunkLength).chunk;
    first <= last && chunk <= lastChunk;
    chunk += recordsPerPage
  ) {
    const pageEnd = Math.min(lastChunk, chunk + recordsPerPage - 1);
    const found = await wiring.ledger.window(live.dataset.id, chunk, pageEnd, recordsPerPage);
    const records = new Map(found.map(({ record }) => [record.chunk, record]));
    for (let k = chunk; k <= pageEnd; k++) {
      const offsets = offsetsWithin(live.dataset, k, first, last);
      if (!round.hasRoomFor(k, offsets)) {
        await lookBeyond(wiring, live, round, k);
        const from = Math.max(first, k * chunkLength);
        return round.result({ from: timeAt(live.dataset.time, from), to: timeAt(live.dataset.time, last) });
      }
      await round.lookAt(records.get(k) ?? emptyChunk(k), offsets, signal);
    }
  }
  await lookBeyond(wiring, live, round, lastChunk + 1);
  return round.result(undefined);
}

/** A gap may be longer than a round: whether something is present after it is then looked up in the ledger. */
async function lookBeyond(
  { ledger, asOf }: Wiring,
  { dataset }: LiveDataset,
  round: Round,
  from: number,
): Promise<void> {
  const last = lastChunkUntil(dataset, asOf());
  for (let chunk = from; chunk <= last && round.hasOpenGap(); ) {
    const found = await ledger.window(dataset.id, chunk, last, recordsPerPage);
    for (const { record } of found) round.see(record);
    chunk = found.length < recordsPerPage ? last + 1 : (found.at(-1)?.record.chunk ?? last) + 1;
  }
}

/** The usual window reaches back to what is not settled yet, at least as far as granules are still revised. */
async function indicesOf(
  wiring: Wiring,
  live: LiveDataset,
  { from, to }: Range,
  signal: AbortSignal,
): Promise<{ readonly first: number; readonly last: number }> {
  const axis = live.dataset.time;
  const asOf = wiring.asOf();
  const last = lastIndexUntil(axis, Math.min(to ?? asOf, asOf));
  if (from !== undefined) return { first: firstIndexFrom(axis, from), last };
  if (to !== undefined) return { first: 0, last };
  const revised = firstIndexFrom(axis, asOf - live.dataset.growth.revisionWindowMs);
  return { first: Math.min(await firstUnsettled(wiring, live, signal), revised), last };
}

/** Behind it lies nothing that no record tells of. A dataset that publishes its latest shows such timesteps, as pending. */
async function firstUnsettled(wiring: Wiring, live: LiveDataset, signal: AbortSignal): Promise<number> {
  const { length, gapCounts } = live.state;
  if (live.dataset.growth.publish === "settled") return length;
  for (const [number, gaps] of gapCounts.entries()) {
    if (gaps === 0) continue;
    const { flags } = await readStatusChunk(wiring, live, number, signal);
    const at = number * coordinateChunkLength + flags.indexOf(statusFlags.pending);
    if (flags.includes(statusFlags.pending) && at < length) return at;
  }
  return length;
}

function offsetsWithin(dataset: Dataset, chunk: number, first: number, last: number): number[] {
  const base = chunk * dataset.time.chunkLength;
  return Array.from({ length: stepsOfChunk(dataset, chunk) }, (_, offset) => offset).filter(
    (offset) => base + offset >= first && base + offset <= last,
  );
}

async function lookAtDue(wiring: Wiring, round: Round, signal: AbortSignal): Promise<void> {
  const { dataset, ledger, limits, asOf } = wiring;
  for (const { record } of await ledger.due(dataset.id, asOf(), limits.planDueChunksMax)) {
    const due = Object.entries(record.steps).filter(([, { failed }]) => failed && failed.nextTryAt <= asOf());
    const offsets = due.map(([offset]) => Number(offset));
    if (!round.hasRoomFor(record.chunk, offsets)) return;
    try {
      await round.lookAt(record, offsets, signal);
    } catch (error) {
      // One old directory that cannot be listed must not keep the new ones from being looked at.
      if (!(error instanceof SourceError) || !isOfOnePlace(error)) throw error;
      wiring.report({ event: "skipped", dataset: dataset.id, chunk: record.chunk, reason: reasonOf(error) });
    }
  }
}

function isOfOnePlace({ fault }: SourceError): boolean {
  return fault === "listing" || fault === "transfer";
}

interface Round {
  hasRoomFor(chunk: number, offsets: readonly number[]): boolean;
  lookAt(record: ChunkRecord, offsets: readonly number[], signal: AbortSignal): Promise<void>;
  /** Whether a timestep's patience is over while nothing present is known to follow it. */
  hasOpenGap(): boolean;
  /** Takes note of what is present in a chunk. */
  see(record: ChunkRecord): void;
  result(next: Survey["next"]): Survey;
}

function createRound(wiring: Wiring, { dataset, state }: LiveDataset, force: boolean): Round {
  const { source, limits, asOf, now } = wiring;
  const listing = createListing(dataset, source);
  const batches = new Map<number, Map<number, GranuleIdentity>>();
  const settlements = new Map<number, Map<number, Settlement>>();
  const absent: { chunk: number; offset: number }[] = [];
  const leases = new Map<number, number>();
  const plannedAt = now();
  let lastPresent = state.length - 1;
  let looked = 0;

  const place = <Kept>(into: Map<number, Map<number, Kept>>, chunk: number, offset: number, kept: Kept) => {
    const steps = into.get(chunk) ?? new Map<number, Kept>();
    into.set(chunk, steps.set(offset, kept));
  };
  const settle = (chunk: number, offset: number, before: StepRecord | undefined, after: StepRecord) =>
    place(settlements, chunk, offset, { before, after });
  const directories = (chunk: number, offsets: readonly number[]) =>
    directoriesOf(
      dataset,
      offsets.map((offset) => timeInChunk(dataset, chunk, offset)),
    );

  async function judgeStep(record: ChunkRecord, offset: number, signal: AbortSignal): Promise<void> {
    const step = record.steps[offset];
    const listed = listing.find(timeInChunk(dataset, record.chunk, offset));
    const verdict = judge(step, listed, asOf(), force);
    if (verdict === "absent" && mayBeGap(record.chunk, offset)) absent.push({ chunk: record.chunk, offset });
    else if (verdict === "stillAbsent") settle(record.chunk, offset, step, absentStep(dataset, step, asOf()));
    else if (verdict === "pending" && listed) place(batches, record.chunk, offset, listed);
    else if (verdict === "suspect" && listed && step) {
      const modifiedAt = await source.modifiedAt(listed.path, signal);
      if (isSuspectChanged(step, modifiedAt)) place(batches, record.chunk, offset, listed);
      else settle(record.chunk, offset, step, withListedDate(step, listed.listedDate));
    }
  }

  /** A visible timestep that is not pending was recorded: a ledger that does not know it is lost, its values are not. */
  const mayBeGap = (chunk: number, offset: number) =>
    dataset.growth.publish === "latest" || chunk * dataset.time.chunkLength + offset >= state.length;
  const isOverdue = ({ chunk, offset }: { chunk: number; offset: number }) =>
    asOf() - timeInChunk(dataset, chunk, offset) > dataset.growth.patienceMs;
  const isFollowed = ({ chunk, offset }: { chunk: number; offset: number }) =>
    chunk * dataset.time.chunkLength + offset < lastPresent;

  function see(record: ChunkRecord): void {
    for (const [offset, { status }] of Object.entries(record.steps)) {
      const index = record.chunk * dataset.time.chunkLength + Number(offset);
      if (status === "present" && index > lastPresent) lastPresent = index;
    }
  }

  return {
    hasRoomFor(chunk, offsets) {
      const more = [...directories(chunk, offsets)].filter((directory) => !listing.has(directory)).length;
      const fits = listing.size + more <= limits.planDirectoriesMax || listing.size === 0;
      const isShort = looked === 0 || looked + offsets.length <= limits.planStepsMax;
      return batches.size < limits.planBatchesMax && fits && isShort;
    },
    see,
    hasOpenGap: () => absent.some((gap) => isOverdue(gap) && !isFollowed(gap)),
    async lookAt(record, offsets, signal) {
      see(record);
      looked += offsets.length;
      if (isHeldByOther(record.lease, "", now())) {
        leases.set(record.chunk, record.lease.expiresAt);
        return;
      }
      await listing.include(directories(record.chunk, offsets), signal);
      const concurrency = dataset.source.connectionsMax;
      await pMap(offsets, (offset) => judgeStep(record, offset, signal), { concurrency, signal });
    },
    result(next) {
      for (const gap of absent) {
        if (isOverdue(gap) && isFollowed(gap)) {
          settle(gap.chunk, gap.offset, undefined, absentStep(dataset, undefined, asOf()));
        }
      }
      return {
        batches: [...batches].map(([chunk, steps]) => ({
          dataset: dataset.id,
          chunk,
          plannedAt,
          steps: inOrder(steps),
        })),
        settlements,
        leased: leases.size,
        leasedUntil: leases.size > 0 ? Math.min(...leases.values()) : undefined,
        next,
      };
    },
  };
}

function inOrder(steps: ReadonlyMap<number, GranuleIdentity>): BatchStep[] {
  return [...steps].map(([offset, granule]) => ({ offset, granule })).sort((a, b) => a.offset - b.offset);
}
