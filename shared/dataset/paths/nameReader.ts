import {
  type GranuleSpan,
  instantOf,
  isReadBack,
  type PathPart,
  posixYear,
  spokenOf,
  tokenText,
} from "./template.ts";

/** What a name tells of the granule that it is read for. */
export interface Reading {
  readonly name: string;
  /** That of the granule where the name tells none. */
  readonly start: number;
  /** 0 where the name does not tell. */
  readonly created: number;
  /** Digits, as many as there are. */
  readonly version: string;
}

export type NameReader = (name: string) => Reading | "unreadable" | undefined;
type Groups = Readonly<Record<string, string | undefined>>;

/**
 * Reads names as those of one granule: `undefined` for what is none, `"unreadable"` for what would be one, but holds no date or number
 * where one should be. By its letters and digits a name is read in one way, whatever the granule: `*` is as short as can be, a version
 * has all the digits there are. So it is that of two granules only where all that it says is said of both.
 */
export function nameReader(parts: readonly PathPart[], granule: GranuleSpan): NameReader {
  const { first, spanMs } = granule;
  const shape = shapeOf(parts);
  const isToldMore = parts.some((part) => part.kind !== "any" && isReadBack(part));
  const likeness = isToldMore ? shapeOf(parts, true) : undefined;
  const tokens = parts.flatMap((part, i) => (part.kind === "token" ? [{ ...part, group: `g${i}` }] : []));
  const predicted = tokens
    .filter((part) => !isReadBack(part))
    .map((part) => ({ ...part, text: tokenText(part.token, spokenOf(part, granule)) }));
  const starts = tokens.filter(({ of }) => of === "start");
  const creations = tokens.filter(({ of }) => of === "created");
  const version = `g${parts.findIndex(({ kind }) => kind === "version")}`;

  /** A provider makes a name for the timestep, or of the start itself. */
  const agrees = (groups: Groups, start: number) =>
    predicted.every(
      (part) =>
        groups[part.group] === part.text ||
        groups[part.group] === tokenText(part.token, spokenOf(part, { first: start, spanMs })),
    );
  const instantIn = (groups: Groups, of: typeof tokens, yearOf: (twoDigits: number) => number) =>
    instantOf(
      of.map(({ token, group }) => [token, Number(groups[group])] as const),
      yearOf,
    );

  return (name) => {
    const groups = groupsOf(shape, name);
    if (!groups) {
      const like = likeness && groupsOf(likeness, name);
      return like && agrees(like, first) ? "unreadable" : undefined;
    }
    const start = starts.length === 0 ? first : instantIn(groups, starts, (short) => yearNear(short, first));
    if (!agrees(groups, start ?? first)) return undefined;
    const created = creations.length === 0 ? 0 : instantIn(groups, creations, posixYear);
    if (start === undefined || created === undefined) return "unreadable";
    if (start < first - spanMs / 2 || start >= first + spanMs / 2) return undefined;
    return { name, start, created, version: groups[version] ?? "" };
  };
}

/** Undefined where nothing matches; empty where there are no groups. */
function groupsOf(shape: RegExp, name: string): Groups | undefined {
  const match = shape.exec(name);
  return match ? (match.groups ?? {}) : undefined;
}

/** Above 0 where the first of two names of a granule is preferred: by version, creation, nearness of the start, then by bytes. */
export function comparePreference(one: Reading, other: Reading, first: number): number {
  const distance = ({ start }: Reading) => Math.abs(start - first);
  return (
    compareNumbers(one.version, other.version) ||
    one.created - other.created ||
    distance(other) - distance(one) ||
    compareBytes(one.name, other.name)
  );
}

/**
 * The letters and digits that paths of such parts have; those of part `i` are group `gi`. `isLoose`: where something is read back,
 * there may be letters. What stands between two `*` is the first that fits, which is never tried otherwise: what one name costs
 * grows with its length, however many `*` there are.
 */
export function shapeOf(parts: readonly PathPart[], isLoose = false): RegExp {
  const between: string[] = [""];
  for (const [i, part] of parts.entries()) {
    if (part.kind === "any") between.push("");
    else between.push(between.pop() + signsOf(part, `g${i}`, isLoose));
  }
  const [head = "", ...further] = between;
  const last = further.length - 1;
  const found = further.map((text, i) =>
    i === last ? `[^/]*?${text}` : `(?=(?<any${i}>[^/]*?${text}))\\k<any${i}>`,
  );
  return new RegExp(`^${head}${found.join("")}$`);
}

/** A loose version has an end too: what is looked for at each place must not go on for as long as the name does. */
const looseVersion = "[0-9A-Za-z]{1,16}(?![0-9A-Za-z])";

function signsOf(part: Exclude<PathPart, { kind: "any" }>, group: string, isLoose: boolean): string {
  if (part.kind === "text") return part.text.replace(/\W/g, "\\$&");
  if (part.kind === "version") return `(?<${group}>${isLoose ? looseVersion : "(?<!\\d)\\d+(?!\\d)"})`;
  return `(?<${group}>${isLoose && isReadBack(part) ? "[0-9A-Za-z]" : "\\d"}{${part.digits}})`;
}

/** The year with these two digits that is nearest to an instant. */
function yearNear(twoDigits: number, t: number): number {
  const year = new Date(t).getUTCFullYear();
  const ahead = (((twoDigits - year) % 100) + 100) % 100;
  return ahead <= 50 ? year + ahead : year + ahead - 100;
}

/** Of digits, however many. */
function compareNumbers(one: string, other: string): number {
  const [a, b] = [one, other].map((digits) => digits.replace(/^0+/, "")) as [string, string];
  return a.length - b.length || Number(a > b) - Number(a < b);
}

/** By bytes of UTF-8: code units, but that what is written as two comes after all others. */
function compareBytes(one: string, other: string): number {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at++;
  const [a, b] = [one, other].map((text) => text.charCodeAt(at) || -1) as [number, number];
  const isPaired = (unit: number) => Number(unit >= 0xd800 && unit <= 0xdfff);
  return isPaired(a) - isPaired(b) || a - b;
}
