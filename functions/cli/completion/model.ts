import type { Argument, Command, Option } from "commander";
import { settingRows } from "../../runtime/settings/table.ts";

/** What a shell offers for one word: names of files or directories, or these words; nothing where a person has to know. */
export type Offer = "files" | "directories" | readonly string[];

export interface OptionCompletion {
  /** As typed, as in `--store` and `-h`. */
  readonly names: readonly string[];
  readonly does: string;
  /** What its value may be; `undefined` where it takes none. */
  readonly value: Offer | undefined;
}

export interface CommandCompletion {
  readonly name: string;
  readonly does: string;
  readonly options: readonly OptionCompletion[];
  /** Of its arguments, in order. */
  readonly values: readonly Offer[];
  /** Whether the last of them may come again and again. */
  readonly isVariadic: boolean;
}

export interface CompletionModel {
  readonly commands: readonly CommandCompletion[];
  /** Of the program itself. */
  readonly options: readonly OptionCompletion[];
}

/**
 * Everything that can be completed, from commander's tree: what the command knows, its completion knows. `ids` are those of the
 * datasets.
 */
export function completionModel(program: Command, ids: readonly string[]): CompletionModel {
  const commands = program.createHelp().visibleCommands(program);
  const names = commands.map((command) => command.name());
  const offers = (name: string): Offer =>
    ({
      dataset: ids,
      datasets: ids,
      command: names,
      granule: "files" as const,
      directory: "directories" as const,
    })[name] ?? [];
  const offersOfSettings = new Map(
    settingRows.map(([name, { offers: offered }]) => [name as string, offered]),
  );
  const offerOf = (option: Option): Offer =>
    option.argChoices ??
    offersOfSettings.get(option.attributeName()) ??
    (option.attributeName() === "dataset" ? ids : []);
  const optionOf = (option: Option): OptionCompletion => ({
    names: [option.long, option.short].filter((name) => name != null),
    does: option.description,
    value: option.required || option.optional ? offerOf(option) : undefined,
  });
  const optionsOf = (command: Command) => command.createHelp().visibleOptions(command).map(optionOf);
  return {
    commands: commands.map((command) => ({
      name: command.name(),
      does: command.description(),
      options: optionsOf(command),
      values: command.registeredArguments.map(
        (argument: Argument) => argument.argChoices ?? offers(argument.name()),
      ),
      isVariadic: command.registeredArguments.at(-1)?.variadic ?? false,
    })),
    options: optionsOf(program),
  };
}
