import type { PipelineEvent } from "../../../shared/pipeline/events.ts";
import { eventFields } from "./eventFields.ts";
import { eventLines } from "./eventLines.ts";

/** As Cloud Logging names them: https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry#logseverity */
export type Severity = "DEBUG" | "INFO" | "WARNING" | "ERROR";

/** What is said besides the message: counts, names, instants in milliseconds. */
export type LogFields = Readonly<Record<string, unknown>>;

export interface Log {
  (severity: Severity, message: string, fields?: LogFields): void;
  /** The same, with these fields in every line. */
  with(fields: LogFields): Log;
}

export interface LogOptions {
  /** JSON for Cloud Logging, a line an entry; or lines for people. */
  readonly form: "json" | "text";
  readonly write: (line: string) => void;
  readonly now: () => number;
}

/**
 * A log in the form of Cloud Logging's structured entries, one line each. Passwords in URLs are hidden, wherever they stand.
 * Format: https://cloud.google.com/logging/docs/structured-logging
 */
export function createLog(options: LogOptions, common: LogFields = {}, beganAt = options.now()): Log {
  const { form, write, now } = options;
  const log = (severity: Severity, message: string, fields: LogFields = {}) => {
    const seconds = (now() - beganAt) / 1000;
    const entry = redacted({ severity, message, ...common, ...fields, seconds }) as LogFields;
    write(`${form === "json" ? JSON.stringify(entry) : textOf(entry, now())}\n`);
  };
  return Object.assign(log, {
    with: (fields: LogFields) => createLog(options, { ...common, ...fields }, beganAt),
  });
}

const severities = {
  created: "INFO",
  planned: "INFO",
  unmatched: "WARNING",
  emptyWindow: "INFO",
  continued: "INFO",
  waiting: "DEBUG",
  skipped: "WARNING",
  granule: "DEBUG",
  granuleFailed: "WARNING",
  batch: "INFO",
  unheard: "WARNING",
  statusLeft: "WARNING",
  committed: "INFO",
} as const satisfies Record<PipelineEvent["event"], Severity>;

/** Writes what the stages tell: the event's own numbers beside a sentence. */
export function logEvents(log: Log): (event: PipelineEvent) => void {
  return (event) => {
    const said = eventLines(event).map((line) => line.trim());
    log(severities[event.event], said.join("; ") || "nothing is pending", eventFields(event));
  };
}

/** A line for people: when, how grave, what it is about, what happened. */
function textOf({ severity, function: name, dataset, message }: LogFields, t: number): string {
  const about = [name, dataset].filter((part) => part !== undefined).join(" ");
  const said = String(message).replace(/\s*\n\s*/g, "; ");
  return `${new Date(t).toISOString().slice(11, 19)} ${String(severity).padEnd(7)} ${about && `${about}: `}${said}`;
}

/** Hides the password of every URL in any text; where it cannot be told from the rest, rather too much. */
function redacted(value: unknown): unknown {
  if (typeof value === "string") return value.replace(/([a-z][a-z0-9+.-]*:\/\/[^\s:/]*):\S*@/gi, "$1:***@");
  if (Array.isArray(value)) return value.map(redacted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, held]) => [name, redacted(held)]));
}
