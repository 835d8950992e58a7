import type { Descriptor } from "../../dataset/dataset.ts";
import { GranuleError, SourceError, UsageError } from "../../errors.ts";
import { segmentsOf } from "../../source/paths.ts";
import { placeAt } from "../../source/place.ts";
import type { Source } from "../../source/source.ts";
import { fetchedFile, type GranuleFile, type OpenSource } from "../inspect/granuleFile.ts";
import { unknownLimits } from "../inspect/inspect.ts";
import { type DatedFile, groupsOf, heldAgainst, type NameGroup, type PlacedFile } from "../names/groups.ts";
import { type Probed, probeFile } from "./probe.ts";

export interface DirectoryOptions {
  readonly known: readonly Descriptor[];
  readonly openSource: OpenSource;
  /** The path template that a person gave, if one did: only files that it makes are granules then. */
  readonly template: string | undefined;
  /** Which of several kinds of files are the granules. */
  choose(groups: readonly NameGroup[]): Promise<NameGroup>;
}

/** Directories below one another that are gone into where no granule lies above. */
const levelsMax = 6;
/** One that is so many times smaller than the one before it is not whole. */
const wholeFactor = 2;
/** Granules that are tried, the newest first. */
const triesMax = 3;

/**
 * Probes the newest granule that looks whole of those that a directory leads to, and finds the series by the names of the oldest and
 * the newest. Throws a `UsageError` where no names have a date, a `SourceError` where it cannot be listed, and what `probe` throws.
 */
export async function probeDirectory(
  url: string,
  { known, openSource, template, choose }: DirectoryOptions,
  signal: AbortSignal,
): Promise<Probed> {
  const { segments, shown, bareUrlOf } = placeAt(url);
  const place = shown.replace(/\/$/, "");
  const above = segments.map((segment) => `${segment}/`).join("");
  const source = await openSource(url, 1);
  try {
    const files = await filesBelow(source, place, above, signal);
    const groups =
      template === undefined ? groupsOf(files, above).groups : [heldAgainst(template, files, above).group];
    const [only, ...more] = groups.filter((group) => group.files.length > 0);
    if (!only)
      throw new UsageError([
        `${place}: no names of files there have a date${template ? " as the path has it" : ""}; give one granule`,
      ]);
    const group = more.length === 0 ? only : await choose([only, ...more]);
    const { file, time } = await newestOf(source, group, { place, above }, signal);
    const baseOf = segmentsOf(group.base);
    const own = template === undefined ? baseOf : segments;
    return await probeFile(file, known, {
      pattern: { base: own.map((one) => `/${one}`).join(""), template: group.template, time },
      base: bareUrlOf(own.length).replace(/\?min-age=PT0S$/, ""),
      series: seriesOf(group),
    });
  } finally {
    await source.close();
  }
}

function seriesOf({ files, step }: NameGroup) {
  const start = files[0]?.time ?? 0;
  return step && "stepMs" in step ? { start, stepMs: step.stepMs } : { start };
}

/** The files of the directory, or of the first and the last of those below it, and so on, down to where names have dates. */
async function filesBelow(
  source: Source,
  place: string,
  above: string,
  signal: AbortSignal,
): Promise<PlacedFile[]> {
  if (!source.browse) throw new SourceError("listing", `${place}: nothing can be listed there`);
  const files = new Map<string, PlacedFile>();
  let level = [""];
  for (let depth = 0; depth < levelsMax && level.length > 0; depth++) {
    const next: string[] = [];
    for (const directory of level) {
      const there = await source.browse(directory, signal);
      if (!there && directory === "")
        throw new SourceError("listing", `${place}/: there is no such directory`);
      const below = directory === "" ? "" : `${directory}/`;
      const own = (there?.files ?? []).map(({ name, shownName = name, sizeBytes, version, modifiedAt }) => {
        return { path: below + name, shown: below + shownName, sizeBytes, version, modifiedAt };
      });
      for (const file of own) files.set(file.path, file);
      const isDated = groupsOf(own, above).groups.length > 0;
      const names = (there?.directories ?? []).toSorted().map((name) => below + name);
      if (!isDated) next.push(...names.filter((_, i) => i === 0 || i === names.length - 1));
    }
    level = level.length === 2 && next.length > 2 ? [next[0] as string, next.at(-1) as string] : next;
  }
  return [...files.values()];
}

/** The last that is as large as the others, and can be fetched; where no sizes are listed, as large as the one before. */
async function newestOf(
  source: Source,
  { files, sizes }: NameGroup,
  { place, above }: { readonly place: string; readonly above: string },
  signal: AbortSignal,
): Promise<{ readonly file: GranuleFile; readonly time: number }> {
  const isWhole = ({ file: { sizeBytes } }: DatedFile) =>
    sizeBytes === undefined || (sizeBytes > 0 && !sizes?.isOutlier(sizeBytes));
  let absent: unknown;
  let unsized: { readonly file: GranuleFile; readonly time: number } | undefined;
  for (const { file, time } of files.filter(isWhole).reverse().slice(0, triesMax)) {
    const { path, shown, sizeBytes = null, version, modifiedAt = null } = file;
    const at = { place: `${place}/${shown}`, path: `/${above}${path}` };
    const asked = { path, sizeBytes, version, modifiedAt };
    try {
      const found = await fetchedFile(source, asked, at, unknownLimits.granuleBytesMax, signal);
      const before = unsized;
      if (before && before.file.bytes.length * wholeFactor >= found.bytes.length) return before;
      if (before || sizeBytes !== null) return { file: found, time };
      unsized = { file: found, time };
    } catch (error) {
      if (!(error instanceof GranuleError)) throw error;
      absent ??= error;
    }
  }
  if (unsized) return unsized;
  throw absent ?? new UsageError([`${place}: no file there looks whole; give one granule`]);
}
