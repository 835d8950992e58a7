import { Command, CommanderError } from "commander";
import { UsageError } from "../../shared/errors.ts";
import { nearest } from "../../shared/nearest.ts";
import { settingRows } from "../runtime/settings/table.ts";
import { commands } from "./commands.ts";
import { helpOf, withExamples } from "./options.ts";
import { exitCodes, explain, withoutPasswords } from "./terminal/exit.ts";
import { addVersion } from "./version.ts";

const variables = settingRows.flatMap(([, row]) =>
  row.help && row.variable ? { ...row, variable: row.variable } : [],
);
const typed = variables.filter(({ option }) => option).map(({ variable }) => variable);
const ofDataset = variables.filter(({ isOfDataset }) => isOfDataset).map(({ variable }) => variable);
const untyped = variables.filter(({ option }) => !option);

const aboutAll = `
Settings from the environment, where no option says otherwise:
  ${typed.join(", ")}
  ${ofDataset.join(" and ")} may end in a dataset's id, as in ACCRETE_SOURCE_TRMM_3B42RT.
And those that no option sets:
${untyped.map((row) => `  ${row.variable.padEnd(23)}${helpOf(row)}`).join("\n")}
  NO_COLOR               removes the colours
With --json nothing but JSON is on stdout, and a failure is one line on stderr:
{"error": {"tag": "usage", "faults": ["…"], "exit_code": 2}}; tags are usage, descriptor, drift, pair, source, granule,
storage, newer, contention, interrupted and unexpected.
Times are ISO 8601 in UTC, as in 2014-04-01T21:00:00Z.
Exit codes: 0 done, 1 failed, 2 bad usage, 3 done but some granules failed, or none of those that should be
there is (doctor: faults are left; check: differences), 130 interrupted.`;

const help = "show this help";

/**
 * The tree of subcommands with their options and help; where `wanted` is given, the others are there by name alone: loading all
 * of them takes longer than most of them take.
 */
export async function createProgram(wanted?: readonly string[]): Promise<Command> {
  const program = new Command("accrete")
    .description("Keeps a Zarr dataset growing as its provider publishes new files.")
    .usage("<command> [options]")
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .exitOverride();
  for (const [heading, ofHeading] of Object.entries(commands)) {
    program.commandsGroup(heading);
    for (const [name, [does, load]] of Object.entries(ofHeading)) {
      const command = program.command(name).description(does);
      if (wanted === undefined || wanted.includes(name)) (await load())(command, createProgram);
    }
  }
  addVersion(program);
  program.helpOption("-h, --help", help).helpCommand("help [command]", "show all about one command");
  for (const command of program.commands)
    command
      .helpOption("-h, --help", help)
      .addHelpText("after", "\nSettings from the environment, times and exit codes: accrete --help");
  return withExamples(
    program,
    ["accrete datasets", "what can be extended"],
    [
      "accrete extend trmm-3b42rt --source ftp://user:password@host/path --start 2014-04-01",
      "begin a dataset in ./data, and ingest all that the provider has",
    ],
    ["accrete status trmm-3b42rt", "is it current, and what is missing"],
    ["accrete help extend", "all about one command"],
  ).addHelpText("after", aboutAll);
}

/** The whole command: parses the arguments, runs the subcommand, sets the exit code. */
export async function runCommand(): Promise<void> {
  quietWarnings();
  const asJson = process.argv.includes("--json");
  const program = await createProgram(process.argv.slice(2, 4));
  for (const command of [program, ...program.commands]) tellUsage(command, asJson);
  // Whoever read the output has gone, as `head` does.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  try {
    refuseUnknown(program, process.argv.slice(2));
    await program.parseAsync();
  } catch (error) {
    process.exitCode = error instanceof CommanderError ? exitCodeOf(error, asJson) : explain(error, asJson);
  }
}

/** Help that is asked for of a command which there is not would be that of all of them. */
function refuseUnknown(program: Command, [first = "", second = ""]: readonly string[]): void {
  const asked = first === "help" ? second : first;
  const names = [...program.commands.map((command) => command.name()), "help"];
  if (asked === "" || asked.startsWith("-") || names.includes(asked)) return;
  const meant = nearest(asked, names);
  const fault = `there is no command "${asked}"; \`accrete --help\` lists those there are`;
  throw new UsageError([meant ? `${fault}; did you mean ${meant}?` : fault]);
}

/**
 * Of which nothing follows for who types a command: what Node calls experimental, a keeper's package without a `type`, and that
 * Google's clients find no metadata server: the failure that follows says what to do.
 */
const quietNames = ["ExperimentalWarning", "MODULE_TYPELESS_PACKAGE_JSON", "MetadataLookupWarning"];

function quietWarnings(): void {
  const listeners = process.listeners("warning");
  process.removeAllListeners("warning").on("warning", (warning: Error & { readonly code?: string }) => {
    if (![warning.name, warning.code].some((one) => quietNames.includes(one ?? "")))
      for (const tell of listeners) tell(warning);
  });
}

/** How commander tells what is wrong with the arguments; with --json that is left to us. */
function tellUsage(command: Command, asJson: boolean): void {
  if (asJson) command.configureOutput({ outputError: () => undefined });
  else {
    const outputError = (text: string, write: (text: string) => void) =>
      write(withoutPasswords(text.replace(/^error: /, "accrete: ")));
    command.configureOutput({ outputError }).showHelpAfterError("(--help says what there is)");
  }
}

/** Commander has already said what is wrong with the arguments, or printed the help that was asked for. */
function exitCodeOf({ exitCode, message }: CommanderError, asJson: boolean): number {
  if (exitCode === 0) return exitCodes.settled;
  if (asJson) return explain(new UsageError([message.replace(/^error: /, "").replaceAll("\n", " ")]), true);
  return exitCodes.usage;
}
