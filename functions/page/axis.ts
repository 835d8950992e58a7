import { parseDuration, parseInstant, type TimeAxis } from "../../shared/dataset/timeAxis.ts";
import type { StatusSummary } from "../../shared/status/summary.ts";

const statusVersion = 2;

/** The time axis of the dataset that a summary is of. */
export function axisOf({ start, end, step }: Pick<StatusSummary, "start" | "end" | "step">): TimeAxis {
  const last = end === null ? undefined : parseInstant(end);
  return {
    start: parseInstant(start) ?? 0,
    stepMs: parseDuration(step) ?? 1,
    ...(last === undefined ? {} : { end: last }),
  };
}

/** A summary as it was served, or what is wrong with it in a sentence. */
export function readStatus(body: unknown): StatusSummary | string {
  if (typeof body !== "object" || body === null) return "status.json holds no object.";
  const { version, start, step, length, failing, revised, commits } = body as Partial<StatusSummary>;
  if (version !== statusVersion) {
    return `status.json has version ${String(version)}, and this page reads version ${statusVersion}: the next commit writes it anew.`;
  }
  const isWhole =
    parseInstant(String(start)) !== undefined &&
    parseDuration(String(step)) !== undefined &&
    Number.isInteger(length) &&
    [failing, revised, commits].every(Array.isArray);
  return isWhole
    ? (body as StatusSummary)
    : "status.json lacks what this page needs: accrete doctor says more.";
}
