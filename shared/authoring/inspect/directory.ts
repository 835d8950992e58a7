import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { granulePath, isOfTemplate } from "../../dataset/paths/granulePath.ts";
import { GranuleError, SourceError } from "../../errors.ts";
import { closest } from "../../nearest.ts";
import { checkSourceUrl } from "../../source/open.ts";
import { type Place, placeAt } from "../../source/place.ts";
import type { Source } from "../../source/source.ts";
import { groupsOf, heldAgainst, type NameGroup, type PlacedFile } from "../names/groups.ts";
import { isUrl, type OpenSource } from "./granuleFile.ts";

/** What a place lists, and what its files' names have in common. */
export interface DirectoryInspection {
  /** As it may be shown. */
  readonly place: string;
  /** Those in it. */
  readonly directories: readonly string[];
  /** In it, or in the directories that path templates lead to. */
  readonly files: readonly PlacedFile[];
  /** Directories that were listed; whether there are more that the templates lead to. */
  readonly listed: number;
  readonly isCut: boolean;
  /** By what the names have in common, or by the templates that they are held against, in their order. */
  readonly groups: readonly NameGroup[];
  /** Files of no group. */
  readonly others: readonly PlacedFile[];
  /** Of those, the one that is most like the first template. */
  readonly nearest: string | undefined;
}

/** Directories that are listed at most: the last ones by their names. */
const directoriesMax = 60;
/** Names that are compared with a template. */
const comparedMax = 500;

/** The URL of a directory that a person gives, of this machine too; `undefined` for what is a file, or may be one. */
export async function directoryUrlOf(given: string): Promise<string | undefined> {
  if (isUrl(given)) {
    checkSourceUrl(given);
    return placeAt(given).isDirectory ? given : undefined;
  }
  const found = await stat(given).catch(() => undefined);
  return found?.isDirectory() ? `${pathToFileURL(resolve(given)).href}/?min-age=PT0S` : undefined;
}

/** Whether what is no file is a directory; throws `missing`, why it is none, where it is neither. */
export async function assertDirectory(
  url: string,
  openSource: OpenSource,
  missing: unknown,
  signal: AbortSignal,
): Promise<void> {
  if (!(missing instanceof GranuleError && isUrl(url))) throw missing;
  const source = await openSource(url, 1);
  try {
    const there = await source.browse?.("", signal);
    if (!there || there.files.length + there.directories.length === 0) throw missing;
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof SourceError ? missing : error;
  } finally {
    await source.close();
  }
}

/**
 * Lists the directory at a URL and, of those below it, the last ones that path templates lead to. Throws a `UsageError`, or a
 * `SourceError` where it cannot be listed or is not there.
 */
export async function inspectDirectory(
  url: string,
  templates: readonly string[],
  openSource: OpenSource,
  signal: AbortSignal,
): Promise<DirectoryInspection> {
  const place = placeAt(url);
  const source = await openSource(url, 1);
  try {
    const found = await walk(source, place, templates, signal);
    const above = place.segments.map((segment) => `${segment}/`).join("");
    const { files } = found;
    if (templates.length === 0) return { ...found, ...groupsOf(files, above), nearest: undefined };
    let others: readonly PlacedFile[] = files;
    const groups = templates.map((template) => {
      const held = heldAgainst(template, others, above);
      others = held.others;
      return held.group;
    });
    return { ...found, groups, others, nearest: nearestTo(templates[0] ?? "", groups, others) };
  } finally {
    await source.close();
  }
}

type Walked = Pick<DirectoryInspection, "place" | "directories" | "files" | "listed" | "isCut">;

async function walk(
  source: Source,
  place: Place,
  templates: readonly string[],
  signal: AbortSignal,
): Promise<Walked> {
  const shown = `${place.shown.replace(/\/$/, "")}/`;
  if (!source.browse) throw new SourceError("listing", `${shown}: nothing can be listed there`);
  const files: PlacedFile[] = [];
  let directories: readonly string[] | undefined;
  const listed = new Set<string>();
  let isCut = false;

  async function list(directory: string, deeper: readonly (readonly string[])[]): Promise<void> {
    if (listed.size >= directoriesMax) {
      isCut = true;
      return;
    }
    if (listed.has(directory)) return;
    listed.add(directory);
    const there = await source.browse?.(directory, signal);
    if (directory === "") {
      if (!there) throw new SourceError("listing", `${shown}: there is no such directory`);
      directories = there.directories;
    }
    const below = directory === "" ? "" : `${directory}/`;
    for (const { name, shownName = name, sizeBytes, version, modifiedAt } of there?.files ?? [])
      files.push({ path: below + name, shown: below + shownName, sizeBytes, version, modifiedAt });
    for (const name of (there?.directories ?? []).toSorted().reverse()) {
      const next = deeper.filter(([first]) => first !== undefined && isOfTemplate(first, name));
      if (next.length > 0)
        await list(
          below + name,
          next.map((segments) => segments.slice(1)),
        );
    }
  }

  await list(
    "",
    templates.map((template) => directoriesBelow(template, place.segments)),
  );
  return { place: shown, directories: directories ?? [], files, listed: listed.size, isCut };
}

/** The directories of a template that are still to be gone into: the place itself may lie in some of them. */
function directoriesBelow(template: string, segments: readonly string[]): readonly string[] {
  const wanted = template.split("/").slice(0, -1);
  for (let count = Math.min(wanted.length, segments.length); count > 0; count--) {
    const [own, there] = [wanted.slice(0, count).join("/"), segments.slice(-count).join("/")];
    if (isOfTemplate(own, there)) return wanted.slice(count);
  }
  return wanted;
}

/** Of the names that match nothing, the one that is most like what the template makes. */
function nearestTo(
  template: string,
  [group]: readonly NameGroup[],
  others: readonly PlacedFile[],
): string | undefined {
  const nameOf = (path: string) => path.slice(path.lastIndexOf("/") + 1);
  const wanted = nameOf(granulePath(template, group?.files.at(-1)?.time ?? Date.UTC(2000, 0, 1)));
  const compared = others.slice(0, comparedMax).map(({ shown }) => ({ shown, name: nameOf(shown) }));
  const like = closest(
    wanted,
    compared.map(({ name }) => name),
  );
  return compared.find(({ name }) => name === like)?.shown;
}
