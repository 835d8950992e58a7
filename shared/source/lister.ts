import type { Found, KnownFile, SourceFile } from "./source.ts";

/** What a listing says of one file. */
export interface ListedFile {
  readonly name: string;
  /** The name as it may be shown, where a secret stands in it. */
  readonly shownName?: string;
  /** Absent where the listing does not tell, or rounds. */
  readonly sizeBytes?: number;
  /** Opaque: another one where the listing says something else of the file. "" if it says nothing but the name. */
  readonly version: string;
  /** Milliseconds since 1970 UTC, only where the listing itself is exact. */
  readonly modifiedAt?: number;
}

/** How one finds out whether a file is the known one. */
export interface Comparer {
  /** Compares what was found at a path with what was known; `undefined` where that proves nothing. */
  isSame(known: KnownFile, found: SourceFile): boolean | undefined;
}

/**
 * A place whose directories can be listed. Missing is `undefined`; failure throws a `SourceError`. Every call ends within the
 * adapter's timeouts and retries, and rejects with the signal's reason once that is aborted. Calls may run at once.
 */
export interface Lister extends Comparer {
  /** The files of a directory, in any order; `undefined` if there is no such directory. Names before `from`, by bytes, may be left out. */
  list(directory: string, from: string, signal: AbortSignal): Promise<readonly ListedFile[] | undefined>;
  /** Whether `list` leaves out names before `from`: what was listed from one name on then tells nothing of those before. */
  readonly listsFrom: boolean;
  /** Asks about one file of which the listing proves nothing. */
  check(known: KnownFile, listed: SourceFile, signal: AbortSignal): Promise<Found>;
}

/** A place that lists nothing, and can be asked about one file at a time. As `Lister` otherwise. */
export interface Asker extends Comparer {
  /** The file at a path; `undefined` if there is none. */
  stateOf(path: string, signal: AbortSignal): Promise<SourceFile | undefined>;
}
