import { readSeconds } from "../settings.ts";
import { DeadlineError } from "./answer.ts";

/** What Cloud Functions gives an HTTP function where nothing else is set. */
const defaultTimeoutMs = 60_000;
/** What is kept back from the timeout, to give leases back and to answer: a tenth, within these bounds. */
const margin = { part: 0.1, shortestMs: 1000, longestMs: 30_000 };
/** Nothing new is begun after this part of the time: the rest is for what was begun. */
const latePart = 0.75;

export interface Deadline {
  /** Aborted when the time is over, with a `DeadlineError`. */
  readonly signal: AbortSignal;
  /** Aborted when it is too late to begin anything. */
  readonly late: AbortSignal;
  /** When the platform would end the request: whatever still goes on, it has to be answered by then. */
  readonly answerBy: AbortSignal;
}

/**
 * A function's timeout in milliseconds: `ACCRETE_TIMEOUT_SECONDS`, else what the platform names. Throws a `UsageError`.
 */
export function readTimeout(environment: NodeJS.ProcessEnv): number {
  return (
    readSeconds("ACCRETE_TIMEOUT_SECONDS", environment) ??
    readSeconds("CLOUD_RUN_TIMEOUT_SECONDS", environment) ??
    defaultTimeoutMs
  );
}

/** The deadline of an invocation that begins now. */
export function startDeadline(timeoutMs: number): Deadline {
  const keptBackMs = Math.min(margin.longestMs, Math.max(margin.shortestMs, timeoutMs * margin.part));
  const untilMs = Math.max(1, timeoutMs - keptBackMs);
  const over = new DeadlineError(
    `the time is over: ${untilMs / 1000} s of a timeout of ${timeoutMs / 1000} s; what was not done is pending`,
  );
  return {
    signal: abortedAfter(untilMs, over),
    late: abortedAfter(untilMs * latePart, over),
    answerBy: abortedAfter(timeoutMs - keptBackMs / 4, over),
  };
}

function abortedAfter(ms: number, reason: Error): AbortSignal {
  const controller = new AbortController();
  setTimeout(() => controller.abort(reason), ms).unref();
  return controller.signal;
}
