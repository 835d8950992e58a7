import type { Dataset } from "../dataset/dataset.ts";
import { formatDuration, formatInstant, indexOf, parseInstant, type TimeAxis } from "../dataset/timeAxis.ts";
import { UsageError } from "../errors.ts";
import type { GranuleIdentity } from "../ledger/records.ts";
import type { BatchStep, ExtendMessage, PlanMessage } from "./queue.ts";

/** A plan that somebody asks for; without `dataset`, of every one. Instants are milliseconds since 1970 UTC. */
export interface PlanRequest {
  readonly dataset: Dataset | undefined;
  readonly from?: number;
  readonly to?: number;
  readonly force: boolean;
}

/** Timesteps that one message may ask for. */
const rangeStepsMax = 1_000_000;
/** Faults that are listed; of any further ones only the number. */
const faultsMax = 20;
const textCharactersMax = 2000;

/**
 * Reads `{}`, `{"dataset"}`, `{"dataset","from","to"}`, each but the first with `"force":true` if wanted; of the range, one
 * end may be absent. Both are timesteps of the dataset. Throws one `UsageError` with every fault.
 */
export function readPlanMessage(value: unknown, known: readonly Dataset[]): PlanRequest {
  const faults: string[] = [];
  const {
    dataset: id,
    from,
    to,
    force = false,
  } = membersOf(value, ["dataset", "from", "to", "force"], faults);
  const dataset = id === undefined ? undefined : datasetOf(id, known, faults);
  if (typeof force !== "boolean") faults.push(`force is ${shown(force)}, not true or false`);
  if (id === undefined && (from !== undefined || to !== undefined || force === true)) {
    faults.push("from, to and force need a dataset");
  }
  const axis = dataset && { ...dataset.time, id: dataset.id };
  const [first, last] = [instantOf("from", from, axis, faults), instantOf("to", to, axis, faults)];
  if (first !== undefined && last !== undefined) faults.push(...rangeFaults(first, last, dataset));
  refuse("plan", faults);
  return {
    dataset,
    ...(first === undefined ? {} : { from: first }),
    ...(last === undefined ? {} : { to: last }),
    force: force === true,
  };
}

/** The message that asks for a plan of that range, instants in milliseconds since 1970 UTC. */
export function planMessage(dataset: string, { from, to, force }: Omit<PlanRequest, "dataset">): PlanMessage {
  return {
    dataset,
    ...(from === undefined ? {} : { from: formatInstant(from) }),
    ...(to === undefined ? {} : { to: formatInstant(to) }),
    ...(force ? { force } : {}),
  };
}

/**
 * Reads the message of one batch, as a plan sends it: of what form it is. Whether the dataset has such a chunk is for the
 * stage to say. Throws one `UsageError` with every fault.
 */
export function readExtendMessage(value: unknown, known: readonly Dataset[]): ExtendMessage {
  const faults: string[] = [];
  const members = membersOf(value, ["dataset", "chunk", "plannedAt", "steps"], faults);
  const { chunk, plannedAt, steps } = members;
  const dataset = datasetOf(members.dataset, known, faults);
  if (!isCount(chunk)) faults.push(`chunk is ${shown(chunk)}, not a whole number from 0`);
  if (!isCount(plannedAt)) faults.push(`plannedAt is ${shown(plannedAt)}, not milliseconds since 1970`);
  if (!Array.isArray(steps)) faults.push(`steps is ${shown(steps)}, not a list`);
  const listed = Array.isArray(steps) ? (steps as unknown[]) : [];
  if (dataset && listed.length > dataset.time.chunkLength) {
    faults.push(
      `steps has ${listed.length} members, a chunk of ${dataset.id} has ${dataset.time.chunkLength}`,
    );
  } else listed.forEach((step, i) => void faults.push(...stepFaults(step, `steps[${i}]`)));
  refuse("extend", faults);
  return {
    dataset: (dataset as Dataset).id,
    chunk: chunk as number,
    plannedAt: plannedAt as number,
    steps: listed as BatchStep[],
  };
}

function stepFaults(step: unknown, at: string): string[] {
  const faults: string[] = [];
  const { offset, granule } = membersOf(step, ["offset", "granule"], faults, `${at} `);
  if (!isCount(offset)) faults.push(`${at}.offset is ${shown(offset)}, not a whole number from 0`);
  const names = ["path", "sizeBytes", "listedDate", "modifiedAt"] as const;
  const { path, sizeBytes, listedDate, modifiedAt } = membersOf(
    granule,
    names satisfies readonly (keyof GranuleIdentity)[],
    faults,
    `${at}.granule `,
  );
  for (const [name, text] of Object.entries({ path, listedDate })) {
    if (typeof text !== "string" || text.length > textCharactersMax)
      faults.push(`${at}.granule.${name} is ${shown(text)}, not a text`);
  }
  if (!isCount(sizeBytes))
    faults.push(`${at}.granule.sizeBytes is ${shown(sizeBytes)}, not a number of bytes`);
  if (modifiedAt !== null && !Number.isSafeInteger(modifiedAt))
    faults.push(`${at}.granule.modifiedAt is ${shown(modifiedAt)}, neither null nor milliseconds since 1970`);
  return faults;
}

/** The members of an object, which may have no others. */
function membersOf<Name extends string>(
  value: unknown,
  names: readonly Name[],
  faults: string[],
  at = "",
): Partial<Record<Name, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    faults.push(`${at || "the message "}is ${shown(value)}, not an object`);
    return {};
  }
  for (const name of Object.keys(value)) {
    if (!(names as readonly string[]).includes(name))
      faults.push(`${at}has ${shown(name)}; known are ${names.join(", ")}`);
  }
  return value as Partial<Record<Name, unknown>>;
}

function datasetOf(id: unknown, known: readonly Dataset[], faults: string[]): Dataset | undefined {
  const dataset = known.find((candidate) => candidate.id === id);
  if (!dataset)
    faults.push(`there is no dataset ${shown(id)}; there are: ${known.map((one) => one.id).join(", ")}`);
  return dataset;
}

function instantOf(
  name: "from" | "to",
  text: unknown,
  axis: (TimeAxis & { readonly id: string }) | undefined,
  faults: string[],
): number | undefined {
  if (text === undefined) return undefined;
  const t = typeof text === "string" ? parseInstant(text) : undefined;
  if (t === undefined) {
    faults.push(`${name} is ${shown(text)}, not a time in UTC as in "2014-04-01T21:00:00Z"`);
  } else if (axis && indexOf(axis, t) === undefined) {
    const end = axis.end === undefined ? "" : ` to ${formatInstant(axis.end)}`;
    faults.push(
      `${name} ${formatInstant(t)} is no timestep of ${axis.id}, which has one every ${formatDuration(axis.stepMs)} from ${formatInstant(axis.start)}${end}`,
    );
  }
  return t;
}

function rangeFaults(from: number, to: number, dataset: Dataset | undefined): string[] {
  if (from > to) return [`from ${formatInstant(from)} is after to ${formatInstant(to)}: swap them`];
  const steps = dataset ? (to - from) / dataset.time.stepMs + 1 : 0;
  return steps > rangeStepsMax
    ? [
        `from ${formatInstant(from)} to ${formatInstant(to)} are ${Math.floor(steps)} timesteps: at most ${rangeStepsMax}`,
      ]
    : [];
}

function refuse(kind: string, faults: readonly string[]): void {
  if (faults.length === 0) return;
  const more = faults.length - faultsMax;
  throw new UsageError(
    [...faults.slice(0, faultsMax), ...(more > 0 ? [`and ${more} more`] : [])].map(
      (fault) => `${kind} message: ${fault}`,
    ),
  );
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** A value as it can be repeated in a message. */
function shown(value: unknown): string {
  return (JSON.stringify(value) ?? "missing").slice(0, 80);
}
