import { Command, CommanderError } from "commander";
import { addDatasets } from "./datasets.ts";
import { addDoctor } from "./doctor.ts";
import { exitCodes, explain } from "./exit.ts";
import { addExtend } from "./extend.ts";
import { addPlan } from "./plan.ts";
import { addStatus } from "./status.ts";

const afterHelp = `
Settings from the environment: ACCRETE_STORE, ACCRETE_LEDGER, ACCRETE_SOURCE, ACCRETE_LEASE_SECONDS,
ACCRETE_WATCH_SECONDS.
Times are ISO 8601 in UTC, as in 2014-04-01T21:00:00Z.
Exit codes: 0 all settled, 1 failed, 2 bad usage, 3 done but some granules failed (doctor: faults are left),
130 interrupted.`;

/** The whole command: parses the arguments, runs the subcommand, sets the exit code. */
export async function runCommand(): Promise<void> {
  const program = new Command("accrete")
    .description("Keeps a Zarr dataset growing as its provider publishes new files.")
    .showHelpAfterError("(--help says what there is)")
    .addHelpText("after", afterHelp)
    .exitOverride();
  for (const add of [addDatasets, addPlan, addExtend, addStatus, addDoctor]) add(program);
  // Whoever read the output has gone, as `head` does.
  process.stdout.on("error", () => undefined);
  try {
    await program.parseAsync();
  } catch (error) {
    process.exitCode = error instanceof CommanderError ? exitCodeOf(error) : explain(error);
  }
}

/** Commander has already said what is wrong with the arguments, or printed the help that was asked for. */
function exitCodeOf({ exitCode }: CommanderError): number {
  return exitCode === 0 ? exitCodes.settled : exitCodes.usage;
}
