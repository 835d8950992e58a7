import { nameReader } from "../../dataset/paths/nameReader.ts";
import { partsOf } from "../../dataset/paths/template.ts";
import { pathInstant } from "../inspect/pathInstant.ts";
import { guessPattern } from "./guessPattern.ts";
import { byShape } from "./shapes.ts";
import { type Sizes, sizesOf } from "./sizes.ts";
import { type Missing, missingOf, nominalOf, type Step, stepOf } from "./steps.ts";

/** A file of a place, as its directory lists it. */
export interface PlacedFile {
  /** From the place that was looked at. */
  readonly path: string;
  /** As it may be shown. */
  readonly shown: string;
  /** `undefined` where the place does not tell. */
  readonly sizeBytes: number | undefined;
  /** What else is listed of it. */
  readonly version: string;
  /** Milliseconds since 1970 UTC, where it is exact. */
  readonly modifiedAt: number | undefined;
}

/** A file, and the timestep that its name says it is of. */
export interface DatedFile {
  readonly file: PlacedFile;
  readonly time: number;
}

/** Files whose paths follow one template. */
export interface NameGroup {
  /** From the first directory that is a date on. */
  readonly template: string;
  /** The path of the place's directories before that, without slashes at its ends. */
  readonly base: string;
  /** By their timesteps. */
  readonly files: readonly DatedFile[];
  readonly timesteps: number;
  /** Of one timestep. */
  readonly filesMost: number;
  readonly step: Step | undefined;
  readonly missing: Missing;
  readonly sizes: Sizes | undefined;
}

/** The groups of files that are alike, the largest first, and those that are in none. `above`: the path of the place, with a slash at its end. */
export function groupsOf(
  files: readonly PlacedFile[],
  above: string,
): { readonly groups: readonly NameGroup[]; readonly others: readonly PlacedFile[] } {
  const byPath = new Map(files.map((file) => [above + file.path, file]));
  const groups: NameGroup[] = [];
  const others: PlacedFile[] = [];
  for (const paths of byShape([...byPath.keys()].sort())) {
    const alike = paths.map((path) => byPath.get(path) as PlacedFile);
    const found = guessPattern(paths);
    // One file by itself has no more of a date than its directory.
    const isAlone =
      alike.length === 1 && !found?.template.slice(found.template.lastIndexOf("/")).includes("{");
    if (!found || isAlone) others.push(...alike);
    else
      groups.push(
        groupOf(
          found.template,
          alike.map((file, i) => ({ file, time: found.instants[i] as number })),
        ),
      );
  }
  const bySize = (one: NameGroup, other: NameGroup) => other.files.length - one.files.length;
  return { groups: groups.sort(bySize), others };
}

/** The files whose paths a template makes, and the others. */
export function heldAgainst(
  template: string,
  files: readonly PlacedFile[],
  above: string,
): { readonly group: NameGroup; readonly others: readonly PlacedFile[] } {
  const dated: DatedFile[] = [];
  const others: PlacedFile[] = [];
  for (const file of files) {
    const time = pathInstant(template, above + file.path);
    if (time === undefined) others.push(file);
    else dated.push({ file, time });
  }
  const { fitting, strange } = byTheirEnds(template, dated);
  return { group: groupOf(template, fitting), others: [...others, ...strange] };
}

/** Where names say when a granule ends too, those in which that is a step after its time, as a plan looks for them. */
function byTheirEnds(template: string, dated: readonly DatedFile[]) {
  const parts = partsOf(template.slice(template.lastIndexOf("/") + 1));
  const saysEnd = parts.some((part) => part.kind === "token" && (part.of === "end" || part.of === "last"));
  const step = stepOf(sortedTimes(dated.map(({ time }) => time)));
  if (!saysEnd || !step || !("stepMs" in step)) return { fitting: dated, strange: [] };
  const isFitting = ({ file, time }: DatedFile) => {
    const read = nameReader(parts, { first: nominalOf(time, step), spanMs: step.stepMs });
    return typeof read(file.path.slice(file.path.lastIndexOf("/") + 1)) === "object";
  };
  return {
    fitting: dated.filter(isFitting),
    strange: dated.filter((one) => !isFitting(one)).map(({ file }) => file),
  };
}

function groupOf(whole: string, dated: readonly DatedFile[]): NameGroup {
  const step = stepOf(sortedTimes(dated.map(({ time }) => time)));
  const files = dated
    .map(({ file, time }) => ({ file, time: nominalOf(time, step) }))
    .sort((one, other) => one.time - other.time || (one.file.path < other.file.path ? -1 : 1));
  const counts = new Map<number, number>();
  for (const { time } of files) counts.set(time, (counts.get(time) ?? 0) + 1);
  const segments = whole.split("/");
  const begins = segments.findIndex((segment, i) => segment.includes("{") || i === segments.length - 1);
  return {
    template: segments.slice(begins).join("/"),
    base: segments.slice(0, begins).join("/"),
    files,
    timesteps: counts.size,
    filesMost: [...counts.values()].reduce((most, count) => Math.max(most, count), 0),
    step,
    missing: missingOf([...counts.keys()], step),
    sizes: sizesOf(files.flatMap(({ file }) => file.sizeBytes ?? [])),
  };
}

function sortedTimes(times: readonly number[]): number[] {
  return [...new Set(times)].sort((one, other) => one - other);
}
