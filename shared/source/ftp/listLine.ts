import type { ListedFile } from "./client.ts";

/**
 * What one line of a listing is read as: a file, or what may lead to one; a directory; `noFile` for what is understood and can be
 * neither (the directory itself and the one above it, a device, a total, a blank line); `undefined` for a line of unknown form.
 */
export type ListedLine = ListedFile | { readonly directory: string } | typeof noFile | undefined;
export const noFile = "noFile";

const dateCharactersMax = 100;
const yearEnd = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** Facts of RFC 3659, each ended by `;`, then a space and the name. A value may have spaces in it, as a link's target. */
const factsForm = /^((?:[^\s;=]+=[^;]*;)+) (.*)$/s;
/** `MM-DD-YY  HH:MMxM  <DIR>|size  name`, as Windows lists. */
const dosForm = /^(\d{2}\S*)\s+(\S+)\s+(?:<([A-Z]+)>|(\d+))\s+(\S.*)$/s;
/**
 * `ls -l`: perhaps inode and blocks, type and permissions, links, owner and group of up to eight words each (bounded, or a long
 * line would take for ever; as few as can be, since a name may look like size and date), size or a device's two numbers, date,
 * time or year, name. The date's forms are those of basic-ftp's parser, Japanese ones among them.
 */
const unixForm = new RegExp(
  [
    /^[\s\d]*([A-Za-z-])(?:[r-][w-][xsStTlL-]){2}[r-][w-][xsStTlL-]?[+@.]?\s*\d+\s+/,
    /(?:\S+(?:\s\S+){0,7}?\s+)??(?:\S+(?:\s\S+){0,7}?\s+)??(\d+(?:,\s*\d+)?)\s+/,
    /(\d+[-/]\d+[-/]\d+|[^\s\d]\S\S\s+\d{1,2}|\d{1,2}\s+[^\s\d]\S\S|\d{1,2}月\s+\d{1,2}日)\s+/,
    /(\d+:\d+|\d{4}年?)\s(.*)$/,
  ]
    .map(({ source }) => source)
    .join(""),
  "s",
);
const totalForm = /^total:?\s+[\d.,]+\w?\s*$/;
/** Block and character device, pipe, socket. All else but a directory is a file, or may be one: a link, or a file on tape. */
const unixNoFiles = "bcps";
const factNoFiles = ["cdir", "pdir"];
/** Of RFC 3659. A line with none of them has no facts, whatever it looks like. */
const factNames = ["type", "size", "modify", "perm", "unique", "create"];

/** Reads a line without what ends it. What a link says of date and size is its own, not that of what it leads to. */
export function readLine(line: string): ListedLine {
  if (line.trim() === "" || totalForm.test(line)) return noFile;
  return readFacts(line) ?? readUnix(line) ?? readDos(line);
}

function readFacts(line: string): ListedLine {
  const [, packed, name] = factsForm.exec(line) ?? [];
  if (packed === undefined || name === undefined) return undefined;
  const facts = new Map<string, string>();
  for (const fact of packed.split(";")) {
    const equals = fact.indexOf("=");
    facts.set(fact.slice(0, equals).toLowerCase(), fact.slice(equals + 1));
  }
  if (!factNames.some((known) => facts.has(known))) return undefined;
  const type = facts.get("type")?.toLowerCase() ?? "";
  if (factNoFiles.includes(type)) return noFile;
  if (type === "dir") return { directory: name };
  const modify = facts.get("modify") || undefined;
  const modifiedAt = modify === undefined ? undefined : readTimestamp(modify);
  if (modify !== undefined && modifiedAt === undefined) return undefined;
  // 1970 itself stands for a date that the server does not know.
  const listedDate = !modifiedAt ? "" : new Date(modifiedAt).toISOString();
  // Size and date of any other type, as of a link, may be its own.
  if (type !== "file" && type !== "") return listed(name, listedDate, undefined);
  const file = listed(name, listedDate, facts.get("size") || undefined);
  const instant = writableInstant(modifiedAt);
  return file && instant !== undefined ? { ...file, modifiedAt: instant } : file;
}

function readDos(line: string): ListedLine {
  const [, day, time, kind, size, name = ""] = dosForm.exec(line) ?? [];
  if (day === undefined) return undefined;
  const listedDate = `${day} ${time}`;
  if (kind === "SYMLINK") return listed(name.replace(/ \[.*$/s, ""), listedDate, undefined);
  if (kind === "DIR") return { directory: name };
  return kind === undefined ? listed(name, listedDate, size) : noFile;
}

function readUnix(line: string): ListedLine {
  const [, type = "", size, day, time, name = ""] = unixForm.exec(line) ?? [];
  if (day === undefined) return undefined;
  if (type === "d") return { directory: name };
  if (unixNoFiles.includes(type)) return noFile;
  const listedDate = `${day} ${time}`;
  const isLink = type === "l" || type === "e";
  return isLink
    ? listed(name.split(" -> ", 1)[0] ?? "", listedDate, undefined)
    : listed(name, listedDate, size);
}

function listed(name: string, listedDate: string, size: string | undefined): ListedFile | undefined {
  if (listedDate.length > dateCharactersMax) return undefined;
  if (size === undefined) return { name, listedDate };
  const sizeBytes = /^\d+$/.test(size) ? Number(size) : Number.NaN;
  return Number.isSafeInteger(sizeBytes) ? { name, listedDate, sizeBytes } : undefined;
}

/**
 * Milliseconds since 1970 UTC of what `modify` and MDTM say, `YYYYMMDDHHMMSS[.F…]` (RFC 3659, 2.3); `undefined` for anything
 * else.
 */
export function readTimestamp(text: string): number | undefined {
  const found = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d{1,3}))?/.exec(text);
  if (found === null) return undefined;
  const [year = 0, month = 0, day, hour, minute, second] = found.slice(1, 7).map(Number);
  const instant =
    Date.UTC(year, month - 1, day, hour, minute, second) + Number((found[7] ?? "").padEnd(3, "0"));
  return Number.isFinite(instant) ? instant : undefined;
}

/** The instant, if it is one that can be written with a year of four digits; no granule is of 1970 or older. */
export function writableInstant(t: number | undefined): number | undefined {
  return t !== undefined && t > 0 && t <= yearEnd ? t : undefined;
}
