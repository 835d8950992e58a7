import type { Shape } from "./shape.ts";

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
  for (const calls of made) addTo(sum, calls);
  return sum;
}

/** Adds calls to a sum that goes on. */
export function addTo(sum: { -readonly [Name in keyof Calls]: Calls[Name] }, calls: Partial<Calls>): void {
  sum.storeReads += calls.storeReads ?? 0;
  sum.storePuts += calls.storePuts ?? 0;
  sum.ledgerReads += calls.ledgerReads ?? 0;
  sum.ledgerWrites += calls.ledgerWrites ?? 0;
  sum.messages += calls.messages ?? 0;
}

/** A record that is changed: leases, turns, marks. */
export const changeCalls: Partial<Calls> = { ledgerReads: 1, ledgerWrites: 1 };
/** A batch that a plan sends: it looks at the chunk's record before. */
export const sendCalls: Partial<Calls> = { ledgerReads: 1, messages: 1 };

/** Calls that are made at once where nothing orders them (`callsAtOnceMax` in the stages). */
export const callsAtOnceMax = 16;
/** Records of the ledger that are read at once (`recordsPerPage` in the stages). */
export const recordsPerPage = 32;
const found = (records: number) => Math.max(1, records);
/** Of so many chunks in a row, page by page, where `known` records are there. */
function pageReads(chunks: number, known: number): number {
  const pages = Math.ceil(chunks / recordsPerPage);
  return Math.max(pages, Math.min(known, pages * recordsPerPage));
}

/** Whoever begins opens the dataset: the ledger's record of it, its metadata, and each fixed coordinate. */
export function openCalls({ fixedCoordinates }: Shape): Partial<Calls> {
  return { storeReads: 1 + fixedCoordinates, ledgerReads: 1 };
}

/** How fresh the dataset is: that it is the ledger's, its metadata, and its status. */
export function overviewCalls(shape: Shape): Partial<Calls> {
  return together(openCalls(shape), { storeReads: 1 });
}

/**
 * A plan compares so many chunks, of which `known` have a record; in the usual window it also asks what is due,
 * what a wrong clock put too far off, and what is left.
 */
export function surveyCalls(chunks: number, known: number, isUsual: boolean): Partial<Calls> {
  return { ledgerReads: pageReads(chunks, known) + (isUsual ? 3 : 0) };
}

/** A plan that paces its batches looks what is held; of what it sent and does not see held, it looks at the records. */
export function lookCalls(held: number, unseen: number): Partial<Calls> {
  return { ledgerReads: found(held) + unseen };
}

/** A chunk's objects: each is read once, before the download if the chunk has some already, and put under the lease. */
export function chunkCalls({ arrays }: Shape): Partial<Calls> {
  return { storeReads: arrays, storePuts: arrays, ledgerReads: arrays };
}

/** One publication of a commit. */
export interface Published {
  /** Chunks that readers are told of. */
  readonly chunks: number;
  /** Whether the length grows, into how many further chunks of time, and how many chunks of statuses are read. */
  readonly grows: boolean;
  readonly timeChunks: number;
  readonly statusChunks: number;
  /** Those of them that are not there yet, which are made from the records of their chunks. */
  readonly statusChunksNew: number;
  /** Chunks that are looked at from the visible length on, and those of them that have a record. */
  readonly chunksAhead: number;
  readonly knownAhead: number;
  /** Whether a plan commits, which has looked at the provider, and has not told of that yet. */
  readonly isLook: boolean;
  /** Chunks within the revision window, and chunks with a failing timestep. */
  readonly revised: number;
  readonly failing: number;
}

/** Most records that the summary of a commit reads of those that are failing. */
const failingMax = 64;

/** Documents that a commit reads and, where the length grows, writes, besides `.zattrs` and `.zmetadata`. */
export const growingArrays = ({ arrays, timeArrays }: Shape) => arrays + timeArrays;

/** What one publication asks, and giving the lease back or keeping it. Taking it is a change of its own. */
export function publicationCalls(shape: Shape, published: Published): Calls {
  const { chunks, grows, timeChunks, statusChunks, statusChunksNew, chunksAhead, knownAhead } = published;
  const documents = growingArrays(shape);
  const look: Partial<Calls> = {
    // `.zmetadata` before and after the others, `.zattrs`, the statuses, and what is beside the group.
    storeReads: 2 + documents + 1 + statusChunks + 2,
    ledgerReads: 2 * found(chunks) + pageReads(chunksAhead, knownAhead) + statusChunksNew * found(knownAhead),
  };
  if (chunks === 0 && !grows) return together(look, { storePuts: published.isLook ? 1 : 0 }, changeCalls);
  const tell: Partial<Calls> = {
    storePuts: timeChunks * (shape.timeArrays - 1) + statusChunks + (grows ? documents : 0) + 2 + 2,
    ledgerReads: found(Math.min(published.failing, failingMax)) + published.revised,
    messages: 1,
  };
  const provenance = { storeReads: chunks, storePuts: chunks, ledgerReads: chunks, ledgerWrites: chunks };
  return together(look, tell, provenance, changeCalls);
}
