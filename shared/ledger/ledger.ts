import type { ChunkRecord, DatasetRecord } from "./records.ts";

/** Names one version of one record. Opaque: it is only ever compared and handed back. */
export type Version = string;

/** The version of a record that does not exist: a write on this condition creates. */
export const NO_RECORD: Version = "0";

declare const recordType: unique symbol;

/** Where a record stands; `chunk` is undefined for the dataset's own. The type says what is kept there. */
export interface LedgerKey<Recorded> {
  readonly dataset: string;
  readonly chunk?: number;
  readonly [recordType]?: Recorded;
}

export const datasetRecordKey = (dataset: string): LedgerKey<DatasetRecord> => ({ dataset });
export const chunkRecordKey = (dataset: string, chunk: number): LedgerKey<ChunkRecord> => ({
  dataset,
  chunk,
});

export interface Versioned<Recorded> {
  readonly record: Recorded;
  readonly version: Version;
}

/** An expected race is a value, not an exception. */
export type WriteResult =
  | { readonly outcome: "written"; readonly version: Version }
  | { readonly outcome: "preconditionFailed" };

/** The same for a deletion. */
export type DeletionResult = { readonly outcome: "deleted" } | { readonly outcome: "preconditionFailed" };

/**
 * What is known of every timestep: versioned records with compare-and-set, and the four questions that are asked of
 * them, each answered from an index. Missing is `undefined`; failure throws a `StorageError`; an aborted signal
 * rejects with its reason. A write whose answer is lost, or not waited for, may have happened: who cares reads again.
 * A record is stored with this build's schema (`schema.ts`); whatever meets one of a newer build's throws a
 * `NewerSchemaError`, a question too, whose answer would lack it.
 */
export interface Ledger {
  read<Recorded>(key: LedgerKey<Recorded>, signal: AbortSignal): Promise<Versioned<Recorded> | undefined>;
  /** Writes if the record's version still is `ifVersion`. */
  write<Recorded>(
    key: LedgerKey<Recorded>,
    record: Recorded,
    ifVersion: Version,
    signal: AbortSignal,
  ): Promise<WriteResult>;
  /**
   * Deletes the record if its version still is `ifVersion`; no version of it comes back with another record there.
   * `preconditionFailed`: another stands, or none does, perhaps since this very call's own first try: who cares reads again.
   */
  delete<Recorded>(
    key: LedgerKey<Recorded>,
    ifVersion: Version,
    signal: AbortSignal,
  ): Promise<DeletionResult>;
  /** The chunk records with `first ≤ chunk ≤ last`, in order, at most `limit` of them. */
  window(
    dataset: string,
    first: number,
    last: number,
    limit: number,
    signal: AbortSignal,
  ): Promise<readonly Versioned<ChunkRecord>[]>;
  /** Chunk records that hold what readers have not been told, in order of chunk, at most `limit`. */
  uncommitted(
    dataset: string,
    limit: number,
    signal: AbortSignal,
  ): Promise<readonly Versioned<ChunkRecord>[]>;
  /** Chunk records with `from ≤ next try ≤ until`, the longest due first, at most `limit`. */
  due(
    dataset: string,
    from: number,
    until: number,
    limit: number,
    signal: AbortSignal,
  ): Promise<readonly Versioned<ChunkRecord>[]>;
  /** Chunk records whose lease ends after `at`, the next to end first, at most `limit`. */
  leased(
    dataset: string,
    at: number,
    limit: number,
    signal: AbortSignal,
  ): Promise<readonly Versioned<ChunkRecord>[]>;
}
