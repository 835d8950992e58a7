import { granulePath, partsOf } from "../../dataset/granulePath.ts";

/**
 * The instant of the first timestep of the granule at `path`, by a path template as descriptors have them: the inverse of
 * `granulePath`. The path may lie anywhere; of one that was moved elsewhere, its name alone is enough where it holds a date.
 * `undefined` where the template would not have made that path, or where it holds no year.
 */
export function pathInstant(template: string, path: string): number | undefined {
  const name = template.slice(template.lastIndexOf("/") + 1);
  return readBy(template, path) ?? (name === template ? undefined : readBy(name, path));
}

function readBy(template: string, path: string): number | undefined {
  const parts = partsOf(template);
  const seen = parts.flatMap(({ isToken, text }) => (isToken ? [text] : []));
  const pattern = parts.map(({ isToken, text }) => (isToken ? `(\\d{${text.length}})` : literal(text)));
  const match = new RegExp(`(?:^|/)${pattern.join("")}$`).exec(path);
  if (!match) return undefined;
  const said = new Map(seen.map((token, i) => [token, Number(match[i + 1])]));
  const made = (t: number) => `/${path}`.endsWith(`/${granulePath(template, t)}`);
  return yearsIn(said)
    .map((year) => instantIn(year, said))
    .find((t) => Number.isFinite(t) && made(t));
}

/** Two digits stand for 1969 to 2068 first, as POSIX has it for %y. */
function yearsIn(said: ReadonlyMap<string, number>): number[] {
  const [year, short] = [said.get("YYYY"), said.get("YY")];
  if (year !== undefined) return [year];
  if (short === undefined) return [];
  return short < 69 ? [2000 + short, 1900 + short] : [1900 + short, 2000 + short];
}

function instantIn(year: number, said: ReadonlyMap<string, number>): number {
  const of = (token: string, otherwise: number) => said.get(token) ?? otherwise;
  const day = said.has("DDD") && !said.has("MM") ? of("DDD", 1) : of("DD", 1);
  return Date.UTC(year, of("MM", 1) - 1, day, of("HH", 0), of("mm", 0));
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
