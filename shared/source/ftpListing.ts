import { SourceError } from "../errors.ts";

/** What is read of a line, by a library that knows the many forms of them. */
export interface ListingEntry {
  readonly name: string;
  readonly size: number;
  readonly isFile: boolean;
  readonly isDirectory: boolean;
  readonly isSymbolicLink: boolean;
}

/**
 * The plain files of a listing. Every line has to be understood: a file that is overlooked would be taken for missing.
 * Throws a `SourceError` (`listing`), naming `place`, for a line of unknown form or more than `filesMax` files.
 */
export function parseListing<Entry extends ListingEntry>(
  text: string,
  parse: (line: string) => Entry[],
  place: string,
  filesMax: number,
): Entry[] {
  const files: Entry[] = [];
  for (const line of text.split(/\r?\n/)) {
    const entry = parseLine(line, parse, place);
    if (entry?.isFile && isPlainName(entry.name)) files.push(entry);
    if (files.length > filesMax) throw listingError(place, `names more than ${filesMax} files`);
  }
  return files;
}

/** `undefined` for what names no file: a blank line, a total, the directory itself, a device. */
function parseLine<Entry extends ListingEntry>(
  line: string,
  parse: (line: string) => Entry[],
  place: string,
): Entry | undefined {
  if (/^[bc][r-][w-]/.test(line)) return undefined;
  const malformed = () =>
    listingError(place, `has a line of unknown form: ${JSON.stringify(line.slice(0, 80))}`);
  let entry: Entry | undefined;
  try {
    entry = parse(line)[0];
  } catch {
    throw malformed();
  }
  // To basic-ftp, whatever begins with a space is the name of an MLSD entry without facts.
  if (entry && isTypeUnknown(entry) && line.startsWith(" ")) throw malformed();
  if (entry?.isFile && !(Number.isSafeInteger(entry.size) && entry.size >= 0)) throw malformed();
  return entry;
}

function isPlainName(name: string): boolean {
  return name !== "" && name !== "." && name !== ".." && !/[/\p{Cc}]/u.test(name);
}

function isTypeUnknown({ isFile, isDirectory, isSymbolicLink }: ListingEntry): boolean {
  return !isFile && !isDirectory && !isSymbolicLink;
}

export function listingError(place: string, fault: string): SourceError {
  return new SourceError("listing", `${place}: the listing ${fault}`);
}
