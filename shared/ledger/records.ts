import type { GranuleFault } from "../errors.ts";
import type { SourceFile } from "../source/source.ts";

/** A time-limited exclusive right. It saves double work; what protects the data is the store's generations. */
export interface Lease {
  readonly holder: string;
  /** Milliseconds since 1970 UTC by the wall clock of its holder. */
  readonly expiresAt: number;
  /** For how long it was taken; absent: of before that was said. */
  readonly spanMs?: number;
}

/** Somebody removes the dataset: nobody else may put or record anything of it. */
export interface Removal {
  /** Names this removal, also for who takes it up again. */
  readonly by: string;
  readonly at: number;
  /** Nobody was found at work: from then on it can only be finished. */
  readonly decided: boolean;
}

/** What is known of a dataset as a whole. */
export interface DatasetRecord {
  /** The store's own, by which the two are known to belong together; null, or absent in an older record, before the first commit. */
  readonly identity: string | null;
  readonly length: number;
  readonly commitSeq: number;
  /** When the last commit was done, by the wall clock of who did it. */
  readonly committedAt: number | null;
  readonly lease: Lease | null;
  /** The right of the plans of the usual window to send batches: one begins where the one before it ended. */
  readonly planLease: Lease | null;
  /** Somebody wanted to commit while the lease was held: its holder looks again before it lets go. */
  readonly dirty: boolean;
  /** A record that has it is stored with a schema of its own (`storedForm.ts`): older builds would go on working. */
  readonly removal?: Removal;
}

/** Which file a value came from, as the source told it. */
export type GranuleIdentity = SourceFile;

export interface IngestedGranule extends GranuleIdentity {
  /** What came. */
  readonly sizeBytes: number;
  /** CRC-32C of the file as downloaded, 8 hexadecimal digits. */
  readonly crc32c: string;
  readonly ingestedAt: number;
  /** How many times another file's values stood here before. */
  readonly revision: number;
  /** Which ingestion of its chunk brought it, counted from 1; absent: one of before they were counted. */
  readonly ingestion?: number;
  /** Of a granule that was ingested because somebody asked for it: the id of that request. */
  readonly request?: string;
}

/** The last try that failed, and when the next is due. `granule` is null where the provider listed none. */
export interface FailedTry {
  readonly granule: GranuleIdentity | null;
  readonly fault: GranuleFault;
  readonly reason: string;
  readonly attempts: number;
  readonly nextTryAt: number;
  /** When the first try of the same path failed. Absent where an older version wrote it. */
  readonly since?: number;
}

/**
 * One timestep. `present` has `granule`; `missing`, `corrupt` and `pending` have `failed`: `pending` where what failed may be
 * a file that is still being written. A present step with `failed` keeps its
 * values, while what the provider replaced them by is broken or gone.
 */
export interface StepRecord {
  readonly status: "present" | "missing" | "corrupt" | "pending";
  readonly granule: IngestedGranule | null;
  readonly failed: FailedTry | null;
}

/** What is known of the timesteps of one chunk. Its size stays under 1 MiB (the descriptor is checked for that). */
export interface ChunkRecord {
  readonly chunk: number;
  readonly lease: Lease | null;
  /** For information: the store's own generations are what counts. */
  readonly generations: Readonly<Record<string, string>>;
  /** Holds what readers have not been told yet. */
  readonly uncommitted: boolean;
  /** Ingestions that brought any of its granules; absent: none that was counted. What is newer goes by them, never by clocks. */
  readonly ingestions?: number;
  /** The earliest `nextTryAt` of its steps. */
  readonly nextTryAt: number | null;
  /** By offset in the chunk; a step without a record is pending too. */
  readonly steps: Readonly<Record<string, StepRecord>>;
}

export const emptyDataset: DatasetRecord = {
  identity: null,
  length: 0,
  commitSeq: 0,
  committedAt: null,
  lease: null,
  planLease: null,
  dirty: false,
};

export function emptyChunk(chunk: number): ChunkRecord {
  return { chunk, lease: null, generations: {}, uncommitted: false, nextTryAt: null, steps: {} };
}

/** The record with `changes` laid over its steps, its earliest next try worked out anew. */
export function withSteps(
  record: ChunkRecord,
  changes: ReadonlyMap<number, StepRecord>,
  uncommitted: boolean,
): ChunkRecord {
  const steps: Record<string, StepRecord> = { ...record.steps };
  for (const [offset, step] of changes) steps[offset] = step;
  let nextTryAt: number | null = null;
  for (const { failed } of Object.values(steps)) {
    if (failed && (nextTryAt === null || failed.nextTryAt < nextTryAt)) nextTryAt = failed.nextTryAt;
  }
  return { ...record, steps, nextTryAt, uncommitted: record.uncommitted || uncommitted };
}

/** How messages name a record. */
export function recordName({
  dataset,
  chunk,
}: {
  readonly dataset: string;
  readonly chunk?: number;
}): string {
  return `the ledger's record of ${dataset}${chunk === undefined ? "" : ` chunk ${chunk}`}`;
}

/** A record that a question found, if it is of the chunk in whose place it stands; else it throws: it would act for another. */
export function ofChunk<Found extends { readonly record: ChunkRecord }>(chunk: number, found: Found): Found {
  const { chunk: said } = (found.record ?? {}) as Partial<ChunkRecord>;
  if (said !== chunk) throw new TypeError(`the record says that it is of chunk ${JSON.stringify(said)}`);
  return found;
}
