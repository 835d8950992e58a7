/** The parts of an instant that a path may say, each with its number of digits: `minute` is that of the day. */
export const digitsOf = { minute: 4, YYYY: 4, DDD: 3, YY: 2, MM: 2, DD: 2, HH: 2, mm: 2, ss: 2 } as const;
export type Token = keyof typeof digitsOf;

const [minuteMs, hourMs, dayMs] = [60_000, 3_600_000, 86_400_000];
/** The shortest time that a part tells apart, in milliseconds. */
const tokenMs: Readonly<Record<Token, number>> = {
  ss: 1000,
  mm: minuteMs,
  minute: minuteMs,
  HH: hourMs,
  DD: dayMs,
  DDD: dayMs,
  MM: 28 * dayMs,
  YYYY: 365 * dayMs,
  YY: 365 * dayMs,
};

/**
 * The instants that a path may speak of. Known before: a granule's first timestep (`first`, which needs no name), the `end` of its
 * span, and a second before that (`last`). Told by the name alone: its `start` and when it was `created`.
 */
export const instantNames = ["end", "last", "start", "created"] as const;
export type InstantName = "first" | (typeof instantNames)[number];

/** A part of a template: text as it is, a part of an instant, any characters but `/`, or a number of any digits. */
export type PathPart =
  | { readonly kind: "text"; readonly text: string }
  | {
      readonly kind: "token";
      readonly token: Token;
      readonly digits: number;
      readonly of: InstantName;
    }
  | { readonly kind: "any" }
  | { readonly kind: "version" };
export type TokenPart = Extract<PathPart, { kind: "token" }>;

export const placeholder = /\{([^{}]*)\}/g;
const tokens = new RegExp(Object.keys(digitsOf).join("|"), "g");
const named = new RegExp(`^(${instantNames.join("|")}):(.*)$`, "s");

/**
 * The parts of a template that can be used, in order: braces are no part. In braces stand YYYY, YY, MM, DD, DDD (day of the year),
 * HH, mm, ss and minute (of the day), alone or together; `end:`, `last:`, `start:` or `created:` and those, perhaps with one of
 * - _ . T : between them; or `version`. Outside of them `*` is any characters.
 */
export function partsOf(template: string): PathPart[] {
  const parts: PathPart[] = [];
  let end = 0;
  for (const { 0: whole, 1: inside = "", index } of template.matchAll(placeholder)) {
    parts.push(...outside(template.slice(end, index)), ...(fieldOf(inside) ?? []));
    end = index + whole.length;
  }
  return [...parts, ...outside(template.slice(end))];
}

function outside(text: string): PathPart[] {
  return text
    .split(/(\*)/)
    .filter((one) => one !== "")
    .map((one) => (one === "*" ? { kind: "any" } : { kind: "text", text: one }));
}

/** What stands between two braces; `undefined` where it means nothing. */
export function fieldOf(inside: string): PathPart[] | undefined {
  if (inside === "version") return [{ kind: "version" }];
  const [, of = "first", said = inside] = named.exec(inside) ?? [];
  const form = said.replace(tokens, "#");
  if (!(of === "first" ? /^#+$/ : /^#(?:[-_.T:]?#)*$/).test(form)) return undefined;
  const parts: PathPart[] = [];
  let end = 0;
  for (const { 0: text, index } of said.matchAll(tokens)) {
    const token = text as Token;
    if (index > end) parts.push({ kind: "text", text: said.slice(end, index) });
    parts.push({ kind: "token", token, digits: digitsOf[token], of: of as InstantName });
    end = index + text.length;
  }
  return parts;
}

/** Whether a part is known only from the name of a file that is there. */
export function isReadBack(part: PathPart): boolean {
  return part.kind === "token" ? part.of === "start" || part.of === "created" : part.kind !== "text";
}

/** Whether names of this template cannot be predicted: they have to be listed. */
export function isPattern(template: string): boolean {
  return partsOf(template).some(isReadBack);
}

/** The shortest time that parts of an instant tell apart, in milliseconds; `undefined` where there is none of it. */
export function finestMs(parts: readonly PathPart[], of: InstantName): number | undefined {
  const told = parts.flatMap((part) =>
    part.kind === "token" && part.of === of ? [tokenMs[part.token]] : [],
  );
  return told.length > 0 ? Math.min(...told) : undefined;
}

/** What a path is made for: the instant of a granule's first timestep, and how long its timesteps last together. */
export interface GranuleSpan {
  readonly first: number;
  readonly spanMs: number;
}

/** The instant that a part speaks of, where a granule begins at its first timestep. */
export function spokenOf({ of }: TokenPart, { first, spanMs }: GranuleSpan): number {
  return of === "end" ? first + spanMs : of === "last" ? first + spanMs - 1000 : first;
}

/** A part of instant `t`, in UTC, with all its digits. */
export function tokenText(token: Token, t: number): string {
  return String(tokenValue(token, new Date(t))).padStart(digitsOf[token], "0");
}

function tokenValue(token: Token, at: Date): number {
  switch (token) {
    case "YYYY":
      return at.getUTCFullYear();
    case "YY":
      return at.getUTCFullYear() % 100;
    case "MM":
      return at.getUTCMonth() + 1;
    case "DD":
      return at.getUTCDate();
    case "DDD":
      return Math.floor((at.getTime() - Date.UTC(at.getUTCFullYear(), 0, 0)) / 86_400_000);
    case "HH":
      return at.getUTCHours();
    case "mm":
      return at.getUTCMinutes();
    case "ss":
      return at.getUTCSeconds();
    case "minute":
      return at.getUTCHours() * 60 + at.getUTCMinutes();
  }
}

/**
 * The instant that such parts say, absent ones being the least; `undefined` where there is none, or no year. `yearOf` says the year
 * that two digits stand for.
 */
export function instantOf(
  said: readonly (readonly [Token, number])[],
  yearOf: (twoDigits: number) => number,
): number | undefined {
  const of = (token: Token) => said.find(([one]) => one === token)?.[1];
  const short = of("YY");
  const year = of("YYYY") ?? (short === undefined ? undefined : yearOf(short));
  if (year === undefined) return undefined;
  const month = of("MM");
  const day = (month === undefined ? of("DDD") : undefined) ?? of("DD") ?? 1;
  const minutes = of("minute") ?? (of("HH") ?? 0) * 60 + (of("mm") ?? 0);
  const at = new Date(Date.UTC(year, (month ?? 1) - 1, day, 0, minutes, of("ss") ?? 0));
  return said.every(([token, value]) => tokenValue(token, at) === value) ? at.getTime() : undefined;
}

/** Two digits of a year stand for 1969 to 2068, as POSIX has it for %y. */
export function posixYear(twoDigits: number): number {
  return twoDigits < 69 ? 2000 + twoDigits : 1900 + twoDigits;
}
