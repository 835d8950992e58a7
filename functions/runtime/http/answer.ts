import { DescriptorError, DriftError, PairError, reasonOf, UsageError } from "../../../shared/errors.ts";
import type { OpenedObject } from "../../../shared/store/store.ts";
import type { Log } from "../log/log.ts";

/** What a function answers with: a status, and a body that is sent as JSON. */
export interface Answer {
  readonly status: number;
  readonly body: object;
  /** Besides what every answer has. */
  readonly headers?: Headers;
}

/** The same with bytes as they are. */
export interface Content {
  readonly status: number;
  readonly content: Uint8Array;
  readonly headers: Headers;
}

/** The same with bytes that are read while they are sent: those of an object from `first` up to and without `end`. */
export interface Streamed {
  readonly status: number;
  readonly opened: OpenedObject;
  readonly first: number;
  readonly end: number;
  readonly headers: Headers;
}

export type Answered = Answer | Content | Streamed;

/** By their names. */
export type Headers = Readonly<Record<string, string>>;

/** What is sent of an answer that lies in memory. */
export function bytesOf(answered: Answer | Content): Uint8Array {
  return "content" in answered ? answered.content : Buffer.from(`${JSON.stringify(answered.body)}\n`);
}

export const jsonType = "application/json; charset=utf-8";

/** There is no such thing here. */
export function notFound(what: string): Answer {
  return { status: 404, body: { faults: [`there is no ${what.slice(0, 200)}`] } };
}

/** The time of an invocation is over. What was not done is pending, as before. */
export class DeadlineError extends Error {
  override readonly name = "DeadlineError";
}

/**
 * How a failure is answered. Pub/Sub delivers again whatever is not answered with 2xx, until it counts as undeliverable
 * and goes to the dead-letter topic: at once wrong are only messages that can never work (400), all else may pass (5xx).
 */
export function failureAnswer(error: unknown): Answer {
  if (error instanceof UsageError) return { status: 400, body: { faults: error.faults } };
  const needsPerson = [DriftError, PairError, DescriptorError].some((kind) => error instanceof kind);
  const isKnown = (error instanceof Error && "tag" in error) || error instanceof DeadlineError;
  return {
    status: isKnown && !needsPerson ? 503 : 500,
    body: { faults: [isKnown ? reasonOf(error, 2000) : "unexpected failure; the log has its trace"] },
  };
}

/** The same, and tells the log, with the trace of what nobody expected. */
export function loggedFailure(error: unknown, log: Log): Answer {
  const answer = failureAnswer(error);
  const trace = answer.status === 500 && error instanceof Error ? { stack_trace: error.stack } : {};
  log("ERROR", reasonOf(error, 2000), { ...answer.body, status: answer.status, ...trace });
  return answer;
}
