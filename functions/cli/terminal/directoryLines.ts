import type { DirectoryInspection } from "../../../shared/authoring/inspect/directory.ts";
import { spanOfDates } from "../../../shared/authoring/inspect/directoryDocument.ts";
import type { NameGroup, PlacedFile } from "../../../shared/authoring/names/groups.ts";
import { stepText } from "../../../shared/authoring/names/steps.ts";
import { formatInstant } from "../../../shared/dataset/timeAxis.ts";
import { counted, sizeText } from "../../runtime/log/humanText.ts";

const directoriesShownMax = 24;
const groupsShownMax = 12;
const namesShownMax = 6;

/** What a place lists, for people. */
export function directoryLines(inspection: DirectoryInspection, isHeld: boolean): string[] {
  const { place, directories, files, listed, isCut, groups, others, nearest } = inspection;
  const shown = groups.slice(0, groupsShownMax);
  return [
    place,
    `directories  ${directories.length === 0 ? "none" : someOf([...directories].sort(), directories.length, directoriesShownMax)}`,
    `files        ${filesText(files)}${listed > 1 ? `, in ${counted(listed, "directory", "directories")}` : ""}`,
    ...(isCut ? ["             of the directories that the paths lead to, only the last"] : []),
    ...shown.flatMap((group) => groupLines(group, isHeld)),
    ...(shown.length < groups.length ? [`and ${counted(groups.length - shown.length, "more pattern")}`] : []),
    ...othersLines(others, isHeld, nearest),
  ];
}

function filesText(files: readonly PlacedFile[]): string {
  if (files.length === 0) return "none";
  const sizes = files.flatMap(({ sizeBytes }) => sizeBytes ?? []);
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  const size = sizeText(bytes, files.length, files.length - sizes.length);
  return `${files.length}, ${size}${datesText(files)}`;
}

/** As the place tells them: text for text where nothing is exact. */
function datesText(files: readonly PlacedFile[]): string {
  const span = spanOfDates(files);
  if (span) return `, dated ${formatInstant(span[0])} to ${formatInstant(span[1])}`;
  const last = files.at(-1)?.version ?? "";
  return last === "" ? "" : `, the last listed with ${last}`;
}

function groupLines(group: NameGroup, isHeld: boolean): string[] {
  const { template, base, files, timesteps, filesMost, sizes } = group;
  const [first, last] = [files[0], files.at(-1)];
  const below = base === "" ? "" : `, below /${base}`;
  if (!first || !last) return ["", `pattern      ${template}: no name fits`];
  const several = filesMost > 1 ? `, up to ${filesMost} a timestep` : "";
  return [
    "",
    `pattern      ${template}${below}`,
    `  files      ${filesText(files.map(({ file }) => file))}`,
    `  timesteps  ${timesteps}${several}, ${formatInstant(first.time)} to ${formatInstant(last.time)}${stepOfText(group)}`,
    ...missingLines(group),
    ...(sizes ? [`  sizes      ${sizesText(group, sizes)}`] : []),
    ...(isHeld ? fittingLines(group) : [`  as         ${last.file.shown}`]),
  ];
}

function stepOfText({ step }: NameGroup): string {
  if (!step) return "";
  return step.isRegular ? `, every ${stepText(step)}` : `, about every ${stepText(step)}`;
}

function missingLines({ missing }: NameGroup): string[] {
  if (missing.count === 0) return [];
  return [
    `  missing    ${missing.count}: ${someOf(missing.first.map(formatInstant), missing.count, missing.first.length)}`,
  ];
}

function sizesText(
  { files }: NameGroup,
  { least, median, greatest, isOutlier }: NonNullable<NameGroup["sizes"]>,
): string {
  const odd = files.filter(({ file: { sizeBytes } }) => sizeBytes !== undefined && isOutlier(sizeBytes));
  const named = odd.map(({ file }) => `${file.shown} (${file.sizeBytes})`);
  const others = odd.length === 0 ? "" : `; unlike the others: ${someOf(named, named.length, namesShownMax)}`;
  if (least === greatest) return counted(least, "byte");
  return `${least} to ${greatest} bytes, half of them up to ${median}${others}`;
}

/** The first and the last names, each with its timestep. */
function fittingLines({ files }: NameGroup): string[] {
  const lines = files.map(({ file, time }) => `  ${formatInstant(time)}  ${file.shown}`);
  if (lines.length <= namesShownMax) return lines;
  const half = namesShownMax / 2;
  return [...lines.slice(0, half), `  … ${lines.length - namesShownMax} more …`, ...lines.slice(-half)];
}

function othersLines(others: readonly PlacedFile[], isHeld: boolean, nearest: string | undefined): string[] {
  if (others.length === 0) return [];
  const names = others.map(({ shown }) => shown);
  return [
    "",
    `${isHeld ? "no match     " : "no pattern   "}${others.length}: ${someOf(names, names.length, namesShownMax)}`,
    ...(nearest === undefined ? [] : [`nearest      ${nearest}`]),
  ];
}

function someOf(names: readonly string[], count: number, shownMax: number): string {
  const shown = names.slice(0, shownMax).join(", ");
  return count > shownMax ? `${shown}, and ${count - Math.min(shownMax, names.length)} more` : shown;
}
