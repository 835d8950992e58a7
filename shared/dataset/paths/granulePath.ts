import { type NamePattern, namePattern } from "./namePattern.ts";
import { shapeOf } from "./nameReader.ts";
import {
  finestMs,
  type GranuleSpan,
  isReadBack,
  type PathPart,
  partsOf,
  spokenOf,
  tokenText,
} from "./template.ts";

/** Of one timestep. */
const directoriesMax = 64;

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
 * a pattern of names: one of their directory, and with a start in the name also of the directories in which the granule may have
 * begun: what began ten seconds before midnight lies in those of the day before.
 */
export function pathsOf(template: string, granule: GranuleSpan): GranulePaths {
  return pathsMaker(template)(granule);
}

export type GranulePaths = readonly (string | NamePattern)[];

/** As `pathsOf`, for many granules. */
export function pathsMaker(template: string): (granule: GranuleSpan) => GranulePaths {
  const parts = partsOf(template);
  if (!parts.some(isReadBack)) return (granule) => [made(parts, granule)];
  const slash = template.lastIndexOf("/");
  const [above, name] = [partsOf(template.slice(0, Math.max(0, slash))), partsOf(template.slice(slash + 1))];
  const isStarted = name.some((part) => part.kind === "token" && part.of === "start");
  const finest = finestMs(above, "first");
  return (granule) => {
    const { first, spanMs } = granule;
    const instants = isStarted ? [first, ...startsOf(granule, finest ?? spanMs)] : [first];
    const directories = new Set(instants.map((t) => made(above, { first: t, spanMs })));
    return [...directories].map((directory) => namePattern(directory, name, granule));
  };
}

/** Starts that lie in all directories in which one may: those of such a length. */
function startsOf({ first, spanMs }: GranuleSpan, directoryMs: number): number[] {
  const [from, last] = [first - spanMs / 2, first + spanMs / 2 - 1];
  const between = Math.min(directoriesMax, Math.floor(spanMs / directoryMs));
  return [
    from,
    ...Array.from({ length: between }, (_, i) => Math.min(last, from + (i + 1) * directoryMs)),
    last,
  ];
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
