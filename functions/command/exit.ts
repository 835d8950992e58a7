import {
  DescriptorError,
  DriftError,
  reasonOf,
  SourceError,
  type SourceFault,
  UsageError,
} from "../../shared/errors.ts";

export const exitCodes = { settled: 0, failed: 1, usage: 2, someFailed: 3, interrupted: 130 } as const;

/** Thrown where a person asked to stop. */
export class Interrupted extends Error {}

const sourceRemedies: Readonly<Record<SourceFault, string>> = {
  unreachable: "check --source, or try again later; nothing is lost",
  refused: "check user and password in --source",
  listing: "check --source, or try again later; nothing is lost",
  transfer: "try again later; nothing is lost",
};

/** Says in one line each what went wrong and, where it is not in the message, what to do; returns the exit code. */
export function explain(error: unknown): number {
  if (error instanceof Interrupted) {
    process.stderr.write("accrete: stopped; run the same command again to go on\n");
    return exitCodes.interrupted;
  }
  if (error instanceof UsageError || error instanceof DescriptorError) {
    for (const fault of error.faults) process.stderr.write(`accrete: ${fault}\n`);
    return exitCodes.usage;
  }
  const remedy = remedyOf(error);
  process.stderr.write(`accrete: ${reasonOf(error, 2000)}${remedy && `; ${remedy}`}\n`);
  return exitCodes.failed;
}

/** What to do, where the message does not say it. */
function remedyOf(error: unknown): string {
  if (error instanceof SourceError) return sourceRemedies[error.fault];
  if (error instanceof DriftError) return "nothing was written: mend either side, or choose another --store";
  return "";
}

/** A signal that is aborted on Ctrl-C or SIGTERM; a second Ctrl-C ends the process at once. */
export function stopSignal(): AbortSignal {
  const stop = new AbortController();
  process.stdout.once("error", () => stop.abort(new Interrupted()));
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.once(name, () => {
      stop.abort(new Interrupted());
      process.once(name, () => process.exit(exitCodes.interrupted));
    });
  }
  return stop.signal;
}
