import { readStatusChunk } from "../../archive/statusChunks.ts";
import type { StoredDataset } from "../../archive/stored.ts";
import { statusFlags } from "../../dataset/cf.ts";
import { lastChunkUntil, placeOf, stepsOfChunk } from "../../dataset/chunkGrid.ts";
import type { Dataset } from "../../dataset/dataset.ts";
import { reasonOf, SourceError } from "../../errors.ts";
import { emptyChunk } from "../../ledger/records.ts";
import { coordinateChunkLength } from "../../zarr/metadata.ts";
import type { Wiring } from "../wiring.ts";
import { isDue, latestTry } from "./pending.ts";
import { createScan, type Diff, type Range, type Scan } from "./scan.ts";

/** Chunk records that are read at once. */
const recordsPerPage = 32;

/**
 * Compares what the provider lists with what the ledger holds, chunk by chunk, until the limits of one round are reached.
 * It writes nothing. Each directory is listed once, and again only where something else was ingested meanwhile than it
 * listed; the cost grows with the range, not with what is stored.
 */
export async function diff(
  wiring: Wiring,
  stored: StoredDataset,
  range: Range,
  signal: AbortSignal,
): Promise<Diff> {
  const scan = createScan(wiring, stored, range);
  if (range.from === undefined && range.to === undefined) {
    await scanDue(wiring, scan, signal);
    await scanAbandoned(wiring, scan, signal);
  }
  const { first, last } = await indicesOf(wiring, stored, range, signal);
  const { chunkLength } = stored.dataset.time;
  const at = (index: number) => stored.dataset.time.at(index);
  const window = first <= last ? { from: at(first), to: at(last) } : undefined;
  const lastChunk = placeOf(last, chunkLength).chunk;
  for (
    let chunk = placeOf(first, chunkLength).chunk;
    first <= last && chunk <= lastChunk;
    chunk += recordsPerPage
  ) {
    const pageEnd = Math.min(lastChunk, chunk + recordsPerPage - 1);
    scan.outdate();
    const found = await wiring.ledger.window(stored.dataset.id, chunk, pageEnd, recordsPerPage, signal);
    const records = new Map(found.map(({ record }) => [record.chunk, record]));
    for (let k = chunk; k <= pageEnd; k++) {
      const offsets = offsetsWithin(stored.dataset, k, first, last);
      if (!scan.hasRoomFor(k, offsets)) {
        await scanBeyond(wiring, stored, scan, k, signal);
        return scan.result(window, { from: at(Math.max(first, k * chunkLength)), to: at(last) }, signal);
      }
      await scan.scanChunk(records.get(k) ?? emptyChunk(k), offsets, signal);
    }
  }
  await scanBeyond(wiring, stored, scan, lastChunk + 1, signal);
  return scan.result(window, undefined, signal);
}

/** A gap may be longer than a round: whether something is present after it is then looked up in the ledger. */
async function scanBeyond(
  { ledger, asOf }: Wiring,
  { dataset }: StoredDataset,
  scan: Scan,
  from: number,
  signal: AbortSignal,
): Promise<void> {
  const last = lastChunkUntil(dataset, asOf());
  for (let chunk = from; chunk <= last && scan.hasOpenGap(); ) {
    const found = await ledger.window(dataset.id, chunk, last, recordsPerPage, signal);
    for (const { record } of found) scan.note(record);
    chunk = found.length < recordsPerPage ? last + 1 : (found.at(-1)?.record.chunk ?? last) + 1;
  }
}

/** The usual window reaches back to what is not resolved yet, at least as far as granules are still revised. */
async function indicesOf(
  wiring: Wiring,
  stored: StoredDataset,
  { from, to }: Range,
  signal: AbortSignal,
): Promise<{ readonly first: number; readonly last: number }> {
  const axis = stored.dataset.time;
  const asOf = wiring.asOf();
  const last = axis.lastUntil(Math.min(to ?? asOf, asOf));
  if (from !== undefined) return { first: axis.firstFrom(from), last };
  if (to !== undefined) return { first: 0, last };
  const revised = axis.firstFrom(asOf - stored.dataset.updates.revisionWindowMs);
  return { first: Math.min(await firstUnresolved(wiring, stored, signal), revised), last };
}

/** Behind it lies nothing that no record tells of. A dataset that publishes its latest shows such timesteps, as pending. */
async function firstUnresolved(wiring: Wiring, stored: StoredDataset, signal: AbortSignal): Promise<number> {
  const { length, gapCounts } = stored.state;
  if (stored.dataset.updates.publish === "settled") return length;
  for (const [number, gaps] of gapCounts.entries()) {
    if (gaps === 0) continue;
    const { flags } = await readStatusChunk(wiring, stored, number, signal);
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

async function scanDue(wiring: Wiring, scan: Scan, signal: AbortSignal): Promise<void> {
  const { descriptor, ledger, limits, asOf } = wiring;
  const ask = (from: number, until: number) =>
    ledger.due(descriptor.id, from, until, limits.planDueChunksMax, signal);
  const reached = await ask(Number.MIN_SAFE_INTEGER, asOf());
  const tooFar = await ask(latestTry(descriptor, asOf()) + 1, Number.MAX_SAFE_INTEGER);
  for (const { record } of [...reached, ...tooFar]) {
    const due = Object.entries(record.steps).filter(([, step]) => isDue(descriptor, step, asOf()));
    const offsets = due.map(([offset]) => Number(offset));
    if (!scan.hasRoomFor(record.chunk, offsets)) return;
    try {
      await scan.scanChunk(record, offsets, signal);
    } catch (error) {
      // One old directory that cannot be listed must not keep the new ones from being looked at.
      if (!(error instanceof SourceError) || !isOfOnePlace(error)) throw error;
      wiring.report({
        event: "skipped",
        dataset: descriptor.id,
        chunk: record.chunk,
        reason: reasonOf(error),
      });
    }
  }
}

/** Leases that have run out, wherever their chunks lie. */
async function scanAbandoned(
  { descriptor, ledger, limits }: Wiring,
  scan: Scan,
  signal: AbortSignal,
): Promise<void> {
  const ever = 0;
  for (const { record } of await ledger.leased(descriptor.id, ever, limits.planDueChunksMax, signal))
    scan.noteLeft(record);
}

function isOfOnePlace({ fault }: SourceError): boolean {
  return fault === "listing" || fault === "transfer";
}
