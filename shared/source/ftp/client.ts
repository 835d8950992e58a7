import type { ListedFile as AnyListedFile, DirectoryListing } from "../listed.ts";

/** What a directory listing says of one file: its size is absent of a link, or without a fact of it; its date is exact in MLSD. */
export interface ListedFile extends Omit<AnyListedFile, "version"> {
  /** The date exactly as listed. It is only ever compared: a server may leave out the year, the time or the zone. "" if none is. */
  readonly listedDate: string;
}

/** What a directory holds, in any order. */
export interface FtpListing extends Pick<DirectoryListing, "directories"> {
  /** Links too, which may lead to one. */
  readonly files: readonly ListedFile[];
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
