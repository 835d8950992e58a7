import type { Lister } from "../lister.ts";
import { createListingSearch } from "../search/listingSearch.ts";
import type { Source } from "../source.ts";
import type { FtpClient } from "./client.ts";
import { createFtpClient } from "./ftp.ts";
import type { FtpOptions } from "./limits.ts";
import { checkedFound, isSameAsListed } from "./sameFile.ts";

/** A `Source` on an FTP server. Throws a `UsageError` for options that cannot be used. */
export function createFtpSource(options: FtpOptions): Source {
  return sourceOf(createFtpClient(options));
}

/** What FTP has no words for: a file's version is the date that its directory lists it with. */
export function sourceOf(client: FtpClient): Source {
  const lister: Lister = {
    listsFrom: false,
    async list(directory, _from, signal) {
      const there = await client.list(directory, signal);
      const files = there?.files.map(({ listedDate: version, ...file }) => ({ ...file, version }));
      return there && files && { files, directories: there.directories };
    },
    isSame: isSameAsListed,
    check: (known, listed, signal) => checkedFound(client, known, listed, signal),
  };
  return {
    search: (options) => createListingSearch(lister, options),
    browse: (directory, signal) => lister.list(directory, "", signal),
    async fetch({ path, version, modifiedAt: listedAt }, signal) {
      // Before the bytes: if the file is replaced in between, its date will differ from this one and it is ingested again.
      const modifiedAt = listedAt ?? (await client.modifiedAt(path, signal)) ?? null;
      return { version, modifiedAt, bytes: (bytesMax) => client.fetch(path, bytesMax, signal) };
    },
    close: () => client.close(),
  };
}
