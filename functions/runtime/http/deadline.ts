import { DeadlineError } from "./answer.ts";

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
  /** To be called when the request is answered. */
  end(): void;
}

/** The deadline of an invocation that begins now, given the function's timeout. */
export function startDeadline(timeoutMs: number): Deadline {
  const keptBackMs = Math.min(margin.longestMs, Math.max(margin.shortestMs, timeoutMs * margin.part));
  const untilMs = Math.max(1, timeoutMs - keptBackMs);
  const over = new DeadlineError(
    `the time is over: ${untilMs / 1000} s of a timeout of ${timeoutMs / 1000} s; what was not done is pending`,
  );
  const timers: NodeJS.Timeout[] = [];
  const abortedAfter = (ms: number): AbortSignal => {
    const controller = new AbortController();
    timers.push(setTimeout(() => controller.abort(over), ms));
    return controller.signal;
  };
  return {
    signal: abortedAfter(untilMs),
    late: abortedAfter(untilMs * latePart),
    answerBy: abortedAfter(timeoutMs - keptBackMs / 4),
    end() {
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
