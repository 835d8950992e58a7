import { type InstantName, instantOf, posixYear, type Token, tokenText } from "../../dataset/template.ts";
import { type Piece, type Stamp, stampsIn, tokensIn } from "./stamps.ts";
import { type Step, stepOf } from "./steps.ts";

/** What several paths have in common. */
export interface NamesPattern {
  /** As descriptors have it, for the whole paths. */
  readonly template: string;
  /** Of each path, in the order in which they were given. */
  readonly instants: readonly number[];
  readonly step: Step | undefined;
}

/** Of more paths, so many decide what the pattern is. */
const comparedMax = 400;
/** A creation follows the beginning; what ends a granule does too. */
const endMark = /e$/i;

/**
 * The path template that paths speak for which are alike but for their digits; `undefined` where they have no date in common, or what
 * differs between directories is none. Digits that differ become a part of the date, of the end or of the creation, a version or `*`.
 */
export function guessPattern(paths: readonly string[]): NamesPattern | undefined {
  const some = sampleOf(paths);
  const [first] = some;
  if (first === undefined) return undefined;
  const stamps = stampsIn(some);
  const main = mainOf(stamps, first.lastIndexOf("/") + 1);
  if (!main) return undefined;
  const dated = [...main.pieces, ...finerPieces(main, some, stamps)].filter(({ tokens }) => tokens);
  const readAll = (all: readonly string[]) => all.map((path) => instantIn(path, dated));
  const instants = readAll(paths);
  if (!instants.every((t) => t !== undefined)) return undefined;
  const step = stepOf([...new Set(instants)].sort((one, other) => one - other));
  const fields = fieldsOf(some, readAll(some) as number[], { stamps, main, dated, step });
  return fields && { template: written(some, fields), instants, step };
}

/** The first, the last and those between them. */
function sampleOf(paths: readonly string[]): readonly string[] {
  if (paths.length <= comparedMax) return paths;
  const every = (paths.length - 1) / (comparedMax - 1);
  return Array.from({ length: comparedMax }, (_, i) => paths[Math.round(i * every)] as string);
}

/** The date that says most; of several the one in the name, then the first: what comes after it ends the granule, or was later. */
function mainOf(stamps: readonly Stamp[], nameAt: number): Stamp | undefined {
  const worth = ({ tokens, at }: Stamp) => {
    const finest = ["ss", "mm", "HH", "DD", "MM", "YY"].findIndex((one) => tokens.join().includes(one));
    return (tokens.includes("DDD") && finest < 0 ? 3 : 6 - finest) * 2 + Number(at >= nameAt);
  };
  return stamps.reduce<Stamp | undefined>(
    (best, one) => (best && worth(best) >= worth(one) ? best : one),
    undefined,
  );
}

/** What says the rest of a date that stands in pieces: a month or a day in the directories, an hour in the name. */
function finerPieces(main: Stamp, paths: readonly string[], stamps: readonly Stamp[]): Piece[] {
  const pieces: Piece[] = [];
  const said = new Set<Token>(main.tokens);
  for (let from = main.end; ; ) {
    const next = nextPiece(finerThan(said), paths, stamps, from);
    if (!next) return pieces;
    pieces.push(next);
    for (const token of next.tokens ?? []) said.add(token);
    from = next.at + next.length;
  }
}

function finerThan(said: ReadonlySet<Token>): readonly string[] {
  if (said.has("HH")) return [];
  if (said.has("DD") || said.has("DDD")) return ["HHmmss", "HHmm", "HH"];
  return said.has("MM") ? ["DDHH", "DD"] : ["MMDDHH", "MMDD", "DDD", "MM"];
}

/** The first digits that can be such a part in all paths: by themselves, or where they differ. */
function nextPiece(
  candidates: readonly string[],
  paths: readonly string[],
  stamps: readonly Stamp[],
  from: number,
): Piece | undefined {
  for (const { at, length } of digitRuns(paths[0] ?? "")) {
    if (at < from || stamps.some((stamp) => at >= stamp.at && at < stamp.end)) continue;
    const texts = paths.map((path) => path.slice(at, at + length));
    const around = (paths[0] ?? "").slice(Math.max(0, at - 1), at + length + 1);
    const isApart = !/[A-Za-z]/.test(around);
    if (!isApart && new Set(texts).size === 1) continue;
    const tokens = candidates.map(tokensIn).find((one) => texts.every((text) => isOf(one, text)));
    if (tokens) return { at, length, tokens };
  }
  return undefined;
}

/** Whether digits can be those of such parts. */
function isOf(tokens: readonly Token[], text: string): boolean {
  const ranges: Partial<Record<Token, readonly [number, number]>> = {
    MM: [1, 12],
    DD: [1, 31],
    DDD: [1, 366],
    HH: [0, 23],
    mm: [0, 59],
    ss: [0, 59],
  };
  const parts = partsOfText(tokens, text);
  return (
    parts.map(([, part]) => part).join("") === text &&
    parts.every(([token, part]) => {
      const [least, most] = ranges[token] ?? [0, 9999];
      return part.length === tokenText(token, 0).length && Number(part) >= least && Number(part) <= most;
    })
  );
}

function partsOfText(tokens: readonly Token[], text: string): (readonly [Token, string])[] {
  let end = 0;
  return tokens.map((token) => {
    const { length } = tokenText(token, 0);
    end += length;
    return [token, text.slice(end - length, end)] as const;
  });
}

function instantIn(path: string, pieces: readonly Piece[]): number | undefined {
  const said = pieces.flatMap(({ at, length, tokens = [] }) =>
    partsOfText(tokens, path.slice(at, at + length)).map(([token, text]) => [token, Number(text)] as const),
  );
  return instantOf(said, posixYear);
}

function digitRuns(path: string): { readonly at: number; readonly length: number }[] {
  return [...path.matchAll(/\d+/g)].map(({ 0: text, index }) => ({ at: index, length: text.length }));
}

/** What is to stand in the template in place of what stands there in the paths. */
interface Field {
  readonly at: number;
  readonly end: number;
  readonly text: string;
}

interface Dates {
  readonly stamps: readonly Stamp[];
  readonly main: Stamp;
  readonly dated: readonly Piece[];
  readonly step: Step | undefined;
}

/** `undefined` where directories differ in what is no part of the date. */
function fieldsOf(
  paths: readonly string[],
  instants: readonly number[],
  { stamps, main, dated, step }: Dates,
): Field[] | undefined {
  const [first = ""] = paths;
  const nameAt = first.lastIndexOf("/") + 1;
  const spanMs = step && "stepMs" in step ? step.stepMs : 0;
  const isStart = step?.isRegular === false && main.at >= nameAt && main.tokens.includes("mm");
  const differs = (at: number, length: number) =>
    paths.some((path) => path.slice(at, at + length) !== first.slice(at, at + length));
  const isSaidBy = (pieces: readonly Piece[], shiftMs: number) =>
    pieces.every(({ at, length, tokens }) =>
      tokens
        ? paths.every(
            (path, i) => path.slice(at, at + length) === textAt(tokens, (instants[i] as number) + shiftMs),
          )
        : !differs(at, length),
    );
  const shifts: readonly (readonly [InstantName, number])[] = [
    ["first", 0],
    ...(spanMs > 0
      ? ([
          ["end", spanMs],
          ["last", spanMs - 1000],
        ] as const)
      : []),
  ];
  /** As which instant's parts those pieces are read; `undefined` where they are those of none. */
  const spokenOf = (pieces: readonly Piece[]) => shifts.find(([, shiftMs]) => isSaidBy(pieces, shiftMs))?.[0];
  const isWhole = ({ tokens }: Stamp) => /YY/.test(tokens.join()) && /DDD|DD/.test(tokens.join());
  const created = stamps.findLast(
    (stamp) =>
      stamp !== main &&
      stamp.at > main.at &&
      isWhole(stamp) &&
      spokenOf(stamp.pieces) === undefined &&
      differs(stamp.at, stamp.end - stamp.at) &&
      !endMark.test(first.slice(0, stamp.at)) &&
      paths.every((path, i) => (instantIn(path, stamp.pieces) ?? -1) >= (instants[i] as number)),
  );

  const fields: Field[] = [];
  const add = (pieces: readonly Piece[], of: InstantName) => {
    const [begin, end] = [pieces[0] as Piece, pieces.at(-1) as Piece];
    fields.push({ at: begin.at, end: end.at + end.length, text: withBraces(first, pieces, of, differs) });
  };
  add(main.pieces, isStart ? "start" : "first");
  for (const piece of dated) if (!main.pieces.includes(piece)) add([piece], "first");
  for (const stamp of stamps) {
    if (stamp === main) continue;
    const of = stamp === created ? "created" : spokenOf(stamp.pieces);
    if (of) add(stamp.pieces, of);
  }
  const isTaken = (at: number) => fields.some((field) => at >= field.at && at < field.end);
  let isVersioned = false;
  for (const { at, length } of digitRuns(first)) {
    if (isTaken(at)) continue;
    const isInName = at >= nameAt;
    const isDifferent = differs(at, length);
    const follows = fields.some(
      ({ end, at: begin }) => begin < nameAt && end === at - 1 && first[end] === "/",
    );
    const told =
      isDifferent || (!isInName && follows)
        ? toldBy(at, length, isInName ? spokenOf : undefined, isSaidBy)
        : undefined;
    if (told) add([told.piece], told.of);
    else if (isDifferent && !isInName) return undefined;
    else if (isDifferent) {
      const isVersion: boolean = !isVersioned && at > main.at && isVersionAt(first, at, length);
      isVersioned ||= isVersion;
      fields.push({ at, end: at + length, text: isVersion ? "{version}" : "*" });
    }
  }
  return fields.sort((one, other) => one.at - other.at);
}

const tokenForms = [
  "HHmmss",
  "YYYYMM",
  "YYMMDD",
  "YYYY",
  "minute",
  "HHmm",
  "MMDD",
  "DDD",
  "MM",
  "DD",
  "HH",
  "mm",
  "ss",
  "YY",
];

/** Digits as a part of an instant that all paths have there. */
function toldBy(
  at: number,
  length: number,
  spokenOf: ((pieces: readonly Piece[]) => InstantName | undefined) | undefined,
  isSaidBy: (pieces: readonly Piece[], shiftMs: number) => boolean,
): { readonly piece: Piece; readonly of: InstantName } | undefined {
  for (const form of tokenForms) {
    const tokens = tokensIn(form);
    if (textAt(tokens, 0).length !== length) continue;
    const piece = { at, length, tokens };
    const of = spokenOf ? spokenOf([piece]) : isSaidBy([piece], 0) ? ("first" as const) : undefined;
    if (of) return { piece, of };
  }
  return undefined;
}

function textAt(tokens: readonly Token[], t: number): string {
  return tokens.map((token) => tokenText(token, t)).join("");
}

/** A few digits at the end of a name, as in `_001.h5` or `_v2.nc`. */
function isVersionAt(path: string, at: number, length: number): boolean {
  return (
    length <= 3 &&
    /(?:[-_.]|(?<!\d)[vV])$/.test(path.slice(0, at)) &&
    /^(?:\.|$)/.test(path.slice(at + length))
  );
}

/** Pieces as a template has them: parts that touch each other share braces, with those between them if the instant has a name. */
function withBraces(
  path: string,
  pieces: readonly Piece[],
  of: InstantName,
  differs: (at: number, length: number) => boolean,
): string {
  const texts = pieces.map(({ at, length, tokens }) => ({
    isToken: tokens !== undefined,
    text: tokens?.join("") ?? (differs(at, length) ? "*" : path.slice(at, at + length)),
  }));
  if (of === "first")
    return texts
      .map(({ isToken, text }) => (isToken ? `{${text}}` : text))
      .join("")
      .replaceAll("}{", "");
  const last = texts.findLastIndex(({ isToken }) => isToken);
  const inside = texts.slice(0, last + 1).map(({ text }) => text);
  const behind = texts.slice(last + 1).map(({ text }) => text);
  return `{${of}:${inside.join("")}}${behind.join("")}`;
}

function written([first = ""]: readonly string[], fields: readonly Field[]): string {
  let end = 0;
  const pieces = fields.map((field) => {
    const before = first.slice(end, field.at);
    end = field.end;
    return before + field.text;
  });
  return (pieces.join("") + first.slice(end)).replace(/\*+/g, "*").replace(/\}\{(?=[YMDHms]+\})/g, "");
}
