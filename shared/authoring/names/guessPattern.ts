import { type Token, tokenText } from "../../dataset/paths/template.ts";
import { type Field, fieldsOf } from "./fields.ts";
import { digitRuns, instantIn, type Piece, partsOfText, type Stamp, stampsIn, tokensIn } from "./stamps.ts";
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

function written([first = ""]: readonly string[], fields: readonly Field[]): string {
  let end = 0;
  const pieces = fields.map((field) => {
    const before = first.slice(end, field.at);
    end = field.end;
    return before + field.text;
  });
  return (pieces.join("") + first.slice(end)).replace(/\*+/g, "*").replace(/\}\{(?=[YMDHms]+\})/g, "");
}
