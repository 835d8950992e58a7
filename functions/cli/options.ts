import type { Command } from "commander";
import { catalogue, datasetById } from "../../shared/dataset/catalogue/catalogue.ts";
import type { Dataset } from "../../shared/dataset/dataset.ts";
import { UsageError } from "../../shared/errors.ts";
import { nearest } from "../../shared/nearest.ts";
import { readSettings, type Settings, type TypedSettings } from "../runtime/settings.ts";

/** Headings of options in the help; a subcommand's own come first. */
const headings = {
  range: "Which timesteps:",
  places: "Where things are:",
  output: "Output:",
} as const;

/** The options that every subcommand on a dataset shares. To be added after its own. */
export function withCommonOptions(command: Command): Command {
  command
    .argument("<dataset>", "its id, as `accrete datasets` lists it")
    .optionsGroup(headings.range)
    .option("--now <time>", "judge the provider as of this time, for replays");
  return withStoreOptions(command).option(
    "--source <url>",
    "base URL instead of the descriptor's: ftp://user:password@host:port/path, or ftps://…",
  );
}

/** Where datasets are, and what is known of them. */
export function withStoreOptions(command: Command): Command {
  return command
    .optionsGroup(headings.places)
    .option(
      "--store <place>",
      "where datasets are kept: a directory, or gs://bucket/prefix (default: ./data)",
    )
    .option(
      "--ledger <place>",
      "what is known of every timestep: a file, or firestore://PROJECT/DATABASE (default: in the store's directory)",
    );
}

/** The range of timesteps that a subcommand works on, and what it shares with the others. */
export function withRangeOptions(command: Command): Command {
  command
    .optionsGroup(headings.range)
    .option("--from <time>", "first timestep to look at")
    .option("--to <time>", "last timestep to look at")
    .option("--start <time>", "where a dataset that is created now shall begin");
  return withCommonOptions(command).option(
    "--queue <url>",
    "topics of the cloud's functions: pubsub://PROJECT/TOPIC",
  );
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

/** Everything that a person set for one dataset. Throws a `UsageError` with all faults. */
export function settingsOf(id: string, typed: TypedSettings): Settings {
  datasetNamed(id);
  return readSettings(typed, process.env, id);
}

/** The dataset of that id. Throws a `UsageError` that says which may have been meant. */
export function datasetNamed(id: string): Dataset {
  try {
    return datasetById(id);
  } catch (error) {
    const meant = nearest(
      id,
      catalogue.map((dataset) => dataset.id),
    );
    if (!(error instanceof UsageError) || !meant) throw error;
    throw new UsageError(error.faults.map((fault) => `${fault}; did you mean ${meant}?`));
  }
}

/** The range as the stages take it. */
export function rangeOf({ from, to }: Settings, force: boolean) {
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }), force };
}
