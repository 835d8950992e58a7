import type { SourceError } from "../errors.ts";
import type { DirectoryListing, ListedFile } from "./listed.ts";
import type { Found, KnownFile, SourceFile } from "./source.ts";

export type { DirectoryListing, ListedFile };

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
  /** What a directory holds; `undefined` if there is no such directory. Names before `from`, by bytes, may be left out. */
  list(directory: string, from: string, signal: AbortSignal): Promise<DirectoryListing | undefined>;
  /** Whether `list` leaves out names before `from`: what was listed from one name on then tells nothing of those before. */
  readonly listsFrom: boolean;
  /** Asks about one file of which the listing proves nothing. */
  check(known: KnownFile, listed: SourceFile, signal: AbortSignal): Promise<Found>;
}

/** What some servers do where a file is not there yet, instead of saying so: they hang up, answer with a page, or forbid to know. */
export interface Evasion {
  readonly evaded: "hungUp" | "page" | "denied";
  readonly error: SourceError;
}

/** A place that lists nothing, and can be asked about one file at a time. As `Lister` otherwise. */
export interface Asker extends Comparer {
  /** The file at a path; `undefined` if there is none. The empty path stands for the base URL itself. */
  stateOf(path: string, signal: AbortSignal): Promise<SourceFile | Evasion | undefined>;
}
