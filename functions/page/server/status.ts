import { fixedAxis, parseDuration, parseInstant, type TimeAxis } from "../../../shared/dataset/timeAxis.ts";
import { schemaKnown, schemaOf } from "../../../shared/schema.ts";
import type { StatusSummary } from "../../../shared/status/summary.ts";

/** The time axis of the dataset that a summary describes. */
export function axisOf({ start, end, step }: Pick<StatusSummary, "start" | "end" | "step">): TimeAxis {
  const last = end === null ? undefined : parseInstant(end);
  return fixedAxis({
    start: parseInstant(start) ?? 0,
    stepMs: parseDuration(step) ?? 1,
    ...(last === undefined ? {} : { end: last }),
  });
}

/** A summary as it was served, or what is wrong with it in a sentence. */
export function readStatus(body: unknown): StatusSummary | string {
  if (typeof body !== "object" || body === null) return "status.json holds no object.";
  const status = body as Partial<StatusSummary>;
  const schema = schemaOf(status);
  if (schema !== schemaKnown) {
    const named = Number.isNaN(schema) ? "a schema that is no number" : `schema ${schema}`;
    const remedy =
      schema > schemaKnown
        ? "a newer Accrete than this page's wrote it: load the page again."
        : "the next commit writes it anew.";
    return `status.json has ${named}, and this page reads schema ${schemaKnown}: ${remedy}`;
  }
  return isHeadValid(status) && isRestValid(status)
    ? (status as StatusSummary)
    : "status.json lacks what this page needs: accrete doctor says more.";
}

const isText = (value: unknown) => typeof value === "string";
const isInstant = (value: unknown) => typeof value === "string" && parseInstant(value) !== undefined;
const isDuration = (value: unknown) => typeof value === "string" && parseDuration(value) !== undefined;
const isCount = (value: unknown) => Number.isInteger(value) && (value as number) >= 0;
const isObject = (value: unknown) => typeof value === "object" && value !== null;
const isList = (value: unknown, isValid: (one: unknown) => boolean) =>
  Array.isArray(value) && value.every(isValid);
const orNull = (isValid: (value: unknown) => boolean) => (value: unknown) => value === null || isValid(value);

function isHeadValid(status: Partial<StatusSummary>): boolean {
  return (
    [status.dataset, status.title].every(isText) &&
    isInstant(status.start) &&
    [status.end, status.valid_through, status.committed_at].every(orNull(isInstant)) &&
    [status.step, status.expected_latency, status.patience].every(isDuration) &&
    [status.length, status.commit_seq].every(isCount) &&
    isCount(status.chunk_length) &&
    status.chunk_length !== 0
  );
}

function isRestValid({ failing, revised, commits, latency, provider }: Partial<StatusSummary>): boolean {
  return (
    [failing, revised, commits].every((list) => isList(list, isObject)) &&
    orNull(isInstant)(latency?.from) &&
    [latency?.published_seconds, latency?.visible_seconds].every((list) =>
      isList(list, orNull(Number.isInteger)),
    ) &&
    orNull(isInstant)(provider?.looked_at) &&
    orNull(isObject)(provider?.failing) &&
    orNull(isObject)(provider?.unmatched ?? null)
  );
}
