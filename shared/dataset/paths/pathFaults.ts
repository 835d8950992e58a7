import { nearest } from "../../nearest.ts";
import {
  fieldOf,
  instantNames,
  isReadBack,
  type PathPart,
  partsOf,
  placeholder,
  type Token,
} from "./template.ts";

/** What other tools take for a pattern, and people for one here: in a path of ours it would stand for itself. */
const lookalikes = [
  /%[-_0^#]?[A-Za-z0-9]{0,2}/, // strftime, or a URL's encoding
  /\$\w*/,
  /\[[^\]/]*\]?|\]/,
  /\?[*?]*/,
  /\\+/,
  /<[^>/]*>?|>/,
  /YYYY[YMDHm]*/i,
  /(?<![A-Za-z])(?:YY|DDD|MM|DD|HH|mm){2,}(?![A-Za-z])/,
];
const dateParts = "YYYY, YY, MM, DD, DDD, HH, mm, ss, minute";
const allowed = `parts of the date stand in braces, as in {YYYYMMDD}, made of ${dateParts}; * in the name is what varies; all else stands for itself`;

/** The first of what looks like a pattern in a text; `undefined` where nothing does. */
function lookalikeIn(text: string): string | undefined {
  return lookalikes.map((one) => one.exec(text)?.[0]).find((found) => found !== undefined);
}

/** What looks like a part of the date or a pattern in the path of a URL, where nothing is one. */
export function patternInUrl(url: string): string | undefined {
  const path = url.replace(/^[a-z]+:\/\/[^/]*/i, "").replace(/[?#].*$/s, "");
  return /[{}][^{}/]*\}?|\*+/.exec(path)?.[0] ?? lookalikeIn(path.replace(/%[0-9a-f]{2}/gi, " "));
}

/** What is wrong with a path template; empty if it can be used. */
export function pathFaults(template: string): string[] {
  const faults: string[] = [];
  const plain = template.replace(placeholder, (_, inside: string) => {
    const fault = fieldFault(inside);
    if (fault !== undefined) faults.push(fault);
    return "0";
  });
  if (/[{}]/.test(plain)) faults.push("has an unpaired brace");
  const lookalike = lookalikeIn(template.replace(placeholder, " "));
  if (lookalike !== undefined) faults.push(`has ${lookalike}, which is no pattern here: ${allowed}`);
  if (plain !== plain.trim()) faults.push("has a blank at its beginning or end");
  if (/\p{Cc}/u.test(plain)) faults.push("has a control character");
  if (plain.split("/").some((segment) => segment === "" || segment === "." || segment === "..")) {
    faults.push("is not relative, or has an empty, '.' or '..' segment");
  }
  return [...faults, ...readBackFaults(template)];
}

function fieldFault(inside: string): string | undefined {
  if (fieldOf(inside)) return undefined;
  const [name = ""] = inside.split(":");
  if (inside.includes(":") && names.includes(name))
    return `has {${inside}}, where ${name}: is not followed by parts of the date: ${dateParts}, with at most one of - _ . T : between two of them`;
  const meant =
    /^[A-Za-z]{3,}/.test(name) && !/^[YMDHms]+$/i.test(name) && nearest(name, [...names, ...words]);
  const example = meant && (words.includes(meant) ? `{${meant}}` : `{${meant}:YYYYMMDDHHmm}`);
  return `has {${inside}}, which is not made of ${dateParts}${example ? `: is ${example} meant?` : ""}`;
}
const names: readonly string[] = instantNames;
const words = ["version", "minute"];

/** What is wrong with what is read from names. */
function readBackFaults(template: string): string[] {
  const slash = template.lastIndexOf("/");
  const parts = partsOf(template.slice(slash + 1));
  const faults: string[] = [];
  if (partsOf(template.slice(0, Math.max(0, slash))).some(isReadBack))
    faults.push(
      "has what only a name tells in a directory: *, {version}, {start:} and {created:} can stand behind the last / only",
    );
  if (parts.some(({ kind }, i) => kind === "any" && parts[i + 1]?.kind === "any"))
    faults.push("has * beside *: one is enough");
  // What * stands for may be nothing.
  const written = parts.filter(({ kind }) => kind !== "any");
  const versions = written.flatMap(({ kind }, i) => (kind === "version" ? [i] : []));
  if (versions.length > 1) faults.push("has {version} twice");
  if (versions.some((i) => isDigit(written[i - 1], -1) || isDigit(written[i + 1], 0)))
    faults.push(
      "has {version} beside a digit, or with no more than * between: nothing tells where it begins and ends",
    );
  return [...faults, ...["start", "created"].flatMap((of) => toldFaults(of, template))];
}

/** Whether a part has a digit at its beginning (0) or its end (-1). */
function isDigit(part: PathPart | undefined, at: 0 | -1): boolean {
  return part?.kind === "text"
    ? /\d/.test(part.text.at(at) ?? "")
    : part !== undefined && part.kind !== "any";
}

/** What is wrong with an instant that names tell. */
function toldFaults(name: string, template: string): string[] {
  const fields = [...template.matchAll(placeholder)].filter(
    ([, inside = ""]) => inside.startsWith(`${name}:`) && fieldOf(inside),
  );
  const faults = fields.length > 1 ? [`has {${name}:} twice`] : [];
  for (const [whole] of fields) {
    const said = partsOf(whole).flatMap((part) => (part.kind === "token" ? [part.token] : []));
    const has = (...tokens: readonly Token[]) => tokens.every((token) => said.includes(token));
    if (!(has("YYYY") || has("YY")) || !(has("DDD") || has("MM", "DD")))
      faults.push(`has ${whole}, which says no whole date: it needs a year, and a month and day or a DDD`);
    if ((has("mm") && !has("HH")) || (has("ss") && !has("HH", "mm") && !has("minute")))
      faults.push(`has ${whole}, which says minutes or seconds without what they are parts of`);
  }
  return faults;
}
