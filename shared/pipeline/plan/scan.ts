import type { StoredDataset } from "../../archive/stored.ts";
import { indexInChunk, timeInChunk } from "../../dataset/chunkGrid.ts";
import type { SourceError } from "../../errors.ts";
import { isHeldByOther } from "../../ledger/lease.ts";
import type { ChunkRecord, GranuleIdentity, StepRecord } from "../../ledger/records.ts";
import type { BatchStep, ExtendMessage } from "../../queue/queue.ts";
import type { Found, Wanted } from "../../source/source.ts";
import type { Matching } from "../matching.ts";
import type { Wiring } from "../wiring.ts";
import { candidatePaths, replacingPaths, searchGranules } from "./candidatePaths.ts";
import { absentStep, classify, isDue, isIngestedFor, wantedOf, withNews } from "./pending.ts";

/** Which timesteps to compare. Without `from` and `to`: the usual window, and what is due for another try. */
export interface Range {
  readonly from?: number;
  readonly to?: number;
  readonly force: boolean;
  /** The id of what asks for the plan, if it has one: what was ingested for it already is not forced once more. */
  readonly request?: string;
  /** Of a continuation of the usual window: the name by which the plan that sent it had the turn. */
  readonly turn?: string;
  /** Also chunks that somebody works on: for messages that are delivered again until it is their turn. */
  readonly withLeased?: boolean;
}

/** Whether nobody asked for this range: what it does not reach, the next plan of its kind does. */
export function isUsual({ from, to, force, turn }: Range): boolean {
  return turn !== undefined || (from === undefined && to === undefined && !force);
}

/** A step to record without a worker, if it still is as it was. */
export interface GapResolution {
  readonly before: StepRecord | undefined;
  readonly after: StepRecord;
}

/** What a plan would do. */
export interface Diff {
  /** One without steps is of a chunk that a worker left in the middle of its work: what it put and nobody recorded is to be cleared. */
  readonly batches: readonly ExtendMessage[];
  /** By chunk and offset. */
  readonly resolutions: ReadonlyMap<number, ReadonlyMap<number, GapResolution>>;
  readonly matching: Matching;
  /** When the lease of each chunk that somebody works on ends. */
  readonly leases: ReadonlyMap<number, number>;
  /** The instants from which and until which timesteps were to be compared; `undefined` if there are none. */
  readonly window: { readonly from: number; readonly to: number } | undefined;
  /** Where the next round goes on, if the limits ended this one. */
  readonly next: { readonly from: number; readonly to: number } | undefined;
}

/** How much a diff found. */
export function totalsOf({ batches, resolutions, leases }: Diff) {
  const wanted = batches.flatMap(({ steps }) => steps.map(({ granule }) => granule));
  const granules = [...new Map(wanted.map((granule) => [granule.path, granule])).values()];
  return {
    batches: batches.length,
    /** Files, and the timesteps that they are wanted for. */
    granules: granules.length,
    timesteps: wanted.length,
    /** Of those files whose size is listed, and how many are not among them. */
    bytes: granules.reduce((sum, { sizeBytes }) => sum + (sizeBytes ?? 0), 0),
    unsized: granules.filter(({ sizeBytes }) => sizeBytes === null).length,
    leased: leases.size,
    leasedUntil: leases.size > 0 ? Math.min(...leases.values()) : undefined,
    /** Timesteps to record without a worker. */
    settled: [...resolutions.values()].reduce((sum, steps) => sum + steps.size, 0),
  };
}

/** One round of a plan: what has been looked at so far, and what is to be done about it. */
export interface Scan {
  hasRoomFor(chunk: number, offsets: readonly number[]): boolean;
  /** To be called before records are read: what was found till then may be older than what they tell. */
  outdate(): void;
  scanChunk(record: ChunkRecord, offsets: readonly number[], signal: AbortSignal): Promise<void>;
  /** Whether a timestep's patience is over while nothing present is known to follow it. */
  hasOpenGap(): boolean;
  /** Takes note of what is present in a chunk. */
  note(record: ChunkRecord): void;
  /** Takes note of a chunk that a worker left in the middle of its work. */
  noteLeft(record: ChunkRecord): void;
  result(window: Diff["window"], next: Diff["next"], signal: AbortSignal): Promise<Diff>;
}

export function createScan(wiring: Wiring, { dataset, state }: StoredDataset, range: Range): Scan {
  const { force, request, withLeased = false } = range;
  const { limits, asOf, now, late } = wiring;
  const search = searchGranules(wiring, dataset);
  const batches = new Map<number, Map<number, GranuleIdentity>>();
  const resolutions = new Map<number, Map<number, GapResolution>>();
  const absent: { chunk: number; offset: number }[] = [];
  const leases = new Map<number, number>();
  const abandoned = new Set<number>();
  const plannedAt = now();
  /** As each chunk's record said before the provider was asked. */
  const ingestions = new Map<number, number>();
  let lastPresent = state.length - 1;
  let looked = 0;
  let isExpected = false;
  let isAnyFound = false;
  /** Why it is not known whether a file that was looked for is there. */
  let unknown: SourceError | undefined;
  let pathless: number | undefined;

  const place = <Entry>(
    into: Map<number, Map<number, Entry>>,
    chunk: number,
    offset: number,
    kept: Entry,
  ) => {
    const steps = into.get(chunk) ?? new Map<number, Entry>();
    into.set(chunk, steps.set(offset, kept));
  };
  const settle = (chunk: number, offset: number, before: StepRecord | undefined, after: StepRecord) =>
    place(resolutions, chunk, offset, { before, after });
  const pathsOf = (chunk: number, offset: number) =>
    candidatePaths(dataset, timeInChunk(dataset, chunk, offset), asOf());
  const isForced = (step: StepRecord | undefined) => force && !isIngestedFor(step, request);

  function wantedAt({ chunk, steps }: ChunkRecord, offset: number): Wanted {
    const step = steps[offset];
    const time = timeInChunk(dataset, chunk, offset);
    const ingested = isForced(step) ? undefined : step?.granule?.path;
    const paths =
      ingested === undefined ? pathsOf(chunk, offset) : replacingPaths(dataset, time, ingested, asOf());
    const isOpen = isForced(step) || isDue(dataset, step, asOf());
    const isOld = isUsual(range) && !step?.failed && asOf() - time > dataset.updates.revisionWindowMs;
    return wantedOf(paths, step, { isChecked: !isOpen, isOld });
  }

  function classifyStep(record: ChunkRecord, offset: number, found: Found | undefined): void {
    const step = record.steps[offset];
    const time = timeInChunk(dataset, record.chunk, offset);
    // What is known to be missing is tried again, not expected.
    if (step?.status !== "missing" && asOf() - time >= dataset.updates.latencyMs) {
      isExpected = true;
      if (!step?.granule && candidatePaths(dataset, time).length === 0)
        pathless = Math.min(time, pathless ?? time);
    }
    const verdict = classify(step, found, isDue(dataset, step, asOf()), isForced(step));
    if (verdict === "absent" && mayBeGap(record.chunk, offset)) absent.push({ chunk: record.chunk, offset });
    else if (verdict === "stillAbsent") settle(record.chunk, offset, step, absentStep(dataset, step, asOf()));
    else if (verdict === "pending" && found) place(batches, record.chunk, offset, found.file);
    else if (found?.news && step) settle(record.chunk, offset, step, withNews(step, found.news));
  }

  /** A visible timestep that is not pending was recorded: a ledger that does not know it is lost, its values are not. */
  const mayBeGap = (chunk: number, offset: number) =>
    dataset.updates.publish === "latest" || indexInChunk(dataset, chunk, offset) >= state.length;
  const isOverdue = ({ chunk, offset }: { chunk: number; offset: number }) =>
    asOf() - timeInChunk(dataset, chunk, offset) > dataset.updates.patienceMs;
  const isFollowed = ({ chunk, offset }: { chunk: number; offset: number }) =>
    indexInChunk(dataset, chunk, offset) < lastPresent;

  function note(record: ChunkRecord): void {
    for (const [offset, { status }] of Object.entries(record.steps)) {
      const index = indexInChunk(dataset, record.chunk, Number(offset));
      if (status === "present" && index > lastPresent) lastPresent = index;
    }
  }

  function knownOf(chunk: number): Pick<ExtendMessage, "ingestions"> {
    const known = ingestions.get(chunk);
    return known === undefined ? {} : { ingestions: known };
  }

  function noteLeft({ chunk, lease }: ChunkRecord): void {
    if (lease && !isHeldByOther(lease, "", now())) abandoned.add(chunk);
  }

  return {
    hasRoomFor(chunk, offsets) {
      const fits = search.hasRoomFor(offsets.map((offset) => ({ paths: pathsOf(chunk, offset) })));
      const isShort = looked === 0 || (looked + offsets.length <= limits.planStepsMax && !late.aborted);
      return batches.size < limits.planBatchesMax && fits && isShort;
    },
    outdate: search.outdate,
    note,
    noteLeft,
    hasOpenGap: () => absent.some((gap) => isOverdue(gap) && !isFollowed(gap)),
    async scanChunk(record, offsets, signal) {
      note(record);
      if (!ingestions.has(record.chunk)) ingestions.set(record.chunk, record.ingestions ?? 0);
      looked += offsets.length;
      if (isHeldByOther(record.lease, "", now())) {
        leases.set(record.chunk, record.lease.expiresAt);
        if (!withLeased) return;
      }
      noteLeft(record);
      const wanted = offsets.map((offset) => wantedAt(record, offset));
      const found = await search.find(wanted, signal);
      for (const [i, offset] of offsets.entries()) {
        const why = found[i] ? undefined : search.whyUnknown?.(wanted[i] as Wanted);
        unknown ??= why;
        isAnyFound ||= found[i] !== undefined;
        // Neither pending nor missing: the next plan asks again.
        if (!why) classifyStep(record, offset, found[i]);
      }
    },
    async result(window, next, signal) {
      if (unknown && !isAnyFound) throw unknown;
      for (const gap of absent) {
        if (isOverdue(gap) && isFollowed(gap)) {
          settle(gap.chunk, gap.offset, undefined, absentStep(dataset, undefined, asOf()));
        }
      }
      for (const chunk of abandoned) if (!batches.has(chunk)) batches.set(chunk, new Map());
      const report = await search.report(isExpected, signal);
      return {
        batches: [...batches].map(([chunk, steps]) => ({
          dataset: dataset.id,
          chunk,
          plannedAt,
          ...knownOf(chunk),
          ...(force && request !== undefined && { request }),
          steps: inOrder(steps),
        })),
        resolutions,
        matching: { ...report, isExpected, ...(pathless !== undefined && { pathless }) },
        leases,
        window,
        next,
      };
    },
  };
}

function inOrder(steps: ReadonlyMap<number, GranuleIdentity>): BatchStep[] {
  return [...steps].map(([offset, granule]) => ({ offset, granule })).sort((a, b) => a.offset - b.offset);
}
