import type { Command } from "commander";
import { readSettings, type Settings, type TypedSettings } from "../settings.ts";

/** The options that every subcommand on a dataset shares. */
export function withCommonOptions(command: Command): Command {
  return command
    .argument("<dataset>", "its id, as `accrete datasets` lists it")
    .option("--store <url>", "where datasets are kept: a directory, or gs://bucket/prefix (default: ./data)")
    .option(
      "--ledger <url>",
      "what is known of every timestep: a file, or firestore://PROJECT/DATABASE (default: in the store's directory)",
    )
    .option(
      "--source <url>",
      "base URL instead of the descriptor's: ftp://user:password@host:port/path, or ftps://…",
    )
    .option("--now <time>", "judge the provider as of this time, for replays");
}

/** The range of timesteps that a subcommand works on. */
export function withRangeOptions(command: Command): Command {
  return withCommonOptions(command)
    .option("--from <time>", "first timestep to look at")
    .option("--to <time>", "last timestep to look at")
    .option("--queue <url>", "topics of the cloud's functions: pubsub://PROJECT/TOPIC")
    .option("--start <time>", "where a dataset that is created now shall begin");
}

export function settingsOf(id: string, typed: TypedSettings): Settings {
  return readSettings(typed, process.env, id);
}

/** The range as the stages take it. */
export function rangeOf({ from, to }: Settings, force: boolean) {
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }), force };
}
