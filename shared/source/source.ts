import type { NamePattern } from "../dataset/paths/namePattern.ts";
import type { SourceError } from "../errors.ts";
import type { DirectoryListing } from "./listed.ts";

export type { NamePattern };

/** A file at the provider, as far as it tells. Paths are relative to the source's base URL, with `/` between segments. */
export interface SourceFile {
  readonly path: string;
  /** `null` where the source does not tell. */
  readonly sizeBytes: number | null;
  /** Opaque: another one where the file is another. "" where the source has none. */
  readonly version: string;
  /** Milliseconds since 1970 UTC, only where the source knows it exactly; else `null`. */
  readonly modifiedAt: number | null;
}

/** A file as it was found before. */
export interface KnownFile extends SourceFile {
  /** When it was fetched, by the caller's clock; absent where it never came whole. */
  readonly ingestedAt?: number;
}

/** One file that is looked for. */
export interface Wanted {
  /** Where it may be, in order of preference. Patterns only where directories are listed. */
  readonly paths: readonly (string | NamePattern)[];
  /** What it was when it was found before, `null` where it was not there; absent where nothing is known. */
  readonly known?: KnownFile | null;
  /** Whether the server may be asked about this file alone, where nothing else tells whether it is the known one. */
  readonly isChecked?: boolean;
  /** Whether it is known, and older than files are replaced: nobody need be asked about it alone. A listing still tells. */
  readonly isOld?: boolean;
}

export interface Found {
  readonly file: SourceFile;
  /** Whether it is the known file, unchanged; `undefined` where nothing tells. */
  readonly isKnown: boolean | undefined;
  /** Of the known file: what is to be known of it from now on, if that is news. */
  readonly news?: Pick<SourceFile, "version" | "modifiedAt">;
}

/** What was looked for in one search, and what was there. */
export interface SearchReport {
  /** Directories that were listed; of these, the ones that do not exist, and the ones that hold no file. */
  readonly directories: number;
  readonly absentDirectories: number;
  readonly emptyDirectories: number;
  /** Files that they hold. */
  readonly files: number;
  /** Files besides that are left alone, since they may still be being written. */
  readonly unfinished?: number;
  /** Files that were looked for, and those of them that are there. */
  readonly asked: number;
  readonly matched: number;
  /** The path of the first that is not there, and of the file that is most like it and matches nothing. */
  readonly lookedFor?: string;
  readonly nearest?: string;
  /** Paths that were asked for one by one, where nothing is listed. */
  readonly pathsAsked?: number;
  /** Why some of it could not be asked for, at one base URL or at single paths. */
  readonly refusal?: string;
  /** The path of a file whose name looks like one that is looked for, and cannot be read. */
  readonly unreadable?: string;
  /** Where none of the directories exists: the one above them that does, empty for the base URL's; null if not even that. */
  readonly existing?: string | null;
}

export interface SearchOptions {
  /** Directories, or whatever is looked at as a whole, of one search; those of the first question in any case. */
  readonly directoriesMax: number;
  /** Paths that are asked for one by one in one search, where nothing is listed; those of the first question in any case. */
  readonly pathsMax: number;
  readonly callsAtOnceMax: number;
  /** Whether a path is one that may be looked for some day: it is no near miss of another. */
  readonly isWantable: (path: string) => boolean;
}

/** One look at the provider, in as many questions as the caller likes; what they have in common is looked at once. */
export interface Search {
  /** Whether these can be looked for within `directoriesMax`. */
  hasRoomFor(wanted: readonly Wanted[]): boolean;
  /** For each that is wanted, in order: what is there at the first of its paths that anything is at; `undefined` if nothing is. */
  find(wanted: readonly Wanted[], signal: AbortSignal): Promise<readonly (Found | undefined)[]>;
  /**
   * To be called before the caller reads what it knows: what was seen till then may be older than that. Where it says otherwise than
   * what is known, it is looked at again.
   */
  outdate(): void;
  /**
   * Why it is not known whether anything is at the paths of what was wanted and not found: `undefined` where nothing is. Without it,
   * what is not found is not there.
   */
  whyUnknown?(wanted: Wanted): SourceError | undefined;
  /** What came of all that was looked for. `isExpected`: some of it should be there, so where nothing is, more is looked at for the report. */
  report(isExpected: boolean, signal: AbortSignal): Promise<SearchReport>;
}

/** A file that is about to come. */
export interface Fetched {
  /** Those of the file that comes, or of one that it replaced since: never of a later one. */
  readonly version: string;
  readonly modifiedAt: number | null;
  /** The size that is stated for what comes now, in bytes; absent where nothing but the search told one. */
  readonly sizeBytes?: number;
  /**
   * The whole file; `undefined` if there is none. To be called once. It reads at most `bytesMax` and throws a `GranuleError`
   * (`tooLarge`) beyond that.
   */
  bytes(bytesMax: number): Promise<Uint8Array | undefined>;
}

/**
 * Where granules come from. Missing is `undefined`; failure throws a `SourceError`. Every call ends within the adapter's timeouts
 * and retries, and rejects with the signal's reason once that is aborted. Calls may run at once: the adapter bounds its connections.
 */
export interface Source {
  search(options: SearchOptions): Search;
  /** Fetches a file that was found. `signal` holds for its bytes too. */
  fetch(file: SourceFile, signal: AbortSignal): Promise<Fetched>;
  /**
   * What a directory holds, for people who look around; `undefined` if there is no such directory. No stage calls it: what is looked for
   * is found by a search. Absent where nothing can be listed. Who can list gives what its search lists by, from the first name on.
   */
  browse?(directory: string, signal: AbortSignal): Promise<DirectoryListing | undefined>;
  /** Ends the connections. */
  close(): Promise<void>;
}
