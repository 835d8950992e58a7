import { SourceError } from "../errors.ts";

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

/** What a directory holds, in any order. */
export interface DirectoryListing {
  readonly files: readonly ListedFile[];
  /** The names of the directories in it, as far as the place tells them from files: of a link it may not. */
  readonly directories: readonly string[];
  /** Files besides that are left alone, since they may still be being written. */
  readonly unfinished?: number;
}

/** That what a place lists cannot be used as it is. */
export function listingError(place: string, fault: string): SourceError {
  return new SourceError("listing", `${place}: the listing ${fault}`);
}
