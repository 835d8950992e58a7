import { type DirectoryListing, type ListedFile, listingError } from "../../listed.ts";

export type { DirectoryListing };

/** Where a listing came from. */
export interface Page {
  /** After redirects: its links are meant from here. */
  readonly url: URL;
  /** As it may be shown. */
  readonly place: string;
  /** Takes out of what the page says what is secret; to be applied before that is shortened. */
  readonly strike: (text: string) => string;
  /** Files and directories together. */
  readonly namesMax: number;
}

/** Gathers what a listing names. */
export interface Gathering {
  file(file: ListedFile): void;
  directory(name: string): void;
  readonly filesCount: number;
  listing(): DirectoryListing;
}

/** Takes each name once, as it was first listed. Throws a `SourceError` (`listing`) beyond the page's limit. */
export function createGathering({ place, namesMax }: Page): Gathering {
  const files = new Map<string, ListedFile>();
  const directories = new Set<string>();
  const check = () => {
    if (files.size + directories.size > namesMax)
      throw listingError(place, `names more than ${namesMax} files`);
  };
  return {
    file(file) {
      if (!files.has(file.name)) files.set(file.name, file);
      check();
    },
    directory(name) {
      directories.add(name);
      check();
    },
    get filesCount() {
      return files.size;
    },
    listing: () => ({ files: [...files.values()], directories: [...directories] }),
  };
}
