import type { Command } from "commander";
import {
  compareGolden,
  type GoldenDifference,
  goldenBytes,
  readGolden,
} from "../../shared/archive/golden.ts";
import type { Descriptor } from "../../shared/dataset/dataset.ts";
import type { LoadedDatasets } from "../../shared/dataset/loadDatasets.ts";
import { DescriptorError, reasonOf, UsageError } from "../../shared/errors.ts";
import {
  datasetsDirectory,
  openDataset,
  openDatasets,
  shippedDirectory,
} from "../runtime/datasets/datasets.ts";
import { goldenPath, readGoldenFile } from "../runtime/datasets/goldenFiles.ts";
import { counted } from "../runtime/log/humanText.ts";
import { replaceFile } from "../runtime/replaceFile.ts";
import { headings } from "../runtime/settings/table.ts";
import { readSettings, type TypedSettings } from "../runtime/settings.ts";
import { shownPath } from "../runtime/shownPath.ts";
import { withExamples, withOutputOptions, withSettings } from "./options.ts";
import { exitCodes, warnOfFaulty } from "./terminal/exit.ts";
import { goldenLines } from "./terminal/goldenLines.ts";
import { printJson } from "./terminal/json.ts";

const aboutCheck = `
Loads each descriptor with all its checks, and compares the metadata that it yields with those that lie beside it, in
ID.metadata.json: to be kept in git, so that no change of what readers get goes unseen. Each difference is told with
what it would mean for a dataset that is stored: harmless, it needs the doctor's repair, or it needs a new dataset.
Nothing of a store or a provider is asked.
Exit codes: 0 all as kept (with --update: written), 2 a descriptor is faulty, 3 there are differences, or metadata
that nobody has kept yet.`;

type TypedCheck = TypedSettings & { readonly update?: true; readonly json?: true };

interface Checked {
  readonly dataset: string;
  readonly state: "kept" | "changed" | "new" | "unreadable" | "faulty";
  /** Where its golden metadata lie. */
  readonly file: string;
  readonly differences: readonly GoldenDifference[];
  readonly faults: readonly string[];
}

/** `accrete check`: whether descriptors are sound, and yield what was kept. */
export function defineCheck(command: Command): void {
  command
    .argument("[datasets...]", "their ids, as `accrete datasets` lists them (default: all)")
    .optionsGroup(headings.task)
    .option("--update", "keep the metadata that descriptors yield now");
  withExamples(
    withOutputOptions(withSettings(command, "datasets")).addHelpText("after", aboutCheck),
    ["accrete check", "whether anything changed, as in CI"],
    ["accrete check trmm-3b42rt --update", "keep what it is now"],
    ["accrete check --json", "for a script"],
  ).action(check);
}

async function check(ids: readonly string[], { update, json, ...typed }: TypedCheck): Promise<void> {
  const { datasets: given } = readSettings(typed, process.env);
  const directory = datasetsDirectory(given);
  if (update && given === undefined && directory === shippedDirectory)
    throw new UsageError([
      "--update keeps nothing of the datasets that ship: it needs your own, in ./datasets or in --datasets",
    ]);
  const loaded = ids.length > 0 ? await openNamed(ids, directory) : await openDatasets(directory);
  const sound: Checked[] = [];
  for (const descriptor of loaded.datasets) sound.push(await checked(descriptor, directory, update ?? false));
  const faulty = [...loaded.faulty].map(([dataset, { faults }]): Checked => {
    return { dataset, state: "faulty", file: goldenPath(directory, dataset), differences: [], faults };
  });
  const all = [...sound, ...faulty].sort((a, b) => (a.dataset < b.dataset ? -1 : 1));
  warnOfFaulty(loaded);
  if (json) printJson({ datasets: all });
  else process.stdout.write(sound.flatMap((one) => lines(one, update ?? false)).join(""));
  const isSettled = update === true || sound.every(({ state }) => state === "kept");
  if (faulty.length > 0) process.exitCode = exitCodes.usage;
  else process.exitCode = isSettled ? exitCodes.settled : exitCodes.incomplete;
}

/** Throws a `UsageError` for an id that is none. */
async function openNamed(ids: readonly string[], directory: string): Promise<LoadedDatasets> {
  const datasets: Descriptor[] = [];
  const faulty = new Map<string, DescriptorError>();
  for (const id of new Set(ids)) {
    try {
      datasets.push(await openDataset(id, directory));
    } catch (error) {
      if (!(error instanceof DescriptorError)) throw error;
      faulty.set(id, error);
    }
  }
  return { datasets, faulty };
}

async function checked(descriptor: Descriptor, directory: string, update: boolean): Promise<Checked> {
  const { id } = descriptor;
  const file = goldenPath(directory, id);
  const [golden, now] = [await readGoldenFile(file), goldenBytes(descriptor)];
  const isSame = golden !== undefined && Buffer.compare(golden, now) === 0;
  if (update && !isSame) await replaceFile(file, now);
  const found = { dataset: id, file, differences: [], faults: [] };
  if (!golden) return { ...found, state: "new" };
  try {
    const differences = compareGolden(descriptor, readGolden(descriptor, golden));
    return { ...found, state: differences.length > 0 ? "changed" : "kept", differences };
  } catch (error) {
    return { ...found, state: "unreadable", faults: [reasonOf(error)] };
  }
}

function lines({ dataset, state, file, differences, faults }: Checked, update: boolean): string[] {
  const place = shownPath(file);
  const next = update ? `  ${place} is written` : `  keep it with: accrete check ${dataset} --update`;
  const heading = {
    kept: "as kept",
    changed: `${counted(differences.length, "difference")} from ${place}`,
    new: `no ${place} yet`,
    unreadable: `${place} cannot be read: ${faults.join("; ")}`,
    faulty: "",
  }[state];
  const told = [`${dataset}: ${heading}`, ...goldenLines(dataset, differences)];
  return [...told, ...(state === "kept" ? [] : [next])].map((line) => `${line}\n`);
}
