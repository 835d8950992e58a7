import { refuseNewer, schemaKnown, withoutSchema, withSchema } from "../schema.ts";
import type { DatasetRecord, GranuleIdentity } from "./records.ts";

/* What is stored and sent calls a granule's version `listedDate`, as it did when only listings told one: builds of before read on. */

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  value !== null && typeof value === "object" && !Array.isArray(value);

/** Of a dataset's record that tells of its removal: builds that know no such thing refuse it, and leave the dataset alone. */
export const schemaOfRemoval = 3;

/** A record as it is stored, with this build's schema unless it names its own. */
export function storedForm(record: object): object {
  return withSchema({
    ...(tellsOfRemoval(record) && { schema: schemaOfRemoval }),
    ...withGranules(record, storedGranule),
  });
}

/** A record of what is stored, whatever that is. Throws a `NewerSchemaError` for a newer build's, which `what` names. */
export function recordOf<Recorded>(what: string, stored: unknown): Recorded {
  return withGranules(withoutSchema(what, stored, schemaKnownOf(stored)), granuleOf) as Recorded;
}

/** Throws a `NewerSchemaError` if what is stored, which `what` names, is a newer build's record. */
export function refuseNewerRecord(what: string, stored: unknown): void {
  refuseNewer(what, stored, schemaKnownOf(stored));
}

function schemaKnownOf(stored: unknown): number {
  return tellsOfRemoval(stored) ? schemaOfRemoval : schemaKnown;
}

function tellsOfRemoval(record: unknown): boolean {
  return isFields(record) && Object.hasOwn(record, "removal" satisfies keyof DatasetRecord);
}

/** A granule as it is stored and sent. */
export function storedGranule(granule: unknown): unknown {
  return renamed(granule, "version", "listedDate");
}

/** A granule of what was stored or sent, whatever that is. */
export function granuleOf(stored: unknown): unknown {
  return renamed(stored, "listedDate", "version" satisfies keyof GranuleIdentity);
}

function renamed(value: unknown, from: string, to: string): unknown {
  if (!isFields(value) || !Object.hasOwn(value, from)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name === from ? to : name, member]),
  );
}

/** The record with each granule of its steps changed; what has another form is left as it is. */
function withGranules<Recorded>(record: Recorded, change: (granule: unknown) => unknown): Recorded {
  if (!isFields(record) || !isFields(record.steps)) return record;
  const steps = Object.entries(record.steps).map(([offset, step]) => [offset, changedStep(step, change)]);
  return { ...record, steps: Object.fromEntries(steps) };
}

function changedStep(step: unknown, change: (granule: unknown) => unknown): unknown {
  if (!isFields(step)) return step;
  const { failed } = step;
  return {
    ...step,
    ...(isFields(step.granule) && { granule: change(step.granule) }),
    ...(isFields(failed) &&
      isFields(failed.granule) && { failed: { ...failed, granule: change(failed.granule) } }),
  };
}
