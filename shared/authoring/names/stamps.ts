import { digitsOf, instantOf, posixYear, type Token, tokenText } from "../../dataset/paths/template.ts";
import { datesInNames, shortDatesInNames } from "../newDataset/pathPattern.ts";

/** A piece of paths that stands at the same place in each of them: parts of a date, or text between them. */
export interface Piece {
  readonly at: number;
  readonly length: number;
  /** Absent for text: what stands there in all of them, or `*` where it differs. */
  readonly tokens?: readonly Token[];
}

/** A date that all paths have at the same place. */
export interface Stamp {
  readonly at: number;
  readonly end: number;
  readonly pieces: readonly Piece[];
  /** The parts of its date that all have. */
  readonly tokens: readonly Token[];
}

const second = "[0-5]\\d";
const [year, month, day] = ["(?:19[5-9]\\d|20\\d\\d)", "(?:0[1-9]|1[0-2])", "(?:0[1-9]|[12]\\d|3[01])"];
const dayOfYear = "(?:00[1-9]|0[1-9]\\d|[12]\\d\\d|3[0-5]\\d|36[0-6])";
const clock = `(?:[01]\\d|2[0-3])[0-5]\\d`;
type Form = (typeof datesInNames)[number];

/** Where several names agree, seconds that differ can be told from other digits, and tenths of them as GOES has them. */
const formsOfSeveral: readonly Form[] = [
  [`(${year}${dayOfYear})(${clock}${second})(\\d)`, ["YYYYDDD", "HHmmss", ""]],
  ...datesInNames.slice(0, 1),
  [`(${year}${month}${day})([-_.]?[TS]?)(${clock}${second})`, ["YYYYMMDD", "", "HHmmss"]],
  [`(${year}${dayOfYear})([-_.]?[TS]?)(${clock}${second})`, ["YYYYDDD", "", "HHmmss"]],
];
const fullForms = [...formsOfSeveral, ...datesInNames.slice(1)];

/** The dates that paths of one shape all have, from the first on. Those with two digits of a year only where none has four. */
export function stampsIn(paths: readonly string[]): Stamp[] {
  const full = foundBy(fullForms, paths, []);
  const hasDay = full.some(({ tokens }) => tokens.includes("DD") || tokens.includes("DDD"));
  const all = hasDay ? full : [...foundBy(shortDatesInNames, paths, full), ...full];
  return all.sort((one, other) => one.at - other.at);
}

function foundBy(forms: readonly Form[], paths: readonly string[], before: readonly Stamp[]): Stamp[] {
  const [first = ""] = paths;
  const stamps: Stamp[] = [];
  const starts = [...first.matchAll(/(?<!\d)\d/g)].map(({ index }) => index);
  for (const [pattern, parts] of forms) {
    const form = new RegExp(`(?<!\\d)${pattern}(?!\\d)`, "y");
    for (const at of starts) {
      const match = matchAt(form, first, at);
      if (!match) continue;
      const end = at + match[0].length;
      const isTaken = [...before, ...stamps].some((one) => at < one.end && one.at < end);
      if (isTaken || !paths.every((path) => matchAt(form, path, at)?.[0].length === match[0].length))
        continue;
      stamps.push(stampOf(at, match.slice(1), parts));
    }
  }
  return stamps;
}

function matchAt(form: RegExp, path: string, at: number): RegExpExecArray | null {
  form.lastIndex = at;
  return form.exec(path);
}

function stampOf(at: number, texts: readonly string[], parts: readonly string[]): Stamp {
  let end = at;
  const pieces = texts.map((text, i): Piece => {
    const tokens = tokensIn(parts[i] ?? "");
    const piece = { at: end, length: text.length, ...(tokens.length > 0 && { tokens }) };
    end += text.length;
    return piece;
  });
  return { at, end, pieces, tokens: pieces.flatMap(({ tokens = [] }) => tokens) };
}

/** As in YYYYMMDD. */
export function tokensIn(text: string): Token[] {
  return (text.match(new RegExp(Object.keys(digitsOf).join("|"), "g")) ?? []) as Token[];
}

/** Digits as those of such parts, one after the other. */
export function partsOfText(tokens: readonly Token[], text: string): (readonly [Token, string])[] {
  let end = 0;
  return tokens.map((token) => {
    const { length } = tokenText(token, 0);
    end += length;
    return [token, text.slice(end - length, end)] as const;
  });
}

/** The instant that pieces of a path say together; `undefined` where there is none. */
export function instantIn(path: string, pieces: readonly Piece[]): number | undefined {
  const said = pieces.flatMap(({ at, length, tokens = [] }) =>
    partsOfText(tokens, path.slice(at, at + length)).map(([token, text]) => [token, Number(text)] as const),
  );
  return instantOf(said, posixYear);
}

/** Where digits stand. */
export function digitRuns(path: string): { readonly at: number; readonly length: number }[] {
  return [...path.matchAll(/\d+/g)].map(({ 0: text, index }) => ({ at: index, length: text.length }));
}

/** Such parts of an instant, one after the other. */
export function textAt(tokens: readonly Token[], t: number): string {
  return tokens.map((token) => tokenText(token, t)).join("");
}
