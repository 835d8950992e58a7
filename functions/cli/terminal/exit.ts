import type { LoadedDatasets } from "../../../shared/dataset/loadDatasets.ts";
import {
  DescriptorError,
  DriftError,
  reasonOf,
  SourceError,
  type SourceFault,
  StorageError,
  UsageError,
} from "../../../shared/errors.ts";
import { redactUrls } from "../../../shared/source/secrets/redactUrl.ts";

/** `incomplete`: done, but some granules failed, or none is there that should be. */
export const exitCodes = { settled: 0, failed: 1, usage: 2, incomplete: 3, interrupted: 130 } as const;

/** Thrown where a person asked to stop. Its message says what follows from that. */
export class Interrupted extends Error {
  constructor(message = "stopped; run the same command again to go on") {
    super(message);
  }
}

const sourceRemedies: Readonly<Record<SourceFault, string>> = {
  unreachable: "check the provider's URL, or try again later; nothing is lost",
  refused: "check user and password in the provider's URL",
  listing: "check the provider's URL, or try again later; nothing is lost",
  transfer: "try again later; nothing is lost",
};

const doctorRebuilds =
  "or move that file away: `accrete doctor DATASET --repair` makes a new ledger from the store";

/** By SQLite's result codes, https://sqlite.org/rescode.html, of the ledger or of the store's mutex. */
const sqliteRemedies: Readonly<Record<number, string>> = {
  5: "another process has held it for too long: end that one, or run again later; nothing is lost",
  8: "this user may not write it",
  11: doctorRebuilds,
  13: "the disk is full; free some space and run again, nothing is lost",
  26: doctorRebuilds,
};

/** What went wrong and what to do, in one sentence each. */
export interface Failure {
  readonly tag: string;
  readonly faults: readonly string[];
  readonly exitCode: number;
}

export function failureOf(error: unknown): Failure {
  if (error instanceof Interrupted) {
    return { tag: "interrupted", faults: [error.message], exitCode: exitCodes.interrupted };
  }
  if (error instanceof UsageError) return { tag: error.tag, faults: error.faults, exitCode: exitCodes.usage };
  if (error instanceof DescriptorError)
    return { tag: error.tag, faults: [error.message], exitCode: exitCodes.usage };
  const reason = reasonOf(error, 2000);
  if (!(error instanceof Error && "tag" in error)) {
    const faults = [`${reason}; nobody expected this: please report it with what follows`];
    return { tag: "unexpected", faults, exitCode: exitCodes.failed };
  }
  const remedy = remedyOf(error);
  return {
    tag: String(error.tag),
    faults: [`${reason}${remedy && `; ${remedy}`}`],
    exitCode: exitCodes.failed,
  };
}

/** The text without any password of a URL: there may be one among what was typed, in the wrong place. */
export function withoutPasswords(text: string): string {
  return redactUrls(text, process.argv.slice(2));
}

/** Tells of the datasets whose descriptors are faulty, a line for each: the others are worked with. */
export function warnOfFaulty({ faulty }: LoadedDatasets): void {
  for (const { message } of faulty.values()) process.stderr.write(`accrete: ${withoutPasswords(message)}\n`);
}

/**
 * Tells a failure, and no password: a line for each fault, or with --json all in one line of JSON. Returns the exit code.
 */
export function explain(error: unknown, asJson = false): number {
  const { tag, faults: all, exitCode } = failureOf(error);
  const faults = all.map(withoutPasswords);
  const stack =
    tag === "unexpected" && error instanceof Error ? { stack: withoutPasswords(error.stack ?? "") } : {};
  const lines = asJson
    ? [JSON.stringify({ error: { tag, faults, exit_code: exitCode, ...stack } })]
    : [...faults.map((fault) => `accrete: ${fault}`), ...(stack.stack ? [stack.stack] : [])];
  for (const line of lines) process.stderr.write(`${line}\n`);
  return exitCode;
}

/** What to do, where the message does not say it. */
function remedyOf(error: unknown): string {
  if (error instanceof SourceError) return sourceRemedies[error.fault];
  if (error instanceof StorageError) return sqliteRemedies[sqliteCodeOf(error.cause)] ?? "";
  if (error instanceof DriftError)
    return "nothing was written: an array that is new `accrete doctor DATASET --repair` adds; else change the descriptor back, or choose another --store";
  return "";
}

/** 0 for what is not SQLite's; the low byte is the code, the rest says more of it. */
function sqliteCodeOf(cause: unknown): number {
  return cause instanceof Error && "errcode" in cause ? Number(cause.errcode) & 0xff : 0;
}

/** A signal that is aborted on Ctrl-C or SIGTERM; a second Ctrl-C ends the process at once. */
export function stopSignal(reason = new Interrupted()): AbortSignal {
  const stop = new AbortController();
  process.stdout.once("error", () => stop.abort(reason));
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.once(name, () => {
      stop.abort(reason);
      process.once(name, () => process.exit(exitCodes.interrupted));
    });
  }
  return stop.signal;
}
