import { formatInstant } from "../../dataset/timeAxis.ts";
import type { NameGroup, PlacedFile } from "../names/groups.ts";
import { stepText } from "../names/steps.ts";
import type { DirectoryInspection } from "./directory.ts";

/** Of each group, and of what is in none. */
const filesMax = 10_000;

/** All that is known of a directory, as one object for machines. */
export function directoryDocument(inspection: DirectoryInspection): Record<string, unknown> {
  const { place, directories, files, listed, isCut, groups, others, nearest } = inspection;
  const sizes = files.flatMap(({ sizeBytes }) => sizeBytes ?? []);
  return {
    verdict: "directory",
    directory: place,
    directories,
    directories_listed: listed,
    is_cut: isCut,
    files: files.length,
    bytes: sizes.reduce((sum, bytes) => sum + bytes, 0),
    files_of_unknown_size: files.length - sizes.length,
    ...datesOf(files),
    groups: groups.map(groupDocument),
    others: others.slice(0, filesMax).map(fileDocument),
    nearest: nearest ?? null,
  };
}

function groupDocument({ files, sizes, step, missing, ...group }: NameGroup) {
  return {
    base: group.base,
    pattern: group.template,
    files: files.length,
    timesteps: group.timesteps,
    files_per_timestep_most: group.filesMost,
    first: instantOrNull(files[0]?.time),
    last: instantOrNull(files.at(-1)?.time),
    step: step ? stepText(step) : null,
    is_regular: step?.isRegular ?? null,
    missing: missing.count,
    first_missing: missing.first.map(formatInstant),
    size_bytes: sizes ? { least: sizes.least, median: sizes.median, greatest: sizes.greatest } : null,
    size_outliers: files.flatMap(({ file: { shown, sizeBytes } }) =>
      sizes && sizeBytes !== undefined && sizes.isOutlier(sizeBytes) ? [shown] : [],
    ),
    ...datesOf(files.map(({ file }) => file)),
    names: files
      .slice(0, filesMax)
      .map(({ file, time }) => ({ time: formatInstant(time), ...fileDocument(file) })),
  };
}

function fileDocument({ shown, sizeBytes, modifiedAt }: PlacedFile) {
  return { name: shown, size_bytes: sizeBytes ?? null, modified_at: instantOrNull(modifiedAt) };
}

/** When the oldest and the newest were changed, by those whose date is exact. */
export function spanOfDates(files: readonly PlacedFile[]): readonly [number, number] | undefined {
  let span: [number, number] | undefined;
  for (const { modifiedAt: t } of files)
    if (t !== undefined) span = [Math.min(span?.[0] ?? t, t), Math.max(span?.[1] ?? t, t)];
  return span;
}

function datesOf(files: readonly PlacedFile[]) {
  const span = spanOfDates(files);
  return { oldest: instantOrNull(span?.[0]), newest: instantOrNull(span?.[1]) };
}

function instantOrNull(t: number | undefined): string | null {
  return t === undefined ? null : formatInstant(t);
}
