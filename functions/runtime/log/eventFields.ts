import { formatInstant } from "../../../shared/dataset/timeAxis.ts";
import type { PipelineEvent } from "../../../shared/pipeline/events.ts";

/** Members of events that are instants. */
const instants = new Set([
  "start",
  "leasedUntil",
  "from",
  "to",
  "nextTryAt",
  "validThrough",
  "until",
  "pathless",
]);

/**
 * An event's members for machines: instants are ISO 8601, UTC. Of a granule's timesteps, `timestep` is the first and
 * `timesteps` their number: `time` would be a log entry's own.
 */
export function eventFields(event: PipelineEvent): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(event).flatMap(fieldsOf));
}

function fieldsOf([name, value]: [string, unknown]): [string, unknown][] {
  if (name === "times" && Array.isArray(value)) {
    return [
      ["timestep", formatInstant(value[0])],
      ["timesteps", value.length],
    ];
  }
  return [[name, instants.has(name) && typeof value === "number" ? formatInstant(value) : value]];
}

/** The same as a document of its own: names in snake_case, also the event's, and null for what is not known. */
export function eventDocument(event: PipelineEvent): Readonly<Record<string, unknown>> {
  const member = ([name, value]: [string, unknown]) => [snakeCase(name), value ?? null];
  const members = Object.entries(eventFields(event)).map(member);
  return { ...Object.fromEntries(members), event: snakeCase(event.event) };
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
