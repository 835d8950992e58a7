import type { Descriptor } from "../dataset/dataset.ts";
import { formatDuration, formatInstant, parseInstant, type TimeAxis } from "../dataset/timeAxis.ts";
import { shown, UsageError } from "../errors.ts";
import type { GranuleIdentity } from "../ledger/records.ts";
import { granuleOf, storedGranule } from "../ledger/storedForm.ts";
import { withoutSchema, withSchema } from "../schema.ts";
import type { BatchStep, ExtendMessage, PlanMessage, Topics } from "./queue.ts";

/** A plan that somebody asks for; without `dataset`, of every one. Instants are milliseconds since 1970 UTC. */
export interface PlanRequest {
  readonly dataset: Descriptor | undefined;
  readonly from?: number;
  readonly to?: number;
  readonly force: boolean;
  readonly turn?: string;
}

/** Timesteps that one message may ask for. */
const rangeStepsMax = 1_000_000;
/** Faults that are listed; of any further ones only the number. */
const faultsMax = 20;
const textCharactersMax = 2000;
const lastInstant = Date.UTC(9999, 11, 31);

/**
 * Reads `{}`, `{"dataset"}`, `{"dataset","from","to"}`, each but the first with `"force":true` if wanted; of the range, one
 * end may be absent. Both are timesteps of the dataset. Throws one `UsageError` with every fault, or a `NewerSchemaError`
 * where a newer build sent it: one that is upgraded can still handle it.
 */
export function readPlanMessage(value: unknown, known: readonly Descriptor[]): PlanRequest {
  const faults = createFaults("plan");
  const {
    dataset: id,
    from,
    to,
    force = false,
    turn,
  } = membersOf(withoutSchema("the plan message", value), ["dataset", "from", "to", "force", "turn"], faults);
  const dataset = id === undefined ? undefined : datasetOf(id, known, faults);
  if (typeof force !== "boolean") faults.add(`force is ${shown(force)}, not true or false`);
  if (id === undefined && (from !== undefined || to !== undefined || force === true)) {
    faults.add("from, to and force need a dataset");
  }
  if (turn !== undefined && !isName(turn)) faults.add(`turn is ${shown(turn)}, not a text`);
  const axis = dataset && { ...dataset.time, id: dataset.id };
  const [first, last] = [instantOf("from", from, axis, faults), instantOf("to", to, axis, faults)];
  if (first !== undefined && last !== undefined) checkRange(first, last, dataset, faults);
  faults.refuse();
  return {
    dataset,
    ...(first === undefined ? {} : { from: first }),
    ...(last === undefined ? {} : { to: last }),
    force: force === true,
    ...(typeof turn === "string" ? { turn } : {}),
  };
}

/** The message that asks for a plan of that range, instants in milliseconds since 1970 UTC. */
export function planMessage(
  dataset: string,
  { from, to, force, turn }: Omit<PlanRequest, "dataset">,
): PlanMessage {
  return {
    dataset,
    ...(from === undefined ? {} : { from: formatInstant(from) }),
    ...(to === undefined ? {} : { to: formatInstant(to) }),
    ...(force ? { force } : {}),
    ...(turn === undefined ? {} : { turn }),
  };
}

/**
 * Reads the message of one batch, as a plan sends it: of what form it is. Whether the dataset has such a chunk is for the
 * stage to say. Throws one `UsageError` with every fault, or a `NewerSchemaError` as `readPlanMessage` does.
 */
export function readExtendMessage(value: unknown, known: readonly Descriptor[]): ExtendMessage {
  const faults = createFaults("extend");
  const sent = withoutSchema("the extend message", value);
  const members = membersOf(
    sent,
    ["dataset", "chunk", "plannedAt", "ingestions", "request", "steps"],
    faults,
  );
  const { chunk, plannedAt, ingestions, request, steps } = members;
  const dataset = datasetOf(members.dataset, known, faults);
  if (!isCount(chunk)) faults.add(`chunk is ${shown(chunk)}, not a whole number from 0`);
  if (!isInstant(plannedAt)) faults.add(`plannedAt is ${shown(plannedAt)}, not milliseconds since 1970`);
  if (ingestions !== undefined && !isCount(ingestions))
    faults.add(`ingestions is ${shown(ingestions)}, not a whole number from 0`);
  if (request !== undefined && !isName(request)) faults.add(`request is ${shown(request)}, not a text`);
  if (!Array.isArray(steps)) faults.add(`steps is ${shown(steps)}, not a list`);
  const listed = Array.isArray(steps) ? (steps as unknown[]) : [];
  if (dataset && listed.length > dataset.time.chunkLength) {
    faults.add(
      `steps has ${listed.length} members, a chunk of ${dataset.id} has ${dataset.time.chunkLength}`,
    );
  } else {
    listed.forEach((step, i) => {
      checkStep(step, `steps[${i}]`, faults);
    });
  }
  faults.refuse();
  return {
    dataset: (dataset as Descriptor).id,
    chunk: chunk as number,
    plannedAt: plannedAt as number,
    ...(ingestions === undefined ? {} : { ingestions: ingestions as number }),
    ...(typeof request === "string" ? { request } : {}),
    steps: (listed as BatchStep[]).map((step) => ({
      ...step,
      granule: granuleOf(step.granule) as GranuleIdentity,
    })),
  };
}

/** A message as it is sent between processes, of which `readPlanMessage` and `readExtendMessage` read it. */
export function sentForm(message: Topics[keyof Topics]): object {
  if (!("steps" in message)) return withSchema(message);
  const steps = message.steps.map((step) => ({ ...step, granule: storedGranule(step.granule) }));
  return withSchema({ ...message, steps });
}

function checkStep(step: unknown, at: string, faults: Faults): void {
  const { offset, granule } = membersOf(step, ["offset", "granule"], faults, `${at} `);
  if (!isCount(offset)) faults.add(`${at}.offset is ${shown(offset)}, not a whole number from 0`);
  const names = ["path", "sizeBytes", "listedDate", "modifiedAt"] as const;
  const { path, sizeBytes, listedDate, modifiedAt } = membersOf(granule, names, faults, `${at}.granule `);
  for (const [name, text] of Object.entries({ path, listedDate })) {
    if (typeof text !== "string" || text.length > textCharactersMax)
      faults.add(`${at}.granule.${name} is ${shown(text)}, not a text`);
  }
  if (sizeBytes !== null && !isCount(sizeBytes))
    faults.add(`${at}.granule.sizeBytes is ${shown(sizeBytes)}, neither null nor a number of bytes`);
  if (modifiedAt !== null && !isInstant(modifiedAt))
    faults.add(`${at}.granule.modifiedAt is ${shown(modifiedAt)}, neither null nor milliseconds since 1970`);
}

/** The members of an object, which may have no others. */
function membersOf<Name extends string>(
  value: unknown,
  names: readonly Name[],
  faults: Faults,
  at = "",
): Partial<Record<Name, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    faults.add(`${at || "the message "}is ${shown(value)}, not an object`);
    return {};
  }
  for (const name of Object.keys(value)) {
    if (!(names as readonly string[]).includes(name))
      faults.add(`${at}has ${shown(name)}; known are ${names.join(", ")}`);
  }
  return value as Partial<Record<Name, unknown>>;
}

function datasetOf(id: unknown, known: readonly Descriptor[], faults: Faults): Descriptor | undefined {
  const dataset = known.find((candidate) => candidate.id === id);
  if (!dataset)
    faults.add(`there is no dataset ${shown(id)}; there are: ${known.map((one) => one.id).join(", ")}`);
  return dataset;
}

function instantOf(
  name: "from" | "to",
  text: unknown,
  axis: (TimeAxis & { readonly id: string }) | undefined,
  faults: Faults,
): number | undefined {
  if (text === undefined) return undefined;
  const t = typeof text === "string" ? parseInstant(text) : undefined;
  if (t === undefined) {
    faults.add(`${name} is ${shown(text)}, not a time in UTC as in "2014-04-01T21:00:00Z"`);
  } else if (axis && axis.indexOf(t) === undefined) {
    const end = axis.end === undefined ? "" : ` to ${formatInstant(axis.end)}`;
    faults.add(
      `${name} ${formatInstant(t)} is no timestep of ${axis.id}, which has one every ${formatDuration(axis.stepMs)} from ${formatInstant(axis.start)}${end}`,
    );
  }
  return t;
}

function checkRange(from: number, to: number, dataset: Descriptor | undefined, faults: Faults): void {
  const range = `from ${formatInstant(from)} to ${formatInstant(to)}`;
  const steps = dataset ? Math.floor((to - from) / dataset.time.stepMs) + 1 : 0;
  if (from > to) faults.add(`${range}: from is after to, swap them`);
  else if (steps > rangeStepsMax) faults.add(`${range} are ${steps} timesteps: at most ${rangeStepsMax}`);
}

/** What is wrong with one message: the first faults as they are, of any further ones the number. */
interface Faults {
  add(fault: string): void;
  /** Throws if there are any. */
  refuse(): void;
}

function createFaults(kind: "plan" | "extend"): Faults {
  const listed: string[] = [];
  let more = 0;
  return {
    add(fault) {
      if (listed.length < faultsMax) listed.push(`${kind} message: ${fault}`);
      else more++;
    },
    refuse() {
      if (more > 0) listed.push(`${kind} message: and ${more} more`);
      if (listed.length > 0) throw new UsageError(listed);
    },
  };
}

function isName(value: unknown): value is string {
  return typeof value === "string" && value.length <= textCharactersMax;
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Whether it is an instant that can be written with a year of four digits. */
function isInstant(value: unknown): boolean {
  return isCount(value) && (value as number) <= lastInstant;
}
