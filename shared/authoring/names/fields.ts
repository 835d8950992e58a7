import type { InstantName } from "../../dataset/paths/template.ts";
import { digitRuns, instantIn, type Piece, type Stamp, textAt, tokensIn } from "./stamps.ts";
import type { Step } from "./steps.ts";

/** A creation follows the beginning; what ends a granule does too. */
const endMark = /e$/i;

/** What is to stand in the template in place of what stands there in the paths. */
export interface Field {
  readonly at: number;
  readonly end: number;
  readonly text: string;
}

export interface Dates {
  readonly stamps: readonly Stamp[];
  readonly main: Stamp;
  readonly dated: readonly Piece[];
  readonly step: Step | undefined;
}

/** `undefined` where directories differ in what is no part of the date. */
export function fieldsOf(
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
