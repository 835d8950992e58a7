import { listingError } from "../listed.ts";
import type { FtpListing, ListedFile } from "./client.ts";
import { noFile, readLine } from "./listLine.ts";

const shownCharactersMax = 80;

/**
 * The files of a listing, with what may lead to one: links; and its directories. Every line has to be understood, since a file that is overlooked
 * would be taken for missing. Names that no file can be asked for by are left out. Throws a `SourceError` (`listing`), naming
 * `place`, for a line of unknown form, or of a file that is not of the `directory`, its absolute path, and for more than `filesMax`
 * files; `strike` is applied to what is shown of it.
 */
export function parseListing(
  text: string,
  directory: string,
  place: string,
  filesMax: number,
  strike: (text: string) => string,
): FtpListing {
  const files: ListedFile[] = [];
  const directories: string[] = [];
  for (const ended of text.split("\n")) {
    const line = withoutReturns(ended);
    const refuse = (what: string): never => {
      const said = JSON.stringify(strike(line).slice(0, shownCharactersMax));
      throw listingError(place, `has a line of ${what}: ${said}`);
    };
    const read = readLine(line) ?? refuse("unknown form");
    if (read === noFile) continue;
    if ("directory" in read) {
      const own = nameIn(directory, read.directory);
      if (own !== undefined && isPlainName(own)) directories.push(own);
      continue;
    }
    const name = nameIn(directory, read.name) ?? refuse("another directory");
    if (isPlainName(name)) files.push(withoutSecrets({ ...read, name }, strike));
    if (files.length > filesMax) throw listingError(place, `names more than ${filesMax} files`);
  }
  return { files, directories };
}

/** The date is kept, and may be any text. A name has to stay what it is, or the file could not be asked for. */
function withoutSecrets(file: ListedFile, strike: (text: string) => string): ListedFile {
  const [listedDate, shownName] = [strike(file.listedDate), strike(file.name)];
  return { ...file, listedDate, ...(shownName === file.name ? {} : { shownName }) };
}

/** One character at a time: a pattern would take for ever over a line that is nothing else. */
function withoutReturns(line: string): string {
  let end = line.length;
  while (line[end - 1] === "\r") end--;
  return line.slice(0, end);
}

/** What stands behind the directory's own path, where a server lists that with each name; `undefined` behind any other. */
function nameIn(directory: string, listed: string): string | undefined {
  const own = directory === "/" ? "/" : `${directory}/`;
  const before = ["./", own].find((one) => listed.startsWith(one)) ?? "";
  const name = listed.slice(before.length);
  return name.includes("/") ? undefined : name;
}

function isPlainName(name: string): boolean {
  return name !== "" && name !== "." && name !== ".." && !/\p{Cc}/u.test(name);
}

/**
 * pure-ftpd lists so many files of a directory (by default 10,000), and calls that a success: what it leaves out would be
 * taken for missing. Throws a `SourceError` (`listing`) if the replies to a listing say so.
 */
export function refuseTruncated(replies: string, place: string, strike: (text: string) => string): void {
  const said = /^226.*\btruncated\b.*$/im.exec(replies)?.[0];
  if (said === undefined) return;
  throw listingError(place, `leaves out files: ${strike(said).trim().slice(0, shownCharactersMax)}`);
}
