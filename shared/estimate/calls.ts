import { coordinateChunkLength } from "../zarr/metadata.ts";
import type { Deployment, Shape, Work } from "./shape.ts";

/**
 * What is asked of the store, the ledger and the queue, as it is billed: a question to the ledger is a read of each
 * record that it finds, and one read if it finds none.
 */
export interface Calls {
  readonly storeReads: number;
  readonly storePuts: number;
  readonly ledgerReads: number;
  readonly ledgerWrites: number;
  readonly messages: number;
}

export const noCalls: Calls = { storeReads: 0, storePuts: 0, ledgerReads: 0, ledgerWrites: 0, messages: 0 };

/** The sum of calls. */
export function together(...made: readonly Partial<Calls>[]): Calls {
  const sum = { ...noCalls };
  for (const calls of made)
    for (const name of Object.keys(sum) as (keyof Calls)[]) sum[name] += calls[name] ?? 0;
  return sum;
}

/** The same so many times. */
export const times = (count: number, calls: Partial<Calls>): Partial<Calls> =>
  Object.fromEntries(Object.entries(calls).map(([name, each]) => [name, count * each]));

/** Calls that are made at once where nothing orders them (`callsAtOnceMax` in the stages). */
export const callsAtOnceMax = 16;
/** Records of the ledger that are read at once (`recordsPerPage` in the stages). */
export const recordsPerPage = 32;
/** A record that is changed: leases, turns, marks. */
export const changeCalls: Partial<Calls> = { ledgerReads: 1, ledgerWrites: 1 };

const found = (records: number) => Math.max(1, records);
/** Of so many chunks in a row, page by page, where `known` records are there. */
function pageReads(chunks: number, known: number): number {
  const pages = Math.ceil(chunks / recordsPerPage);
  return Math.max(pages, Math.min(known, pages * recordsPerPage));
}

/** Whoever begins opens the dataset: the ledger's record of it, its metadata, and each fixed coordinate. */
const openCalls = ({ fixedCoordinates }: Shape) => ({ storeReads: 1 + fixedCoordinates, ledgerReads: 1 });

/** One request of `plan`. */
export interface Round {
  /** Chunks that it compares, and those of them with a record. */
  readonly chunks: number;
  readonly known: number;
  readonly batches: number;
  /** Records that it reads while it waits for batches to end: of those held, and of those sent that nobody holds. */
  readonly lookReads: number;
  /** In the usual window it keeps others away, and the first round asks what is due, misdated, and left. */
  readonly isUsual: boolean;
  readonly isFirst: boolean;
}

/** What a plan asks besides its commit. It reads the record of each chunk that it sends; in the end, how fresh all is. */
export function planCalls(shape: Shape, round: Round): Calls {
  const { chunks, known, batches, lookReads, isUsual, isFirst } = round;
  const open = openCalls(shape);
  const usual = isUsual ? [times(2, changeCalls), open, { storeReads: 1 }] : [];
  const compare = { ledgerReads: pageReads(chunks, known) + (isUsual && isFirst ? 3 : 0) };
  const send = { ledgerReads: batches + lookReads, messages: 1 + batches };
  return together(open, compare, send, ...usual);
}

/**
 * A batch up to its record: each of the chunk's objects is read once and put under the lease, taken and given back; once it is
 * taken, the dataset's record says whether somebody removes it.
 */
export function batchCalls(shape: Shape): Calls {
  const { arrays } = shape;
  const objects = { storeReads: arrays, storePuts: arrays, ledgerReads: arrays + 1 };
  return together(openCalls(shape), times(2, changeCalls), objects);
}

/** One publication of a commit. */
export interface Publication {
  /** Chunks that are published. */
  readonly chunks: number;
  /** Whether the length grows, into how many further chunks of time, and how many chunks of statuses are read. */
  readonly grows: boolean;
  readonly timeChunks: number;
  readonly statusChunks: number;
  /** Those of them that are not there yet, which are made from the records of their chunks. */
  readonly statusChunksNew: number;
  /** Chunks that are compared from the visible length on, and those of them that have a record. */
  readonly chunksAhead: number;
  readonly knownAhead: number;
  /** Chunks within the revision window, and chunks with a failing timestep. */
  readonly revised: number;
  readonly failing: number;
}

/** Most records that the summary of a commit reads of those that are failing. */
const failingMax = 64;

/** What one publication asks, with taking the lease, or being marked as more to publish, and giving it back. */
export function publicationCalls(shape: Shape, publication: Publication): Calls {
  const { chunks, grows, timeChunks, statusChunks, statusChunksNew, chunksAhead, knownAhead } = publication;
  /** Documents of arrays that grow, besides `.zattrs` and `.zmetadata`. */
  const documents = shape.arrays + shape.timeArrays;
  const scan = {
    // `.zmetadata` before and after the others, `.zattrs`, the statuses, and what is beside the group.
    storeReads: 2 + documents + 1 + statusChunks + 2,
    ledgerReads: 2 * found(chunks) + pageReads(chunksAhead, knownAhead) + statusChunksNew * found(knownAhead),
  };
  const leases = times(2, changeCalls);
  // Only plans come here without news: they publish that they have listed the provider.
  if (chunks === 0 && !grows) return together(scan, { storePuts: 1 }, leases);
  const publish = {
    storePuts: timeChunks * (shape.timeArrays - 1) + statusChunks + (grows ? documents : 0) + 2 + 2,
    ledgerReads: found(Math.min(publication.failing, failingMax)) + publication.revised,
    messages: 1,
  };
  const provenance = { storeReads: chunks, storePuts: chunks, ledgerReads: chunks, ledgerWrites: chunks };
  return together(scan, publish, provenance, leases);
}

const timeChunkOf = (step: number) => Math.floor(Math.max(0, step) / coordinateChunkLength);

/** The publication of the batches from `first` up to and without `end`, where `begun` more have their lease. */
export function publicationOf(
  { visibleSteps, granules, batches }: Work,
  { chunkLength, stepsPerGranule, revisedSteps }: Shape,
  first: number,
  end: number,
  begun: number,
): Publication {
  const chunkOf = (step: number) => Math.floor(step / chunkLength);
  const steps = visibleSteps + granules * stepsPerGranule;
  const startOf = (batch: number) => (chunkOf(visibleSteps) + batch) * chunkLength;
  const lengthBefore = (batch: number) => (batch === 0 ? visibleSteps : Math.min(startOf(batch), steps));
  const [from, to] = [lengthBefore(first), lengthBefore(end)];
  const statuses = { first: timeChunkOf(from), last: timeChunkOf(from) };
  if (end > first) {
    statuses.first = timeChunkOf(Math.min(from, startOf(first)));
    statuses.last = timeChunkOf(Math.max(from, startOf(end) - 1));
  }
  const existing = from === 0 ? 0 : timeChunkOf(from - 1) + 1;
  return {
    chunks: end - first,
    grows: to > from,
    timeChunks: timeChunkOf(to - 1) - timeChunkOf(from - 1),
    statusChunks: statuses.last - statuses.first + 1,
    statusChunksNew: Math.max(0, statuses.last + 1 - existing),
    chunksAhead: Math.max(1, Math.min(end - first + 1, batches - first)),
    knownAhead: end - first + Math.min(begun, batches - end),
    revised: to === 0 ? 0 : chunkOf(to - 1) - chunkOf(Math.max(0, to - revisedSteps)) + 1,
    failing: 0,
  };
}

/** The requests of `plan` that the work takes: each has its limits, and `inTimeMax` batches can be sent in its time. */
export function roundsOf(work: Work, { shape, pace }: Deployment, inTimeMax: number): Round[] {
  const { batches, visibleSteps, isUsual } = work;
  const { chunkLength, directoriesPerStep, pathsPerStep, revisedSteps } = shape;
  const listed = pace.planDirectoriesMax / (directoriesPerStep * chunkLength);
  const asked = pace.planPathsMax / (pathsPerStep * chunkLength);
  const most = Math.floor(Math.min(pace.planBatchesMax, listed, asked, pace.planStepsMax / chunkLength));
  const chunkOf = (step: number) => Math.floor(step / chunkLength);
  const rounds: Round[] = [];
  let next = 0;
  do {
    const isFirst = next === 0;
    const end = Math.min(batches, next + Math.max(1, most));
    const revised = chunkOf(Math.max(0, visibleSteps - revisedSteps));
    const first = isUsual && isFirst ? revised : chunkOf(visibleSteps) + next;
    // A round ends at the first chunk that it has no room for.
    const beyond = chunkOf(visibleSteps) + end + (end < batches ? 1 : 0);
    const known = Math.max(0, chunkOf(visibleSteps - 1) + 1 - first);
    const sent = Math.min(end - next, Math.max(1, inTimeMax));
    const chunks = Math.max(beyond - first, known);
    rounds.push({ chunks, known, batches: sent, lookReads: 0, isUsual, isFirst });
    next += sent;
  } while (next < batches);
  return rounds;
}

/** All calls of these rounds, of a batch each, and of so many publications, each of the next batches, while so many others are to be tried again. */
export function callsOf(
  work: Work,
  { shape, workers }: Deployment,
  rounds: readonly Round[],
  publications: number,
  failing: number,
): Calls {
  const { batches } = work;
  const publish = (first: number, end: number) =>
    publicationCalls(shape, { ...publicationOf(work, shape, first, end, workers - 1), failing });
  const before = (publication: number) => Math.floor((publication * batches) / publications);
  let sent = 0;
  const planned = rounds.map((round) => {
    sent += round.batches;
    // Its own commit, before its last batches are recorded.
    const published = Math.max(0, sent - workers);
    return together(planCalls(shape, round), publish(published, published));
  });
  const published = Array.from({ length: publications }, (_, each) =>
    publish(before(each), before(each + 1)),
  );
  // Whoever finds another at it reads that this has been asked to go on.
  const left = { ledgerReads: batches - publications };
  return together(...planned, ...published, times(batches, batchCalls(shape)), left);
}
