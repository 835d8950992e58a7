import { type NamePattern, namePattern } from "./namePattern.ts";
import { shapeOf } from "./nameReader.ts";
import { type GranuleSpan, isReadBack, type PathPart, partsOf, spokenOf, tokenText } from "./template.ts";

/** The path of the granule whose first timestep is instant `t`, with `*` for what only the name of a file tells. */
export function granulePath(template: string, t: number, spanMs = 0): string {
  return pathMaker(template, spanMs)(t);
}

/** As `granulePath`, for many instants. */
export function pathMaker(template: string, spanMs = 0): (t: number) => string {
  const parts = partsOf(template);
  return (first) => made(parts, { first, spanMs });
}

/**
 * Where the granule of a template may be, in order of preference. A template of which nothing is read back makes one path. Others make
 * a pattern of names: one of their directory, and with a start in the name also of the directories in which the granule's first and
 * last possible start lie: what began ten seconds before midnight lies in those of the day before.
 */
export function pathsOf(template: string, granule: GranuleSpan): readonly (string | NamePattern)[] {
  const parts = partsOf(template);
  if (!parts.some(isReadBack)) return [made(parts, granule)];
  const { first, spanMs } = granule;
  const slash = template.lastIndexOf("/");
  const [above, name] = [partsOf(template.slice(0, Math.max(0, slash))), partsOf(template.slice(slash + 1))];
  const isStarted = name.some((part) => part.kind === "token" && part.of === "start");
  const instants = isStarted ? [first, first - spanMs / 2, first + spanMs / 2 - 1] : [first];
  const directories = new Set(instants.map((t) => made(above, { first: t, spanMs })));
  return [...directories].map((directory) => namePattern(directory, name, granule));
}

/** Whether some instant's path may be this one, by its letters and digits. */
export function isOfTemplate(template: string, path: string): boolean {
  return shapeOf(partsOf(template)).test(path);
}

function made(parts: readonly PathPart[], granule: GranuleSpan): string {
  const pieces = parts.map((part) => {
    if (part.kind === "text") return part.text;
    if (part.kind !== "token" || part.of === "created") return "*";
    return tokenText(part.token, spokenOf(part, granule));
  });
  return pieces.join("").replace(/\*+/g, "*");
}
