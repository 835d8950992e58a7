import { type Command, Option } from "commander";
import type { Descriptor } from "../../shared/dataset/dataset.ts";
import {
  headings,
  type OptionName,
  otherwiseOf,
  type Setting,
  settingsTable,
} from "../runtime/settings/table.ts";
import { readSettings, type Settings, type TypedSettings } from "../runtime/settings.ts";

/** The options that every subcommand on a dataset shares. To be added after its own. */
export function withCommonOptions(command: Command): Command {
  command.argument("<dataset>", "its id, as `accrete datasets` lists it");
  return withSettings(command, "now", "store", "ledger", "source", "datasets");
}

/** The range of timesteps that a subcommand works on, and what it shares with the others. */
export function withRangeOptions(command: Command): Command {
  return withSettings(withCommonOptions(withSettings(command, "from", "to", "start")), "queue");
}

/** The options of those settings, under their headings. */
export function withSettings(command: Command, ...names: readonly OptionName[]): Command {
  for (const name of names) {
    const setting: Setting & { readonly option: string } = settingsTable[name];
    const option = new Option(setting.option, helpOf(setting));
    if (setting.isRepeated) option.argParser((text, before: readonly string[] = []) => [...before, text]);
    command.optionsGroup(headings[setting.heading ?? "task"]).addOption(option);
  }
  return command;
}

/** What a setting is for, and what is so without it. */
export function helpOf(setting: Setting): string {
  const otherwise = otherwiseOf(setting);
  const text = otherwise === "" ? setting.help : `${setting.help} (default: ${otherwise})`;
  return (text ?? "").replaceAll("`", "");
}

/** The last of the options. */
export function withOutputOptions(command: Command, json = "one JSON object, for machines"): Command {
  return command.optionsGroup(headings.output).option("--json", json);
}

/** A line that runs as it stands, and what it does. */
export type Example = readonly [line: string, does: string];

/** Shown below the help of a subcommand. */
export function withExamples(command: Command, ...examples: readonly Example[]): Command {
  const lines = examples.map(([line, does]) => `  # ${does}\n  ${line}`);
  return command.addHelpText("after", `\nExamples:\n${lines.join("\n")}`);
}

/** The dataset of that id, and everything that a person set for it. Throws a `UsageError` with all faults. */
export async function readChosen(id: string, typed: TypedSettings): Promise<Chosen> {
  const settings = readSettings(typed, process.env, id);
  // What checks descriptors takes longer to load than help takes.
  const { datasetsDirectory, openDataset } = await import("../runtime/datasets/datasets.ts");
  return { descriptor: await openDataset(id, datasetsDirectory(settings.datasets)), settings };
}

export interface Chosen {
  readonly descriptor: Descriptor;
  readonly settings: Settings;
}
