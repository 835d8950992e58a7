import { granulePath } from "../../dataset/paths/granulePath.ts";
import { pathFaults } from "../../dataset/paths/pathFaults.ts";
import { partsOf } from "../../dataset/paths/template.ts";
import { segmentsOf } from "../../source/paths.ts";
import { pathInstant } from "../inspect/pathInstant.ts";

/** What a granule's path is made of: directories that are always the same, then a template as descriptors have them. */
export interface PathPattern {
  /** Without a slash at its end. */
  readonly base: string;
  readonly template: string;
  /** The instant that the path says. */
  readonly time: number;
}

const year = "(?:19[5-9]\\d|20\\d\\d)";
/** Of granules, from 1970 to 2039: a number of five or six digits is too often none at all. */
const shortYear = "(?:[0-3]\\d|[7-9]\\d)";
const month = "(?:0[1-9]|1[0-2])";
const day = "(?:0[1-9]|[12]\\d|3[01])";
const dayOfYear = "(?:00[1-9]|0[1-9]\\d|[12]\\d\\d|3[0-5]\\d|36[0-6])";
const hour = "(?:[01]\\d|2[0-3])";
const minute = "[0-5]\\d";

/** Dates in a file's name, the fullest first; what stands between their parts is kept. */
export const datesInNames: readonly (readonly [pattern: string, parts: readonly string[]])[] = [
  // With seconds, which are always the same.
  [`(${year}${month}${day})([-_.]?[TS]?)(${hour}${minute})(00)`, ["YYYYMMDD", "", "HHmm", ""]],
  [`(${year}${month}${day})([-_.]?[TS]?)(${hour}${minute})`, ["YYYYMMDD", "", "HHmm"]],
  [`(${year}${month}${day})([-_.]?[TS]?)(${hour})`, ["YYYYMMDD", "", "HH"]],
  [
    `(${year})([-_.])(${month})([-_.])(${day})([-_.]?[TS]?)(${hour})([-_.h:]?)(${minute})`,
    ["YYYY", "", "MM", "", "DD", "", "HH", "", "mm"],
  ],
  [`(${year})([-_.])(${month})([-_.])(${day})([-_.]?[TS]?)(${hour})`, ["YYYY", "", "MM", "", "DD", "", "HH"]],
  [`(${year})([-_.])(${month})([-_.])(${day})`, ["YYYY", "", "MM", "", "DD"]],
  [`(${year}${month}${day})`, ["YYYYMMDD"]],
  [`(${year}${dayOfYear})([-_.]?[TS]?)(${hour}${minute})`, ["YYYYDDD", "", "HHmm"]],
  [`(${year}${dayOfYear})`, ["YYYYDDD"]],
  [`(${year})([-_.])(${dayOfYear})`, ["YYYY", "", "DDD"]],
  [`(${year}${month})`, ["YYYYMM"]],
  [`(${year})`, ["YYYY"]],
];
/** With two digits of a year, where nothing has four. */
export const shortDatesInNames: typeof datesInNames = [
  [`(${shortYear}${month}${day})([-_.]?[TS]?)(${hour}${minute})`, ["YYMMDD", "", "HHmm"]],
  [`(${shortYear}${month}${day})([-_.]?[TS]?)(${hour})`, ["YYMMDD", "", "HH"]],
  [
    `(${shortYear})([-_.])(${month})([-_.])(${day})([-_.]?[TS]?)(${hour})([-_.h:]?)(${minute})`,
    ["YY", "", "MM", "", "DD", "", "HH", "", "mm"],
  ],
  [
    `(${shortYear})([-_.])(${month})([-_.])(${day})([-_.]?[TS]?)(${hour})`,
    ["YY", "", "MM", "", "DD", "", "HH"],
  ],
  [`(${shortYear})([-_.])(${month})([-_.])(${day})`, ["YY", "", "MM", "", "DD"]],
  [`(${shortYear}${month}${day})`, ["YYMMDD"]],
  [`(${shortYear}${dayOfYear})`, ["YYDDD"]],
];
/** Parts of a name that alone are a date's, where the directories say the rest, coarsest first. */
const partsInNames: readonly (readonly [pattern: string, part: string])[] = [
  [`${month}${day}${hour}`, "MMDDHH"],
  [`${month}${day}`, "MMDD"],
  [hour, "HH"],
];
/** Directories that are nothing but a part of a date, in the order in which they stand. */
const datedDirectories: readonly (readonly [pattern: string, part: string])[] = [
  [`${year}${month}${day}`, "YYYYMMDD"],
  [`${year}${month}`, "YYYYMM"],
  [`${year}${dayOfYear}`, "YYYYDDD"],
  [year, "YYYY"],
  [`${year}-${month}`, "YYYY-MM"],
];
const belowYear: readonly (readonly [pattern: string, part: string])[] = [
  [dayOfYear, "DDD"],
  [month, "MM"],
];
/** Directories that say again what the name says, without a year of four digits: the most first. */
const repeatingDirectories = [
  ...["{YY}/{MM}/{DD}", "{YYMM}/{DD}", "{MM}/{DD}", "{YYMMDD}", "{YY}/{DDD}", "{YYDDD}"],
  ...["{YY}/{MM}", "{YYMM}", "{MM}", "{YY}"],
];
const order = ["YYYY", "MM", "DD", "HH"] as const;

/**
 * Finds the date in a granule's path, in its directories and its name, and what the others' paths are then like. Directories that
 * contradict the name are no part of it; a year of two digits has to agree with them. `undefined` if there is no date that would make this path again.
 */
export function patternOf(path: string): PathPattern | undefined {
  const segments = segmentsOf(path);
  const directories = segments.slice(0, -1);
  const found = directoriesOf(directories);
  const isDated = found.some((template) => template.includes("{"));
  const dated = isDated ? found : repeatedIn(directories, segments.at(-1) ?? "");
  return (
    patternBy(path, segments, dated, [...datesInNames, ...shortDatesInNames]) ??
    patternBy(path, segments, dated, datesInNames) ??
    patternBy(path, segments, directories, datesInNames)
  );
}

/** `templates`: the directories, with what of them is a date in braces. */
function patternBy(
  path: string,
  segments: readonly string[],
  templates: readonly string[],
  dates: typeof datesInNames,
): PathPattern | undefined {
  const last = templates.findLast((template) => template.includes("{")) ?? "";
  const template = nameOf(segments.at(-1) ?? "", last, dates);
  const all = [...templates, template];
  const begins = all.findIndex((segment) => segment.includes("{"));
  if (begins < 0) return undefined;
  const relative = all.slice(begins).join("/");
  if (pathFaults(relative).length > 0) return undefined;
  const own = segments.slice(begins).join("/");
  const time = pathInstant(relative, own);
  if (time === undefined || granulePath(relative, time) !== own) return undefined;
  const base = segments.slice(0, begins).map((segment) => `/${segment}`);
  return { base: base.join("").slice(path.startsWith("/") ? 0 : 1), template: relative, time };
}

/** Each directory with its part of a date in braces. One below another says the next finer part. */
function directoriesOf(segments: readonly string[]): string[] {
  let finest = "";
  return segments.map((segment) => {
    const part = partOf(segment, finest);
    if (part === undefined) return segment;
    finest = part;
    return part === "YYYY-MM" ? "{YYYY}-{MM}" : `{${part}}`;
  });
}

/** The same by the date in the name, for those right above it. */
function repeatedIn(directories: readonly string[], name: string): readonly string[] {
  const template = nameOf(name, "", [...datesInNames, ...shortDatesInNames]);
  const time = pathInstant(template, name);
  if (time === undefined) return directories;
  const said = partsOf(template).flatMap((part) => (part.kind === "token" ? [part.token] : []));
  const isSaid = (one: string) =>
    (!one.includes("DD") || said.includes("DD") || said.includes("DDD")) &&
    (!one.includes("MM") || said.includes("MM") || said.includes("DDD"));
  const whole = `/${directories.join("/")}`;
  const repeating = repeatingDirectories
    .filter(isSaid)
    .find((one) => whole.endsWith(`/${granulePath(one, time)}`))
    ?.split("/");
  return repeating ? [...directories.slice(0, -repeating.length), ...repeating] : directories;
}

function partOf(segment: string, finest: string): string | undefined {
  const whole = ([pattern]: readonly [string, string]) => new RegExp(`^${pattern}$`).test(segment);
  if (segment.length > "YYYY".length || finest === "") return datedDirectories.find(whole)?.[1];
  if (finest === "YYYY") return belowYear.find(whole)?.[1];
  if (finest.endsWith("MM")) return whole([day, "DD"]) ? "DD" : undefined;
  return whole([hour, "HH"]) ? "HH" : undefined;
}

/** `finest`: the last directory that is a part of a date, as a template. */
function nameOf(name: string, finest: string, dates: typeof datesInNames): string {
  for (const [pattern, parts] of dates) {
    const match = new RegExp(`(?<!\\d)${pattern}(?!\\d)`).exec(name);
    if (match) return replaced(name, match.index, match[0].length, withBraces(match.slice(1), parts));
  }
  const known = order.findLast((part) => finest.includes(part) || (part === "DD" && finest.includes("DDD")));
  for (const [pattern, part] of partsInNames) {
    const isNext = known !== undefined && part.startsWith(order[order.indexOf(known) + 1] ?? "none");
    const match = isNext && new RegExp(`(?<![0-9A-Za-z])${pattern}(?![0-9A-Za-z])`).exec(name);
    if (match) return replaced(name, match.index, match[0].length, `{${part}}`);
  }
  return name;
}

/** Parts that touch each other share braces. */
function withBraces(texts: readonly string[], parts: readonly string[]): string {
  const written = texts.map((text, i) => (parts[i] ? `{${parts[i]}}` : text)).join("");
  return written.replaceAll("}{", "");
}

function replaced(text: string, at: number, length: number, by: string): string {
  return text.slice(0, at) + by + text.slice(at + length);
}
