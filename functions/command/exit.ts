import { DescriptorError, reasonOf, UsageError } from "../../shared/errors.ts";

export const exitCodes = { settled: 0, failed: 1, usage: 2, someFailed: 3, interrupted: 130 } as const;

/** Thrown where a person asked to stop. */
export class Interrupted extends Error {}

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
  process.stderr.write(`accrete: ${reasonOf(error, 2000)}\n`);
  return exitCodes.failed;
}

/** A signal that is aborted on Ctrl-C or SIGTERM; a second Ctrl-C ends the process at once. */
export function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.once(name, () => {
      stop.abort(new Interrupted());
      process.once(name, () => process.exit(exitCodes.interrupted));
    });
  }
  return stop.signal;
}
