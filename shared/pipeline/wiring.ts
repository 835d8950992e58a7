import type { Dataset } from "../dataset/dataset.ts";
import type { Inflater } from "../decode/gunzip.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Queue } from "../queue/queue.ts";
import type { Source } from "../source/source.ts";
import type { Store } from "../store/store.ts";
import type { PipelineEvent } from "./events.ts";

/** Everything that the stages reach the world through. */
export interface Wiring {
  readonly dataset: Dataset;
  /** Where a dataset that does not exist yet shall begin, and one that does must have begun; absent: as it is. */
  readonly start?: number;
  readonly store: Store;
  readonly ledger: Ledger;
  readonly queue: Queue;
  readonly source: Source;
  readonly inflater: Inflater;
  /** The wall clock, in milliseconds since 1970 UTC: leases, and when things were done. */
  readonly now: () => number;
  /** The instant as which the provider is judged: what is late, what is due. The wall clock, but for replays. */
  readonly asOf: () => number;
  /** Runs `task` every so many milliseconds of the wall clock, until the returned function is called. */
  readonly repeat: (everyMs: number, task: () => void) => () => void;
  /** A name that nobody else ever gets. */
  readonly newId: () => string;
  readonly report: (event: PipelineEvent) => void;
  readonly limits: Limits;
}

export interface Limits {
  readonly chunkLeaseMs: number;
  readonly commitLeaseMs: number;
  /** One plan lists at most so many directories and sends at most so many batches; the rest is a continuation's. */
  readonly planDirectoriesMax: number;
  readonly planBatchesMax: number;
  /** Timesteps that one plan looks at, beyond its first chunk. */
  readonly planStepsMax: number;
  /** Chunks with a step due for another try that one plan looks at. */
  readonly planDueChunksMax: number;
  /** Granules of one batch that are on their way at once. */
  readonly granulesInFlightMax: number;
  /** Arrays of one batch that are merged, encoded and put at once. */
  readonly arraysInFlightMax: number;
  /** Chunk records that one commit publishes at once; more are published by its next rounds. */
  readonly commitChunksMax: number;
  /** Times that a conditional put or a whole publication is tried again when others were quicker. */
  readonly racesMax: number;
}

export const defaultLimits: Limits = {
  chunkLeaseMs: 60_000,
  commitLeaseMs: 30_000,
  planDirectoriesMax: 48,
  planBatchesMax: 64,
  planStepsMax: 50_000,
  planDueChunksMax: 64,
  granulesInFlightMax: 8,
  arraysInFlightMax: 2,
  commitChunksMax: 200,
  racesMax: 12,
};
