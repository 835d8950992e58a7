#!/usr/bin/env -S node --experimental-strip-types --disable-warning=ExperimentalWarning
import { Command, CommanderError } from "commander";
import { addDatasets } from "./command/datasets.ts";
import { exitCodes, explain } from "./command/exit.ts";
import { addExtend } from "./command/extend.ts";
import { addPlan } from "./command/plan.ts";
import { addStatus } from "./command/status.ts";

const program = new Command("accrete")
  .description("Keeps a Zarr dataset growing as its provider publishes new files.")
  .showHelpAfterError("(--help says what there is)")
  .addHelpText(
    "after",
    `
Settings from the environment: ACCRETE_STORE, ACCRETE_LEDGER, ACCRETE_SOURCE, ACCRETE_LEASE_SECONDS.
Times are ISO 8601 in UTC, as in 2014-04-01T21:00:00Z.
Exit codes: 0 all settled, 1 failed, 2 bad usage, 3 done but some granules failed, 130 interrupted.`,
  )
  .exitOverride();
for (const add of [addDatasets, addPlan, addExtend, addStatus]) add(program);

try {
  await program.parseAsync();
} catch (error) {
  // Commander has already said what is wrong with the arguments, or printed the help that was asked for.
  if (error instanceof CommanderError)
    process.exitCode = error.exitCode === 0 ? exitCodes.settled : exitCodes.usage;
  else process.exitCode = explain(error);
}
