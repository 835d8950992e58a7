import * as v from "valibot";
import type { Descriptor } from "../dataset/dataset.ts";
import { formatDuration, formatInstant, parseInstant } from "../dataset/timeAxis.ts";
import { shown, UsageError } from "../errors.ts";
import { listOf, object, truth, unknownMembers, wrongMembers } from "../forms.ts";
import type { GranuleIdentity } from "../ledger/records.ts";
import { granuleOf, storedGranule } from "../ledger/storedForm.ts";
import { withoutSchema, withSchema } from "../schema.ts";
import type { PlannedRange } from "./planMessage.ts";
import type { ExtendMessage, Topics } from "./queue.ts";

/** A plan that somebody asks for; without `dataset`, of every one. */
export interface PlanRequest extends PlannedRange {
  readonly dataset: Descriptor | undefined;
}

/** Timesteps that one message may ask for. */
const rangeStepsMax = 1_000_000;
/** Faults that are listed; of any further ones only the number. */
const faultsMax = 20;
const textCharactersMax = 2000;
const lastInstant = Date.UTC(9999, 11, 31);

const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
/** Whether it is an instant that can be written with a year of four digits. */
const isInstant = (value: unknown) => isCount(value) && (value as number) <= lastInstant;
const instantIn = (text: unknown) => (typeof text === "string" ? parseInstant(text) : undefined);

const name = v.custom<string>(
  (value) => typeof value === "string" && value.length <= textCharactersMax,
  "not a text",
);
const count = v.custom<number>(isCount, "not a whole number from 0");
const instant = v.custom<number>(isInstant, "not milliseconds since 1970");
const time = v.custom<string>(
  (value) => instantIn(value) !== undefined,
  'not a time in UTC as in "2014-04-01T21:00:00Z"',
);
/** Which there are is not for a form to say. */
const dataset = v.optional(v.unknown());

const planForm = object({
  dataset,
  from: v.optional(time),
  to: v.optional(time),
  force: v.optional(truth),
  turn: v.optional(name),
});

const granule = object({
  path: name,
  sizeBytes: v.custom<number | null>(
    (value) => value === null || isCount(value),
    "neither null nor a number of bytes",
  ),
  listedDate: name,
  modifiedAt: v.custom<number | null>(
    (value) => value === null || isInstant(value),
    "neither null nor milliseconds since 1970",
  ),
});
const extendForm = object({
  dataset,
  chunk: count,
  plannedAt: instant,
  ingestions: v.optional(count),
  request: v.optional(name),
  steps: listOf(object({ offset: count, granule })),
});

/**
 * Reads `{}`, `{"dataset"}`, `{"dataset","from","to"}`, each but the first with `"force":true` if wanted; of the range, one
 * end may be absent. Both are timesteps of the dataset. Throws one `UsageError` with every fault, or a `NewerSchemaError`
 * where a newer build sent it: one that is upgraded can still handle it.
 */
export function readPlanMessage(value: unknown, datasets: readonly Descriptor[]): PlanRequest {
  const sent = withoutSchema("the plan message", value);
  const faults = createFaults("plan", planForm, sent);
  const { dataset: id, ...range } = (sent ?? {}) as Record<"dataset" | "from" | "to" | "force", unknown>;
  const known = id === undefined ? undefined : datasetOf(id, datasets, faults);
  if (id === undefined && (range.from !== undefined || range.to !== undefined || range.force === true)) {
    faults.add("from, to and force need a dataset");
  }
  const [first, last] = [
    instantOf("from", range.from, known, faults),
    instantOf("to", range.to, known, faults),
  ];
  if (first !== undefined && last !== undefined) checkRange(first, last, known, faults);
  faults.refuse();
  const { force = false, turn } = v.parse(planForm, sent);
  return {
    dataset: known,
    ...(first === undefined ? {} : { from: first }),
    ...(last === undefined ? {} : { to: last }),
    force,
    ...(turn === undefined ? {} : { turn }),
  };
}

/**
 * Reads the message of one batch, as a plan sends it: of what form it is. Whether the dataset has such a chunk is for the
 * stage to say. Throws one `UsageError` with every fault, or a `NewerSchemaError` as `readPlanMessage` does.
 */
export function readExtendMessage(value: unknown, datasets: readonly Descriptor[]): ExtendMessage {
  const sent = withoutSchema("the extend message", value);
  const { dataset: id, steps: listed } = (sent ?? {}) as Record<"dataset" | "steps", unknown>;
  const ofDataset = datasets.find((one) => one.id === id);
  const lengthMax = ofDataset?.time.chunkLength ?? Number.POSITIVE_INFINITY;
  const isTooLong = Array.isArray(listed) && listed.length > lengthMax;
  const faults = createFaults("extend", extendForm, isTooLong ? { ...(sent as object), steps: [] } : sent);
  datasetOf(id, datasets, faults);
  if (isTooLong) faults.add(`steps has ${listed.length} members, a chunk of ${id} has ${lengthMax}`);
  faults.refuse();
  const { chunk, plannedAt, ingestions, request, steps } = v.parse(extendForm, sent);
  return {
    dataset: id as string,
    chunk,
    plannedAt,
    ...(ingestions === undefined ? {} : { ingestions }),
    ...(request === undefined ? {} : { request }),
    steps: steps.map((step) => ({ ...step, granule: granuleOf(step.granule) as GranuleIdentity })),
  };
}

/** A message as it is sent between processes, of which `readPlanMessage` and `readExtendMessage` read it. */
export function sentForm(message: Topics[keyof Topics]): object {
  if (!("steps" in message)) return withSchema(message);
  const steps = message.steps.map((step) => ({ ...step, granule: storedGranule(step.granule) }));
  return withSchema({ ...message, steps });
}

function datasetOf(id: unknown, known: readonly Descriptor[], faults: Faults): Descriptor | undefined {
  const dataset = known.find((candidate) => candidate.id === id);
  if (!dataset)
    faults.add(`there is no dataset ${shown(id)}; there are: ${known.map((one) => one.id).join(", ")}`);
  return dataset;
}

/** Undefined where there is none, or it is not of its form. */
function instantOf(
  name: "from" | "to",
  text: unknown,
  descriptor: Descriptor | undefined,
  faults: Faults,
): number | undefined {
  const t = instantIn(text);
  const axis = descriptor?.time;
  if (t !== undefined && axis && axis.indexOf(t) === undefined) {
    const end = axis.end === undefined ? "" : ` to ${formatInstant(axis.end)}`;
    faults.add(
      `${name} ${formatInstant(t)} is no timestep of ${descriptor.id}, which has one every ${formatDuration(axis.stepMs)} from ${formatInstant(axis.start)}${end}`,
    );
  }
  return t;
}

function checkRange(from: number, to: number, descriptor: Descriptor | undefined, faults: Faults): void {
  const range = `from ${formatInstant(from)} to ${formatInstant(to)}`;
  const steps = descriptor ? Math.floor((to - from) / descriptor.time.stepMs) + 1 : 0;
  if (from > to) faults.add(`${range}: from is after to, swap them`);
  else if (steps > rangeStepsMax) faults.add(`${range} are ${steps} timesteps: at most ${rangeStepsMax}`);
}

/** What is wrong with one message: the first faults as they are, of any further ones the number. */
interface Faults {
  add(fault: string): void;
  /** Throws if there are any. */
  refuse(): void;
}

/** To begin with, where the message is not of its form. */
function createFaults(kind: "plan" | "extend", form: v.GenericSchema, sent: unknown): Faults {
  const listed: string[] = [];
  let more = 0;
  const faults: Faults = {
    add(fault) {
      if (listed.length < faultsMax) listed.push(`${kind} message: ${fault}`);
      else more++;
    },
    refuse() {
      if (more > 0) listed.push(`${kind} message: and ${more} more`);
      if (listed.length > 0) throw new UsageError(listed);
    },
  };
  for (const { place, name: unknown, known } of unknownMembers(form, sent))
    faults.add(`${place && `${place} `}has ${shown(unknown)}; known are ${known.join(", ")}`);
  for (const wrong of wrongMembers(form, sent, "the message")) faults.add(wrong);
  return faults;
}
