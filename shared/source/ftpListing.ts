import { SourceError } from "../errors.ts";

/** What is read of a line, by a library that knows the many forms of them. */
export interface ListingEntry {
  readonly name: string;
  readonly size: number;
  readonly isFile: boolean;
  readonly isDirectory: boolean;
  readonly isSymbolicLink: boolean;
  /** The date as it stands there. */
  readonly rawModifiedAt: string;
}

const dateCharactersMax = 100;
const yearEnd = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

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
  for (const line of text.split("\n")) {
    const entry = parseLine(withoutReturns(line), parse, place);
    if (entry?.isFile && isPlainName(entry.name)) files.push(entry);
    if (files.length > filesMax) throw listingError(place, `names more than ${filesMax} files`);
  }
  return files;
}

/** The instant, if it is one that can be written with a year of four digits; no granule is older than 1970. */
export function writableInstant(t: number | undefined): number | undefined {
  return t !== undefined && t >= 0 && t <= yearEnd ? t : undefined;
}

/** `undefined` for what names no file that could be asked for: a blank line, a total, the directory itself, a device. */
function parseLine<Entry extends ListingEntry>(
  line: string,
  parse: (line: string) => Entry[],
  place: string,
): Entry | undefined {
  // The library's forms end at what begins a new line to some: the rest of the name would be lost.
  if (/^[bc][r-][w-]/.test(line) || /[\r\u2028\u2029]/.test(line)) return undefined;
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
  if (entry && entry.rawModifiedAt.length > dateCharactersMax) throw malformed();
  return entry;
}

/** One character at a time: a pattern would take for ever over a line that is nothing else. */
function withoutReturns(line: string): string {
  let end = line.length;
  while (line[end - 1] === "\r") end--;
  return line.slice(0, end);
}

function isPlainName(name: string): boolean {
  return name !== "" && name !== "." && name !== ".." && !/[/\p{Cc}]/u.test(name);
}

function isTypeUnknown({ isFile, isDirectory, isSymbolicLink }: ListingEntry): boolean {
  return !isFile && !isDirectory && !isSymbolicLink;
}

/**
 * pure-ftpd lists so many files of a directory (by default 10,000), and calls that a success: what it leaves out would be
 * taken for missing. Throws a `SourceError` (`listing`) if the replies to a listing say so.
 */
export function refuseTruncated(replies: string, place: string): void {
  const said = /^226.*\btruncated\b.*$/im.exec(replies)?.[0];
  if (said !== undefined) throw listingError(place, `leaves out files: ${said.trim().slice(0, 80)}`);
}

export function listingError(place: string, fault: string): SourceError {
  return new SourceError("listing", `${place}: the listing ${fault}`);
}
