import { digitsOf, type InstantName, partsOf, type Token } from "../paths/template.ts";

const minuteMs = 60_000;
const dayMs = 1440 * minuteMs;
/** A series without an end is judged for so long: two digits of a year are enough for it. */
export const yearsJudged = 100;

/** A template character by character: a digit of a token bears the token's name, its place in it, and whose instant's it is. */
export interface PathShape {
  readonly template: string;
  readonly signs: readonly string[];
  /** What stands before the first part of no known length, and, from the end, behind the last: all of it, where there is none. */
  readonly head: readonly string[];
  readonly tail: readonly string[];
  readonly isExact: boolean;
}

export function shapeOf(template: string): PathShape {
  const unknown = "";
  const signs = partsOf(template).flatMap((part) => {
    if (part.kind === "text") return part.text.split("");
    if (part.kind !== "token") return [unknown];
    return tokenSigns(part.of, part.token);
  });
  const until = (all: readonly string[]) => all.slice(0, [...all, unknown].indexOf(unknown));
  const [head, tail] = [until(signs), until(signs.toReversed())];
  return { template, signs, head, tail, isExact: head.length === signs.length };
}

function tokenSigns(of: InstantName, token: Token): string[] {
  return Array.from({ length: digitsOf[token] }, (_, i) => `${of}:${token}:${i}`);
}

/** Pairs of signs that stand at one place in the paths of both, as far as that is known. */
function pairs(one: PathShape, other: PathShape): (readonly [string, string])[] {
  const beside = (signs: readonly string[], others: readonly string[]) =>
    signs.slice(0, others.length).map((sign, i) => [sign, others[i] as string] as const);
  return [...beside(one.head, other.head), ...beside(one.tail, other.tail)];
}

/** Whether two templates may make one path. */
export function canMeet(one: PathShape, other: PathShape): boolean {
  const isToken = (sign: string) => sign.length > 1;
  const isDigit = (sign: string) => isToken(sign) || /\d/.test(sign);
  const fits = ([sign, against]: readonly [string, string]) =>
    sign === against || ((isToken(sign) || isToken(against)) && isDigit(sign) && isDigit(against));
  if (one.isExact && other.isExact && one.signs.length !== other.signs.length) return false;
  return pairs(one, other).every(fits);
}

/** What the paths of both say at one place. */
export function alike(one: PathShape, other: PathShape): readonly string[] {
  if (one.template === other.template) return one.signs;
  return pairs(one, other).flatMap(([sign, against]) => (sign === against ? [sign] : []));
}

/**
 * Whether no two granules of a series can lie in one of the calendar's intervals that such signs tell apart. `years`: how many its
 * last one lies after its first. A start that names tell is that of one granule only.
 */
export function isApart(signs: readonly string[], granuleMs: number, years: number): boolean {
  return (["first", "end", "last", "start"] as const).some((of) => {
    const has: Has = (...tokens) =>
      tokens.every((token) => tokenSigns(of, token).every((sign) => signs.includes(sign)));
    if (!has("YYYY") && !(has("YY") && years < yearsJudged)) return false;
    return of === "start" ? hasDay(has) : granuleMs >= longestMs(has);
  });
}

type Has = (...tokens: readonly Token[]) => boolean;

function hasDay(has: Has): boolean {
  return has("DDD") || has("MM", "DD");
}

/** The longest of the intervals that such parts of the date tell apart. */
function longestMs(has: Has): number {
  if (!hasDay(has)) return (has("MM") ? 31 : 366) * dayMs;
  if (has("HH", "mm") || has("minute")) return has("ss") ? 1000 : minuteMs;
  return has("HH") ? 60 * minuteMs : dayMs;
}
