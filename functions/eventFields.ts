import { formatInstant } from "../shared/dataset/timeAxis.ts";
import type { PipelineEvent } from "../shared/pipeline/events.ts";

/** Members of events that are instants, by their names for machines, where `time` would be an entry's own. */
const instants = {
  start: "start",
  leasedUntil: "leasedUntil",
  from: "from",
  to: "to",
  time: "timestep",
  nextTryAt: "nextTryAt",
  validThrough: "validThrough",
  until: "until",
} as const;

/** An event's members for machines: instants are ISO 8601, UTC. */
export function eventFields(event: PipelineEvent): Readonly<Record<string, unknown>> {
  const field = ([name, value]: [string, unknown]) =>
    name in instants && typeof value === "number"
      ? [instants[name as keyof typeof instants], formatInstant(value)]
      : [name, value];
  return Object.fromEntries(Object.entries(event).map(field));
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
