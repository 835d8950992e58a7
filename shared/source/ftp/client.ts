/** What a directory listing says of one file. */
export interface ListedFile {
  readonly name: string;
  /** The name as it may be shown, where a secret stands in it. */
  readonly shownName?: string;
  /** Absent where the listing does not tell: of a link, or without a fact of it. */
  readonly sizeBytes?: number;
  /** The date exactly as listed. It is only ever compared: a server may leave out the year, the time or the zone. "" if none is. */
  readonly listedDate: string;
  /** Milliseconds since 1970 UTC, only where the listing itself is exact (MLSD). */
  readonly modifiedAt?: number;
}

/** What a directory holds, in any order. */
export interface FtpListing {
  /** Links too, which may lead to one. */
  readonly files: readonly ListedFile[];
  /** The names of those in it. */
  readonly directories: readonly string[];
}

/**
 * What an FTP server answers. Paths are relative to the base URL, with `/` between segments. Missing is `undefined`; failure throws
 * a `SourceError`. Every call ends within the timeouts and retries, and rejects with the signal's reason once that is aborted. Calls
 * may run at once.
 */
export interface FtpClient {
  /** What a directory holds; `undefined` if there is no such directory. */
  list(directory: string, signal: AbortSignal): Promise<FtpListing | undefined>;
  /** When the file was last changed, in milliseconds since 1970 UTC; `undefined` if there is no such file or the server cannot say. */
  modifiedAt(path: string, signal: AbortSignal): Promise<number | undefined>;
  /** Its size; `undefined` if there is no such file or the server cannot say. */
  sizeBytes(path: string, signal: AbortSignal): Promise<number | undefined>;
  /**
   * The whole file; `undefined` if there is no such file.
   * It reads at most `bytesMax` and throws a `GranuleError` (`tooLarge`) beyond that.
   */
  fetch(path: string, bytesMax: number, signal: AbortSignal): Promise<Uint8Array | undefined>;
  /** Ends the connections. */
  close(): Promise<void>;
}
