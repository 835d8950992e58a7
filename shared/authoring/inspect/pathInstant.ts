import { shapeOf } from "../../dataset/paths/nameReader.ts";
import { instantOf, type PathPart, partsOf, posixYear, type Token } from "../../dataset/paths/template.ts";

/**
 * The instant of the first timestep of the granule at `path`, by a path template as descriptors have them: the inverse of
 * `granulePath`; where the name tells the granule's start, that. The path may lie anywhere; of one that was moved elsewhere, its name
 * alone is enough where it holds a date. `undefined` where the template would not have made that path, or where it holds no year.
 */
export function pathInstant(template: string, path: string): number | undefined {
  const name = template.slice(template.lastIndexOf("/") + 1);
  return readBy(template, path) ?? (name === template ? undefined : readBy(name, path));
}

function readBy(template: string, path: string): number | undefined {
  const parts = partsOf(template);
  const segments = template.split("/").length;
  const groups = shapeOf(parts).exec(path.split("/").slice(-segments).join("/"))?.groups;
  if (!groups) return undefined;
  const said = (of: string) =>
    parts.flatMap((part: PathPart, i): [Token, number][] =>
      part.kind === "token" && part.of === of ? [[part.token, Number(groups[`g${i}`])]] : [],
    );
  return read(said("start")) ?? read(said("first"));
}

/** Two digits stand for 1969 to 2068 first. */
function read(said: readonly (readonly [Token, number])[]): number | undefined {
  const otherYear = (short: number) => (short < 69 ? 1900 : 2000) + short;
  return instantOf(said, posixYear) ?? instantOf(said, otherYear);
}
