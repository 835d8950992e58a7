import type { Dataset, Descriptor } from "../dataset/dataset.ts";
import type { Inflater } from "../format/decompress/gunzip.ts";
import type { CheckedLedger } from "../ledger/checkedLedger.ts";
import type { Queue } from "../queue/queue.ts";
import type { Repeat } from "../repeating.ts";
import type { Source } from "../source/source.ts";
import type { Store } from "../store/store.ts";
import type { PipelineEvent } from "./events.ts";

/** Everything that the stages reach the world through. */
export interface Wiring {
  /** What the keeper wrote. Where the stored dataset begins, only the store says: see `StoredDataset`. */
  readonly descriptor: Descriptor;
  /** Where a dataset that does not exist yet shall begin, and one that does must have begun; absent: as it is. */
  readonly start?: number;
  readonly store: Store;
  readonly ledger: CheckedLedger;
  readonly queue: Queue;
  readonly source: Source;
  readonly inflater: Inflater;
  /** The wall clock, in milliseconds since 1970 UTC: leases, and when things were done. */
  readonly now: () => number;
  /** The instant as which the provider is judged: what is late, what is due. The wall clock, but for replays. */
  readonly asOf: () => number;
  /** Resolves after so many milliseconds by the wall clock. Rejects with the signal's reason. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
  /**
   * Aborted when time runs out: nothing new is begun then, and what is there is put, recorded and told, instead of being
   * interrupted with everything.
   */
  readonly late: AbortSignal;
  /** By the wall clock. */
  readonly repeat: Repeat;
  /** A name that nobody else ever gets; nor what follows its last slash. */
  readonly newId: () => string;
  readonly report: (event: PipelineEvent) => void;
  readonly limits: Limits;
}

/** The same, for work on a dataset that is there. */
export interface DatasetWiring extends Wiring {
  readonly dataset: Dataset;
}

/** Calls to one port that are made at once where nothing orders them. */
export const callsAtOnceMax = 16;

export interface Limits {
  readonly chunkLeaseMs: number;
  readonly commitLeaseMs: number;
  /** To release a lease where the work ends before its time, by an abort or an error; else it runs out by itself. */
  readonly releaseMs: number;
  /** One plan lists at most so many directories and sends at most so many batches; the rest is a continuation's. */
  readonly planDirectoriesMax: number;
  readonly planBatchesMax: number;
  /** Paths that one plan asks for one by one, where a provider lists nothing; those of its first chunk in any case. */
  readonly planPathsMax: number;
  /** Chunks in which one plan records gaps, or other steps that need no worker. */
  readonly planResolvedChunksMax: number;
  /** Chunks of the dataset that are worked on at once: a plan sends no more batches before earlier ones have ended. */
  readonly batchesInFlightMax: number;
  /** How long a plan of the usual window, or the continuation that it sent, may keep others from sending its batches. */
  readonly planLeaseMs: number;
  /** How long a batch that was sent counts as being in flight while nobody has begun it. */
  readonly batchStartMs: number;
  /** How often a plan that waits looks whether a batch has ended. */
  readonly batchLookMs: number;
  /** Timesteps that one plan looks at, beyond its first chunk. */
  readonly planStepsMax: number;
  /** Chunks with a step due for another try that one plan looks at. */
  readonly planDueChunksMax: number;
  /** Granules of one batch that are on their way at once. */
  readonly granulesInFlightMax: number;
  /** Bytes of granules of one batch that are fetched, or on their way, before it is their turn; one granule in any case. */
  readonly granuleBytesAheadMax: number;
  /** Arrays of one batch that are put at once. */
  readonly arraysInFlightMax: number;
  /** The shortest time between two commits of a dataset: what a store allows for writes to one object. */
  readonly commitEveryMs: number;
  /** Chunk records that one commit publishes at once; more are published by its next rounds. */
  readonly commitChunksMax: number;
  /** Times that a conditional put or a whole publication is tried again when others were quicker. */
  readonly racesMax: number;
}

export const defaultLimits: Limits = {
  chunkLeaseMs: 60_000,
  commitLeaseMs: 30_000,
  releaseMs: 5_000,
  planDirectoriesMax: 48,
  planBatchesMax: 64,
  planPathsMax: 2000,
  planResolvedChunksMax: 1024,
  batchesInFlightMax: Number.POSITIVE_INFINITY,
  planLeaseMs: 300_000,
  batchStartMs: 120_000,
  batchLookMs: 1000,
  planStepsMax: 50_000,
  planDueChunksMax: 64,
  granulesInFlightMax: 8,
  granuleBytesAheadMax: 64 * 1024 * 1024,
  arraysInFlightMax: 2,
  commitEveryMs: 0,
  commitChunksMax: 200,
  racesMax: 12,
};
