const tokens = /YYYY|YY|DDD|MM|DD|HH|mm/g;
const placeholder = /\{([^{}]*)\}/g;

/**
 * The path of the granule whose first timestep is instant `t`.
 * In braces stand YYYY, YY, MM, DD, DDD (day of the year), HH and mm, alone or together.
 */
export function granulePath(template: string, t: number): string {
  const at = new Date(t);
  const dayOfYear =
    (Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()) - Date.UTC(at.getUTCFullYear(), 0, 0)) /
    86_400_000;
  const part = (token: string): string => {
    switch (token) {
      case "YYYY":
        return padded(at.getUTCFullYear(), 4);
      case "YY":
        return padded(at.getUTCFullYear() % 100, 2);
      case "MM":
        return padded(at.getUTCMonth() + 1, 2);
      case "DDD":
        return padded(dayOfYear, 3);
      case "DD":
        return padded(at.getUTCDate(), 2);
      case "HH":
        return padded(at.getUTCHours(), 2);
      default:
        return padded(at.getUTCMinutes(), 2);
    }
  };
  return template.replace(placeholder, (_, inside: string) => inside.replace(tokens, part));
}

/** A part of a template: a token, or text that stands in the path as it is. */
export interface PathPart {
  readonly isToken: boolean;
  readonly text: string;
}

/** The parts of a template that can be used, in order: braces are no part. */
export function partsOf(template: string): PathPart[] {
  const parts: PathPart[] = [];
  const plain = (text: string) => {
    if (text !== "") parts.push({ isToken: false, text });
  };
  let end = 0;
  for (const { 0: whole, 1: inside = "", index } of template.matchAll(placeholder)) {
    plain(template.slice(end, index));
    parts.push(...(inside.match(tokens) ?? []).map((text) => ({ isToken: true, text })));
    end = index + whole.length;
  }
  plain(template.slice(end));
  return parts;
}

/** Whether some instant's path may be this one, by its letters and digits. */
export function isOfTemplate(template: string, path: string): boolean {
  const parts = partsOf(template).map(({ isToken, text }) =>
    isToken ? `\\d{${text.length}}` : text.replace(/\W/g, "\\$&"),
  );
  return new RegExp(`^${parts.join("")}$`).test(path);
}

/** What other tools take for a pattern, and people for one here: in a path of ours it would stand for itself. */
const lookalikes = [
  /%[-_0^#]?[A-Za-z0-9]{0,2}/, // strftime, or a URL's encoding
  /\$\w*/,
  /\[[^\]/]*\]?|\]/,
  /[*?]+/,
  /\\+/,
  /<[^>/]*>?|>/,
  /YYYY[YMDHm]*/i,
  /(?<![A-Za-z])(?:YY|DDD|MM|DD|HH|mm){2,}(?![A-Za-z])/,
];
const allowed =
  "parts of the date stand in braces, as in {YYYYMMDD}, made of YYYY, YY, MM, DD, DDD, HH, mm; all else stands for itself";

/** The first of what looks like a pattern in a text; `undefined` where nothing does. */
function lookalikeIn(text: string): string | undefined {
  return lookalikes.map((one) => one.exec(text)?.[0]).find((found) => found !== undefined);
}

/** What looks like a part of the date or a pattern in the path of a URL, where nothing is one. */
export function patternInUrl(url: string): string | undefined {
  const path = url.replace(/^[a-z]+:\/\/[^/]*/i, "").replace(/[?#].*$/s, "");
  return /[{}][^{}/]*\}?/.exec(path)?.[0] ?? lookalikeIn(path.replace(/%[0-9a-f]{2}/gi, " "));
}

/** What is wrong with a path template; empty if it can be used. */
export function pathFaults(template: string): string[] {
  const faults: string[] = [];
  const plain = template.replace(placeholder, (_, inside: string) => {
    if (inside === "" || inside.replace(tokens, "") !== "")
      faults.push(`has {${inside}}, which is not made of YYYY, YY, MM, DD, DDD, HH, mm`);
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
  return faults;
}

function padded(value: number, digits: number): string {
  return String(value).padStart(digits, "0");
}
