import { comparePreference, type NameReader, nameReader, type Reading } from "./nameReader.ts";
import { type GranuleSpan, type PathPart, spokenOf, type Token, tokenText } from "./template.ts";

/** Names in one directory, any of which may be that of the file that is looked for. */
export interface NamePattern {
  /** For people: the path with `*` for what is not known. */
  readonly text: string;
  /** As of a path: "" for the base URL's own. */
  readonly directory: string;
  /** What every name begins with that may fit. */
  readonly prefix: string;
  /**
   * The best of these names of the directory that fit, which all begin with the prefix and come sorted by bytes. `unreadable`: one that
   * looks as if it fitted, in which a date or a number cannot be read.
   */
  choose(names: readonly string[]): { readonly best?: string; readonly unreadable?: string };
}

/** The names in a directory that are made of such parts for a granule. */
export function namePattern(
  directory: string,
  parts: readonly PathPart[],
  granule: GranuleSpan,
): NamePattern {
  const known = parts.map((part) => knownText(part, parts, granule));
  const unknownFrom = known.indexOf(undefined);
  const name = known
    .map((text) => text ?? "*")
    .join("")
    .replace(/\*+/g, "*");
  let read: NameReader | undefined;
  return {
    text: directory === "" ? name : `${directory}/${name}`,
    directory,
    prefix: known.slice(0, unknownFrom < 0 ? known.length : unknownFrom).join(""),
    choose(names) {
      read ??= nameReader(parts, granule);
      return chosen(names, read, granule.first);
    },
  };
}

function chosen(
  names: readonly string[],
  read: NameReader,
  first: number,
): ReturnType<NamePattern["choose"]> {
  let best: Reading | undefined;
  let unreadable: string | undefined;
  for (const name of names) {
    const reading = read(name);
    if (reading === "unreadable") unreadable ??= name;
    else if (reading && (!best || comparePreference(reading, best, first) > 0)) best = reading;
  }
  return { ...(best && { best: best.name }), ...(unreadable !== undefined && { unreadable }) };
}

/** What a part is in every name of a granule; `undefined` where names differ. */
function knownText(part: PathPart, parts: readonly PathPart[], granule: GranuleSpan): string | undefined {
  if (part.kind === "text") return part.text;
  if (part.kind !== "token" || part.of === "created") return undefined;
  const text = tokenText(part.token, spokenOf(part, granule));
  if (!parts.some((one) => one.kind === "token" && one.of === "start")) return text;
  const { first, spanMs } = granule;
  const [from, to] = [first - spanMs / 2, first + spanMs / 2 - 1].map((start) =>
    unitOf(part.token, spokenOf(part, { first: start, spanMs })),
  );
  return from === to ? text : undefined;
}

/** Counts the years, months, days or whatever a part tells apart. */
function unitOf(token: Token, t: number): number {
  const at = new Date(t);
  switch (token) {
    case "YYYY":
    case "YY":
      return at.getUTCFullYear();
    case "MM":
      return at.getUTCFullYear() * 12 + at.getUTCMonth();
    case "DD":
    case "DDD":
      return Math.floor(t / 86_400_000);
    case "HH":
      return Math.floor(t / 3_600_000);
    case "mm":
    case "minute":
      return Math.floor(t / 60_000);
    case "ss":
      return Math.floor(t / 1000);
  }
}
